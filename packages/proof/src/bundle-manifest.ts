import { type BundleFinding, BundleProblem } from './bundle-verdict.ts'
import { concatBytes, fromBase64, fromHex, toBase64 } from './bytes.ts'
import { canonicalize, parseCanonical } from './canonical.ts'
import { ProofError } from './errors.ts'
import { isTimestamp } from './leaf-time.ts'
import { splitHashes } from './tree.ts'
import { isZipName } from './zip-format.ts'

export const BUNDLE_FORMAT = 'tracedesk/evidence-bundle/v1'
/** The event whose entry holds the digest of the manifest. */
export const BUNDLE_RECORD_EVENT = 'evidence.stated'

/** Members that describe or prove the manifest and therefore do not stand in it. */
export const OUTER_MEMBERS = [
  'manifest.json',
  'seal.json',
  'context.ndjson',
  'checkpoints/after.note',
] as const
/** Members of the manifest that a verifier reads. Others must lie in `anchors/`. */
export const INNER_MEMBERS = [
  'checkpoints/before.note',
  'entries.ndjson',
  'openings.ndjson',
  'statement.html',
  'trust.json',
] as const

/** A member as manifest and seal describe it: bytes once unpacked, SHA-256 in lowercase hex. */
export type MemberDigest = { readonly name: string; readonly size: number; readonly sha256: string }

/** What a bundle says of itself. Its digest stands in the log, in the entry `seal.json` proves. */
export type BundleManifest = {
  readonly format: typeof BUNDLE_FORMAT
  readonly origin: string
  readonly workspace: { readonly id: string; readonly name: string }
  /** First and last position, both included. */
  readonly range: { readonly from: number; readonly to: number }
  /**
   * What was asked for. With `conversationId`, entries of anything else are closed. With `disputeId`, everything is that
   * whoever asked could not see of that case: entries of a conversation that is open may be closed as well. `destroyed`:
   * so many of the closed ones are, because retention took their content; the log says so in `retention.applied`.
   */
  readonly scope: {
    readonly conversationId?: string
    readonly disputeId?: string
    readonly from?: string
    readonly to?: string
    readonly destroyed?: number
  }
  readonly counts: { readonly entries: number; readonly closed: number; readonly openings: number }
  readonly askedBy: {
    readonly kind: string
    readonly id: string | null
    readonly name: string | null
    readonly role: string | null
  }
  readonly askedAt: string
  readonly language: string
  readonly software: string
  /** Ordered by name. */
  readonly members: readonly MemberDigest[]
}

/** What binds manifest and entries to the checkpoint `checkpoints/after.note`. Hashes as runs of 32 bytes in base64. */
export type BundleSeal = {
  readonly after: { readonly sha256: string; readonly size: number }
  /** Consistency proof from `checkpoints/before.note`; empty when there is none. */
  readonly before: string
  readonly context: { readonly sha256: string; readonly size: number }
  readonly left: string
  readonly right: string
  /** The entry that recorded the manifest, with its inclusion proof. */
  readonly record: { readonly leaf: string; readonly path: string; readonly position: number }
}

const MAX_MANIFEST_BYTES = 65_536
const SHA256 = /^[0-9a-f]{64}$/
type Check = (value: unknown) => boolean

const text: Check = value => typeof value === 'string' && value.length <= 512
const nullable =
  (check: Check): Check =>
  value =>
    value === null || check(value)
const count: Check = value => Number.isSafeInteger(value) && Number(value) >= 0
const digest: Check = value => typeof value === 'string' && SHA256.test(value)
const instant: Check = value => typeof value === 'string' && isTimestamp(value)
const hashes: Check = value => typeof value === 'string' && isHashRun(value)
const object =
  (members: Readonly<Record<string, Check>>, optional: Readonly<Record<string, Check>> = {}): Check =>
  value => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
    const given = Object.entries(value)
    if (Object.keys(members).some(name => !Object.hasOwn(value, name))) return false
    return given.every(([name, item]) => {
      const check = Object.hasOwn(members, name)
        ? members[name]
        : Object.hasOwn(optional, name)
          ? optional[name]
          : undefined
      return check?.(item) ?? false
    })
  }

const MANIFEST = object({
  format: value => value === BUNDLE_FORMAT,
  origin: text,
  workspace: object({ id: text, name: text }),
  range: object({ from: count, to: count }),
  scope: object({}, { conversationId: text, disputeId: text, from: instant, to: instant, destroyed: count }),
  counts: object({ entries: count, closed: count, openings: count }),
  askedBy: object({ kind: text, id: nullable(text), name: nullable(text), role: nullable(text) }),
  askedAt: instant,
  language: text,
  software: text,
  members: value =>
    Array.isArray(value) &&
    value.every(object({ name: text, size: count, sha256: digest })) &&
    isOrdered(value),
})
const SEAL = object({
  after: object({ sha256: digest, size: count }),
  before: hashes,
  context: object({ sha256: digest, size: count }),
  left: hashes,
  right: hashes,
  record: object({ leaf: value => typeof value === 'string', path: hashes, position: count }),
})

/** Bytes of a manifest. Throws ProofError for what canonical JSON cannot hold. */
export function encodeManifest(manifest: BundleManifest): Uint8Array {
  return canonicalize(manifest, { maxBytes: MAX_MANIFEST_BYTES })
}

/** Reads a manifest. Throws BundleProblem `manifest_malformed`, `manifest_version_unknown`. */
export function parseManifest(bytes: Uint8Array): BundleManifest {
  const value = readCanonical(bytes, 'manifest_malformed')
  const format = typeof value === 'object' && value !== null && 'format' in value ? value.format : undefined
  if (
    typeof format === 'string' &&
    format.startsWith('tracedesk/evidence-bundle/') &&
    format !== BUNDLE_FORMAT
  )
    throw new BundleProblem('manifest_version_unknown', format)
  if (!MANIFEST(value)) throw new BundleProblem('manifest_malformed', 'a member is missing, unknown or wrong')
  // MANIFEST looked at every member of the type.
  const manifest = value as BundleManifest
  const { range, counts, members } = manifest
  if (
    range.from > range.to ||
    counts.entries !== range.to - range.from + 1 ||
    counts.closed > counts.entries ||
    (manifest.scope.destroyed ?? 0) > counts.closed
  )
    throw new BundleProblem('manifest_malformed', 'range and counts do not fit')
  const stranger = members.find(({ name }) => !isInner(name))
  if (stranger) throw new BundleProblem('member_unknown', stranger.name)
  return manifest
}

/** Bytes of a seal. */
export function encodeSeal(seal: BundleSeal): Uint8Array {
  return canonicalize(seal, { maxBytes: MAX_MANIFEST_BYTES })
}

/** Reads a seal. Throws BundleProblem `seal_malformed`. */
export function parseSeal(bytes: Uint8Array): BundleSeal {
  const value = readCanonical(bytes, 'seal_malformed')
  if (!SEAL(value)) throw new BundleProblem('seal_malformed', 'a member is missing, unknown or wrong')
  // SEAL looked at every member of the type.
  return value as BundleSeal
}

/** A run of hashes as text, and back. */
export function packHashes(run: readonly Uint8Array[]): string {
  return toBase64(concatBytes(...run))
}
export function unpackHashes(run: string): Uint8Array[] {
  return splitHashes(fromBase64(run))
}

/** Whether a hex digest is that of the hash. */
export function isDigest(hex: string, hash: Uint8Array): boolean {
  return fromHex(hex).every((byte, at) => byte === hash[at])
}

function isInner(name: string): boolean {
  return isZipName(name) && (name.startsWith('anchors/') || INNER_MEMBERS.some(known => known === name))
}

function isOrdered(members: readonly { name: string }[]): boolean {
  return members.every(({ name }, at) => at === 0 || (members[at - 1]?.name ?? '') < name)
}

function isHashRun(value: string): boolean {
  try {
    return unpackHashes(value).length <= 128
  } catch (error) {
    if (error instanceof ProofError) return false
    throw error
  }
}

function readCanonical(bytes: Uint8Array, verdict: BundleFinding['verdict']): unknown {
  try {
    return parseCanonical(bytes, { maxBytes: MAX_MANIFEST_BYTES })
  } catch (error) {
    if (error instanceof ProofError) throw new BundleProblem(verdict, error.code)
    throw error
  }
}
