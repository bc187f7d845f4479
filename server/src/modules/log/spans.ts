/** A span of time in milliseconds since 1970; the end is excluded. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** A span cut into what is counted by month, by day, and entry by entry. Months and days as `YYYY-MM-DD` of their start. */
export interface CountedSpans {
  readonly months: readonly string[]
  readonly days: readonly string[]
  readonly rest: readonly Span[]
}

const DAY = 86_400_000
const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
const startOfDay = (ms: number): number => Math.floor(ms / DAY) * DAY
const startOfMonth = (ms: number): number => Date.parse(`${dateOf(ms).slice(0, 7)}-01T00:00:00Z`)
const nextMonth = (ms: number): number => startOfMonth(startOfMonth(ms) + 32 * DAY)

/**
 * Cuts a span so that counts by month and day (UTC) answer as much of it as they can. A month or day is taken whole
 * only when no cut lies within it: a cut is an instant at which what a reader sees changes. `units` says what may
 * be taken whole at all.
 */
export function cutSpan(
  span: Span,
  cuts: readonly number[] = [],
  units: 'months' | 'days' | 'none' = 'months',
): CountedSpans {
  const months: string[] = []
  const days: string[] = []
  const rest: Span[] = []
  const isWhole = (from: number, to: number) =>
    from >= span.from && to <= span.to && !cuts.some(cut => cut > from && cut < to)
  const addRest = (from: number, to: number) => {
    const last = rest.at(-1)
    if (last?.to === from) rest[rest.length - 1] = { from: last.from, to }
    else rest.push({ from, to })
  }
  for (let at = span.from; at < span.to; ) {
    const [month, monthEnd] = [startOfMonth(at), nextMonth(at)]
    const [day, dayEnd] = [startOfDay(at), startOfDay(at) + DAY]
    if (units === 'months' && at === month && isWhole(month, monthEnd)) {
      months.push(dateOf(month))
      at = monthEnd
    } else if (units !== 'none' && at === day && isWhole(day, dayEnd)) {
      days.push(dateOf(day))
      at = dayEnd
    } else {
      const end = Math.min(dayEnd, span.to)
      addRest(at, end)
      at = end
    }
  }
  return { months, days, rest }
}
