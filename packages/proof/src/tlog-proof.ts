import { fromBase64, toBase64, utf8Decode } from './bytes.ts'
import { type Trust, verifyCheckpoint } from './checkpoint.ts'
import { ProofError } from './errors.ts'
import { parseNote, type VerifiedSignature } from './note.ts'
import { HASH_BYTES, hashLeaf } from './tree.ts'
import { verifyInclusion } from './tree-proof.ts'

// Files of c2sp.org/tlog-proof: that one entry is in a log, checkable without asking anybody.

/** `index` from 0; `proof` from the leaf's sibling to the root's child; `checkpoint` the signed note as it is. */
export type TlogProof = {
  readonly index: number
  readonly proof: readonly Uint8Array[]
  readonly checkpoint: string
  /** Opaque and unauthenticated. */
  readonly extra?: Uint8Array
}

const HEADER = 'c2sp.org/tlog-proof@v1'
const INDEX = /^index (0|[1-9]\d{0,15})$/
/** A tree of 2^63 leaves has proofs of 63 hashes. */
const MAX_HASHES = 63

/** Text of a proof file. Throws `bad_tlog_proof` when it could not be read back. */
export function formatTlogProof({ index, proof, checkpoint, extra }: TlogProof): string {
  const lines = [HEADER]
  if (extra !== undefined && extra.length > 0) lines.push(`extra ${toBase64(extra)}`)
  lines.push(`index ${index}`, ...proof.map(toBase64), '', checkpoint)
  const text = lines.join('\n')
  parseTlogProof(text)
  return text
}

/** Reads a proof file; nothing is verified. Throws `bad_tlog_proof`, and `bad_note` for the checkpoint in it. */
export function parseTlogProof(file: string | Uint8Array): TlogProof {
  const text = typeof file === 'string' ? file : decodeFile(file)
  const border = text.indexOf('\n\n')
  if (border < 0) throw new ProofError('bad_tlog_proof', 'no empty line before the checkpoint')
  const [header, ...lines] = text.slice(0, border).split('\n')
  if (header !== HEADER) throw new ProofError('bad_tlog_proof', 'unknown first line')
  const extra = lines[0]?.startsWith('extra ') ? readBase64(lines.shift()?.slice(6) ?? '') : undefined
  const index = Number(INDEX.exec(lines.shift() ?? '')?.[1] ?? Number.NaN)
  if (!Number.isSafeInteger(index)) throw new ProofError('bad_tlog_proof', 'no index line')
  const checkpoint = text.slice(border + 2)
  parseNote(checkpoint)
  return { index, proof: readHashes(lines), checkpoint, ...(extra !== undefined && { extra }) }
}

function readHashes(lines: readonly string[]): Uint8Array[] {
  if (lines.length > MAX_HASHES) throw new ProofError('bad_tlog_proof', `${lines.length} hashes`)
  return lines.map(line => {
    const hash = readBase64(line)
    if (hash.length !== HASH_BYTES) throw new ProofError('bad_tlog_proof', `hash of ${hash.length} bytes`)
    return hash
  })
}

function readBase64(text: string): Uint8Array {
  try {
    return fromBase64(text)
  } catch (error) {
    if (error instanceof ProofError) throw new ProofError('bad_tlog_proof', error.message)
    throw error
  }
}

function decodeFile(file: Uint8Array): string {
  try {
    return utf8Decode(file)
  } catch {
    throw new ProofError('bad_tlog_proof', 'not UTF-8')
  }
}

export const TLOG_PROOF_VERDICTS = [
  'ok',
  'proof_malformed',
  'proof_out_of_range',
  'proof_mismatch',
  'note_malformed',
  'note_unsigned',
  'note_bad_signature',
  'note_wrong_origin',
  'note_unwitnessed',
] as const
export type TlogProofVerdict = (typeof TLOG_PROOF_VERDICTS)[number]

export type TlogProofVerification =
  | {
      readonly verdict: 'ok'
      readonly index: number
      readonly size: number
      readonly signedBy: readonly VerifiedSignature[]
      readonly witnessedBy: readonly VerifiedSignature[]
    }
  | { readonly verdict: Exclude<TlogProofVerdict, 'ok'> }

/**
 * Verifies that the entry with these bytes is in the log, by a proof file and the caller's trust. The checkpoint is
 * judged before the path, so that an unsigned file is called unsigned whatever else is wrong with it.
 * Throws `bad_vkey` when the trust is malformed.
 */
export async function verifyTlogProof(
  file: string | Uint8Array,
  leafBytes: Uint8Array,
  trust: Trust,
): Promise<TlogProofVerification> {
  const proof = readProof(file)
  if (proof === undefined) return { verdict: 'proof_malformed' }
  const head = await verifyCheckpoint(proof.checkpoint, trust)
  if (head.verdict !== 'ok') return { verdict: head.verdict }
  const { size, root } = head.checkpoint
  const path = verifyInclusion({ index: proof.index, size, root, leafHash: hashLeaf(leafBytes) }, proof.proof)
  if (path === 'index_out_of_range') return { verdict: 'proof_out_of_range' }
  if (path !== 'ok') return { verdict: 'proof_mismatch' }
  return { verdict: 'ok', index: proof.index, size, signedBy: head.signedBy, witnessedBy: head.witnessedBy }
}

function readProof(file: string | Uint8Array): TlogProof | undefined {
  try {
    return parseTlogProof(file)
  } catch (error) {
    if (error instanceof ProofError) return undefined
    throw error
  }
}
