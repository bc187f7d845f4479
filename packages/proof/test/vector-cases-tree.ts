import { fromHex, hashLeaf, type parseTilePath, rootOf, toHex, utf8Encode } from '../src/index.ts'
import { naiveConsistency, naiveInclusion, naiveRoot } from './naive-tree.ts'

/** The leaves that the certificate-transparency implementations have tested with since RFC 6962, in hex. */
export const CT_LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
]

const leaves = Array.from({ length: 20 }, (_, at) => utf8Encode(`leaf ${at}`))
const hashes = leaves.map(hashLeaf)
const rootAt = (size: number) => toHex(naiveRoot(hashes.slice(0, size)))
const hex = (list: readonly Uint8Array[]) => list.map(toHex)
const other = toHex(hashLeaf(utf8Encode('another')))

export type RootVector = { readonly leavesHex: readonly string[]; readonly rootHex: string }

export function rootVectors(): RootVector[] {
  return Array.from({ length: CT_LEAVES.length + 1 }, (_, size) => {
    const leavesHex = CT_LEAVES.slice(0, size)
    return { leavesHex, rootHex: toHex(rootOf(leavesHex.map(leaf => hashLeaf(fromHex(leaf))))) }
  })
}

export type InclusionVector = {
  readonly name: string
  readonly index: number
  readonly size: number
  readonly leafHashHex: string
  readonly rootHex: string
  readonly proofHex: readonly string[]
  readonly wantErr: string | null
}

export function inclusionVectors(): InclusionVector[] {
  const good = (index: number, size: number): InclusionVector => ({
    name: `leaf ${index} of ${size}`,
    index,
    size,
    leafHashHex: toHex(hashes[index] ?? new Uint8Array()),
    rootHex: rootAt(size),
    proofHex: hex(naiveInclusion(index, hashes.slice(0, size))),
    wantErr: null,
  })
  const five = good(5, 11)
  const pairs = [
    [0, 1],
    [0, 2],
    [1, 2],
    [2, 3],
    [0, 8],
    [7, 8],
    [8, 9],
    [5, 11],
    [10, 11],
    [15, 20],
    [19, 20],
  ] as const
  return [
    ...pairs.map(([index, size]) => good(index, size)),
    { ...five, name: 'another leaf', leafHashHex: other, wantErr: 'root_mismatch' },
    { ...five, name: 'another root', rootHex: other, wantErr: 'root_mismatch' },
    { ...five, name: 'another index', index: 4, wantErr: 'root_mismatch' },
    { ...five, name: 'an index outside', index: 11, wantErr: 'index_out_of_range' },
    { ...five, name: 'a negative index', index: -1, wantErr: 'index_out_of_range' },
    { ...five, name: 'an empty tree', index: 0, size: 0, proofHex: [], wantErr: 'index_out_of_range' },
    { ...five, name: 'a hash too many', proofHex: [...five.proofHex, other], wantErr: 'wrong_length' },
    { ...five, name: 'a hash missing', proofHex: five.proofHex.slice(0, -1), wantErr: 'wrong_length' },
    { ...five, name: 'a hash changed', proofHex: five.proofHex.with(0, other), wantErr: 'root_mismatch' },
    { ...five, name: 'hashes exchanged', proofHex: five.proofHex.toReversed(), wantErr: 'root_mismatch' },
    {
      ...five,
      name: 'a short hash',
      proofHex: five.proofHex.with(0, other.slice(2)),
      wantErr: 'wrong_length',
    },
  ]
}

export type ConsistencyVector = {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly fromRootHex: string
  readonly toRootHex: string
  readonly proofHex: readonly string[]
  readonly wantErr: string | null
}

export function consistencyVectors(): ConsistencyVector[] {
  const good = (from: number, to: number): ConsistencyVector => ({
    name: `${from} to ${to}`,
    from,
    to,
    fromRootHex: rootAt(from),
    toRootHex: rootAt(to),
    proofHex: from === 0 ? [] : hex(naiveConsistency(from, hashes.slice(0, to))),
    wantErr: null,
  })
  const six = good(6, 11)
  const pairs = [
    [0, 0],
    [0, 5],
    [1, 1],
    [1, 2],
    [2, 3],
    [4, 8],
    [6, 8],
    [7, 8],
    [6, 11],
    [8, 20],
    [19, 20],
  ] as const
  return [
    ...pairs.map(([from, to]) => good(from, to)),
    { ...six, name: 'another old root', fromRootHex: other, wantErr: 'old_root_mismatch' },
    { ...six, name: 'another new root', toRootHex: other, wantErr: 'root_mismatch' },
    { ...six, name: 'from larger to smaller', from: 12, wantErr: 'index_out_of_range' },
    { ...six, name: 'a hash too many', proofHex: [...six.proofHex, other], wantErr: 'wrong_length' },
    { ...six, name: 'no hashes', proofHex: [], wantErr: 'wrong_length' },
    { ...six, name: 'a hash changed', proofHex: six.proofHex.with(0, other), wantErr: 'old_root_mismatch' },
    {
      ...good(0, 5),
      name: 'an old root of nothing that is not',
      fromRootHex: other,
      wantErr: 'old_root_mismatch',
    },
    { ...good(0, 5), name: 'a proof where none is needed', proofHex: [other], wantErr: 'wrong_length' },
    { ...good(5, 5), name: 'the same size with another root', toRootHex: other, wantErr: 'root_mismatch' },
  ]
}

export type PathVector = {
  readonly path: string
  readonly tile?: ReturnType<typeof parseTilePath>
  readonly wantErr: string | null
}

export function pathVectors(): PathVector[] {
  const bad = [
    'tile/0/0',
    'tile/00/000',
    'tile/64/000',
    'tile/0/x000/000',
    'tile/0/001/000',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
  ]
  return [
    { path: 'tile/0/000', tile: { level: 0, index: 0, width: 256 }, wantErr: null },
    { path: 'tile/0/x001/x234/067', tile: { level: 0, index: 1_234_067, width: 256 }, wantErr: null },
    { path: 'tile/2/000.p/1', tile: { level: 2, index: 0, width: 1 }, wantErr: null },
    { path: 'tile/entries/273.p/112', tile: { level: 'entries', index: 273, width: 112 }, wantErr: null },
    ...bad.map(path => ({ path, wantErr: 'bad_tile_path' })),
  ]
}
