import { bytesToUint64, concatBytes, uint64ToBytes } from './bytes.ts'
import { ProofError } from './errors.ts'
import { EMPTY_ROOT, sha256 } from './sha256.ts'

export const HASH_BYTES = 32

// Scratch space is shared: hashing is synchronous and the hasher keeps nothing of what it was given.
const leafScratch = new Uint8Array(1 + 4096)
const nodeScratch = new Uint8Array(1 + 2 * HASH_BYTES)
nodeScratch[0] = 0x01

/** Hash of a leaf's bytes: SHA-256(0x00 ‖ bytes) (RFC 6962 section 2.1). */
export function hashLeaf(bytes: Uint8Array): Uint8Array {
  if (bytes.length >= leafScratch.length) return sha256(concatBytes(Uint8Array.of(0), bytes))
  leafScratch.set(bytes, 1)
  return sha256(leafScratch.subarray(0, 1 + bytes.length))
}

/** Hash of an inner node: SHA-256(0x01 ‖ left ‖ right) (RFC 6962 section 2.1). */
export function hashNode(left: Uint8Array, right: Uint8Array): Uint8Array {
  nodeScratch.set(left, 1)
  nodeScratch.set(right, 1 + HASH_BYTES)
  return sha256(nodeScratch)
}

/** Throws `bad_hash` unless the bytes have the length of a hash. */
export function requireHash(hash: Uint8Array): Uint8Array {
  if (hash.length !== HASH_BYTES) throw new ProofError('bad_hash', `${hash.length} bytes, not ${HASH_BYTES}`)
  return hash
}

/** Root over leaf hashes (RFC 6962 section 2.1); the empty list gives `EMPTY_ROOT`. */
export function rootOf(leafHashes: Iterable<Uint8Array>): Uint8Array {
  const frontier = new Frontier()
  for (const hash of leafHashes) frontier.append(hash)
  return frontier.root()
}

/** Told of every perfect subtree as it closes: level 0 is the leaf itself, level n spans 2^n leaves. */
export type NodeListener = (level: number, hash: Uint8Array) => void

/**
 * The right edge of a tree: one hash for each perfect subtree, largest first, as many as `size` has one-bits.
 * Enough to append and to compute the root, and nothing more. Sizes up to 2^53 - 1.
 */
export class Frontier {
  #size: number
  #hashes: Uint8Array[]

  constructor(size = 0, hashes: readonly Uint8Array[] = []) {
    if (!Number.isSafeInteger(size) || size < 0) throw new ProofError('bad_frontier', `size ${size}`)
    if (hashes.length !== countOnes(size)) {
      throw new ProofError('bad_frontier', `${hashes.length} hashes, size ${size} needs ${countOnes(size)}`)
    }
    this.#size = size
    this.#hashes = hashes.map(requireHash)
  }

  get size(): number {
    return this.#size
  }

  /** The hashes of the perfect subtrees, largest first. */
  get hashes(): readonly Uint8Array[] {
    return this.#hashes
  }

  clone(): Frontier {
    return new Frontier(this.#size, this.#hashes)
  }

  /** Adds one leaf by its hash (see `hashLeaf`). Throws `bad_hash`. */
  append(leafHash: Uint8Array, onNode?: NodeListener): void {
    let hash = requireHash(leafHash)
    onNode?.(0, hash)
    let level = 0
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) {
      const left = this.#hashes.pop()
      if (left === undefined) throw new ProofError('bad_frontier', 'fewer hashes than the size has one-bits')
      hash = hashNode(left, hash)
      level += 1
      onNode?.(level, hash)
    }
    this.#hashes.push(hash)
    this.#size += 1
  }

  /** Root of the tree of the present size. */
  root(): Uint8Array {
    return this.#size === 0 ? EMPTY_ROOT : foldRight(this.#hashes)
  }

  /** `size` as 8 bytes big-endian, then the hashes, largest subtree first. */
  toBytes(): Uint8Array {
    return concatBytes(uint64ToBytes(this.#size), ...this.#hashes)
  }

  /** Reads what `toBytes` wrote. Throws `bad_frontier` when the length does not fit the size. */
  static fromBytes(bytes: Uint8Array): Frontier {
    if (bytes.length < 8) throw new ProofError('bad_frontier', `${bytes.length} bytes`)
    const size = bytesToUint64(bytes)
    if (bytes.length !== 8 + HASH_BYTES * countOnes(size)) {
      throw new ProofError('bad_frontier', `${bytes.length} bytes for size ${size}`)
    }
    return new Frontier(size, splitHashes(bytes.subarray(8)))
  }
}

/** Cuts a run of hashes into copies of 32 bytes each. Throws `bad_hash` on a broken length. */
export function splitHashes(bytes: Uint8Array): Uint8Array[] {
  if (bytes.length % HASH_BYTES !== 0)
    throw new ProofError('bad_hash', `${bytes.length} bytes are no run of hashes`)
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, at) =>
    bytes.slice(at * HASH_BYTES, (at + 1) * HASH_BYTES),
  )
}

/** One hash out of neighbouring subtrees of falling size, joined from the right. Throws `bad_hash` on none. */
export function foldRight(hashes: readonly Uint8Array[]): Uint8Array {
  let folded: Uint8Array | undefined
  for (let at = hashes.length - 1; at >= 0; at -= 1) {
    const left = hashes[at]
    if (left !== undefined) folded = folded === undefined ? left : hashNode(left, folded)
  }
  if (folded === undefined) throw new ProofError('bad_hash', 'nothing to fold')
  return folded
}

/** How many one-bits a number below 2^53 has; bitwise operators would cut it to 32 bits. */
export function countOnes(value: number): number {
  let ones = 0
  for (let rest = value; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2
  return ones
}
