import { describe, expect, test } from 'vitest'
import { memoryReader, naiveConsistency, naiveInclusion, naiveRoot } from '../test/naive-tree.ts'
import { utf8Encode } from './bytes.ts'
import { EMPTY_ROOT } from './sha256.ts'
import { hashLeaf } from './tree.ts'
import {
  consistencyProof,
  inclusionProof,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from './tree-proof.ts'

const LARGEST = 130
const hashes = Array.from({ length: LARGEST }, (_, at) => hashLeaf(utf8Encode(`leaf ${at}`)))
const reader = memoryReader(hashes)
const roots = Array.from({ length: LARGEST + 1 }, (_, size) => naiveRoot(hashes.slice(0, size)))
const rootAt = (size: number) => roots[size] ?? EMPTY_ROOT
const hashAt = (index: number) => hashes[index] ?? EMPTY_ROOT
const other = hashLeaf(utf8Encode('another'))

test(`the root read from nodes is the root at every size to ${LARGEST}`, async () => {
  for (let size = 0; size <= LARGEST; size += 1) expect(await treeRoot(size, reader)).toEqual(rootAt(size))
})

describe('inclusion', () => {
  test(`proofs are those of RFC 6962 and verify for every index of every size to ${LARGEST}`, async () => {
    for (let size = 1; size <= LARGEST; size += 1) {
      for (let index = 0; index < size; index += 1) {
        const proof = await inclusionProof(index, size, reader)
        expect(proof).toEqual(naiveInclusion(index, hashes.slice(0, size)))
        expect(verifyInclusion({ index, size, leafHash: hashAt(index), root: rootAt(size) }, proof)).toBe(
          'ok',
        )
      }
    }
  })

  test('a proof holds for no other leaf, index, size, root, and not with a hash more, less or changed', async () => {
    for (let size = 1; size <= 40; size += 1) {
      for (let index = 0; index < size; index += 1) {
        const claim = { index, size, leafHash: hashAt(index), root: rootAt(size) }
        const proof = await inclusionProof(index, size, reader)
        expect(verifyInclusion({ ...claim, leafHash: other }, proof)).toBe('root_mismatch')
        expect(verifyInclusion({ ...claim, root: other }, proof)).toBe('root_mismatch')
        expect(verifyInclusion({ ...claim, index: index + 1 }, proof)).not.toBe('ok')
        expect(verifyInclusion({ ...claim, index: index - 1 }, proof)).not.toBe('ok')
        expect(verifyInclusion({ ...claim, index: size }, proof)).toBe('index_out_of_range')
        expect(verifyInclusion(claim, [...proof, other])).toBe('wrong_length')
        if (proof.length > 0) expect(verifyInclusion(claim, proof.slice(1))).not.toBe('ok')
        proof.forEach((_, at) => {
          expect(verifyInclusion(claim, proof.with(at, other))).toBe('root_mismatch')
          expect(verifyInclusion(claim, proof.with(at, other.slice(1)))).toBe('wrong_length')
        })
      }
    }
  })

  test('there is none for a leaf outside the tree', async () => {
    for (const [index, size] of [
      [3, 3],
      [-1, 3],
      [0, 0],
      [0.5, 3],
    ] as const) {
      await expect(inclusionProof(index, size, reader)).rejects.toMatchObject({ code: 'bad_index' })
    }
  })
})

describe('consistency', () => {
  test(`proofs are those of RFC 6962 and verify for every pair of sizes to ${LARGEST}`, async () => {
    for (let to = 1; to <= LARGEST; to += 1) {
      for (let from = 1; from <= to; from += 1) {
        const proof = await consistencyProof(from, to, reader)
        expect(proof).toEqual(naiveConsistency(from, hashes.slice(0, to)))
        expect(verifyConsistency({ from, to, fromRoot: rootAt(from), toRoot: rootAt(to) }, proof)).toBe('ok')
      }
    }
  })

  test('a proof holds for no other root or size, and not with a hash more, less or changed', async () => {
    for (let to = 2; to <= 40; to += 1) {
      for (let from = 1; from < to; from += 1) {
        const claim = { from, to, fromRoot: rootAt(from), toRoot: rootAt(to) }
        const proof = await consistencyProof(from, to, reader)
        const powerOfTwo = Number.isInteger(Math.log2(from))
        expect(verifyConsistency({ ...claim, fromRoot: other }, proof)).toBe(
          powerOfTwo ? 'root_mismatch' : 'old_root_mismatch',
        )
        expect(verifyConsistency({ ...claim, toRoot: other }, proof)).toBe('root_mismatch')
        expect(verifyConsistency({ ...claim, from: from + 1 }, proof)).not.toBe('ok')
        expect(verifyConsistency({ ...claim, from: to + 1 }, proof)).toBe('index_out_of_range')
        expect(verifyConsistency(claim, [...proof, other])).toBe('wrong_length')
        expect(verifyConsistency(claim, proof.slice(1))).not.toBe('ok')
        proof.forEach((_, at) => {
          expect(verifyConsistency(claim, proof.with(at, other))).not.toBe('ok')
        })
      }
    }
  })

  test('the empty tree begins every tree, and a tree begins itself, with nothing to prove', async () => {
    expect(await consistencyProof(0, 5, reader)).toEqual([])
    expect(verifyConsistency({ from: 0, to: 5, fromRoot: EMPTY_ROOT, toRoot: rootAt(5) }, [])).toBe('ok')
    expect(verifyConsistency({ from: 0, to: 5, fromRoot: other, toRoot: rootAt(5) }, [])).toBe(
      'old_root_mismatch',
    )
    expect(verifyConsistency({ from: 5, to: 5, fromRoot: rootAt(5), toRoot: other }, [])).toBe(
      'root_mismatch',
    )
    expect(verifyConsistency({ from: 5, to: 5, fromRoot: rootAt(5), toRoot: rootAt(5) }, [other])).toBe(
      'wrong_length',
    )
  })

  test('there is none from a larger tree to a smaller one', async () => {
    await expect(consistencyProof(5, 4, reader)).rejects.toMatchObject({ code: 'bad_index' })
  })
})
