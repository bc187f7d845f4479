import { createHash } from 'node:crypto'
import type { HashReader } from '../src/index.ts'

// RFC 6962 section 2.1 word for word and slowly, sharing nothing with the package but the leaf hashes.

const sha256 = (...chunks: readonly Uint8Array[]): Uint8Array => {
  const hash = createHash('sha256')
  for (const chunk of chunks) hash.update(chunk)
  return new Uint8Array(hash.digest())
}

const splitPoint = (size: number): number => {
  let k = 1
  while (k * 2 < size) k *= 2
  return k
}

/** MTH(D[n]) over leaf hashes. */
export function naiveRoot(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 0) return sha256()
  if (hashes.length === 1) return hashes[0] ?? sha256()
  const k = splitPoint(hashes.length)
  return sha256(Uint8Array.of(1), naiveRoot(hashes.slice(0, k)), naiveRoot(hashes.slice(k)))
}

/** PATH(m, D[n]). */
export function naiveInclusion(m: number, hashes: readonly Uint8Array[]): Uint8Array[] {
  if (hashes.length <= 1) return []
  const k = splitPoint(hashes.length)
  return m < k
    ? [...naiveInclusion(m, hashes.slice(0, k)), naiveRoot(hashes.slice(k))]
    : [...naiveInclusion(m - k, hashes.slice(k)), naiveRoot(hashes.slice(0, k))]
}

/** PROOF(m, D[n]). */
export function naiveConsistency(m: number, hashes: readonly Uint8Array[]): Uint8Array[] {
  return subproof(m, hashes, true)
}

function subproof(m: number, hashes: readonly Uint8Array[], whole: boolean): Uint8Array[] {
  if (m === hashes.length) return whole ? [] : [naiveRoot(hashes)]
  const k = splitPoint(hashes.length)
  return m <= k
    ? [...subproof(m, hashes.slice(0, k), whole), naiveRoot(hashes.slice(k))]
    : [...subproof(m - k, hashes.slice(k), false), naiveRoot(hashes.slice(0, k))]
}

/** Reads the nodes of a tree held as leaf hashes in memory. */
export function memoryReader(hashes: readonly Uint8Array[]): HashReader {
  const known = new Map<string, Uint8Array>()
  return {
    nodeHash: async (level, index) => {
      const span = hashes.slice(index * 2 ** level, (index + 1) * 2 ** level)
      if (span.length !== 2 ** level) throw new Error(`node ${level}/${index} lies outside the tree`)
      const hash = known.get(`${level}/${index}`) ?? naiveRoot(span)
      known.set(`${level}/${index}`, hash)
      return hash
    },
  }
}
