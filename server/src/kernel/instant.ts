/**
 * Instants travel as text with six fraction digits (`2026-11-23T02:36:07.123456Z`), because JavaScript's Date
 * would cut PostgreSQL's microseconds to milliseconds. As text of one shape they also compare in order.
 */

/** From PostgreSQL's output under TimeZone UTC (`2026-11-23 02:36:07.1234+00`) to the one shape used everywhere. */
export function instantFromPostgres(text: string): string {
  const zone = text.endsWith('+00') ? text.length - 3 : text.length
  const point = text.indexOf('.')
  const seconds = point === -1 ? text.slice(0, zone) : text.slice(0, point)
  const fraction = point === -1 ? '' : text.slice(point + 1, zone)
  return `${seconds.slice(0, 10)}T${seconds.slice(11)}.${fraction.padEnd(6, '0')}Z`
}

/** Whole microseconds since 1970 of an instant. */
export const microsOf = (instant: string): bigint =>
  BigInt(Date.parse(`${instant.slice(0, 19)}Z`)) * 1000n + BigInt(instant.slice(20, 26))

/** Adds whole microseconds to an instant. */
export function addMicros(instant: string, micros: number): string {
  const total = microsOf(instant) + BigInt(micros)
  const ms = Number(total / 1000n)
  return `${new Date(ms).toISOString().slice(0, 23)}${(total % 1000n).toString().padStart(3, '0')}Z`
}

/** Whole milliseconds since 1970 of an instant. */
export const millisOf = (instant: string): number => Date.parse(`${instant.slice(0, 23)}Z`)

/** An instant from milliseconds since 1970. */
export const instantFromMillis = (ms: number): string => `${new Date(ms).toISOString().slice(0, 23)}000Z`

/** An instant from RFC 3339 with any offset and zero to six (further ones are cut) fraction digits. */
export function instantFromRfc3339(text: string): string {
  // Most already have the right shape but for the fraction.
  if (text.endsWith('Z') && text.charAt(10) === 'T') {
    if (text.length === 20) return `${text.slice(0, 19)}.000000Z`
    if (text.length === 24) return `${text.slice(0, 23)}000Z`
    if (text.length === 27) return text
  }
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? ''
  const whole = new Date(text.replace(/\.\d+/, ''))
  return `${whole.toISOString().slice(0, 19)}.${fraction.padEnd(6, '0').slice(0, 6)}Z`
}
