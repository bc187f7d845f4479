import type { Completeness, Entry } from '@tracedesk/contracts'
import { isolate, NO_LETTER, Sheet } from '../../../kernel/print/index.ts'
import type { CollectedCase } from './collect.ts'
import { fillWords, REPORT_WORDS, type ReportLanguage, type ReportWords } from './report-words.ts'

/** How entries are told in a language; the log module's `Wording` is one. */
export interface CaseWording {
  readonly format: {
    readonly exact: (at: string) => string
    readonly day: (at: string) => string
    readonly clock: (at: string) => string
    readonly number: (value: number) => string
    readonly seconds: (value: number) => string
  }
  readonly words: (key: string, fallback?: string) => string
  readonly sentence: (entry: Entry) => string
  readonly part: (part: Entry['parts'][string] | null) => string
}

export interface ReportFacts {
  readonly language: ReportLanguage
  readonly timeZone: string
  /** Who gets it, and when it is made. */
  readonly reader: string
  readonly at: string
}

const BARS: Readonly<Record<string, string>> = {
  'message.received': '#9aa1ad',
  'message.sent': '#4150b4',
}
const VERDICT_BARS: Readonly<Record<string, string>> = {
  supported: '#b45309',
  mixed: '#b45309',
  contradicted: '#17764a',
  not_found: '#17764a',
}

interface Writing {
  readonly sheet: Sheet
  readonly found: CollectedCase
  readonly wording: CaseWording
  readonly words: ReportWords
  readonly facts: ReportFacts
}

/** Puts a case on paper: complaint, decision, claims with what was searched, file, story, and how to verify it. */
export async function writeReport(
  found: CollectedCase,
  wording: CaseWording,
  facts: ReportFacts,
): Promise<{ bytes: Buffer; pages: number }> {
  const words = REPORT_WORDS[facts.language]
  const sheet = await Sheet.begin({
    title: words.title,
    language: facts.language,
    foot: fillWords(words.foot, {
      workspace: isolate(found.workspace.name),
      title: words.title,
      name: isolate(facts.reader),
      at: wording.format.exact(facts.at),
    }),
    pages: words.pages,
  })
  const writing = { sheet, found, wording, words, facts }
  writeHead(writing)
  writeDecision(writing)
  writeClaims(writing)
  writeFile(writing)
  writeStory(writing)
  writeProof(writing)
  return sheet.end()
}

const capital = (text: string): string => text.replace(/^\p{Ll}/u, letter => letter.toUpperCase())

function writeHead({ sheet, found, wording, words, facts }: Writing): void {
  const { dispute, workspace } = found
  const { format } = wording
  sheet.write(words.title, { size: 10, weight: 'bold', colour: '#4150b4' })
  sheet.write(wording.part(dispute.title), { size: 18, weight: 'bold', before: 2 })
  sheet.rule()
  sheet.fact(words.workspace, isolate(workspace.name))
  sheet.fact(words.about, wording.words(`value.${dispute.kind}`))
  if (dispute.customerName) sheet.fact(words.customer, wording.part(dispute.customerName))
  if (dispute.from || dispute.to) {
    const ends = [dispute.from, dispute.to].map(end => (end ? format.exact(end) : '…'))
    sheet.fact(words.times, ends.join(' – '))
  }
  const opener = dispute.openedBy ? `${isolate(dispute.openedBy.name)}, ` : ''
  sheet.fact(words.opened, `${opener}${format.exact(dispute.openedAt)}`)
  const held = wording.words(dispute.hold.inForce ? 'dispute.case.held' : 'dispute.case.notHeld')
  sheet.fact(words.state, `${wording.words(`dispute.case.stateOf.${dispute.state}`)} · ${held}`)
  sheet.fact(words.made, `${isolate(facts.reader)}, ${format.exact(facts.at)}`)
  const people = dispute.participants.map(
    ({ name, role }) => `${isolate(name)} (${wording.words(`value.${role}`)})`,
  )
  if (people.length > 0) sheet.fact(wording.words('dispute.case.participants'), people.join(', '))
  sheet.write(fillWords(words.zone, { zone: facts.timeZone }), { size: 8.5, colour: '#5b626d', before: 8 })
  if (dispute.text) {
    sheet.heading(words.complaint)
    sheet.write(wording.part(dispute.text), { indent: 12, bar: '#c9ced6' })
  }
}

function writeDecision({ sheet, found, wording, words }: Writing): void {
  const decided = found.file.findLast(({ event }) => event === 'dispute.decided')
  sheet.heading(words.decision)
  if (!decided) {
    sheet.write(words.undecided)
    return
  }
  sheet.write(capital(wording.words(`value.${String(decided.data.outcome)}`)), { weight: 'bold' })
  const reason = decided.parts.text ?? decided.parts.ownText
  if (reason) sheet.write(wording.part(reason), { indent: 12, bar: '#c9ced6' })
  writeEntry({ sheet, wording, words }, decided)
}

function writeClaims(writing: Writing): void {
  const { sheet, found, wording } = writing
  sheet.heading(wording.words('dispute.case.claims'))
  if (found.checks.length === 0) sheet.write(wording.words('dispute.claim.none'))
  for (const { entry, shown } of found.checks) {
    // the event's own schema, parsed when it was written
    const facts = entry.data as unknown as CheckFacts
    const verdict = `${wording.words(`value.${facts.claim}`)}: ${wording.words(`value.${facts.verdict}`)}`
    const bar = VERDICT_BARS[facts.verdict] ?? '#5b626d'
    sheet.write(capital(verdict), { weight: 'bold', before: 8, keep: 30, indent: 12, bar })
    for (const line of detailsOf(writing, entry, facts)) sheet.write(line, { indent: 12, bar })
    const count = (side: 'for' | 'against', n: number) =>
      sheet.write(fillWords(wording.words(`dispute.claim.${side}`), { n: wording.format.number(n) }), {
        weight: 'bold',
        size: 9,
        indent: 12,
        before: 3,
      })
    for (const [side, n] of [
      ['for', facts.forCount],
      ['against', facts.againstCount],
    ] as const) {
      count(side, n)
      for (const each of withWords(shown[side], shown.said)) writeEntry(writing, each)
    }
    for (const line of searchedOf(writing, facts.completeness))
      sheet.write(line, { size: 8.5, indent: 12, colour: '#5b626d' })
  }
}

interface CheckFacts {
  readonly claim: string
  readonly verdict: string
  readonly agentId: string | null
  readonly seconds: number | null
  readonly forCount: number
  readonly againstCount: number
  readonly completeness: Completeness
}

/** What was written stands before the news that Telegram took it. */
const withWords = (entries: readonly Entry[], said: readonly Entry[]): Entry[] =>
  entries.flatMap(entry => [
    ...said.filter(each => entry.event === 'message.delivered' && each.subject.id === entry.subject.id),
    entry,
  ])

function detailsOf({ wording, found }: Writing, entry: Entry, facts: CheckFacts): string[] {
  const lookedFor = entry.parts.text ?? entry.parts.ownText
  const person = found.dispute.people.find(({ id }) => id === facts.agentId)
  return [
    ...(lookedFor ? [`${wording.words('dispute.claim.words')}: ${wording.part(lookedFor)}`] : []),
    ...(facts.seconds === null
      ? []
      : [`${wording.words('dispute.claim.seconds')}: ${wording.format.number(facts.seconds)}`]),
    ...(person ? [`${wording.words('dispute.claim.person')}: ${isolate(person.name)}`] : []),
  ]
}

/** How complete the search was: what "nothing found" rests on. */
function searchedOf({ wording }: Writing, completeness: Completeness): string[] {
  const number = (value: number | null) => (value === null ? '—' : wording.format.number(value))
  const line = (key: string, gaps: Record<string, number | null> = {}) =>
    fillWords(
      wording.words(`dispute.claim.${key}`),
      Object.fromEntries(Object.entries(gaps).map(([name, value]) => [name, number(value)])),
    )
  const { texts, chains, complete, capped } = completeness
  const { entries, conversations, fromPosition, toPosition, treeSize, signedSize } = completeness
  return [
    `${line('searched')}: ${line(complete ? 'whole' : 'notWhole')}`,
    line('entries', { entries, conversations }),
    ...(fromPosition === null ? [] : [line('positions', { from: fromPosition, to: toPosition })]),
    line('tree', { size: treeSize, signed: signedSize }),
    ...chains.map(({ from, to, count }) => line('chain', { from, to, count })),
    `${line('holes', { n: completeness.holes })} · ${line('hidden', { n: completeness.outOfScope })}`,
    ...(completeness.destroyed ? [line('destroyed', { n: completeness.destroyed })] : []),
    ...(completeness.wideLooks ? [line('wideLooks', { n: completeness.wideLooks })] : []),
    ...(completeness.blindSpots ?? []).map(spot => line(spot)),
    ...(texts.read + texts.withheld + texts.erased + texts.missing > 0 ? [line('texts', { ...texts })] : []),
    ...(capped ? [line('capped')] : []),
  ]
}

function writeFile(writing: Writing): void {
  const { sheet, found, wording } = writing
  sheet.heading(wording.words('dispute.case.file'))
  writeDays(writing, found.file)
  if (found.laid.length === 0) return
  sheet.heading(wording.words('dispute.case.laid'))
  writeDays(writing, found.laid)
}

function writeStory(writing: Writing): void {
  const { sheet, found, wording, words } = writing
  sheet.heading(wording.words('dispute.case.story'))
  if (found.story.length === 0) sheet.write(words.nobody)
  writeDays(writing, found.story)
  if (!found.isCut) return
  const count = wording.format.number(found.story.length)
  sheet.write(fillWords(words.cut, { count }), { weight: 'bold', before: 8 })
}

function writeDays(writing: Writing, entries: readonly Entry[]): void {
  let before = ''
  for (const entry of entries) {
    const day = writing.wording.format.day(entry.at)
    if (day !== before) writing.sheet.write(capital(day), { size: 9, weight: 'bold', before: 6, keep: 16 })
    before = day
    writeEntry(writing, entry)
  }
}

function writeEntry(
  { sheet, wording, words }: Pick<Writing, 'sheet' | 'wording' | 'words'>,
  entry: Entry,
): void {
  const place = entry.position === null ? words.pending : `#${entry.position}`
  const outcome = entry.outcome === 'done' ? '' : ` · ${wording.words(`outcome.${entry.outcome}`)}`
  const bar = BARS[entry.event]
  sheet.fact(wording.format.clock(entry.at), `${wording.sentence(entry)}${outcome}  (${place})`, {
    column: 62,
    size: 9,
    ...(bar ? { bar } : {}),
  })
}

function writeProof({ sheet, found, wording, words, facts }: Writing): void {
  const positions = [...found.story, ...found.file].flatMap(({ position }) => position ?? [])
  sheet.heading(words.proof)
  sheet.write(words.proves)
  const ends = [Math.min(...positions), Math.max(...positions)].map(wording.format.number)
  if (positions.length > 0) sheet.fact(words.positions, ends.join(' – '))
  sheet.fact(words.checkpoint, found.checkpoint?.note.trimEnd() ?? words.unsigned)
  if (found.checkpoint) sheet.fact(words.key, found.checkpoint.vkey)
  sheet.heading(words.how)
  words.steps.forEach((step, index) => {
    sheet.fact(`${index + 1}.`, step, { column: 18 })
  })
  sheet.write(fillWords(words.sight, { name: isolate(facts.reader) }), { size: 8.5, before: 10 })
  if (sheet.missing.size > 0)
    sheet.write(fillWords(words.letters, { box: NO_LETTER }), { size: 8.5, before: 4 })
}
