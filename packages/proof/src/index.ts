export type { Beside, ShownPart } from './beside.ts'
export { ANCHOR_FORMAT, type AnchorReport, type BundleAnchor, encodeAnchor } from './bundle-anchors.ts'
export type { BundleEntry } from './bundle-entries.ts'
export {
  formatContextLine,
  formatEntryLine,
  formatOpeningLine,
  type Opening,
  parseEntryLine,
  readLines,
} from './bundle-lines.ts'
export type { BundleName } from './bundle-links.ts'
export {
  BUNDLE_FORMAT,
  type BundleManifest,
  type BundleSeal,
  encodeManifest,
  encodeSeal,
  type MemberDigest,
  packHashes,
} from './bundle-manifest.ts'
export { type RangeProof, rangeProof } from './bundle-range.ts'
export { readTrust } from './bundle-trust.ts'
export {
  BUNDLE_VERDICTS,
  type BundleFinding,
  type BundleVerdict,
  ENTRY_VERDICTS,
  type EntryVerdict,
} from './bundle-verdict.ts'
export { type BundleOptions, type BundleReport, verifyBundle, verifyBundleFile } from './bundle-verify.ts'
export * from './bytes.ts'
export {
  type CanonicalLimits,
  type CanonicalValue,
  canonicalize,
  MAX_DEPTH,
  MAX_LEAF_BYTES,
  parseCanonical,
} from './canonical.ts'
export * from './checkpoint.ts'
export * from './entry-bundle.ts'
export { PROOF_ERROR_CODES, ProofError, type ProofErrorCode } from './errors.ts'
export * from './leaf.ts'
export * from './note.ts'
export * from './note-key.ts'
export { checkPart, commitPart, isPartName, SALT_BYTES } from './part.ts'
export { type LeafProjection, projectLeaf } from './projection.ts'
export * from './purge-list.ts'
export { placeOf, type RemoteBreak, type RemoteEpochVerdict, type RemoteFinding } from './remote-epochs.ts'
export { DESTROYED, type ReadPath, RemoteError } from './remote-log.ts'
export { formatDestroyedLine } from './remote-purges.ts'
export {
  type ElsewhereView,
  type RemoteOptions,
  type RemoteReport,
  type RemoteTrust,
  verifyRemoteLog,
} from './remote-verify.ts'
export { EMPTY_ROOT, type Hasher, hmacSha256, setHasher, sha256, sha256Portable } from './sha256.ts'
export { Sha256Stream } from './sha256-stream.ts'
export * from './tile.ts'
export * from './tile-builder.ts'
export { readTimestampInfo, type TimestampInfo } from './timestamp-info.ts'
export * from './tlog-proof.ts'
export { Frontier, HASH_BYTES, hashLeaf, hashNode, type NodeListener, rootOf, splitHashes } from './tree.ts'
export * from './tree-proof.ts'
export * from './trust-file.ts'
export { type Finding, VERDICTS, type Verdict } from './verdict.ts'
export * from './verify.ts'
export * from './verify-log.ts'
export * from './witness.ts'
export * from './zip-format.ts'
export { type BundleMember, type ByteSource, openZip, sourceOf, ZIP_LIMITS } from './zip-read.ts'
