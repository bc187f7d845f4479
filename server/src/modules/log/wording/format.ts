import type { WordingLanguage } from './words.ts'

const LOCALES: Record<WordingLanguage, string> = { en: 'en-GB', zh: 'zh-CN', ru: 'ru-RU' }

/** Times, numbers and lists in a language and a zone. */
export interface WordingFormat {
  /** 10/03/2026, 14:03:27 UTC */
  readonly exact: (at: string) => string
  /** Tuesday 10 March 2026 */
  readonly day: (at: string) => string
  /** 14:03:27 */
  readonly clock: (at: string) => string
  readonly number: (value: number) => string
  readonly milliseconds: (value: number) => string
  readonly list: (values: string[]) => string
  /** Seconds by their unit. */
  readonly seconds: (value: number) => string
}

/** Throws RangeError for a zone that `Intl` does not know. */
export function createFormat(language: WordingLanguage, timeZone: string): WordingFormat {
  const locale = LOCALES[language]
  const of = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(locale, { ...options, timeZone, hourCycle: 'h23' })
    return (at: string) => format.format(new Date(at))
  }
  const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const
  const number = new Intl.NumberFormat(locale)
  const milliseconds = new Intl.NumberFormat(locale, { style: 'unit', unit: 'millisecond' })
  const seconds = new Intl.NumberFormat(locale, { style: 'unit', unit: 'second', unitDisplay: 'long' })
  const list = new Intl.ListFormat(locale, { type: 'conjunction' })
  return {
    exact: of({ year: 'numeric', month: '2-digit', day: '2-digit', ...clock, timeZoneName: 'short' }),
    day: of({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }),
    clock: of(clock),
    number: value => number.format(value),
    milliseconds: value => milliseconds.format(value),
    list: values => list.format(values),
    seconds: value => seconds.format(value),
  }
}
