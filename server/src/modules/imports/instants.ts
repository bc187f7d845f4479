import { ConsoleError } from '../../kernel/console-error.ts'
import { RejectedLine } from './line.ts'

type Fields = {
  YYYY: number
  MM: number
  DD: number
  HH: number
  mm: number
  ss: number
  micros: number
  zone: string | null
}
const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d\d:?\d\d)?$/i
const HOUR_MS = 3_600_000

/** Makes the reader of a column of times. Throws `input.invalid` for a zone or pattern that is none. */
export function createInstantReader(format: string, zone: string): (value: string) => string {
  const offsetOf = createOffsets(zone)
  if (format === 'unix_seconds' || format === 'unix_millis') return value => fromUnix(value, format)
  const read = format === 'iso' ? readIso : createPattern(format)
  return value => {
    const fields = read(value.trim())
    if (!fields) throw new RejectedLine('at_malformed', format)
    return toRfc3339(fields, offsetOf)
  }
}

/** RFC 3339 in UTC with six fraction digits. */
function toRfc3339(fields: Fields, offsetOf: (ms: number) => number): string {
  const { YYYY, MM, DD, HH, mm, ss, micros, zone } = fields
  const local = Date.UTC(YYYY, MM - 1, DD, HH, mm, ss)
  const check = new Date(local)
  if (check.getUTCMonth() !== MM - 1 || check.getUTCDate() !== DD || HH > 23 || mm > 59 || ss > 59)
    throw new RejectedLine('at_malformed', 'no such day or time')
  const utc = zone === null ? local - settle(local, offsetOf) : local - offsetIn(zone)
  return withMicros(utc, micros)
}

/** The offset in force: first as if the local time were UTC, then where that leads. A time that the clock skipped or had twice gets the later reading's. */
const settle = (local: number, offsetOf: (ms: number) => number): number => offsetOf(local - offsetOf(local))

function offsetIn(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(-2))]
  return (zone[0] === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000
}

const withMicros = (ms: number, micros: number): string =>
  `${new Date(ms).toISOString().slice(0, 19)}.${String(micros).padStart(6, '0')}Z`

function fromUnix(value: string, format: 'unix_seconds' | 'unix_millis'): string {
  const number = /^\d{1,14}(\.\d{1,9})?$/.test(value.trim()) ? Number(value) : Number.NaN
  const ms = format === 'unix_seconds' ? number * 1000 : number
  if (Number.isNaN(ms) || ms > 253_402_300_799_000) throw new RejectedLine('at_malformed', format)
  return withMicros(Math.floor(ms / 1000) * 1000, Math.round((ms % 1000) * 1000) % 1_000_000)
}

const fraction = (digits: string | undefined): number => Number((digits ?? '').padEnd(6, '0').slice(0, 6))

function readIso(value: string): Fields | null {
  const [, year, month, day, hour, minute, second, digits, zone] = ISO.exec(value) ?? []
  if (year === undefined) return null
  const [YYYY, MM, DD, HH, mm, ss] = [year, month, day, hour, minute, second ?? '0'].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ] // six in, six out
  return { YYYY, MM, DD, HH, mm, ss, micros: fraction(digits), zone: zone ?? null }
}

const TOKENS = /YYYY|MM|DD|HH|mm|ss|S+/g
/** A pattern of YYYY MM DD HH mm ss S…; every other character stands for itself. */
function createPattern(pattern: string): (value: string) => Fields | null {
  const names: string[] = []
  const literally = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
  let source = ''
  let from = 0
  for (const match of pattern.matchAll(TOKENS)) {
    names.push(match[0][0] === 'S' ? 'S' : match[0])
    const digits = match[0] === 'YYYY' ? '4' : match[0][0] === 'S' ? '1,9' : '1,2'
    source += `${literally(pattern.slice(from, match.index))}(\\d{${digits}})`
    from = match.index + match[0].length
  }
  for (const needed of ['YYYY', 'MM', 'DD'])
    if (!names.includes(needed)) throw notAFormat('at.format', `without ${needed}`)
  const regex = new RegExp(`^${source}${literally(pattern.slice(from))}$`)
  return value => {
    const found = regex.exec(value)
    if (!found) return null
    const of = (name: string) => found[names.indexOf(name) + 1]
    const number = (name: string) => (names.includes(name) ? Number(of(name)) : 0)
    return {
      YYYY: number('YYYY'),
      MM: number('MM'),
      DD: number('DD'),
      HH: number('HH'),
      mm: number('mm'),
      ss: number('ss'),
      micros: names.includes('S') ? fraction(of('S')) : 0,
      zone: null,
    }
  }
}

const notAFormat = (path: string, problem: string) =>
  new ConsoleError('input.invalid', { issues: [{ path: `mapping.${path}`, problem }] })

/** Offsets of a zone from UTC in milliseconds, by instant. Zones change them on the hour or half of it. */
function createOffsets(zone: string): (ms: number) => number {
  const format = formatIn(zone)
  const known = new Map<number, number>()
  return ms => {
    const slot = Math.floor(ms / (HOUR_MS / 4))
    const cached = known.get(slot)
    if (cached !== undefined) return cached
    const part = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]))
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
    const offset = Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000
    if (known.size > 100_000) known.clear()
    known.set(slot, offset)
    return offset
  }
}

function formatIn(zone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw notAFormat('at.zone', 'no such time zone')
  }
}
