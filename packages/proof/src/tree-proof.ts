import { equalBytes } from './bytes.ts'
import { ProofError } from './errors.ts'
import { EMPTY_ROOT } from './sha256.ts'
import { foldRight, HASH_BYTES, hashNode } from './tree.ts'

/** Where the hashes of perfect subtrees come from: tiles, a database, an array. */
export type HashReader = {
  /** Hash of the subtree of `2^level` leaves that begins at leaf `index * 2^level`. */
  nodeHash(level: number, index: number): Promise<Uint8Array>
}

/** What checking a proof can find. */
export const PROOF_VERDICTS = [
  'ok',
  'index_out_of_range',
  'wrong_length',
  'old_root_mismatch',
  'root_mismatch',
] as const
export type ProofVerdict = (typeof PROOF_VERDICTS)[number]

/** The leaves `begin` to `end` (not included), of which one hash is needed. */
type Range = readonly [begin: number, end: number]

/**
 * Root of the tree of the first `size` leaves. Reads one hash for each one-bit of `size`.
 */
export async function treeRoot(size: number, reader: HashReader): Promise<Uint8Array> {
  requireSize(size)
  return size === 0 ? EMPTY_ROOT : rangeHash([0, size], reader)
}

/**
 * Inclusion proof of leaf `index` (from 0) in the tree of `size` leaves, from the leaf's sibling up to the root's
 * child (RFC 6962 section 2.1.1). Throws `bad_index` unless `index < size`.
 */
export async function inclusionProof(index: number, size: number, reader: HashReader): Promise<Uint8Array[]> {
  requireSize(size)
  if (!Number.isSafeInteger(index) || index < 0 || index >= size)
    throw new ProofError('bad_index', `${index} of ${size}`)
  return readRanges(inclusionRanges(index, size), reader)
}

/**
 * Proof that the tree of `from` leaves is the beginning of the tree of `to` leaves (RFC 6962 section 2.1.2); empty
 * when `from` is 0 or equals `to`. Throws `bad_index` when `from > to`.
 */
export async function consistencyProof(from: number, to: number, reader: HashReader): Promise<Uint8Array[]> {
  requireSize(from)
  requireSize(to)
  if (from > to) throw new ProofError('bad_index', `from ${from} to ${to}`)
  return readRanges(consistencyRanges(from, to), reader)
}

/** Whether `proof` leads from the leaf hash at `index` to `root` (RFC 9162 section 2.1.3.2). */
export function verifyInclusion(
  claim: {
    readonly index: number
    readonly size: number
    readonly leafHash: Uint8Array
    readonly root: Uint8Array
  },
  proof: readonly Uint8Array[],
): ProofVerdict {
  const { index, size, leafHash, root } = claim
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(index) || index < 0 || index >= size) {
    return 'index_out_of_range'
  }
  if (leafHash.length !== HASH_BYTES || proof.some(hash => hash.length !== HASH_BYTES)) return 'wrong_length'
  let node = index
  let last = size - 1
  let hash = leafHash
  for (const sibling of proof) {
    if (last === 0) return 'wrong_length'
    if (node % 2 === 1 || node === last) {
      hash = hashNode(sibling, hash)
      // A last node without a right sibling moves up unchanged until it is itself a right child.
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, half(last)]
    } else hash = hashNode(hash, sibling)
    ;[node, last] = [half(node), half(last)]
  }
  if (last !== 0) return 'wrong_length'
  return equalBytes(hash, root) ? 'ok' : 'root_mismatch'
}

/**
 * Whether `proof` shows the tree (`from`, `fromRoot`) to be the beginning of (`to`, `toRoot`) (RFC 9162 section
 * 2.1.4.2). When `from` is a power of two, a wrong `fromRoot` cannot be told from a wrong `toRoot`.
 */
export function verifyConsistency(
  claim: {
    readonly from: number
    readonly to: number
    readonly fromRoot: Uint8Array
    readonly toRoot: Uint8Array
  },
  proof: readonly Uint8Array[],
): ProofVerdict {
  const { from, to, fromRoot, toRoot } = claim
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || from > to)
    return 'index_out_of_range'
  if (proof.some(hash => hash.length !== HASH_BYTES)) return 'wrong_length'
  if (from === 0 || from === to) return verifyWithoutPath(claim, proof)
  return walkConsistency(from, to, fromRoot, toRoot, proof)
}

function verifyWithoutPath(
  { from, to, fromRoot, toRoot }: Parameters<typeof verifyConsistency>[0],
  proof: readonly Uint8Array[],
): ProofVerdict {
  if (proof.length > 0) return 'wrong_length'
  if (from === 0 && !equalBytes(fromRoot, EMPTY_ROOT)) return 'old_root_mismatch'
  return from < to || equalBytes(fromRoot, toRoot) ? 'ok' : 'root_mismatch'
}

function walkConsistency(
  from: number,
  to: number,
  fromRoot: Uint8Array,
  toRoot: Uint8Array,
  proof: readonly Uint8Array[],
): ProofVerdict {
  let node = from - 1
  let last = to - 1
  while (node % 2 === 1) [node, last] = [half(node), half(last)]
  // When `from` is a power of two its root is itself a node of the new tree and is left out of the proof.
  const path = node === 0 ? [fromRoot, ...proof] : proof
  const [first, ...rest] = path
  if (first === undefined) return 'wrong_length'
  let oldHash = first
  let newHash = first
  for (const sibling of rest) {
    if (last === 0) return 'wrong_length'
    if (node % 2 === 1 || node === last) {
      oldHash = hashNode(sibling, oldHash)
      newHash = hashNode(sibling, newHash)
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, half(last)]
    } else newHash = hashNode(newHash, sibling)
    ;[node, last] = [half(node), half(last)]
  }
  if (last !== 0) return 'wrong_length'
  if (!equalBytes(oldHash, fromRoot)) return 'old_root_mismatch'
  return equalBytes(newHash, toRoot) ? 'ok' : 'root_mismatch'
}

/** PATH(m, D[n]) of RFC 6962 as ranges, from the leaf upwards. */
function inclusionRanges(index: number, size: number): Range[] {
  const ranges: Range[] = []
  let [begin, end] = [0, size]
  while (end - begin > 1) {
    const middle = begin + splitPoint(end - begin)
    if (index < middle) {
      ranges.push([middle, end])
      end = middle
    } else {
      ranges.push([begin, middle])
      begin = middle
    }
  }
  return ranges.reverse()
}

/** PROOF(m, D[n]) of RFC 6962 as ranges, from the oldest node upwards. */
function consistencyRanges(from: number, to: number): Range[] {
  if (from === 0 || from === to) return []
  const ranges: Range[] = []
  let [begin, end] = [0, to]
  while (from !== end) {
    const middle = begin + splitPoint(end - begin)
    if (from <= middle) {
      ranges.push([middle, end])
      end = middle
    } else {
      ranges.push([begin, middle])
      begin = middle
    }
  }
  // The old tree is a whole subtree of the new one only when nothing was split off on its left.
  if (begin > 0) ranges.push([begin, end])
  return ranges.reverse()
}

function readRanges(ranges: readonly Range[], reader: HashReader): Promise<Uint8Array[]> {
  return Promise.all(ranges.map(range => rangeHash(range, reader)))
}

async function rangeHash(range: Range, reader: HashReader): Promise<Uint8Array> {
  const nodes = perfectSubtrees(range)
  return foldRight(await Promise.all(nodes.map(([level, index]) => reader.nodeHash(level, index))))
}

/** The perfect subtrees that make up a range which begins at a multiple of its own size rounded up to a power. */
function perfectSubtrees([begin, end]: Range): (readonly [level: number, index: number])[] {
  const nodes: (readonly [number, number])[] = []
  for (let at = begin; at < end; ) {
    let level = 0
    let span = 1
    while (at + span * 2 <= end) [level, span] = [level + 1, span * 2]
    nodes.push([level, at / span])
    at += span
  }
  return nodes
}

/** The largest power of two smaller than `size`. */
function splitPoint(size: number): number {
  let k = 1
  while (k * 2 < size) k *= 2
  return k
}

function half(value: number): number {
  return Math.floor(value / 2)
}

function requireSize(size: number): void {
  if (!Number.isSafeInteger(size) || size < 0) throw new ProofError('bad_index', `tree size ${size}`)
}
