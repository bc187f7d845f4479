import { createContext, useContext, useMemo } from 'react'
import { type Language, useLanguage } from '../i18n/index.ts'

const LOCALES: Record<Language, string> = { en: 'en-GB', zh: 'zh-CN', ru: 'ru-RU' }

/** The zone times are shown in below; undefined: the browser's own. */
export const ZoneContext = createContext<string | undefined>(undefined)
export const useZone = (): string | undefined => useContext(ZoneContext)

/** Whether a browser knows a zone by this name. */
export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false // RangeError is how Intl says that it knows no such zone
  }
}

function makeFormat(language: Language, zone: string | undefined) {
  const locale = LOCALES[language]
  const of = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { ...options, ...(zone ? { timeZone: zone } : {}) })
  const clock = of({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const seconds = of({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
  const exact = of({
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  })
  const day = of({ weekday: 'long', day: 'numeric', month: 'long' })
  const dayOfYear = of({ weekday: 'short', day: 'numeric', month: 'long', year: 'numeric' })
  const shortDay = of({ day: 'numeric', month: 'short' })
  const shortDayOfYear = of({ day: 'numeric', month: 'short', year: 'numeric' })
  const weekday = of({ weekday: 'long', timeZone: 'UTC' }) // 1 January 2024 was a Monday
  const span = of({
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const number = new Intl.NumberFormat(locale)
  const milliseconds = new Intl.NumberFormat(locale, { style: 'unit', unit: 'millisecond' })
  const list = new Intl.ListFormat(locale, { type: 'conjunction' })
  const thisYear = (at: Date) => yearOf(at, zone) === yearOf(new Date(), zone)

  return {
    number: (value: number) => number.format(value),
    milliseconds: (value: number) => milliseconds.format(value),
    list: (values: string[]) => list.format(values),
    /** Monday (0) to Sunday (6) */
    weekday: (index: number) => weekday.format(new Date(Date.UTC(2024, 0, 1 + index))),
    /** 14:03 */
    clock: (at: string) => clock.format(new Date(at)),
    /** 14:03:27 */
    seconds: (at: string) => seconds.format(new Date(at)),
    /** 10/03/2026, 14:03:27 CET: what stands in a tooltip and is copied */
    exact: (at: string) => exact.format(new Date(at)),
    /** 10 Mar 2026, 14:00 – 15:00 */
    range: (from: string, to: string) => span.formatRange(new Date(from), new Date(to)),
    /** Heading of a day in a list. */
    day: (at: string) => {
      const date = new Date(at)
      const away = daysAway(date, zone)
      if (away === 0 || away === -1) return relative.format(away, 'day')
      return (thisYear(date) ? day : dayOfYear).format(date)
    },
    /** The shortest that still tells: a clock today, a date before. */
    brief: (at: string) => {
      const date = new Date(at)
      if (daysAway(date, zone) === 0) return clock.format(date)
      return (thisYear(date) ? shortDay : shortDayOfYear).format(date)
    },
    /** "3 minutes ago", by the largest unit that fits. */
    ago: (at: string, now: number) => {
      const past = Math.round((Date.parse(at) - now) / 1000)
      const size = Math.abs(past)
      if (size < 60) return relative.format(past, 'second')
      if (size < 3600) return relative.format(Math.trunc(past / 60), 'minute')
      if (size < 86_400) return relative.format(Math.trunc(past / 3600), 'hour')
      return relative.format(Math.trunc(past / 86_400), 'day')
    },
    /** A size in bytes by the unit that fits. */
    bytes: (size: number) => formatBytes(locale, size),
    /** A span in at most two units: 42s, 3m 05s, 2h 10m, 4d 3h. */
    span: (milliseconds: number) => formatSpan(locale, milliseconds),
  }
}

const SIZES = [
  { unit: 'gigabyte', divisor: 1e9 },
  { unit: 'megabyte', divisor: 1e6 },
  { unit: 'kilobyte', divisor: 1e3 },
] as const

/** Single bytes are a word with its plural (710 bytes, 710 байт), larger units a sign (1.2 MB). */
export function formatBytes(locale: string, size: number): string {
  const { unit, divisor } = SIZES.find(each => size >= each.divisor) ?? { unit: 'byte', divisor: 1 }
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit,
    unitDisplay: unit === 'byte' ? 'long' : 'short',
    maximumFractionDigits: 1,
  }).format(size / divisor)
}

function formatSpan(locale: string, milliseconds: number): string {
  const total = Math.max(0, Math.floor(milliseconds / 1000))
  const unit = (value: number, name: string) => narrowUnit(locale, name).format(value)
  if (total < 60) return unit(total, 'second')
  if (total < 3600) return `${unit(Math.floor(total / 60), 'minute')} ${unit(total % 60, 'second')}`
  if (total < 86_400)
    return `${unit(Math.floor(total / 3600), 'hour')} ${unit(Math.floor((total % 3600) / 60), 'minute')}`
  return `${unit(Math.floor(total / 86_400), 'day')} ${unit(Math.floor((total % 86_400) / 3600), 'hour')}`
}

const units = new Map<string, Intl.NumberFormat>()

/** Made once for each: making one costs a hundred times what using it does. */
function narrowUnit(locale: string, unit: string): Intl.NumberFormat {
  const key = `${locale} ${unit}`
  let made = units.get(key)
  if (!made) {
    made = new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'narrow' })
    units.set(key, made)
  }
  return made
}

const calendars = new Map<string, Intl.DateTimeFormat>()

/** A date of the calendar in a zone: `2026-03-10`. */
function dateIn(date: Date, zone: string | undefined): string {
  const key = zone ?? ''
  let calendar = calendars.get(key)
  if (!calendar) {
    // Swedish writes dates as ISO 8601 does
    calendar = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', ...(zone ? { timeZone: zone } : {}) })
    calendars.set(key, calendar)
  }
  return calendar.format(date)
}
const yearOf = (date: Date, zone: string | undefined) => dateIn(date, zone).slice(0, 4)

/** Whole calendar days from today, in the reader's zone: 0 today, -1 yesterday. */
function daysAway(date: Date, zone: string | undefined): number {
  const day = (of: Date) => Date.parse(`${dateIn(of, zone)}T00:00:00Z`)
  return Math.round((day(date) - day(new Date())) / 86_400_000)
}

/** Groups a list by calendar day in the reader's zone, or in another. */
export const dayKey = (at: string, zone?: string): string => dateIn(new Date(at), zone)

export type Format = ReturnType<typeof makeFormat>
const formats = new Map<string, Format>()

/** Dates, numbers and lists in the reader's language and zone. */
export function useFormat(): Format {
  const language = useLanguage()
  const zone = useZone()
  return useMemo(() => {
    const key = `${language} ${zone ?? ''}`
    const known = formats.get(key) ?? makeFormat(language, zone)
    formats.set(key, known)
    return known
  }, [language, zone])
}
