// A cell that begins so would be run as a formula by spreadsheets; a quote in front makes it a text (OWASP, CSV injection).
const FORMULA = /^[\s]*[=+\-@\t\r＝＋－＠]/u
const SPECIAL = /[",\r\n]/

/** One cell of RFC 4180, harmless to spreadsheets. Numbers are ours and stay numbers. */
export function csvCell(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const first = value.charCodeAt(0)
  // ids, times and words of ours, and most of everybody's: nothing here begins a formula
  const plain = (first >= 48 && first <= 57) || (first >= 97 && first <= 122) || (first >= 65 && first <= 90)
  const safe = !plain && FORMULA.test(value) ? `'${value}` : value
  return SPECIAL.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** One line, ended by CR LF. */
export const csvLine = (cells: readonly (string | number | null)[]): string =>
  `${cells.map(csvCell).join(',')}\r\n`

/** The byte order mark by which spreadsheets know UTF-8. */
export const BOM = '\ufeff'
