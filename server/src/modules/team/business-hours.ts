import { z } from 'zod'
import { millisOf } from '../../kernel/instant.ts'

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const Minute = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/)
const isZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false // RangeError is how Intl says that it knows no such zone
  }
}
/** Opening hours of a bot: spans of each weekday in a zone, and days that are closed all the same. */
const Hours = z.strictObject({
  zone: z.string().refine(isZone),
  week: z.partialRecord(
    z.enum(DAYS),
    z.array(z.tuple([Minute, Minute]).refine(([from, to]) => from < to)).max(6),
  ),
  closed: z.array(z.iso.date()).max(100).default([]),
})
/** By bot id; `default` for every other. A bot without either is always open. */
const BusinessHours = z.record(z.union([z.literal('default'), z.uuid()]), Hours)
export type BusinessHours = z.infer<typeof BusinessHours>

export function parseBusinessHours(text: string): BusinessHours | null {
  if (text.trim() === '') return {}
  try {
    return BusinessHours.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null // no JSON: the setting refuses it
  }
}

export const isBusinessHours = (text: string): boolean => parseBusinessHours(text) !== null

/** Is a bot open at an instant? A span holds its first minute and not its last. */
export function isOpenAt(hours: BusinessHours, botId: string, instant: string): boolean {
  const own = hours[botId] ?? hours.default
  if (!own) return true
  const parts = new Map(
    new Intl.DateTimeFormat('en-CA', {
      timeZone: own.zone,
      weekday: 'short',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
      .formatToParts(millisOf(instant))
      .map(({ type, value }) => [type, value]),
  )
  if (own.closed.includes(`${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`)) return false
  const day = DAYS.find(name => name === parts.get('weekday')?.toLowerCase())
  const minute = `${parts.get('hour')}:${parts.get('minute')}`
  return ((day && own.week[day]) ?? []).some(([from, to]) => minute >= from && minute < to)
}
