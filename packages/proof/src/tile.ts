import { ProofError } from './errors.ts'
import { HASH_BYTES, hashNode, splitHashes } from './tree.ts'
import type { HashReader } from './tree-proof.ts'

// Tiles of c2sp.org/tlog-tiles: 256 hashes of one tree level wide, which is a subtree eight levels high.

export const TILE_HEIGHT = 8
export const TILE_WIDTH = 256
const MAX_TILE_LEVEL = 63

/** Which tile: `level` 0 holds leaf hashes, level n roots of full tiles of level n - 1; `width` 1 to 256 hashes. */
export type TileId = { readonly level: number; readonly index: number; readonly width: number }

/** A bundle of the entries below a level 0 tile. */
export type EntriesId = { readonly level: 'entries'; readonly index: number; readonly width: number }

/** A tile with its hashes, `width * 32` bytes in a row. */
export type Tile = TileId & { readonly hashes: Uint8Array }

/** Bytes of a tile, `width * 32` long. Expected to reject when there is no such tile. */
export type TileReader = (level: number, index: number, width: number) => Promise<Uint8Array>

/**
 * Path of a tile below the log's prefix: `tile/0/x001/x234/067`, `tile/1/000.p/17`, `tile/entries/000`.
 * Throws `bad_tile_path` for numbers out of range.
 */
export function tilePath(level: number | 'entries', index: number, width: number = TILE_WIDTH): string {
  if (level !== 'entries' && !(Number.isInteger(level) && level >= 0 && level <= MAX_TILE_LEVEL)) {
    throw new ProofError('bad_tile_path', `level ${level}`)
  }
  if (!Number.isSafeInteger(index) || index < 0) throw new ProofError('bad_tile_path', `index ${index}`)
  if (!Number.isInteger(width) || width < 1 || width > TILE_WIDTH)
    throw new ProofError('bad_tile_path', `width ${width}`)
  let path = String(index % 1000).padStart(3, '0')
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    path = `x${String(rest % 1000).padStart(3, '0')}/${path}`
  }
  return `tile/${level}/${path}${width === TILE_WIDTH ? '' : `.p/${width}`}`
}

const TILE_PATH = /^tile\/(entries|0|[1-9]\d?)\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/

/** The tile a path names. Only what `tilePath` writes is read; everything else throws `bad_tile_path`. */
export function parseTilePath(path: string): TileId | EntriesId {
  const match = TILE_PATH.exec(path)
  if (match === null) throw new ProofError('bad_tile_path', JSON.stringify(path))
  const level = match[1] === 'entries' ? 'entries' : Number(match[1])
  const index = Number((match[2] ?? '').replace(/[x/]/g, ''))
  const width = match[3] === undefined ? TILE_WIDTH : Number(match[3])
  if (tilePath(level, index, width) !== path) throw new ProofError('bad_tile_path', JSON.stringify(path))
  return level === 'entries' ? { level, index, width } : { level, index, width }
}

/** How many hashes wide a tile is in the tree of `size` leaves: 0 when it does not exist there, 256 when full. */
export function tileWidth(level: number, index: number, size: number): number {
  const hashes = Math.floor(size / TILE_WIDTH ** level)
  return Math.max(0, Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH))
}

/** The partial tiles at the right edge of the tree of `size` leaves, lowest level first. */
export function partialTilesOf(size: number): TileId[] {
  const tiles: TileId[] = []
  for (let level = 0, hashes = size; hashes > 0; level += 1, hashes = Math.floor(hashes / TILE_WIDTH)) {
    const width = hashes % TILE_WIDTH
    if (width > 0) tiles.push({ level, index: Math.floor(hashes / TILE_WIDTH), width })
  }
  return tiles
}

/**
 * Reads subtree hashes for proofs of the tree of `size` leaves out of its tiles; each tile is read once and kept as
 * long as the reader. Tiles are not trusted here: whoever verifies the proof finds out. Throws `bad_tile` when a
 * tile has another length than asked for, and `bad_index` for a subtree outside the tree.
 */
export function tileHashReader(size: number, readTile: TileReader): HashReader {
  const tiles = new Map<string, Promise<Uint8Array[]>>()
  const hashesOf = (level: number, index: number): Promise<Uint8Array[]> => {
    const key = `${level}/${index}`
    const known = tiles.get(key)
    if (known !== undefined) return known
    const read = readHashes(readTile, { level, index, width: tileWidth(level, index, size) })
    tiles.set(key, read)
    return read
  }
  return {
    async nodeHash(level, index) {
      const inside = level % TILE_HEIGHT
      const span = 2 ** inside
      const begin = index * span
      const hashes = await hashesOf((level - inside) / TILE_HEIGHT, Math.floor(begin / TILE_WIDTH))
      const offset = begin % TILE_WIDTH
      if (offset + span > hashes.length)
        throw new ProofError('bad_index', `node ${level}/${index} of ${size} leaves`)
      return perfectRoot(hashes.slice(offset, offset + span))
    },
  }
}

async function readHashes(readTile: TileReader, { level, index, width }: TileId): Promise<Uint8Array[]> {
  if (width === 0) return []
  const bytes = await readTile(level, index, width)
  if (bytes.length !== width * HASH_BYTES) {
    throw new ProofError('bad_tile', `${tilePath(level, index, width)} has ${bytes.length} bytes`)
  }
  return splitHashes(bytes)
}

/** Root over 2^n hashes. */
function perfectRoot(hashes: Uint8Array[]): Uint8Array {
  let row = hashes
  while (row.length > 1) {
    row = Array.from({ length: row.length / 2 }, (_, at) => joinPair(row[2 * at], row[2 * at + 1]))
  }
  const [root] = row
  if (root === undefined) throw new ProofError('bad_tile', 'no hashes')
  return root
}

function joinPair(left: Uint8Array | undefined, right: Uint8Array | undefined): Uint8Array {
  if (left === undefined || right === undefined) throw new ProofError('bad_tile', 'no power of two hashes')
  return hashNode(left, right)
}
