import { fromLocal, toLocal } from '../features/log/zoned.ts'

/** What somebody typed, read as a span of time and the words beside it. */
export interface SaidWhen {
  /** Instants; `to` is not included. */
  readonly from: string
  readonly to: string
  /** What is left: a name, perhaps. */
  readonly rest: string
}

interface Day {
  readonly year: number | null
  readonly month: number
  readonly day: number
}

const HOUR_MS = 3_600_000
const pad = (value: number) => String(value).padStart(2, '0')

/** Month names of a language as people write them: alone and beside a day, long and short, without dots. */
function monthNames(language: string): Map<string, number> {
  const names = new Map<string, number>()
  for (const month of ['long', 'short'] as const)
    for (const beside of [{ day: 'numeric' }, {}] as const) {
      const format = new Intl.DateTimeFormat(language, { month, ...beside, timeZone: 'UTC' })
      for (let i = 0; i < 12; i++) {
        const part = format.formatToParts(Date.UTC(2024, i, 15)).find(({ type }) => type === 'month')
        const name = part?.value.toLocaleLowerCase(language).replace(/[.]$/, '')
        if (name && /^\p{L}{3,}$/u.test(name)) names.set(name, i + 1)
      }
    }
  return names
}

type Read = (text: string) => { day: Day; matched: string } | null

const byNumbers: readonly Read[] = [
  text => {
    const found = /(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)/.exec(text)
    return found && { day: dayOf(found[1], found[2], found[3]), matched: found[0] }
  },
  text => {
    const found = /(?:(\d{4})\s*年\s*)?(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?/.exec(text)
    return found && { day: dayOf(found[1], found[2], found[3]), matched: found[0] }
  },
  text => {
    const found = /(?<!\d)(\d{1,2})[.](\d{1,2})[.](\d{4})?/.exec(text)
    return found && { day: dayOf(found[3], found[2], found[1]), matched: found[0] }
  },
]

const dayOf = (year: string | undefined, month: string | undefined, day: string | undefined): Day => ({
  year: year === undefined ? null : Number(year),
  month: Number(month),
  day: Number(day),
})

/** `10 March 2026`, `March 10`, `10 марта`: the words of the language, or English. */
function byName(text: string, language: string): ReturnType<Read> {
  const names = new Map([...monthNames('en'), ...monthNames(language)])
  for (const found of text.matchAll(/\p{L}{3,}/gu)) {
    const month = names.get(found[0].toLocaleLowerCase(language))
    if (month === undefined) continue
    const [before, after] = [text.slice(0, found.index), text.slice(found.index + found[0].length)]
    const ahead = /(?<!\d)(\d{1,2})[.]?\s*$/.exec(before)
    const behind = /^[.]?\s*(\d{1,2})(?![\d:])/.exec(after)
    const number = ahead ?? behind
    if (!number) continue
    const tail = ahead ? after : after.slice(behind?.[0].length)
    const year = /^[.,]?\s*(\d{4})(?!\d)/.exec(tail)
    const matched = ahead
      ? `${ahead[0]}${found[0]}${year?.[0] ?? ''}`
      : `${found[0]}${behind?.[0] ?? ''}${year?.[0] ?? ''}`
    return { day: dayOf(year?.[1], String(month), number[1]), matched }
  }
  return null
}

/** `today`, `yesterday`, in the words of the language or in English. */
function byToday(text: string, language: string, today: string): ReturnType<Read> {
  for (const tongue of [language, 'en'])
    for (const offset of [0, -1]) {
      const word = new Intl.RelativeTimeFormat(tongue, { numeric: 'auto' }).format(offset, 'day')
      const at = text.toLocaleLowerCase(tongue).indexOf(word)
      if (at < 0) continue
      const date = new Date(Date.parse(`${today}T00:00:00Z`) + offset * 24 * HOUR_MS)
      const day = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
      return { day, matched: text.slice(at, at + word.length) }
    }
  return null
}

/** `14:00-15:00`, `14-15`, `14:30`: minutes of the day, the end not included; one time alone is an hour. */
function readHours(text: string): { from: number; to: number; matched: string } | null {
  const found =
    /(?<!\d)(\d{1,2})(?::(\d{2}))?\s*(?:-|–|—|~|до|至|到)\s*(\d{1,2})(?::(\d{2}))?(?!\d)/.exec(text) ??
    /(?<!\d)(\d{1,2}):(\d{2})(?!\d)/.exec(text)
  if (!found) return null
  const minutesOf = (hour: string | undefined, minute: string | undefined) =>
    Number(hour) * 60 + Number(minute ?? 0)
  const from = minutesOf(found[1], found[2])
  const to = found[3] === undefined ? from + 60 : minutesOf(found[3], found[4])
  return from < to && to <= 24 * 60 + 59 ? { from, to: Math.min(to, 24 * 60), matched: found[0] } : null
}

/**
 * Reads “Anna 10 March 14:00–15:00” (also 2026-03-10, 10.3., 3月10日, 10 марта, yesterday) as a span in the browser’s
 * zone. Without hours it is the whole day; a day without a year is the last that was. Null when no day is named.
 */
export function readWhen(text: string, language: string, now: Date, zone?: string): SaidWhen | null {
  const today = toLocal(now.toISOString(), zone).slice(0, 10)
  const found =
    byNumbers.map(read => read(text)).find(each => each !== null) ??
    byName(text, language) ??
    byToday(text, language, today)
  if (!found) return null
  const { month, day } = found.day
  const thisYear = Number(today.slice(0, 4))
  const dateIn = (year: number) => `${year}-${pad(month)}-${pad(day)}`
  const date = dateIn(found.day.year ?? (dateIn(thisYear) > today ? thisYear - 1 : thisYear))
  const midnight = Date.parse(`${date}T00:00:00Z`)
  // the 31st of a month that has none is no day
  if (Number.isNaN(midnight) || new Date(midnight).getUTCDate() !== day) return null
  const left = text.replace(found.matched, ' ')
  const hours = readHours(left)
  const instant = (minutes: number) =>
    fromLocal(new Date(midnight + minutes * 60_000).toISOString().slice(0, 19), zone)
  const [from, to] = [instant(hours?.from ?? 0), instant(hours?.to ?? 24 * 60)]
  if (from === undefined || to === undefined) return null
  const rest = left
    .replace(hours?.matched ?? '', ' ')
    .replace(/[,;]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return { from, to, rest }
}
