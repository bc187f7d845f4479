export type { Beside, ShownPart } from './beside.ts'
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
export { EMPTY_ROOT, type Hasher, hmacSha256, setHasher, sha256, sha256Portable } from './sha256.ts'
export * from './tile.ts'
export * from './tile-builder.ts'
export * from './tlog-proof.ts'
export { Frontier, HASH_BYTES, hashLeaf, hashNode, type NodeListener, rootOf, splitHashes } from './tree.ts'
export * from './tree-proof.ts'
export * from './trust-file.ts'
export { type Finding, VERDICTS, type Verdict } from './verdict.ts'
export * from './verify.ts'
export * from './verify-log.ts'
export * from './witness.ts'
