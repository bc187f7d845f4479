import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { naiveRoot } from '../test/naive-tree.ts'
import { fromHex, toHex, utf8Encode } from './bytes.ts'
import { EMPTY_ROOT } from './sha256.ts'
import { Frontier, hashLeaf, rootOf } from './tree.ts'

/** The leaves and roots that the certificate-transparency implementations have tested with since RFC 6962. */
const CT_LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
]
const CT_ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

const leafHash = (at: number) => hashLeaf(utf8Encode(`leaf ${at}`))

describe('a frontier', () => {
  test('has the known root at each size of the certificate-transparency test tree', () => {
    const frontier = new Frontier()
    CT_LEAVES.forEach((leaf, at) => {
      frontier.append(hashLeaf(fromHex(leaf)))
      expect(toHex(frontier.root())).toBe(CT_ROOTS[at])
    })
  })

  test('equals the recursive definition at every size to 300, also when written down and read again', () => {
    const hashes: Uint8Array[] = []
    let frontier = new Frontier()
    expect(frontier.root()).toEqual(EMPTY_ROOT)
    for (let size = 1; size <= 300; size += 1) {
      hashes.push(leafHash(size))
      frontier.append(leafHash(size))
      expect(frontier.root()).toEqual(naiveRoot(hashes))
      frontier = Frontier.fromBytes(frontier.toBytes())
    }
    expect(rootOf(hashes)).toEqual(frontier.root())
  })

  test('goes on past 2^32 leaves, where bit operators would wrap', () => {
    const size = 2 ** 40 - 1
    const subtrees = Array.from({ length: 40 }, (_, at) => leafHash(at))
    const frontier = new Frontier(size, subtrees)
    frontier.append(leafHash(99))
    expect(frontier.size).toBe(2 ** 40)
    expect(frontier.hashes).toHaveLength(1)
  })

  test('a copy goes its own way', () => {
    const frontier = new Frontier()
    frontier.append(leafHash(0))
    const copy = frontier.clone()
    copy.append(leafHash(1))
    expect(frontier.size).toBe(1)
    expect(frontier.root()).toEqual(leafHash(0))
  })

  test('refuses bytes whose length does not fit their size', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), bytes => {
        try {
          expect(Frontier.fromBytes(bytes).toBytes()).toEqual(bytes)
        } catch (error) {
          expect(error).toMatchObject({ name: 'ProofError' })
        }
      }),
    )
    expect(() => new Frontier(3, [leafHash(0)])).toThrow(expect.objectContaining({ code: 'bad_frontier' }))
    expect(() => new Frontier().append(new Uint8Array(31))).toThrow(
      expect.objectContaining({ code: 'bad_hash' }),
    )
  })
})

test('a leaf longer than any entry is hashed by the same rule', () => {
  const long = new Uint8Array(10_000).fill(1)
  expect(hashLeaf(long)).toEqual(hashLeaf(long.slice()))
  expect(hashLeaf(new Uint8Array(4096))).not.toEqual(hashLeaf(new Uint8Array(4097)))
})
