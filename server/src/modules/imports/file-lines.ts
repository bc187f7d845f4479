import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { RejectCause } from './line.ts'

/** A line longer than this is not held in memory: it is rejected and skipped. */
const LONGEST = 1024 * 1024
const NEWLINE = 10

/** A line of the file: its number from 1, and its text or why there is none. */
export type FileLine =
  | { readonly number: number; readonly text: string }
  | { readonly number: number; readonly cause: RejectCause; readonly detail?: string }

/** SHA-256 and length of a file: what makes it the same file again. Throws what the file system says. */
export async function fingerprintFile(file: string): Promise<{ sha256: Buffer; bytes: number }> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) {
    hash.update(chunk)
    bytes += chunk.length
  }
  return { sha256: hash.digest(), bytes }
}

/** The first batch is as small as this, each further one twice the one before: the database need not wait for a large one. */
const FIRST_BATCH = 500

/** How many lines each batch has at most, from the first on. */
export function* growingSizes(most: number): Generator<number, never> {
  for (let size = Math.min(FIRST_BATCH, most); ; size = Math.min(2 * size, most)) yield size
}

/** The lines of a file in batches of at most `size`, in order, without those up to number `after`; blank ones are left out. */
export async function* readLines(
  file: string,
  after: number,
  size: number,
): AsyncIterable<{ lines: FileLine[]; last: number }> {
  const sizes = growingSizes(size)
  let most = sizes.next().value
  let batch: FileLine[] = []
  let number = 0
  for await (const piece of readPieces(file)) {
    for (const text of piece) {
      number++
      if (number <= after) continue
      const line = toLine(text, number)
      if (line) batch.push(line)
      if (batch.length < most) continue
      yield { lines: batch, last: number }
      batch = []
      most = sizes.next().value
    }
  }
  if (batch.length > 0 || number > after) yield { lines: batch, last: number }
}

/** A line's text, or why there is none. */
type RawLine = string | { readonly cause: RejectCause }

const TOO_LONG = { cause: 'line_too_long' } as const
const NOT_UTF8 = { cause: 'not_utf8' } as const

function toLine(text: RawLine, number: number): FileLine | null {
  if (typeof text !== 'string') return { number, ...text }
  const line = number === 1 && text.startsWith('\ufeff') ? text.slice(1) : text
  return line.trim() === '' ? null : { number, text: line }
}

/** Lines without their line feed, as many at once as a piece of the file holds. */
async function* readPieces(file: string): AsyncIterable<readonly RawLine[]> {
  let rest: Buffer[] = []
  let restLength = 0
  for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 })) {
    const bytes = chunk as Buffer // no encoding is set
    const first = bytes.indexOf(NEWLINE)
    if (first !== -1) {
      const last = bytes.lastIndexOf(NEWLINE)
      const begun =
        restLength + first > LONGEST ? TOO_LONG : textOf(Buffer.concat([...rest, bytes.subarray(0, first)]))
      yield last === first ? [begun] : [begun, ...linesOf(bytes.subarray(first + 1, last))]
      rest = []
      restLength = 0
    }
    const begins = bytes.subarray(bytes.lastIndexOf(NEWLINE) + 1)
    restLength += begins.length
    if (restLength <= LONGEST) rest.push(begins)
    else rest = []
  }
  if (restLength > 0) yield [restLength > LONGEST ? TOO_LONG : textOf(Buffer.concat(rest))]
}

/** Whole lines, decoded at once; one by one only when a byte among them is not UTF-8. */
function linesOf(bytes: Buffer): readonly RawLine[] {
  if (isUtf8(bytes)) return bytes.toString('utf8').split('\n')
  const lines: RawLine[] = []
  for (let from = 0, end = 0; end !== -1; from = end + 1) {
    end = bytes.indexOf(NEWLINE, from)
    lines.push(textOf(bytes.subarray(from, end === -1 ? bytes.length : end)))
  }
  return lines
}

const textOf = (bytes: Buffer): RawLine => (isUtf8(bytes) ? bytes.toString('utf8') : NOT_UTF8)
