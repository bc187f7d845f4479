import { toBase64, tryBase64 } from './bytes.ts'
import { ProofError } from './errors.ts'
import { parseNote, type VerifiedSignature, verifyNote } from './note.ts'
import { parseVkey } from './note-key.ts'
import { HASH_BYTES } from './tree.ts'

// Checkpoints of c2sp.org/tlog-checkpoint: the text of a note that names a tree.

/** A tree head. `size` in leaves, `root` 32 bytes; extension lines are carried but mean nothing here. */
export type Checkpoint = {
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
  readonly extensions?: readonly string[]
}

/** Text of a checkpoint, ready for `signNote`. Throws `bad_checkpoint` when it could not be read back. */
export function formatCheckpoint({ origin, size, root, extensions = [] }: Checkpoint): string {
  if (!Number.isSafeInteger(size) || size < 0) throw new ProofError('bad_checkpoint', `size ${size}`)
  if (root.length !== HASH_BYTES) throw new ProofError('bad_checkpoint', `root of ${root.length} bytes`)
  for (const line of [origin, ...extensions]) {
    if (line === '' || line.includes('\n'))
      throw new ProofError('bad_checkpoint', `line ${JSON.stringify(line)}`)
  }
  return `${[origin, size, toBase64(root), ...extensions].join('\n')}\n`
}

const SIZE = /^(?:0|[1-9]\d{0,15})$/

/** Reads the text of a note as a checkpoint; takes exactly what `formatCheckpoint` writes. Throws `bad_checkpoint`. */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = '', size = '', root = '', ...rest] = text.split('\n')
  if (rest.pop() !== '') throw new ProofError('bad_checkpoint', 'fewer than three lines, or no final newline')
  if (origin === '' || rest.includes('')) throw new ProofError('bad_checkpoint', 'empty line')
  if (!SIZE.test(size) || !Number.isSafeInteger(Number(size)))
    throw new ProofError('bad_checkpoint', `size ${size}`)
  return { origin, size: Number(size), root: parseRoot(root), ...(rest.length > 0 && { extensions: rest }) }
}

function parseRoot(base64: string): Uint8Array {
  const root = base64.length === 44 ? tryBase64(base64) : undefined
  if (root?.length !== HASH_BYTES)
    throw new ProofError('bad_checkpoint', 'root is not the base64 of 32 bytes')
  return root
}

/** Whom to believe. It comes from the verifier's own file, never from what is being verified. */
export type Trust = {
  /** The log's origin line. */
  readonly origin: string
  /** Verifier keys of the log (type 0x01); one of them must have signed. */
  readonly trustedVkeys: readonly string[]
  /** Verifier keys of witnesses (type 0x04); their cosignatures are verified and counted. */
  readonly witnessVkeys?: readonly string[]
  /** How many different witnesses must have cosigned; none by default. */
  readonly requiredWitnesses?: number
}

export const CHECKPOINT_VERDICTS = [
  'ok',
  'note_malformed',
  'note_unsigned',
  'note_bad_signature',
  'note_wrong_origin',
  'note_unwitnessed',
] as const
export type CheckpointVerdict = (typeof CHECKPOINT_VERDICTS)[number]

export type CheckpointVerification =
  | {
      readonly verdict: 'ok'
      readonly checkpoint: Checkpoint
      readonly signedBy: readonly VerifiedSignature[]
      readonly witnessedBy: readonly VerifiedSignature[]
    }
  | { readonly verdict: Exclude<CheckpointVerdict, 'ok'> }

/**
 * Verifies a signed checkpoint: signed by a key of the log, of the log's origin, cosigned by enough witnesses.
 * Throws `bad_vkey` when the trust itself is malformed, for example a witness key among the log's.
 */
export async function verifyCheckpoint(
  note: string | Uint8Array,
  trust: Trust,
): Promise<CheckpointVerification> {
  const { origin, trustedVkeys, witnessVkeys = [], requiredWitnesses = 0 } = trust
  requireType(trustedVkeys, 'log')
  requireType(witnessVkeys, 'witness')
  const { verdict, text, signedBy } = await verifyNote(note, [...trustedVkeys, ...witnessVkeys])
  if (verdict === 'malformed' || verdict === 'bad_signature') return { verdict: `note_${verdict}` }
  const byLog = signedBy.filter(signature => signature.time === undefined)
  const byWitnesses = signedBy.filter(signature => signature.time !== undefined)
  if (text === undefined || byLog.length === 0) return { verdict: 'note_unsigned' }
  const checkpoint = readCheckpoint(text)
  if (checkpoint === undefined) return { verdict: 'note_malformed' }
  if (checkpoint.origin !== origin) return { verdict: 'note_wrong_origin' }
  if (new Set(byWitnesses.map(({ vkey }) => vkey)).size < requiredWitnesses)
    return { verdict: 'note_unwitnessed' }
  return { verdict: 'ok', checkpoint, signedBy: byLog, witnessedBy: byWitnesses }
}

/** The checkpoint a note claims, without verifying anything. Throws `bad_note`, `bad_checkpoint`. */
export function readUnverifiedCheckpoint(note: string | Uint8Array): Checkpoint {
  return parseCheckpoint(parseNote(note).text)
}

function readCheckpoint(text: string): Checkpoint | undefined {
  try {
    return parseCheckpoint(text)
  } catch (error) {
    if (error instanceof ProofError) return undefined
    throw error
  }
}

function requireType(vkeys: readonly string[], type: 'log' | 'witness'): void {
  for (const vkey of vkeys) {
    if (parseVkey(vkey).type !== type) throw new ProofError('bad_vkey', `${vkey} is no ${type} key`)
  }
}
