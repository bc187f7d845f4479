import type { BundleManifest } from './bundle-manifest.ts'
import { unpackHashes } from './bundle-manifest.ts'
import { closeRange } from './bundle-range.ts'
import { type BundleFinding, BundleProblem } from './bundle-verdict.ts'
import { equalBytes, fromBase64, utf8Encode } from './bytes.ts'
import { canonicalize, parseCanonical } from './canonical.ts'
import { readUnverifiedCheckpoint, verifyCheckpoint } from './checkpoint.ts'
import { ProofError } from './errors.ts'
import type { VerifiedSignature } from './note.ts'
import { sha256 } from './sha256.ts'
import { readTimestampInfo } from './timestamp-info.ts'
import type { Frontier } from './tree.ts'
import { type TrustFile, trustAtSize } from './trust-file.ts'
import { addSignatureLines } from './witness.ts'

export const ANCHOR_FORMAT = 'tracedesk/anchor/v1'
const MAX_BYTES = 200_000
const MOST = 20

/** A signed head that outsiders confirmed, with what they gave, and what binds the range to it: one `anchors/` member. */
export type BundleAnchor = {
  readonly format: typeof ANCHOR_FORMAT
  /** The note as the log signed it: what timestamps are over. */
  readonly note: string
  /** Signature lines by witnesses. */
  readonly cosignatures: readonly string[]
  /** RFC 3161 tokens in base64. */
  readonly timestamps: readonly { readonly name: string; readonly token: string }[]
  /** The perfect subtrees right of the range up to the size of the note, as in seal.json. */
  readonly right: string
}

/** What an anchor is worth: which trusted witnesses cosigned, and which times are stamped on the note. */
export type AnchorReport = {
  readonly size: number
  readonly note: string
  readonly witnessedBy: readonly VerifiedSignature[]
  /** The token is over this note; whether its authority signed it takes a certificate (`openssl ts`, the CLI). */
  readonly timestamps: readonly { readonly name: string; readonly time: string; readonly token: Uint8Array }[]
}

/** Bytes of an `anchors/` member. */
export const encodeAnchor = (anchor: BundleAnchor): Uint8Array =>
  canonicalize(anchor, { maxBytes: MAX_BYTES })

/**
 * Checks one member of `anchors/`: the note is the log's (with trust: signed), the range is in its tree, cosignatures
 * of trusted witnesses hold, and each timestamp is over this very note. `edge`: the tree after the range's last leaf.
 */
export async function checkAnchor(
  bytes: Uint8Array,
  name: string,
  edge: Frontier,
  manifest: BundleManifest,
  trust: TrustFile | null,
): Promise<{ report: AnchorReport | null; findings: BundleFinding[] }> {
  try {
    const anchor = parseAnchor(bytes)
    const { size, root, origin } = readUnverifiedCheckpoint(anchor.note)
    if (origin !== manifest.origin) throw new BundleProblem('anchor_mismatch', `${name}: ${origin}`)
    if (size < edge.size || !equalBytes(closeRange(edge, size, unpackHashes(anchor.right)), root))
      throw new BundleProblem('anchor_mismatch', `${name}: the entries are not in its tree`)
    const witnessedBy = await verifyWitnesses(anchor, size, name, trust)
    const timestamps = anchor.timestamps.map(stamp => readStamp(stamp, anchor.note, name))
    return { report: { size, note: anchor.note, witnessedBy, timestamps }, findings: [] }
  } catch (error) {
    return { report: null, findings: [findingOf(error, name)] }
  }
}

function findingOf(error: unknown, name: string): BundleFinding {
  if (error instanceof BundleProblem) {
    const verdict = error.finding.verdict === 'seal_malformed' ? 'anchor_mismatch' : error.finding.verdict
    return { ...error.finding, verdict }
  }
  if (error instanceof ProofError)
    return { verdict: 'anchor_malformed', position: null, detail: `${name}: ${error.code}` }
  throw error
}

async function verifyWitnesses(
  anchor: BundleAnchor,
  size: number,
  name: string,
  trust: TrustFile | null,
): Promise<readonly VerifiedSignature[]> {
  const note = addSignatureLines(anchor.note, anchor.cosignatures)
  if (trust === null) return []
  const verified = await verifyCheckpoint(note, trustAtSize(trust, size))
  if (verified.verdict !== 'ok') throw new BundleProblem('anchor_mismatch', `${name}: ${verified.verdict}`)
  return verified.witnessedBy
}

function readStamp(stamp: BundleAnchor['timestamps'][number], note: string, name: string) {
  const token = fromBase64(stamp.token)
  const { imprint, time } = readTimestampInfo(token)
  if (!equalBytes(imprint, sha256(utf8Encode(note))))
    throw new BundleProblem(
      'anchor_mismatch',
      `${name}: the timestamp of ${stamp.name} is over something else`,
    )
  return { name: stamp.name, time, token }
}

function parseAnchor(bytes: Uint8Array): BundleAnchor {
  const value: unknown = parseCanonical(bytes, { maxBytes: MAX_BYTES })
  const isText = (item: unknown): item is string => typeof item === 'string' && item.length <= 100_000
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed()
  const { format, note, cosignatures, timestamps, right, ...rest } = value as Partial<BundleAnchor>
  const stamps = (list: unknown): list is BundleAnchor['timestamps'] =>
    Array.isArray(list) &&
    list.length <= MOST &&
    list.every(
      item =>
        typeof item === 'object' &&
        item !== null &&
        Object.keys(item).sort().join() === 'name,token' &&
        isText(item.name) &&
        isText(item.token),
    )
  if (
    format !== ANCHOR_FORMAT ||
    Object.keys(rest).length > 0 ||
    !isText(note) ||
    !isText(right) ||
    !Array.isArray(cosignatures) ||
    cosignatures.length > MOST ||
    !cosignatures.every(isText) ||
    !stamps(timestamps)
  )
    throw malformed()
  return { format, note, cosignatures, timestamps, right }
}

const malformed = () => new BundleProblem('anchor_malformed', 'a member is missing, unknown or wrong')
