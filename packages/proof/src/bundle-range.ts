import { BundleProblem } from './bundle-verdict.ts'
import { countOnes, Frontier, foldRight, hashNode } from './tree.ts'
import type { HashReader } from './tree-proof.ts'

// Binding a contiguous range of leaves to a tree (RFC 6962 section 2.1): the perfect subtrees left of the range, the
// leaf hashes themselves, and the perfect subtrees right of it give the root. Every position of the range is fixed
// by this, so nothing inside it can be left out, added or moved.

/** A perfect subtree of 2^level leaves that begins at leaf index * 2^level. */
type Node = { readonly level: number; readonly index: number }

/** The hashes on either side of a range, from left to right. */
export type RangeProof = { readonly left: readonly Uint8Array[]; readonly right: readonly Uint8Array[] }

/** The perfect subtrees, as large as can be, that make up the leaves `begin` to `end` (not included). */
export function subtreesBetween(begin: number, end: number): Node[] {
  const nodes: Node[] = []
  for (let at = begin; at < end; ) {
    let [level, span] = [0, 1]
    while (at % (span * 2) === 0 && at + span * 2 <= end) [level, span] = [level + 1, span * 2]
    nodes.push({ level, index: at / span })
    at += span
  }
  return nodes
}

/** Proof of the leaves `from` to `end` (not included) in the tree of `size` leaves: at most 2 × 53 hashes. */
export async function rangeProof(
  from: number,
  end: number,
  size: number,
  reader: HashReader,
): Promise<RangeProof> {
  const read = (nodes: readonly Node[]) =>
    Promise.all(nodes.map(({ level, index }) => reader.nodeHash(level, index)))
  const [left, right] = await Promise.all([read(subtreesBetween(0, from)), read(subtreesBetween(end, size))])
  return { left, right }
}

/** The right edge of the tree at the first leaf of the range. Throws `seal_malformed` for a wrong number of hashes. */
export function openRange(from: number, left: readonly Uint8Array[]): Frontier {
  if (left.length !== countOnes(from)) throw new BundleProblem('seal_malformed', `${left.length} hashes left`)
  return new Frontier(from, left)
}

/**
 * Root of the tree of `size` leaves, given its edge after the last leaf of the range and the hashes right of it.
 * Throws `seal_malformed` for a wrong number of hashes.
 */
export function closeRange(edge: Frontier, size: number, right: readonly Uint8Array[]): Uint8Array {
  const nodes = subtreesBetween(edge.size, size)
  if (nodes.length !== right.length) throw new BundleProblem('seal_malformed', `${right.length} hashes right`)
  const stack = subtreesBetween(0, edge.size).map(({ level }, at) => ({ level, hash: edge.hashes[at] }))
  nodes.forEach(({ level }, at) => {
    let node = { level, hash: right[at] }
    for (let top = stack.at(-1); top?.level === node.level; top = stack.at(-1)) {
      stack.pop()
      node = { level: node.level + 1, hash: join(top.hash, node.hash) }
    }
    stack.push(node)
  })
  return foldRight(stack.flatMap(({ hash }) => hash ?? []))
}

function join(left: Uint8Array | undefined, right: Uint8Array | undefined): Uint8Array {
  if (left === undefined || right === undefined)
    throw new BundleProblem('seal_malformed', 'a hash is missing')
  return hashNode(left, right)
}
