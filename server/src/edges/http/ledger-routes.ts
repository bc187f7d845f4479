import {
  addSignatureLines,
  consistencyProof,
  encodeEntryBundle,
  formatDestroyedLine,
  formatTlogProof,
  formatTrustFile,
  inclusionProof,
  parseTilePath,
  TILE_WIDTH,
  tileWidth,
  toBase64,
} from '@tracedesk/proof/node'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import { z } from 'zod'
import { type Caller, may } from '../../command/caller.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { type EpochSpan, readEpochSpan } from '../../ledger/epoch-span.ts'
import {
  hashReader,
  LeafGapError,
  readHead,
  readLeavesOrHashes,
  tileReader,
} from '../../ledger/tree-store.ts'
import { readSignatureLines, readTrustFile } from '../../modules/anchors/index.ts'
import { entryScopeSql, scopeOf, seesEverything } from '../../modules/team/index.ts'
import type { TracedeskNode } from '../../node.ts'
import { authenticate } from './authenticate.ts'
import { LedgerReads } from './ledger-reads.ts'

/** Stands for an entry that retention destroyed: no leaf is empty. */
const EMPTY = Buffer.alloc(0)

type TilePath = ReturnType<typeof parseTilePath>

const Size = z.coerce.number().int().min(0)
const TEXT = 'text/plain; charset=utf-8'
// A full tile never changes; it may be kept by whoever was allowed to read it, but by no shared cache.
const FOR_EVER = 'private, max-age=31536000, immutable'

/** The ledger as the world's verifiers read it (DESIGN section 10; C2SP tlog-tiles, tlog-checkpoint, tlog-proof). */
export function addLedgerRoutes(server: FastifyInstance, node: TracedeskNode): void {
  const { read: db } = node.databases
  const reads = new LedgerReads(
    (caller, query, disclosure) => node.recordView(caller, query, disclosure),
    error => node.options.log.error({ err: error as Error }, 'reads of the ledger could not be recorded'),
  )
  server.addHook('onClose', () => reads.stop())
  const refuse = (caller: Caller, request: FastifyRequest, permission: string) =>
    node.queries.refuse(caller, routeOf(request), permission)
  const reader = async (request: FastifyRequest): Promise<Caller> => {
    const caller = await authenticate(node, request)
    if (!caller.workspaceId) throw new ConsoleError('session.required')
    if (!may(caller, 'ledger.view')) return refuse(caller, request, 'ledger.view')
    return caller
  }
  /** Leaves name who did what when: only whoever sees everything may read them all. */
  const wholeReader = async (request: FastifyRequest): Promise<Caller> => {
    const caller = await reader(request)
    if (!seesEverything(await scopeOf(db, caller))) return refuse(caller, request, 'log.view')
    return caller
  }

  server.get('/api/ledger.checkpoint', async (request, reply) => {
    const { workspaceId } = await reader(request)
    const size = parse(Size.optional(), (request.query as { size?: string }).size, 'size')
    return reply.type(TEXT).send((await findNote(node, workspaceId, size)).note)
  })
  server.get('/api/ledger.vkey', async (request, reply) => {
    const { workspaceId } = await reader(request)
    const row = await db
      .selectFrom('log_signer')
      .select('vkey')
      .where('workspace_id', '=', workspaceId)
      .orderBy('epoch', 'desc')
      .orderBy('from_size', 'desc')
      .limit(1)
      .executeTakeFirst()
    if (!row) throw new ConsoleError('ledger.size_unknown')
    return reply.type(TEXT).send(`${row.vkey}\n`)
  })
  server.get('/api/ledger.trust', async (request, reply) => {
    const { workspaceId } = await reader(request)
    const trust = await readTrustFile(db, workspaceId)
    if (!trust) throw new ConsoleError('ledger.size_unknown')
    return reply.type('application/json').send(formatTrustFile(trust))
  })
  server.get('/api/ledger.leaf', async (request, reply) => {
    const caller = await reader(request)
    const position = parse(Size, (request.query as { position?: string }).position, 'position')
    const leaf = await requireLeaf(node, caller, position)
    await reads.reading(caller, 'ledger.leaf', (await scopeOf(db, caller)).kind, position, position)
    return reply.type('application/json').send(leaf)
  })
  server.get('/api/ledger.inclusion', async (request, reply) => {
    const caller = await reader(request)
    const position = parse(Size, (request.query as { position?: string }).position, 'position')
    await requireLeaf(node, caller, position)
    const { note, size } = await findNote(node, caller.workspaceId)
    if (position >= size) throw new ConsoleError('ledger.not_sequenced', { position })
    const hashes = await inclusionProof(position, size, hashReader(db, caller.workspaceId, size))
    return reply.type(TEXT).send(formatTlogProof({ index: position, proof: hashes, checkpoint: note }))
  })
  server.get('/api/ledger.consistency', async (request, reply) => {
    const { workspaceId } = await reader(request)
    const query = request.query as { from?: string; to?: string }
    const [from, to] = [parse(Size, query.from, 'from'), parse(Size, query.to, 'to')]
    const head = await readHead(db, workspaceId)
    if (!head || from > to || to > head.size)
      throw new ConsoleError('ledger.size_unknown', { from, to, size: head?.size ?? 0 })
    const hashes = await consistencyProof(from, to, hashReader(db, workspaceId, to))
    return reply.type(TEXT).send(hashes.map(hash => `${toBase64(hash)}\n`).join(''))
  })

  server.get('/log/:workspace/:epoch/checkpoint', async (request, reply) => {
    const caller = await wholeReader(request)
    const span = await requireLog(node, caller, request)
    return reply
      .type(TEXT)
      .header('cache-control', 'no-store')
      .send((await findNote(node, caller.workspaceId, undefined, span)).note)
  })
  server.get('/log/:workspace/:epoch/destroyed', async (request, reply) => {
    const caller = await wholeReader(request)
    await requireLog(node, caller, request)
    return reply
      .type('application/x-ndjson')
      .header('cache-control', 'no-store')
      .send(await readDestroyed(node, caller.workspaceId))
  })
  server.get('/log/:workspace/:epoch/tile/*', async (request, reply) => {
    const caller = await wholeReader(request)
    const { size } = await requireLog(node, caller, request)
    const tile = readTilePath(`tile/${(request.params as { '*': string })['*']}`)
    const first = tile.index * TILE_WIDTH
    const keepEmpty = (request.query as { destroyed?: string }).destroyed === 'empty'
    const bytes = await readTile(node, caller.workspaceId, tile, size, keepEmpty)
    // Tiles of hashes show no content.
    if (tile.level === 'entries')
      await reads.reading(caller, 'ledger.entries', 'all', first, first + tile.width - 1)
    return reply
      .type('application/octet-stream')
      .header('cache-control', tile.width === TILE_WIDTH && !keepEmpty ? FOR_EVER : 'no-store')
      .send(Buffer.from(bytes))
  })
}

function parse<T>(schema: z.ZodType<T>, value: unknown, name: string): T {
  const parsed = schema.safeParse(value)
  if (!parsed.success)
    throw new ConsoleError('input.invalid', {
      issues: [{ path: name, problem: 'not a whole number from 0 up' }],
    })
  return parsed.data
}

async function findNote(
  node: TracedeskNode,
  workspaceId: string,
  size?: number,
  span?: EpochSpan,
): Promise<{ note: string; size: number }> {
  let query = node.databases.read
    .selectFrom('log_checkpoint')
    .select(['note', 'size', 'epoch'])
    .where('workspace_id', '=', workspaceId)
  if (size !== undefined) query = query.where('size', '=', size)
  // Of an epoch that ended: the newest head whose leaves are still here.
  if (span) query = query.where('epoch', '=', span.epoch).where('size', '<=', span.size)
  const row = await query.orderBy('epoch', 'desc').orderBy('size', 'desc').limit(1).executeTakeFirst()
  if (!row) throw new ConsoleError('ledger.size_unknown', { size: size ?? null })
  const lines = await readSignatureLines(node.databases.read, workspaceId, row.epoch, row.size)
  return { note: addSignatureLines(row.note, lines), size: row.size }
}

/** The lists of destroyed leaves, a line each; whether an entry vouches for them is for the verifier to see. */
async function readDestroyed(node: TracedeskNode, workspaceId: string): Promise<string> {
  const { rows } = await sql<{ entryId: string; chunk: number; positions: Buffer }>`
    select entry_id as "entryId", chunk, positions from log_purge
    where workspace_id = ${workspaceId} and part = '' order by entry_id, chunk`.execute(
    node.databases.read as never,
  )
  return rows
    .map(row => formatDestroyedLine({ ...row, positions: row.positions.toString('base64') }))
    .join('')
}

/** The exact bytes of a leaf the caller may see. */
async function requireLeaf(node: TracedeskNode, caller: Caller, position: number): Promise<Buffer> {
  const scope = await scopeOf(node.databases.read, caller)
  const { rows } = await sql<{
    leaf: Buffer
  }>`select leaf from log_entry e where workspace_id = ${caller.workspaceId} and position = ${position} and ${entryScopeSql(scope)}`.execute(
    node.databases.read as never,
  )
  if (rows[0]) return rows[0].leaf
  if (seesEverything(scope)) await refuseDestroyed(node, caller.workspaceId, position)
  throw new ConsoleError('entry.not_found', { position })
}

/** Throws `ledger.entries_destroyed` when retention took what stood at a position. */
async function refuseDestroyed(node: TracedeskNode, workspaceId: string, position: number): Promise<void> {
  const { read: db } = node.databases
  const head = await readHead(db, workspaceId)
  if (!head || position >= head.size) return
  const [found] = await readLeavesOrHashes(db, workspaceId, position, position + 1)
  if (found && found.leaf === null)
    throw new ConsoleError('ledger.entries_destroyed', { first: position, width: 1, destroyed: 1 })
}

/** The log that the path names: the workspace's own, of the epoch in force or of one that has ended. */
async function requireLog(node: TracedeskNode, caller: Caller, request: FastifyRequest): Promise<EpochSpan> {
  const { workspace, epoch } = request.params as { workspace: string; epoch: string }
  const named = workspace === caller.workspaceId && /^[1-9]\d{0,8}$/.test(epoch)
  const span = named ? await readEpochSpan(node.databases.read, caller.workspaceId, Number(epoch)) : null
  if (!span) throw new ConsoleError('input.unknown_route')
  return span
}

/** The command-like name of a route, without what varies: `ledger.leaf`, `log.tile`. */
const routeOf = ({ routeOptions }: FastifyRequest): string =>
  routeOptions.url?.replace('/log/:workspace/:epoch/', 'log.').replace(/^\/api\/|\/\*$/g, '') ?? ''

function readTilePath(path: string): TilePath {
  try {
    return parseTilePath(path)
  } catch {
    throw new ConsoleError('input.unknown_route') // not the path of a tile
  }
}

async function readTile(
  node: TracedeskNode,
  workspaceId: string,
  tile: TilePath,
  size: number,
  keepEmpty: boolean,
): Promise<Uint8Array> {
  const { read: db } = node.databases
  const level = tile.level === 'entries' ? 0 : tile.level
  if (tile.width > tileWidth(level, tile.index, size))
    throw new ConsoleError('ledger.size_unknown', { tile: `${tile.level}/${tile.index}` })
  if (tile.level !== 'entries') return tileReader(db, workspaceId)(tile.level, tile.index, tile.width)
  const first = tile.index * TILE_WIDTH
  const leaves = await readLeavesOrHashes(db, workspaceId, first, first + tile.width).catch(error => {
    // not here and on no list: an alarm for whoever verifies, who sees that the tile is missing
    if (error instanceof LeafGapError) throw new ConsoleError('entry.not_found', { position: error.position })
    throw error
  })
  const destroyed = leaves.filter(({ leaf }) => leaf === null).length
  if (destroyed > 0 && !keepEmpty)
    throw new ConsoleError('ledger.entries_destroyed', { first, width: tile.width, destroyed })
  return encodeEntryBundle(leaves.map(({ leaf }) => leaf ?? EMPTY))
}
