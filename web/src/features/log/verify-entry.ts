import type { Entry } from '@tracedesk/contracts'
import {
  canonicalize,
  decodeLeaf,
  ProofError,
  parseTlogProof,
  parseTrustFile,
  readUnverifiedCheckpoint,
  trustAtSize,
  verifyTlogProof,
} from '@tracedesk/proof'
import { api } from '../../shared/api.ts'

export interface EntryVerdict {
  /** A verdict of packages/proof; `projection_mismatch` when the screen shows something else than the leaf says. */
  readonly verdict: string
  readonly position: number
  readonly size: number
}

/**
 * Fetches the sealed bytes of an entry and the proof of its place, recomputes the way to the root in this browser, checks
 * who signed it, and holds what the screen shows against the bytes. Throws ApiError when something cannot be fetched.
 */
export async function verifyEntry(entry: Entry, position: number): Promise<EntryVerdict> {
  const fresh = { cache: 'no-store' } as const
  const [leaf, file, trustFile] = await Promise.all([
    api.bytes(`/api/ledger.leaf?position=${position}`, fresh),
    api.text(`ledger.inclusion?position=${position}`, fresh),
    api.text('ledger.trust', fresh),
  ])
  try {
    const { index, checkpoint } = parseTlogProof(file)
    const { size } = readUnverifiedCheckpoint(checkpoint)
    const trust = { ...trustAtSize(parseTrustFile(trustFile), size), requiredWitnesses: 0 }
    const { verdict } = await verifyTlogProof(file, leaf, trust)
    const found =
      verdict !== 'ok' || index !== position
        ? verdict
        : saysTheSame(entry, leaf)
          ? 'ok'
          : 'projection_mismatch'
    return { verdict: index === position ? found : 'proof_mismatch', position, size }
  } catch (error) {
    if (error instanceof ProofError) return { verdict: 'proof_malformed', position, size: 0 }
    throw error
  }
}

/** Whether the entry on the screen is what the sealed bytes say, in all that is not words of a person. */
function saysTheSame(entry: Entry, bytes: Uint8Array): boolean {
  const leaf = decodeLeaf(bytes)
  const same =
    leaf.id === entry.id &&
    leaf.event === entry.event &&
    leaf.outcome === entry.outcome &&
    leaf.actor.kind === entry.actor.kind &&
    (leaf.actor.id ?? null) === entry.actor.id &&
    leaf.subject.id === entry.subject.id &&
    Date.parse(leaf.at) === Date.parse(entry.at)
  // An older shape of an event is shown in its newest one.
  if (!same || leaf.version !== entry.version) return same
  const [sealed, shown] = [leaf.data, entry.data].map(data =>
    new TextDecoder().decode(canonicalize(data as never)),
  )
  return sealed === shown
}
