import { createReadStream, existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createGunzip } from 'node:zlib'

/** The STAR dialogues as they were published: one dialogue a line. */
export const DIALOGUES = fileURLToPath(
  new URL('../../../../shared/data/star/dialogues.jsonl.gz', import.meta.url),
)

/** False, and said loudly, where the data set is not beside the repository. */
export function starIsThere(): boolean {
  const there = existsSync(DIALOGUES)
  if (!there)
    process.stderr.write(
      `SKIPPED: the STAR dialogues are not at ${DIALOGUES}; their import and claims about them are not tested.\n`,
    )
  return there
}

/** What is needed of an event of the file. */
export interface RawEvent {
  readonly Agent: string
  readonly Action: string
  readonly UnixTime?: number
  readonly Text?: string
  readonly ActionLabel?: string
}

let raw: Promise<RawEvent[][]> | undefined

/** The dialogues as they lie in the file, read once and by nothing of ours. */
export function readRaw(): Promise<RawEvent[][]> {
  raw ??= readDialogues()
  return raw
}

async function readDialogues(): Promise<RawEvent[][]> {
  const lines = createInterface({ input: createReadStream(DIALOGUES).pipe(createGunzip()) })
  const dialogues: RawEvent[][] = []
  for await (const line of lines) dialogues.push((JSON.parse(line) as { Events: RawEvent[] }).Events)
  return dialogues
}

/** Something an agent said to the customer. */
export const isAgents = ({ Agent, Action }: RawEvent): boolean =>
  Agent === 'Wizard' && (Action === 'utter' || Action === 'pick_suggestion')
const isCustomers = ({ Agent, Action }: RawEvent): boolean => Agent === 'User' && Action === 'utter'

/** The seconds of events, in order. */
export const secondsOf = (events: readonly RawEvent[]): number[] =>
  events.map(event => Number(event.UnixTime)).sort()

/** What the source file says by itself: a customer wrote, and no agent ever did afterwards. */
export async function neverRepliedInSource(): Promise<Record<'unanswered' | 'answered' | 'silent', number>> {
  const counts = { unanswered: 0, answered: 0, silent: 0 }
  for (const events of await readRaw()) {
    const first = events.findIndex(isCustomers)
    counts[first === -1 ? 'silent' : events.slice(first).some(isAgents) ? 'answered' : 'unanswered']++
  }
  return counts
}

/** The same for one conversation after the other, told apart by the second of the customer's first words. */
export async function answeredByFirstWords(): Promise<Map<string, boolean[]>> {
  const found = new Map<string, boolean[]>()
  for (const events of await readRaw()) {
    const first = events.findIndex(isCustomers)
    if (first === -1) continue
    const key = `${events[first]?.UnixTime}`
    found.set(key, [...(found.get(key) ?? []), events.slice(first).some(isAgents)])
  }
  return found
}

/** How long each customer's word waited for the next of an agent, in seconds; Infinity: for ever. */
export function waitsOf(events: readonly RawEvent[]): number[] {
  const waits: number[] = []
  let since: number | null = null
  for (const event of events) {
    if (isCustomers(event)) since ??= Number(event.UnixTime)
    if (!isAgents(event) || since === null) continue
    waits.push(Number(event.UnixTime) - since)
    since = null
  }
  return since === null ? waits : [...waits, Number.POSITIVE_INFINITY]
}
