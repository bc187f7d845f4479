import { type BundleFinding, BundleProblem } from './bundle-verdict.ts'
import { fromBase64, toBase64, utf8Encode } from './bytes.ts'
import { parseCanonical } from './canonical.ts'
import { ProofError } from './errors.ts'
import { isPartName, SALT_BYTES } from './part.ts'

/** One line of `entries.ndjson`: leaf hash, and the leaf itself unless the entry is closed. */
export type EntryLine = { readonly position: number; readonly hash: Uint8Array; readonly leaf?: Uint8Array }

/** What is shown of one part. `by` is the entry that erased it; `missing` is an alarm of the one who made the bundle. */
export type Opening =
  | { readonly state: 'open'; readonly salt: Uint8Array; readonly bytes: Uint8Array }
  | { readonly state: 'withheld' | 'missing' }
  | { readonly state: 'erased'; readonly by: string | null }

/** One line of `openings.ndjson`; lines are ordered by position, then name. */
export type OpeningLine = { readonly position: number; readonly name: string; readonly opening: Opening }

/** One line of `context.ndjson`: an entry elsewhere in the log whose part `name` says what somebody was called. */
export type ContextLine = {
  readonly position: number
  readonly leaf: Uint8Array
  /** Inclusion proof in the tree of `checkpoints/after.note`, hashes in a row. */
  readonly path: Uint8Array
  readonly salt: Uint8Array
  readonly bytes: Uint8Array
}

const MAX_LINE_BYTES = 4_000_000
/** A leaf of 4,096 bytes in base64, its hash, its position, and the names of the three. */
const MAX_ENTRY_LINE = 5_600
const ENTRY =
  /^\{"hash":"([A-Za-z0-9+/]{43}=)"(?:,"leaf":"([A-Za-z0-9+/]+={0,2})")?,"position":(0|[1-9]\d{0,14})\}$/

/** By far the most frequent opening; any other line takes the slower way and gets the same answer. */
const OPEN =
  /^\{"bytes":"([A-Za-z0-9+/]*={0,2})","name":"([A-Za-z][A-Za-z0-9_.-]{0,63})","position":(0|[1-9]\d{0,14}),"salt":"([A-Za-z0-9+/]{43}=)","state":"open"\}$/
const ENTRY_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Text of an entry's line, newline included. */
export function formatEntryLine({ position, hash, leaf }: EntryLine): string {
  const shown = leaf === undefined ? '' : `,"leaf":"${toBase64(leaf)}"`
  return `{"hash":"${toBase64(hash)}"${shown},"position":${position}}\n`
}

/** Reads an entry's line. Throws `entries_malformed`. */
export function parseEntryLine(line: string): EntryLine {
  const match = line.length > MAX_ENTRY_LINE ? null : ENTRY.exec(line)
  if (match === null)
    throw new BundleProblem('entries_malformed', `line ${JSON.stringify(line.slice(0, 80))}`)
  return orMalformed('entries_malformed', () => {
    const entry = { position: Number(match[3]), hash: fromBase64(match[1] ?? '') }
    return match[2] === undefined ? entry : { ...entry, leaf: fromBase64(match[2]) }
  })
}

/** Text of an opening's line, newline included. */
export function formatOpeningLine({ position, name, opening }: OpeningLine): string {
  const { state } = opening
  if (state === 'open')
    return `{"bytes":"${toBase64(opening.bytes)}","name":"${name}","position":${position},"salt":"${toBase64(opening.salt)}","state":"open"}\n`
  const by = state === 'erased' && opening.by !== null ? `"by":"${opening.by}",` : ''
  return `{${by}"name":"${name}","position":${position},"state":"${state}"}\n`
}

/** Reads an opening's line. Throws `openings_malformed`. */
export function parseOpeningLine(line: string): OpeningLine {
  const [, words, part = '', at, pinch] = OPEN.exec(line) ?? []
  if (words !== undefined) {
    const opening = { state: 'open', salt: base64(pinch, line), bytes: base64(words, line) } as const
    return { position: Number(at), name: part, opening }
  }
  const { name, position, state, bytes, salt, by, ...rest } = parseMembers(line, 'openings_malformed')
  if (Object.keys(rest).length > 0 || typeof name !== 'string' || !isPartName(name) || !isPosition(position))
    throw badOpening(line)
  if (state === 'open' && by === undefined) {
    const opening = { state, salt: base64(salt, line), bytes: base64(bytes, line) } as const
    if (opening.salt.length !== SALT_BYTES) throw badOpening(line)
    return { position, name, opening }
  }
  if (salt !== undefined || bytes !== undefined) throw badOpening(line)
  if (state === 'erased' && (by === undefined || (typeof by === 'string' && ENTRY_ID.test(by))))
    return { position, name, opening: { state, by: by ?? null } }
  if ((state !== 'withheld' && state !== 'missing') || by !== undefined) throw badOpening(line)
  return { position, name, opening: { state } }
}

/** Text of a context line, newline included. */
export function formatContextLine({ position, leaf, path, salt, bytes }: ContextLine): string {
  return `{"bytes":"${toBase64(bytes)}","leaf":"${toBase64(leaf)}","path":"${toBase64(path)}","position":${position},"salt":"${toBase64(salt)}"}\n`
}

/** Reads a context line. Throws `context_malformed`. */
export function parseContextLine(line: string): ContextLine {
  const { position, leaf, path, salt, bytes, ...rest } = parseMembers(line, 'context_malformed')
  const texts = [leaf, path, salt, bytes]
  if (Object.keys(rest).length > 0 || !isPosition(position) || !texts.every(text => typeof text === 'string'))
    throw new BundleProblem('context_malformed', line.slice(0, 80))
  return orMalformed('context_malformed', () => {
    const read = (value: unknown) => fromBase64(String(value))
    return { position, leaf: read(leaf), path: read(path), salt: read(salt), bytes: read(bytes) }
  })
}

/** The lines of a member, in batches as the bytes come. Throws `verdict` on a line too long or without its end. */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  verdict: BundleFinding['verdict'],
): AsyncGenerator<string[]> {
  // One letter a byte, whatever it is: what is no ASCII is refused by whoever reads the line.
  const decoder = new TextDecoder('latin1')
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk)).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > MAX_LINE_BYTES) throw new BundleProblem(verdict, 'a line without end')
    if (lines.length > 0) yield lines
  }
  if (rest !== '') throw new BundleProblem(verdict, 'the last line has no end')
}

type Members = Readonly<Record<string, unknown>>

function parseMembers(line: string, verdict: BundleFinding['verdict']): Members {
  return orMalformed(verdict, () => {
    const value = parseCanonical(utf8Encode(line), { maxBytes: MAX_LINE_BYTES })
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new BundleProblem(verdict, 'no object')
    // An object that is no array can be read by any member name.
    return value as Members
  })
}

function base64(value: unknown, line: string): Uint8Array {
  if (typeof value !== 'string') throw badOpening(line)
  return orMalformed('openings_malformed', () => fromBase64(value))
}

function isPosition(value: unknown): value is number {
  return typeof value === 'number' && value >= 0
}

function badOpening(line: string): BundleProblem {
  return new BundleProblem('openings_malformed', line.slice(0, 80))
}

function orMalformed<T>(verdict: BundleFinding['verdict'], read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof ProofError) throw new BundleProblem(verdict, error.message)
    throw error
  }
}
