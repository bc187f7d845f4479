import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const ENTRY_WORDS = join(
  import.meta.dirname,
  '../server/src/modules/log/wording/entry-words.generated.json',
)

const LANGUAGES = ['en', 'zh', 'ru'] as const
/** What a sentence about an entry, and a case on paper, are made of. */
const GROUPS =
  /^(actor|chip|dispute[.]claim|dispute[.]case|error|event|eventName|kind|outcome|part|role|settings[.]key|source|status|team[.]roles[.]scopeOf|value|variant)[.]|^(settings[.]none|team[.]allBots|team[.]access[.]asRole)$/

type Words = { readonly [key: string]: string | Words }

const flatten = (words: Words, prefix = ''): [string, string][] =>
  Object.entries(words).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[prefix + key, value]] : flatten(value, `${prefix}${key}.`),
  )

/** The words by which the console tells entries, for what the server itself puts on paper and into files: one key a line. */
export function collectEntryWords(): string {
  const languages = LANGUAGES.map(language => {
    const path = join(import.meta.dirname, `../web/src/i18n/${language}.json`)
    const words = flatten(JSON.parse(readFileSync(path, 'utf8')) as Words)
    return [language, Object.fromEntries(words.filter(([key]) => GROUPS.test(key)))]
  })
  return `${JSON.stringify(Object.fromEntries(languages), null, 1)}\n`
}
