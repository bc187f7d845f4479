import {
  concatBytes,
  HASH_BYTES,
  type HashReader,
  hashLeaf,
  isListed,
  PURGE_CHUNK,
  partialTilesOf,
  rootOf,
  splitHashes,
  TILE_WIDTH,
  type Tile,
  TileBuilder,
  type TileReader,
  tileHashReader,
} from '@tracedesk/proof/node'
import { sql } from 'kysely'
import type { ReadDb } from '../db/database.ts'

export interface TreeHead {
  readonly epoch: number
  readonly origin: string
  readonly size: number
  readonly root: Buffer
}

/** The head of a workspace's tree; null before its first epoch began. */
export async function readHead(db: ReadDb, workspaceId: string): Promise<TreeHead | null> {
  const row = await db
    .selectFrom('log_head')
    .select(['epoch', 'origin', 'size', 'root'])
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst()
  return row ?? null
}

/** The head, and the key that the ledger names for its epoch at this moment; null before the first epoch began. */
export async function readNamedHead(
  db: ReadDb,
  workspaceId: string,
): Promise<{ head: TreeHead; named: string | null } | null> {
  const { rows } = await sql<TreeHead & { named: string | null }>`
    select h.epoch, h.origin, h.size, h.root, (select s.vkey from log_signer s
      where s.workspace_id = h.workspace_id and s.epoch = h.epoch order by s.from_size desc limit 1) as named
    from log_head h where h.workspace_id = ${workspaceId}`.execute(db as never)
  const [row] = rows
  if (!row) return null
  const { named, ...head } = row
  return { head, named }
}

/** The exact bytes of leaves `from` (inclusive) to `to` (exclusive), in order. Throws when one is missing or twice there. */
export async function readLeaves(
  db: ReadDb,
  workspaceId: string,
  from: number,
  to: number,
): Promise<Buffer[]> {
  const rows = await readRows(db, workspaceId, from, to)
  if (rows.length !== to - from || rows.some((row, i) => row.position !== from + i))
    throw new LeafGapError(
      workspaceId,
      from,
      to,
      rows.map(row => row.position),
    )
  return rows.map(row => row.leaf)
}

interface LeafRow {
  readonly position: number
  readonly leaf: Buffer
}

/** The leaves that are there from `from` to `to`, in order. As one value: a row for each costs more than its hash. */
async function readRows(db: ReadDb, workspaceId: string, from: number, to: number): Promise<LeafRow[]> {
  const { rows } = await sql<{ framed: Buffer | null }>`
    select string_agg(int8send(position) || int4send(octet_length(leaf)) || leaf, ''::bytea order by position) as framed
    from log_entry where workspace_id = ${workspaceId} and position >= ${from} and position < ${to}`.execute(
    db as never,
  )
  const framed = rows[0]?.framed ?? Buffer.alloc(0)
  const leaves: LeafRow[] = []
  for (let at = 0; at < framed.length; ) {
    const begin = at + FRAME_BYTES
    const end = begin + framed.readUInt32BE(at + 8)
    leaves.push({ position: Number(framed.readBigInt64BE(at)), leaf: framed.subarray(begin, end) })
    at = end
  }
  return leaves
}

/** Before each leaf its position (8 bytes) and its length (4 bytes). */
const FRAME_BYTES = 12

/** A leaf, or of one that retention destroyed only what the tree keeps. */
export type LeafOrHash = { readonly position: number } & (
  | { readonly leaf: Buffer; readonly hash: null }
  | { readonly leaf: null; readonly hash: Uint8Array }
)

/**
 * Leaves `from` (inclusive) to `to` (exclusive), in order. Of those that a list of destroyed ones names the hash comes
 * from the tree's tiles. Throws LeafGapError when one is missing otherwise. Whether the list is vouched for is for
 * `verify` to say.
 */
export async function readLeavesOrHashes(
  db: ReadDb,
  workspaceId: string,
  from: number,
  to: number,
): Promise<LeafOrHash[]> {
  const rows = await readRows(db, workspaceId, from, to)
  const present: LeafOrHash[] = rows.map(row => ({ ...row, hash: null }))
  if (rows.length === to - from && rows.every((row, i) => row.position === from + i)) return present
  const gone = await readPurged(db, workspaceId, from, to)
  const all = [...present, ...gone].sort((a, b) => a.position - b.position)
  if (all.length !== to - from || all.some((row, i) => row.position !== from + i))
    throw new LeafGapError(
      workspaceId,
      from,
      to,
      all.map(row => row.position),
    )
  return all
}

/** The hashes of the destroyed leaves of a range. */
async function readPurged(db: ReadDb, workspaceId: string, from: number, to: number): Promise<LeafOrHash[]> {
  const { rows: lists } = await sql<{ chunk: number; positions: Buffer }>`
    select chunk, positions from log_purge where workspace_id = ${workspaceId} and part = ''
      and chunk >= ${Math.floor(from / PURGE_CHUNK)} and chunk <= ${Math.floor((to - 1) / PURGE_CHUNK)}`.execute(
    db as never,
  )
  const { rows: tiles } = await sql<{ index: number; hashes: Buffer }>`
    select index, hashes from log_tile where workspace_id = ${workspaceId} and level = 0
      and index >= ${Math.floor(from / TILE_WIDTH)} and index <= ${Math.floor((to - 1) / TILE_WIDTH)}`.execute(
    db as never,
  )
  const hashesOf = new Map(tiles.map(tile => [tile.index, tile.hashes]))
  const gone: LeafOrHash[] = []
  for (let position = from; position < to; position++) {
    const chunk = Math.floor(position / PURGE_CHUNK)
    const tile = hashesOf.get(Math.floor(position / TILE_WIDTH))
    if (!tile || !lists.some(list => list.chunk === chunk && isListed(list.positions, position))) continue
    const at = (position % TILE_WIDTH) * HASH_BYTES
    gone.push({ position, hash: tile.subarray(at, at + HASH_BYTES), leaf: null })
  }
  return gone
}

/** The ledger lacks a leaf, or has two at one position. Names the first such position. */
export class LeafGapError extends Error {
  readonly position: number
  constructor(workspaceId: string, from: number, to: number, found: number[]) {
    const wrong = found.findIndex((position, i) => position !== from + i)
    const position = wrong === -1 ? from + found.length : from + wrong
    super(
      `workspace ${workspaceId}: leaves ${from} to ${to} are not all there once; first wrong position ${position}`,
    )
    this.position = position
  }
}

/**
 * Reads tiles of a workspace's tree: full ones as stored; partial ones at the right edge are made from leaves and
 * from the full tiles below, because only full tiles are kept.
 */
export function tileReader(db: ReadDb, workspaceId: string, roots: RootsReader = readRoots): TileReader {
  const read: TileReader = async (level, index, width) => {
    // A partial tile of an older tree is the beginning of the full one, whose leaves may be gone by now.
    const row = await db
      .selectFrom('log_tile')
      .select('hashes')
      .where('workspace_id', '=', workspaceId)
      .where('level', '=', level)
      .where('index', '=', index)
      .executeTakeFirst()
    if (row) return row.hashes.subarray(0, width * HASH_BYTES)
    const first = index * TILE_WIDTH
    if (level === 0) {
      const leaves = await readLeaves(db, workspaceId, first, first + width)
      return concatBytes(...leaves.map(hashLeaf))
    }
    return concatBytes(...(await roots(db, workspaceId, level - 1, first, width)))
  }
  return read
}

/**
 * Roots of full tiles at the right edge, which stand in no stored tile yet: `workspace/level/first tile` → roots. A
 * full tile never changes, and making its root anew costs 255 hashes; there are at most 255 such tiles a level.
 */
const edgeRoots = new Map<string, Uint8Array[]>()
const EDGES_MAX = 1_000

/** The roots of `count` full tiles from `first` on. */
type RootsReader = (
  db: ReadDb,
  workspaceId: string,
  level: number,
  first: number,
  count: number,
) => Promise<Uint8Array[]>

const readRoots: RootsReader = async (db, workspaceId, level, first, count) => {
  const tiles = await db
    .selectFrom('log_tile')
    .select(['index', 'hashes'])
    .where('workspace_id', '=', workspaceId)
    .where('level', '=', level)
    .where('index', '>=', first)
    .where('index', '<', first + count)
    .orderBy('index')
    .execute()
  if (tiles.length !== count)
    throw new LeafGapError(
      workspaceId,
      first,
      first + count,
      tiles.map(tile => tile.index),
    )
  return tiles.map(tile => rootOf(splitHashes(tile.hashes)))
}

/** For proofs, which whoever gets them checks: whoever must notice a changed tile reads it. */
const recallRoots: RootsReader = async (db, workspaceId, level, first, count) => {
  const known = rememberedRoots(`${workspaceId}/${level}/${first}`)
  if (known.length < count) {
    const from = first + known.length
    const roots = await readRoots(db, workspaceId, level, from, first + count - from)
    for (const [i, root] of roots.entries()) known[from - first + i] = root // by place: two may be reading at once
  }
  return known.slice(0, count)
}

function rememberedRoots(key: string): Uint8Array[] {
  const known = edgeRoots.get(key) ?? []
  edgeRoots.delete(key)
  edgeRoots.set(key, known) // the last asked for is the last to go
  for (const oldest of edgeRoots.keys()) {
    if (edgeRoots.size <= EDGES_MAX) break
    edgeRoots.delete(oldest)
  }
  return known
}

/** Reads subtree hashes of the tree of `size` leaves, for proofs. */
export const hashReader = (db: ReadDb, workspaceId: string, size: number): HashReader =>
  tileHashReader(size, tileReader(db, workspaceId, recallRoots))

/** The right edge of the tree of `size` leaves, ready to grow. */
export async function resumeTree(db: ReadDb, workspaceId: string, size: number): Promise<TileBuilder> {
  const read = tileReader(db, workspaceId)
  const partials: Tile[] = []
  for (const { level, index, width } of partialTilesOf(size))
    partials.push({ level, index, width, hashes: await read(level, index, width) })
  return TileBuilder.resume(size, partials)
}
