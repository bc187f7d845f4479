import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { memoryReader, naiveRoot } from '../test/naive-tree.ts'
import { concatBytes, utf8Encode } from './bytes.ts'
import { decodeEntryBundle, encodeEntryBundle } from './entry-bundle.ts'
import { parseTilePath, partialTilesOf, type Tile, tileHashReader, tilePath, tileWidth } from './tile.ts'
import { TileBuilder } from './tile-builder.ts'
import { hashLeaf, rootOf } from './tree.ts'
import {
  consistencyProof,
  inclusionProof,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from './tree-proof.ts'

const leafHash = (at: number) => hashLeaf(utf8Encode(`leaf ${at}`))

describe('tile paths', () => {
  test.each([
    ['tile/0/x001/x234/067', 0, 1_234_067, 256],
    ['tile/0/000', 0, 0, 256],
    ['tile/1/000.p/17', 1, 0, 17],
    ['tile/63/x123/456.p/255', 63, 123_456, 255],
    ['tile/entries/x001/000', 'entries' as const, 1000, 256],
    ['tile/entries/273.p/112', 'entries' as const, 273, 112],
  ])('%s is written and read as the specification lays it', (path, level, index, width) => {
    expect(tilePath(level, index, width)).toBe(path)
    expect(parseTilePath(path)).toEqual({ level, index, width })
  })

  test('each tile has one path', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 63 }),
        fc.maxSafeNat(),
        fc.integer({ min: 1, max: 256 }),
        (level, index, width) => {
          expect(parseTilePath(tilePath(level, index, width))).toEqual({ level, index, width })
        },
      ),
    )
  })

  test.each([
    '',
    'tile/0/0',
    'tile/00/000',
    'tile/64/000',
    'tile/0/x000/000',
    'tile/0/001/000',
    'tile/0/x001',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/01',
    'tile/0/000.p/',
    '/tile/0/000',
    'tile/0/000/',
    'tile/-1/000',
    'tile/entry/000',
    'tile/0/../000',
    'tile/0/x999/x999/x999/x999/x999/x999/999',
    'tile/0/000\n',
  ])('%j is no tile path', path => {
    expect(() => parseTilePath(path)).toThrow(expect.objectContaining({ code: 'bad_tile_path' }))
  })
})

describe('tile widths', () => {
  test('a tree of 70,000 leaves has the tiles the specification counts', () => {
    expect(partialTilesOf(70_000)).toEqual([
      { level: 0, index: 273, width: 112 },
      { level: 1, index: 1, width: 17 },
      { level: 2, index: 0, width: 1 },
    ])
    expect([tileWidth(0, 272, 70_000), tileWidth(0, 273, 70_000), tileWidth(0, 274, 70_000)]).toEqual([
      256, 112, 0,
    ])
  })

  test('a tree of 256 leaves has a full tile and one hash above it', () => {
    expect(partialTilesOf(256)).toEqual([{ level: 1, index: 0, width: 1 }])
    expect(partialTilesOf(0)).toEqual([])
  })
})

/** A log that keeps what the builder hands out. */
function growLog(size: number, restartEvery = Number.POSITIVE_INFINITY) {
  const tiles = new Map<string, Uint8Array>()
  const keep = ({ level, index, width, hashes }: Tile) => tiles.set(tilePath(level, index, width), hashes)
  let builder = TileBuilder.start()
  for (let at = 0; at < size; at += 1) {
    if (at % restartEvery === 0) builder = TileBuilder.resume(at, builder.partialTiles())
    builder.append(leafHash(at)).forEach(keep)
  }
  builder.partialTiles().forEach(keep)
  const readTile = async (level: number, index: number, width: number) => {
    const tile = tiles.get(tilePath(level, index, width))
    if (tile === undefined) throw new Error(`no tile ${tilePath(level, index, width)}`)
    return tile
  }
  return { tiles, builder, readTile }
}

describe('a tile builder', () => {
  const SIZE = 256 * 256 + 256 * 3 + 77

  test('hands out exactly the tiles the specification asks for, with the subtree hashes it names', () => {
    const { tiles, builder } = growLog(SIZE)
    const hashes = Array.from({ length: SIZE }, (_, at) => leafHash(at))
    expect(tiles.size).toBe(256 + 3 + 1 + 1 + 1 + 1)
    expect(tiles.get('tile/0/002')).toEqual(concatBytes(...hashes.slice(512, 768)))
    expect(tiles.get('tile/0/259.p/77')).toEqual(concatBytes(...hashes.slice(-77)))
    expect(tiles.get('tile/1/001.p/3')?.slice(32, 64)).toEqual(naiveRoot(hashes.slice(257 * 256, 258 * 256)))
    expect(tiles.get('tile/2/000.p/1')).toEqual(naiveRoot(hashes.slice(0, 65_536)))
    expect(builder.root()).toEqual(rootOf(hashes))
  })

  test('goes on from its partial tiles as if it had never stopped', () => {
    const whole = growLog(1500)
    const restarted = growLog(1500, 7)
    expect(restarted.tiles).toEqual(whole.tiles)
    expect(restarted.builder.root()).toEqual(whole.builder.root())
    expect(restarted.builder.frontier().toBytes()).toEqual(whole.builder.frontier().toBytes())
  })

  test('refuses to go on from tiles that do not belong to the size', () => {
    const partials = growLog(600).builder.partialTiles()
    const refused = expect.objectContaining({ code: 'bad_tile' })
    expect(() => TileBuilder.resume(601, partials)).toThrow(refused)
    expect(() => TileBuilder.resume(600, partials.slice(1))).toThrow(refused)
    expect(() => TileBuilder.resume(600, [...partials, ...partials])).toThrow(refused)
  })
})

describe('proofs read from tiles', () => {
  test.each([1, 255, 256, 257, 512, 700, 66_000])('verify in a tree of %i leaves', async size => {
    const { builder, readTile } = growLog(size)
    const reader = tileHashReader(size, readTile)
    const root = builder.root()
    expect(await treeRoot(size, reader)).toEqual(root)
    for (const index of new Set(
      [0, 1, 254, 255, 256, Math.floor(size / 2), size - 1].filter(at => at < size),
    )) {
      const proof = await inclusionProof(index, size, reader)
      expect(verifyInclusion({ index, size, leafHash: leafHash(index), root }, proof)).toBe('ok')
    }
    for (const from of new Set([1, 255, 256, size].filter(at => at <= size))) {
      const fromRoot = await treeRoot(from, tileHashReader(size, readTile))
      const proof = await consistencyProof(from, size, reader)
      expect(verifyConsistency({ from, to: size, fromRoot, toRoot: root }, proof)).toBe('ok')
    }
  })

  test('equal those read from memory', async () => {
    const { readTile } = growLog(600)
    const hashes = Array.from({ length: 600 }, (_, at) => leafHash(at))
    expect(await inclusionProof(300, 600, tileHashReader(600, readTile))).toEqual(
      await inclusionProof(300, 600, memoryReader(hashes)),
    )
  })

  test('a tile of the wrong length and a node outside the tree are refused', async () => {
    const { readTile } = growLog(300)
    const short = tileHashReader(300, async (...id) => (await readTile(...id)).slice(1))
    await expect(short.nodeHash(0, 0)).rejects.toMatchObject({ code: 'bad_tile' })
    const reader = tileHashReader(300, readTile)
    await expect(reader.nodeHash(0, 300)).rejects.toMatchObject({ code: 'bad_index' })
    await expect(reader.nodeHash(8, 1)).rejects.toMatchObject({ code: 'bad_index' })
    await expect(reader.nodeHash(30, 0)).rejects.toMatchObject({ code: 'bad_index' })
  })
})

describe('entry bundles', () => {
  const entries = () => fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 })

  test('give their entries back', () => {
    fc.assert(
      fc.property(entries(), list => {
        expect(decodeEntryBundle(encodeEntryBundle(list), list.length)).toEqual(list)
      }),
    )
    expect(encodeEntryBundle([utf8Encode('ab'), new Uint8Array()])).toEqual(Uint8Array.of(0, 2, 97, 98, 0, 0))
  })

  test('cut short, or with another number of entries, are refused', () => {
    fc.assert(
      fc.property(entries(), fc.nat(), (list, cut) => {
        const bundle = encodeEntryBundle(list)
        const refused = expect.objectContaining({ code: 'bad_bundle' })
        expect(() => decodeEntryBundle(bundle, list.length + 1)).toThrow(refused)
        if (bundle.length === 0) return
        expect(() => decodeEntryBundle(bundle.subarray(0, cut % bundle.length), list.length)).toThrow(refused)
      }),
    )
    expect(() => encodeEntryBundle([new Uint8Array(65_536)])).toThrow(
      expect.objectContaining({ code: 'bad_bundle' }),
    )
    expect(() => encodeEntryBundle(new Array(257).fill(new Uint8Array()))).toThrow(
      expect.objectContaining({ code: 'bad_bundle' }),
    )
  })
})
