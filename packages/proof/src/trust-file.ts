import type { Trust } from './checkpoint.ts'
import { ProofError } from './errors.ts'
import { parseVkey } from './note-key.ts'

// Whom to believe about a log, as a file that a verifier keeps. Keys follow each other: each is good for the sizes
// from `fromSize` to `toSize`, both included; the head at which they change carries both signatures.

/** One key of a log and the tree sizes it may sign; `toSize` null: still in force. */
export type KeyRange = {
  readonly vkey: string
  readonly fromSize: number
  readonly toSize: number | null
}

/** The keys of one origin: of a log, or of an epoch of it that has ended. */
export type EpochTrust = {
  readonly origin: string
  readonly keys: readonly KeyRange[]
}

/**
 * `witnesses` are the vkeys (type 0x04) whose cosignatures count. `earlier` are the epochs before this one, the oldest
 * first: what they signed of this tree must still be in it, but none of their keys may sign it now.
 */
export type TrustFile = EpochTrust & {
  readonly witnesses: readonly string[]
  readonly earlier?: readonly EpochTrust[]
}

export const TRUST_FORMAT = 'tracedesk-trust/v1'

/** Text of a trust file. */
export function formatTrustFile({ origin, keys, witnesses, earlier = [] }: TrustFile): string {
  const before = earlier.length > 0 ? { earlier } : {}
  return `${JSON.stringify({ format: TRUST_FORMAT, origin, keys, witnesses, ...before }, null, 2)}\n`
}

/** Reads a trust file; `witnesses` and `earlier` may be left out. Throws `bad_trust`, and `bad_vkey` for a key that is none. */
export function parseTrustFile(text: string): TrustFile {
  const { format, origin, keys, witnesses = [], earlier = [] } = readObject(text)
  if (format !== TRUST_FORMAT) throw new ProofError('bad_trust', `format is not ${TRUST_FORMAT}`)
  if (!Array.isArray(earlier)) throw new ProofError('bad_trust', 'earlier is no list')
  if (!Array.isArray(witnesses)) throw new ProofError('bad_trust', 'witnesses is no list')
  return {
    ...readEpoch(origin, keys),
    witnesses: witnesses.map(vkey => requireKey(vkey, 'witness')),
    ...(earlier.length > 0 ? { earlier: earlier.map(readEarlier) } : {}),
  }
}

function readEpoch(origin: unknown, keys: unknown): EpochTrust {
  if (typeof origin !== 'string' || origin === '' || origin.includes('\n'))
    throw new ProofError('bad_trust', 'no origin')
  if (!Array.isArray(keys) || keys.length === 0) throw new ProofError('bad_trust', 'no keys')
  return { origin, keys: keys.map(readRange) }
}

function readEarlier(value: unknown): EpochTrust {
  const { origin, keys }: Partial<Record<keyof EpochTrust, unknown>> =
    typeof value === 'object' && value !== null ? value : {}
  return readEpoch(origin, keys)
}

/** The trust that holds for a checkpoint of `size` leaves: the keys whose range covers it, and the witnesses. */
export function trustAtSize({ origin, keys, witnesses }: TrustFile, size: number): Trust {
  const trustedVkeys = keys.filter(range => coversSize(range, size)).map(range => range.vkey)
  return { origin, trustedVkeys, witnessVkeys: witnesses }
}

/** Whether a key may sign a tree of `size` leaves. */
export function coversSize({ fromSize, toSize }: KeyRange, size: number): boolean {
  return size >= fromSize && (toSize === null || size <= toSize)
}

/** The ranges of keys that follow each other, each given with the size from which it signs; smallest first. */
export function keyRanges(keys: readonly { readonly vkey: string; readonly fromSize: number }[]): KeyRange[] {
  const inOrder = keys.toSorted((a, b) => a.fromSize - b.fromSize)
  return inOrder.map(({ vkey, fromSize }, at) => ({
    vkey,
    fromSize,
    toSize: inOrder[at + 1]?.fromSize ?? null,
  }))
}

function readObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new ProofError('bad_trust', 'not a JSON object')
}

function readRange(value: unknown): KeyRange {
  const { vkey, fromSize, toSize }: Partial<Record<keyof KeyRange, unknown>> =
    typeof value === 'object' && value !== null ? value : {}
  if (!isSize(fromSize) || !(toSize === null || isSize(toSize)))
    throw new ProofError('bad_trust', 'a key without fromSize and toSize')
  if (toSize !== null && toSize < fromSize)
    throw new ProofError('bad_trust', `a key from ${fromSize} to ${toSize}`)
  return { vkey: requireKey(vkey, 'log'), fromSize, toSize }
}

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

function requireKey(vkey: unknown, type: 'log' | 'witness'): string {
  if (typeof vkey !== 'string') throw new ProofError('bad_trust', `a ${type} key is no text`)
  if (parseVkey(vkey).type !== type) throw new ProofError('bad_vkey', `${vkey} is no ${type} key`)
  return vkey
}
