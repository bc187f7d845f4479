import { type BundleManifest, type BundleSeal, unpackHashes } from './bundle-manifest.ts'
import { type BundleFinding, BundleProblem } from './bundle-verdict.ts'
import {
  type Checkpoint,
  type CheckpointVerification,
  readUnverifiedCheckpoint,
  verifyCheckpoint,
} from './checkpoint.ts'
import { ProofError } from './errors.ts'
import type { VerifiedSignature } from './note.ts'
import { verifyConsistency } from './tree-proof.ts'
import { type TrustFile, trustAtSize } from './trust-file.ts'

type AfterNote = {
  readonly checkpoint: Checkpoint
  readonly signedBy: readonly VerifiedSignature[]
  readonly witnessedBy: readonly VerifiedSignature[]
  readonly findings: readonly BundleFinding[]
}

/** The checkpoint everything is bound to. Throws `note_malformed`; whoever signed it is a finding. */
export async function checkAfter(
  note: Uint8Array,
  manifest: BundleManifest,
  trust: TrustFile | null,
): Promise<AfterNote> {
  const checkpoint = readNote(note, 'checkpoints/after.note')
  const findings: BundleFinding[] = []
  if (checkpoint.origin !== manifest.origin) findings.push(finding('note_wrong_origin', checkpoint.origin))
  const verified = await verifySigned(note, checkpoint, trust)
  if (verified !== null && verified.verdict !== 'ok')
    findings.push(finding(verified.verdict, 'checkpoints/after.note'))
  const { signedBy, witnessedBy } = verified?.verdict === 'ok' ? verified : { signedBy: [], witnessedBy: [] }
  return { checkpoint, signedBy, witnessedBy, findings }
}

/** The checkpoint before the range, null where there was none yet: signed alike, and the beginning of the one after. */
export async function checkBefore(
  note: Uint8Array | null,
  seal: BundleSeal,
  manifest: BundleManifest,
  after: Checkpoint,
  trust: TrustFile | null,
): Promise<BundleFinding[]> {
  const proof = unpackHashes(seal.before)
  if (note === null)
    return proof.length === 0 ? [] : [finding('seal_malformed', 'a proof from no checkpoint')]
  const before = readNote(note, 'checkpoints/before.note')
  const verified = await verifySigned(note, before, trust)
  const findings: BundleFinding[] = []
  if (verified !== null && verified.verdict !== 'ok')
    findings.push(finding(verified.verdict, 'checkpoints/before.note'))
  if (before.origin !== manifest.origin) findings.push(finding('note_wrong_origin', before.origin))
  const claim = { from: before.size, to: after.size, fromRoot: before.root, toRoot: after.root }
  const consistent = verifyConsistency(claim, proof)
  if (before.size > manifest.range.from || consistent !== 'ok') findings.push(finding('forked', consistent))
  return findings
}

async function verifySigned(
  note: Uint8Array,
  { size }: Checkpoint,
  trust: TrustFile | null,
): Promise<CheckpointVerification | null> {
  return trust === null ? null : verifyCheckpoint(note, trustAtSize(trust, size))
}

function readNote(note: Uint8Array, name: string): Checkpoint {
  try {
    return readUnverifiedCheckpoint(note)
  } catch (error) {
    if (error instanceof ProofError) throw new BundleProblem('note_malformed', name)
    throw error
  }
}

function finding(verdict: BundleFinding['verdict'], detail: string): BundleFinding {
  return { verdict, position: null, detail }
}
