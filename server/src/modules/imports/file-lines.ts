import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { RejectCause } from './line.ts'

/** A line longer than this is not held in memory: it is rejected and skipped. */
const LONGEST = 1024 * 1024
const NEWLINE = 10
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

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
  for await (const raw of splitLines(file)) {
    number++
    if (number <= after) continue
    const line = toLine(raw, number)
    if (line) batch.push(line)
    if (batch.length >= most) {
      yield { lines: batch, last: number }
      batch = []
      most = sizes.next().value
    }
  }
  if (batch.length > 0 || number > after) yield { lines: batch, last: number }
}

function toLine(raw: Buffer | null, number: number): FileLine | null {
  if (raw === null) return { number, cause: 'line_too_long' }
  const bytes = number === 1 && raw.subarray(0, 3).equals(BYTE_ORDER_MARK) ? raw.subarray(3) : raw
  if (!isUtf8(bytes)) return { number, cause: 'not_utf8' }
  const text = bytes.toString('utf8')
  return text.trim() === '' ? null : { number, text }
}

/** Raw lines without their line feed; null for one that is too long. */
async function* splitLines(file: string): AsyncIterable<Buffer | null> {
  let rest: Buffer[] = []
  let restLength = 0
  for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 })) {
    const bytes = chunk as Buffer // no encoding is set
    let from = 0
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, from)) {
      const piece = bytes.subarray(from, end)
      from = end + 1
      yield restLength + piece.length > LONGEST ? null : joined(rest, piece)
      rest = []
      restLength = 0
    }
    const piece = bytes.subarray(from)
    restLength += piece.length
    if (restLength <= LONGEST) rest.push(piece)
    else rest = []
  }
  if (restLength > 0) yield restLength > LONGEST ? null : Buffer.concat(rest)
}

const joined = (rest: Buffer[], piece: Buffer): Buffer =>
  rest.length === 0 ? piece : Buffer.concat([...rest, piece])
