/** A day, and the time of it if there is one: the pieces and what stands between them. */
const DAY_AND_TIME =
  /^(\d{1,4})([-./])(\d{1,2})\2(\d{1,4})(?:(T|[ ,]+)(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:([.,])(\d{1,9}))?)?)?$/
const ISO = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?\s*(Z|[+-]\d\d:?\d\d)?$/i
const DAYS_OF_A_MONTH = 12

/**
 * How the times of a column seem to be written: `iso`, `unix_seconds`, `unix_millis` or a pattern; `iso` where nothing
 * can be told. Of two ways to read 03/04/2020 it takes day before month, unless some day of the column denies it.
 */
export function guessTimeFormat(samples: readonly string[]): string {
  const values = samples.map(value => value.trim()).filter(value => value !== '')
  if (values.length === 0 || values.every(value => ISO.test(value))) return 'iso'
  if (values.every(value => /^\d{9,10}([.]\d+)?$/.test(value))) return 'unix_seconds'
  if (values.every(value => /^\d{12,13}$/.test(value))) return 'unix_millis'
  const found = values.map(value => DAY_AND_TIME.exec(value))
  const [first] = found
  if (!first || found.some(each => each === null)) return 'iso'
  const isMonthFirst = found.some(each => Number(each?.[3]) > DAYS_OF_A_MONTH)
  return patternOf(first, isMonthFirst)
}

function patternOf(found: RegExpExecArray, isMonthFirst: boolean): string {
  const [, head = '', divider = '', , , gap, hour, , second, mark, digits] = found
  const day =
    head.length === 4 ? ['YYYY', 'MM', 'DD'] : isMonthFirst ? ['MM', 'DD', 'YYYY'] : ['DD', 'MM', 'YYYY']
  if (hour === undefined) return day.join(divider)
  const fraction = digits === undefined ? '' : `${mark}${'S'.repeat(digits.length)}`
  return `${day.join(divider)}${gap}HH:mm${second === undefined ? '' : `:ss${fraction}`}`
}
