import { type RawBuilder, sql } from 'kysely'
import type { ReadDb } from '../../db/database.ts'
import type { TreeHead } from '../../ledger/tree-store.ts'

/** The positions of a bundle, both included. */
export interface PositionRange {
  readonly from: number
  readonly to: number
}

export interface StoredLeaf {
  readonly position: number
  readonly leaf: Buffer
  readonly conversation_id: string | null
}

export interface StoredPart {
  readonly position: number
  readonly entry_id: string
  readonly name: string
  readonly owner: string
  readonly sealed: Buffer
}

/** What narrows a bundle to a stretch of the log; times as instants, `to` not included. */
export interface RangeFilter {
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly conversationId?: string | undefined
}

/** First and last position that a filter finds; null when it finds nothing. */
export async function findRange(
  db: ReadDb,
  workspaceId: string,
  filter: RangeFilter,
): Promise<PositionRange | null> {
  const where = [sql`workspace_id = ${workspaceId}`]
  if (filter.from) where.push(sql`at >= ${filter.from}`)
  if (filter.to) where.push(sql`at < ${filter.to}`)
  if (filter.conversationId) where.push(sql`conversation_id = ${filter.conversationId}`)
  const rows = await run(
    db,
    sql<{
      from: number | null
      to: number | null
    }>`select min(position) as "from", max(position) as "to" from log_entry where ${sql.join(where, sql` and `)}`,
  )
  const { from, to } = rows[0] ?? { from: null, to: null }
  return from === null || to === null ? null : { from, to }
}

/** Leaves of the positions `from` to `to` (not included), in order; the caller looks for gaps. */
export function readLeafRows(
  db: ReadDb,
  workspaceId: string,
  from: number,
  to: number,
): Promise<StoredLeaf[]> {
  return run(
    db,
    sql<StoredLeaf>`select position, leaf, conversation_id from log_entry
      where workspace_id = ${workspaceId} and position >= ${from} and position < ${to} order by position`,
  )
}

/** The stored parts of the entries of some positions. */
export function readPartRows(
  db: ReadDb,
  workspaceId: string,
  from: number,
  to: number,
): Promise<StoredPart[]> {
  return run(
    db,
    sql<StoredPart>`select e.position, p.entry_id, p.name, p.owner, p.sealed from log_entry e
      join log_part p on p.workspace_id = e.workspace_id and p.entry_id = e.entry_id and p.at = e.at
      where e.workspace_id = ${workspaceId} and e.position >= ${from} and e.position < ${to}`,
  )
}

export interface NamingRow {
  readonly position: number
  readonly leaf: Buffer
  readonly entry_id: string
  readonly owner: string
  readonly sealed: Buffer
}

/** The entries that brought names, with the sealed name, by position. */
export function readNamingRows(
  db: ReadDb,
  workspaceId: string,
  ids: readonly string[],
): Promise<NamingRow[]> {
  return run(
    db,
    sql<NamingRow>`select e.position, e.leaf, e.entry_id, p.owner, p.sealed from log_entry e
      join log_part p on p.workspace_id = e.workspace_id and p.entry_id = e.entry_id and p.at = e.at and p.name = 'name'
      where e.workspace_id = ${workspaceId} and e.entry_id = any(${ids}::uuid[]) order by e.position`,
  )
}

/** Where an entry came to stand in the tree; null while it is on its way. */
export async function findPosition(db: ReadDb, workspaceId: string, entryId: string) {
  const rows = await run(
    db,
    sql<{
      position: number
      leaf: Buffer
    }>`select position, leaf from log_entry where workspace_id = ${workspaceId} and entry_id = ${entryId}`,
  )
  return rows[0] ?? null
}

/** The leaf of an entry, in the tree or on its way there; null when there is none. */
export async function findLeaf(db: ReadDb, workspaceId: string, entryId: string): Promise<Buffer | null> {
  const rows = await run(
    db,
    sql<{
      leaf: Buffer
    }>`select leaf from log_entry where workspace_id = ${workspaceId} and entry_id = ${entryId}
      union all select leaf from log_pending where workspace_id = ${workspaceId} and entry_id = ${entryId}`,
  )
  return rows[0]?.leaf ?? null
}

export interface SignedNote {
  readonly size: number
  readonly note: string
}

/** A signed checkpoint of this epoch: the last of at most `size` leaves, or the newest of more. Null when there is none. */
export async function findNote(
  db: ReadDb,
  workspaceId: string,
  { epoch }: TreeHead,
  bound: { atMost: number } | { moreThan: number },
): Promise<SignedNote | null> {
  const within = 'atMost' in bound ? sql`size <= ${bound.atMost}` : sql`size > ${bound.moreThan}`
  const [found] = await run(
    db,
    sql<SignedNote>`select size, note from log_checkpoint where workspace_id = ${workspaceId} and epoch = ${epoch} and ${within}
      order by size desc limit 1`,
  )
  if (!found) return null
  const lines = await run(
    db,
    sql<{
      line: string
    }>`select convert_from(proof, 'UTF8') as line from log_anchor where workspace_id = ${workspaceId} and epoch = ${epoch}
      and size = ${found.size} and kind in ('witness', 'key') order by kind, name`,
  )
  return {
    ...found,
    note: found.note + lines.map(({ line }) => (line.endsWith('\n') ? line : `${line}\n`)).join(''),
  }
}

export interface GivenAnchor {
  readonly size: number
  readonly kind: string
  readonly name: string
  readonly proof: Buffer
  /** The head it is over, as the log signed it. */
  readonly note: string
}

/** Of each witness and timestamp authority what it gave for the first head of this epoch that covers a position. */
export function readAnchorsOver(
  db: ReadDb,
  workspaceId: string,
  { epoch, size }: TreeHead,
  position: number,
): Promise<GivenAnchor[]> {
  return run(
    db,
    sql<GivenAnchor>`select distinct on (a.kind, a.name) a.size, a.kind, a.name, a.proof, c.note
      from log_anchor a join log_checkpoint c using (workspace_id, epoch, size)
      where a.workspace_id = ${workspaceId} and a.epoch = ${epoch} and a.size > ${position} and a.size <= ${size}
        and a.kind in ('witness', 'timestamp') order by a.kind, a.name, a.size`,
  )
}

/** The keys that sign in an epoch, each with the size from which it does. */
export function readKeys(db: ReadDb, workspaceId: string, { epoch }: TreeHead) {
  return run(
    db,
    sql<{
      vkey: string
      fromSize: number
    }>`select vkey, from_size as "fromSize" from log_signer where workspace_id = ${workspaceId} and epoch = ${epoch}`,
  )
}

export async function readWorkspaceName(db: ReadDb, workspaceId: string): Promise<string> {
  const row = await db
    .selectFrom('workspace')
    .select('name')
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirstOrThrow()
  return row.name
}

async function run<Row>(db: ReadDb, query: RawBuilder<Row>): Promise<Row[]> {
  // Kysely wants its whole self; a ReadDb is one with everything hidden that writes.
  return (await query.execute(db as never)).rows
}
