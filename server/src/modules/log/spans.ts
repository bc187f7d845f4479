/** A span of time in milliseconds since 1970; the end is excluded. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** What may be taken from the counts whole: months and days, days only, hours, or nothing. */
export type CountedUnits = 'months' | 'days' | 'hours' | 'none'

/** A span cut into what is counted by month, by day, by hour, and entry by entry. Months and days as `YYYY-MM-DD` of their start. */
export interface CountedSpans {
  readonly months: readonly string[]
  readonly days: readonly string[]
  /** Stretches of whole hours. */
  readonly hours: readonly Span[]
  readonly rest: readonly Span[]
}

const DAY = 86_400_000
const HOUR = 3_600_000
const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
const startOfDay = (ms: number): number => Math.floor(ms / DAY) * DAY
const startOfMonth = (ms: number): number => Date.parse(`${dateOf(ms).slice(0, 7)}-01T00:00:00Z`)
const nextMonth = (ms: number): number => startOfMonth(startOfMonth(ms) + 32 * DAY)

/**
 * Cuts a span so that counts by month, day or hour (UTC) answer as much of it as they can. Each is taken whole
 * only when no cut lies within it: a cut is an instant at which what a reader sees changes. `units` says what may
 * be taken whole at all.
 */
export function cutSpan(
  span: Span,
  cuts: readonly number[] = [],
  units: CountedUnits = 'months',
): CountedSpans {
  const months: string[] = []
  const days: string[] = []
  const hours: Span[] = []
  const rest: Span[] = []
  const isWhole = (from: number, to: number) =>
    from >= span.from && to <= span.to && !cuts.some(cut => cut > from && cut < to)
  const add = (to: Span[], part: Span) => {
    const last = to.at(-1)
    if (last?.to === part.from) to[to.length - 1] = { from: last.from, to: part.to }
    else to.push(part)
  }
  for (let at = span.from; at < span.to; ) {
    const [month, monthEnd] = [startOfMonth(at), nextMonth(at)]
    const [day, dayEnd] = [startOfDay(at), startOfDay(at) + DAY]
    if (units === 'months' && at === month && isWhole(month, monthEnd)) {
      months.push(dateOf(month))
      at = monthEnd
    } else if ((units === 'months' || units === 'days') && at === day && isWhole(day, dayEnd)) {
      days.push(dateOf(day))
      at = dayEnd
    } else {
      const step = units === 'hours' ? HOUR : DAY
      const [start, end] = [Math.floor(at / step) * step, Math.floor(at / step) * step + step]
      const part = { from: at, to: Math.min(end, span.to) }
      add(units === 'hours' && at === start && isWhole(start, end) ? hours : rest, part)
      at = part.to
    }
  }
  return { months, days, hours, rest }
}
