export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Day = (typeof DAYS)[number]
type Span = [from: string, to: string]

/** Opening hours of one bot, or of every bot that has none of its own: as the setting `desk.business_hours` holds them. */
export interface Hours {
  zone: string
  week: Partial<Record<Day, Span[]>>
  closed: string[]
}

/** The setting's text as hours by bot id or `default`; the server has checked its form when it was saved. */
export function readHours(text: string): Record<string, Hours> {
  if (text.trim() === '') return {}
  const value: unknown = JSON.parse(text)
  return typeof value === 'object' && value !== null ? (value as Record<string, Hours>) : {}
}

/** "09:00-12:30, 13:00-17:00"; empty: closed. */
export const showSpans = (spans: readonly Span[] | undefined): string =>
  (spans ?? []).map(([from, to]) => `${from}-${to}`).join(', ')

const padded = (time: string) => time.padStart(5, '0')

/** The reverse of showSpans; null when it is not understood. */
export function readSpans(text: string): Span[] | null {
  const spans: Span[] = []
  for (const piece of text.split(',').map(each => each.trim())) {
    if (piece === '') continue
    const found = /^(\d{1,2}:\d\d)\s*[-–—]\s*(\d{1,2}:\d\d)$/.exec(piece)
    if (!found?.[1] || !found[2]) return null
    const span: Span = [padded(found[1]), padded(found[2])]
    if (!span.every(time => /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/.test(time)) || span[0] >= span[1]) return null
    spans.push(span)
  }
  return spans
}

/** Days written as 2026-12-25, apart by commas or spaces; null when one is none. */
export function readClosedDays(text: string): string[] | null {
  const days = [...new Set(text.split(/[\s,;]+/).filter(Boolean))]
  return days.every(day => /^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(day))) ? days : null
}

/** Hours in one line: "Monday 09:00-12:00 · Europe/Riga · 2026-12-25". */
export const tellHours = ({ week, zone, closed }: Hours, weekday: (index: number) => string): string =>
  [
    ...DAYS.flatMap((day, i) => (week[day]?.length ? [`${weekday(i)} ${showSpans(week[day])}`] : [])),
    zone,
    ...(closed ?? []).map(day => `✕ ${day}`),
  ].join(' · ')

/** The hours in a setting's text by whose they are; null for a text that holds none. */
export function hoursIn(text: string): [of: string, hours: Hours][] | null {
  if (!text.startsWith('{')) return null
  try {
    const found = Object.entries(readHours(text))
    return found.length > 0 && found.every(([, each]) => typeof each?.zone === 'string' && each.week)
      ? found
      : null
  } catch {
    return null // some other text that begins so
  }
}
