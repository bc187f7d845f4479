import { ACTOR_KINDS, SOURCES } from '@tracedesk/contracts/rules'
import { dayKey, isZone } from '../../shared/format.ts'
import { fromLocal } from './zoned.ts'

export const PRESETS = ['h1', 'today', 'yesterday', 'd1', 'd7', 'd30'] as const
export const OUTCOMES = ['done', 'refused', 'failed'] as const
export type Preset = (typeof PRESETS)[number]
type Several<T extends string = string> = T[]

/** What stands behind `/log?`: the whole filter, so that an address is an answer. `range` is relative, `from`/`to` exact. */
export interface LogSearch {
  range?: Preset
  from?: string
  to?: string
  event?: Several
  actor?: Several
  conversation?: string
  customer?: string
  /** not `department`: the inbox has one of that name, which is a single one */
  departments?: Several
  actorKind?: Several<(typeof ACTOR_KINDS)[number]>
  bot?: string
  subject?: string
  outcome?: Several<(typeof OUTCOMES)[number]>
  source?: Several<(typeof SOURCES)[number]>
  q?: string
  /** the entry whose detail is open */
  entry?: string
  /** another entry it is compared with */
  compare?: string
  /** the zone times are shown in; without it the browser's own */
  zone?: string
  /** entries are shown as they happen */
  live?: boolean
}

const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
const textsOf = (value: unknown) =>
  [value].flat().filter(each => typeof each === 'string' && each !== '') as string[]
const zoneOf = (value: unknown) => {
  const zone = textOf(value)
  return zone !== undefined && isZone(zone) ? zone : undefined
}
const oneOf = <T extends string>(allowed: readonly T[], value: unknown) =>
  allowed.find(each => each === value)
const instantOf = (value: unknown) => {
  const text = textOf(value)
  return text !== undefined && !Number.isNaN(Date.parse(text)) ? new Date(text).toISOString() : undefined
}

/** Takes from an address what the log understands, and nothing else. */
export function parseLogSearch(search: Record<string, unknown>): LogSearch {
  const several = <T extends string>(name: string, allowed: readonly T[] | null): T[] | undefined => {
    const values = textsOf(search[name]).flatMap(value =>
      allowed ? (oneOf(allowed, value) ?? []) : (value as T),
    )
    return values.length > 0 ? values : undefined
  }
  const found = {
    range: oneOf(PRESETS, search.range),
    from: instantOf(search.from),
    to: instantOf(search.to),
    event: several<string>('event', null),
    actor: several<string>('actor', null),
    conversation: textOf(search.conversation),
    customer: textOf(search.customer),
    departments: several<string>('departments', null),
    actorKind: several('actorKind', ACTOR_KINDS),
    bot: textOf(search.bot),
    subject: textOf(search.subject),
    outcome: several('outcome', OUTCOMES),
    source: several('source', SOURCES),
    q: textOf(search.q)?.slice(0, 200),
    entry: textOf(search.entry),
    compare: textOf(search.compare),
    zone: zoneOf(search.zone),
    live: String(search.live) === 'true' || undefined,
  }
  // Only what is there: an absent field and an undefined one are not the same to the router.
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as LogSearch
}

const HOUR = 3_600_000

/** Midnight of a day in a zone, `days` away from `now`. */
function midnight(now: Date, days: number, zone: string | undefined): string {
  const [year = 0, month = 1, day = 1] = dayKey(now.toISOString(), zone).split('-').map(Number)
  const date = new Date(Date.UTC(year, month - 1, day + days)).toISOString().slice(0, 10)
  return fromLocal(`${date}T00:00:00`, zone) ?? now.toISOString()
}

/** The times a relative range means at `now`, in the reader's zone; `to` is open where the range reaches to now. */
export function timesOf(range: Preset, now: Date, zone?: string): { from: string; to?: string } {
  const back = (ms: number) => ({ from: new Date(now.getTime() - ms).toISOString() })
  if (range === 'today') return { from: midnight(now, 0, zone) }
  if (range === 'yesterday') return { from: midnight(now, -1, zone), to: midnight(now, 0, zone) }
  return back({ h1: HOUR, d1: 24 * HOUR, d7: 7 * 24 * HOUR, d30: 30 * 24 * HOUR }[range])
}
