import type { ConsentPurpose } from '@tracedesk/contracts'
import { PACKAGE_WORDS, type PackageLanguage } from './package-words.ts'
import type { SubjectEntry, SubjectProfile } from './subject-data.ts'

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, each => ESCAPES[each] ?? each)

/** The machine-readable half: one JSON document, written entry by entry. */
export async function* writeJson(
  profiles: readonly SubjectProfile[],
  entries: AsyncIterable<SubjectEntry>,
  madeAt: string,
): AsyncGenerator<string> {
  yield `{"format":"tracedesk-subject/1","madeAt":${JSON.stringify(madeAt)},\n"accounts":${JSON.stringify(profiles)},\n"entries":[`
  let first = true
  for await (const entry of entries) {
    yield `${first ? '\n' : ',\n'}${JSON.stringify(entry)}`
    first = false
  }
  yield '\n]}\n'
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}dt{font-weight:600}dd{margin:0 0 .5rem}
.m{border:1px solid #d5dae0;border-radius:.5rem;padding:.5rem .75rem;margin:.5rem 0;white-space:pre-wrap}
.you{background:#eef5ff}small{color:#57606a;display:block}table{border-collapse:collapse;width:100%}
td{border-bottom:1px solid #e5e8ec;padding:.25rem .5rem .25rem 0;vertical-align:top;font-size:.875rem}`

/** The readable half: a page without scripts or anything from elsewhere, in the customer's language. */
export async function* writeHtml(
  profiles: readonly SubjectProfile[],
  entries: () => AsyncIterable<SubjectEntry>,
  language: PackageLanguage,
  madeAt: string,
  /** What an event is called in that language. */
  nameOf: (event: string) => string,
): AsyncGenerator<string> {
  const words = PACKAGE_WORDS[language]
  const time = new Intl.DateTimeFormat(language, {
    dateStyle: 'medium',
    timeStyle: 'medium',
    timeZone: 'UTC',
  })
  const when = (at: string) => `${time.format(new Date(at))} UTC`
  yield `<!doctype html><html lang="${language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>${words.title}</title><style>${STYLE}</style>
<h1>${words.title}</h1><p>${words.intro}</p><p><small>${words.made}: ${when(madeAt)}</small></p>`
  for (const profile of profiles) yield describeProfile(profile, language, when)
  yield `<h2>${words.conversations}</h2>`
  let any = false
  for await (const entry of entries()) {
    const said = describeSaid(entry, words, when)
    if (said) any = true
    yield said
  }
  if (!any) yield `<p>${words.none}</p>`
  yield `<h2>${words.log}</h2><table>`
  for await (const { at, event, by } of entries())
    yield `<tr><td>${when(at)}<td>${escapeHtml(nameOf(event))}<td>${by === 'you' ? words.you : words.desk}</tr>`
  yield `</table><p>${words.rights}</p></html>\n`
}

/** The name of a language in another; the tag itself where it is none that is known. */
function nameLanguage(tag: string, language: PackageLanguage): string {
  try {
    return new Intl.DisplayNames([language], { type: 'language' }).of(tag) ?? tag
  } catch (error) {
    if (error instanceof RangeError) return tag // Telegram says whatever an app gave it
    throw error
  }
}

function describeProfile(
  profile: SubjectProfile,
  language: PackageLanguage,
  when: (at: string) => string,
): string {
  const words = PACKAGE_WORDS[language]
  const facts: [string, string | null][] = [
    [words.name, profile.name],
    [words.username, profile.username],
    [words.telegramId, profile.telegramId === null ? null : String(profile.telegramId)],
    [words.language, profile.language && nameLanguage(profile.language, language)],
    [words.nickname, profile.nickname],
    [words.remark, profile.remark],
    [words.since, when(profile.since)],
    ...profile.fields.map(({ name, value }): [string, string] => [name, value]),
    [words.labels, profile.labels.join(', ')],
    [
      words.consents,
      profile.consents
        .map(
          ({ purpose, state, at }) =>
            `${words.purpose[purpose as ConsentPurpose] ?? purpose}: ${state === 'given' ? words.given : words.withdrawn}, ${when(at)}`,
        )
        .join('; '),
    ],
  ]
  const list = facts
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => `<dt>${escapeHtml(name)}<dd dir="auto">${escapeHtml(value ?? '')}`)
  return `<h2>${words.profile}</h2><dl>${list.join('')}</dl>`
}

function describeSaid(
  { event, at, by, parts }: SubjectEntry,
  words: (typeof PACKAGE_WORDS)[PackageLanguage],
  when: (at: string) => string,
): string {
  const { text } = parts
  if (text === undefined || !/^(message|note|import)[.]/.test(event)) return ''
  const who = event.startsWith('note.') ? words.note : by === 'you' ? words.you : words.desk
  const later = event.includes('edited') ? `, ${words.edited}` : ''
  return `<div class="m ${by}" dir="auto"><small>${who}, ${when(at)}${later}</small>${escapeHtml(text)}</div>`
}
