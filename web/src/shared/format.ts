import { useMemo } from 'react'
import { type Language, useLanguage } from '../i18n/index.ts'

const LOCALES: Record<Language, string> = { en: 'en-GB', zh: 'zh-CN', ru: 'ru-RU' }

function makeFormat(language: Language) {
  const locale = LOCALES[language]
  const of = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options)
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
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const number = new Intl.NumberFormat(locale)
  const list = new Intl.ListFormat(locale, { type: 'conjunction' })
  const thisYear = (at: Date) => at.getFullYear() === new Date().getFullYear()

  return {
    number: (value: number) => number.format(value),
    list: (values: string[]) => list.format(values),
    /** 14:03 */
    clock: (at: string) => clock.format(new Date(at)),
    /** 14:03:27 */
    seconds: (at: string) => seconds.format(new Date(at)),
    /** 10/03/2026, 14:03:27 CET: what stands in a tooltip and is copied */
    exact: (at: string) => exact.format(new Date(at)),
    /** Heading of a day in a list. */
    day: (at: string) => {
      const date = new Date(at)
      const away = daysAway(date)
      if (away === 0 || away === -1) return relative.format(away, 'day')
      return (thisYear(date) ? day : dayOfYear).format(date)
    },
    /** The shortest that still tells: a clock today, a date before. */
    brief: (at: string) => {
      const date = new Date(at)
      if (daysAway(date) === 0) return clock.format(date)
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
    /** A span in at most two units: 42s, 3m 05s, 2h 10m, 4d 3h. */
    span: (milliseconds: number) => formatSpan(locale, milliseconds),
  }
}

function formatSpan(locale: string, milliseconds: number): string {
  const total = Math.max(0, Math.floor(milliseconds / 1000))
  const unit = (value: number, name: string) =>
    new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'narrow' }).format(value)
  if (total < 60) return unit(total, 'second')
  if (total < 3600) return `${unit(Math.floor(total / 60), 'minute')} ${unit(total % 60, 'second')}`
  if (total < 86_400)
    return `${unit(Math.floor(total / 3600), 'hour')} ${unit(Math.floor((total % 3600) / 60), 'minute')}`
  return `${unit(Math.floor(total / 86_400), 'day')} ${unit(Math.floor((total % 86_400) / 3600), 'hour')}`
}

/** Whole calendar days from today, in the reader's zone: 0 today, -1 yesterday. */
function daysAway(date: Date): number {
  const midnight = (of: Date) => new Date(of.getFullYear(), of.getMonth(), of.getDate()).getTime()
  return Math.round((midnight(date) - midnight(new Date())) / 86_400_000)
}

/** Groups a list by calendar day in the reader's zone. */
export function dayKey(at: string): string {
  const date = new Date(at)
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`
}

export type Format = ReturnType<typeof makeFormat>
const formats = new Map<Language, Format>()

/** Dates, numbers and lists in the reader's language and zone. */
export function useFormat(): Format {
  const language = useLanguage()
  return useMemo(() => {
    const known = formats.get(language) ?? makeFormat(language)
    formats.set(language, known)
    return known
  }, [language])
}
