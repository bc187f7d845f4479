import { getExport, listExportSchedules, listExports } from '@tracedesk/contracts'
import { type RawBuilder, sql } from 'kysely'
import type { Caller } from '../../command/caller.ts'
import { defineQueryHandler, type Query } from '../../command/define.ts'
import type { ReadDb } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { decodeCursor, pageOf } from '../../kernel/cursor.ts'
import { makeLink } from './link.ts'
import type { ExportPort } from './port.ts'
import { listFilter } from './store.ts'

interface Row {
  id: string
  format: string
  parts: string
  filter: Record<string, string | string[]>
  state: string
  rows: number
  bytes: number
  requested_by: string | null
  requested_by_name: string | null
  requested_at: string
  completed_at: string | null
  expires_at: string | null
  schedule_name: string | null
  sha256: string | null
  truncated: boolean
  code: string | null
  size: number
  first_position: number | null
  last_position: number | null
  is_held: boolean
  has_words: boolean
}

async function select(db: ReadDb, where: RawBuilder<unknown>, limit: number): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select e.export_id as id, e.format, e.parts, e.filter, e.state, coalesce(e.rows, p.rows, 0) as rows, coalesce(e.bytes, p.bytes, 0) as bytes,
      e.requested_by, a.name as requested_by_name, e.requested_at, e.completed_at, e.expires_at, s.name as schedule_name,
      e.sha256, e.truncated, e.code, e.size, e.first_position, e.last_position, p.export_id is not null as is_held, e.has_words
    from export e
      left join export_progress p on p.workspace_id = e.workspace_id and p.export_id = e.export_id
      left join export_schedule s on s.workspace_id = e.workspace_id and s.schedule_id = e.schedule_id
      left join agent a on a.workspace_id = e.workspace_id and a.agent_id = e.requested_by
    where ${where} order by e.requested_at desc, e.export_id desc limit ${limit}`.execute(db as never)
  return rows
}

const present = (row: Row, { actor }: Caller) => ({
  id: row.id,
  format: row.format,
  parts: row.parts,
  filter: listFilter(row.filter),
  words: row.has_words,
  state: row.state === 'waiting' && row.is_held ? 'running' : row.state,
  rows: row.rows,
  bytes: row.bytes,
  requestedBy: row.requested_by_name,
  requestedAt: row.requested_at,
  completedAt: row.completed_at,
  expiresAt: row.expires_at,
  scheduleName: row.schedule_name,
  sha256: row.sha256,
  truncated: row.truncated,
  code: row.code,
  own: row.requested_by !== null && row.requested_by === actor.id,
})

/** The entry of a request, also before it is in the tree. */
async function findRequest(
  db: ReadDb,
  workspaceId: string,
  exportId: string,
  requestedAt: string,
): Promise<{ actor_kind: string; entry_id: string } | undefined> {
  const among = (table: 'log_entry' | 'log_pending') =>
    db
      .selectFrom(table)
      .select(['actor_kind', 'entry_id'])
      .where('workspace_id', '=', workspaceId)
      .where('subject_id', '=', exportId)
      .where('conversation_id', 'is', null)
      .where('event', '=', 'export.requested')
      .where('at', '>=', requestedAt)
  return among('log_entry').unionAll(among('log_pending')).limit(1).executeTakeFirst()
}

/** What a file is, for whoever has it in hand: who asked for what, how much it is, and which signed head covers it. */
export async function describeManifest(
  db: ReadDb,
  workspaceId: string,
  id: string,
  software: string,
): Promise<Record<string, unknown> | null> {
  const [row] = await select(db, sql`e.workspace_id = ${workspaceId} and e.export_id = ${id}`, 1)
  if (!row || row.sha256 === null) return null
  const note = await coveringNote(db, workspaceId, row)
  const asked = await findRequest(db, workspaceId, id, row.requested_at)
  return {
    kind: 'tracedesk-export/1',
    id,
    format: row.format,
    parts: row.parts,
    filter: listFilter(row.filter),
    // words searched for are personal: they stand, as far as the reader may see them, in the entry
    words: row.has_words,
    requestedBy: {
      kind: asked?.actor_kind ?? null,
      id: row.requested_by,
      name: row.requested_by_name,
    },
    requestEntry: asked?.entry_id ?? null,
    schedule: row.schedule_name,
    requestedAt: row.requested_at,
    completedAt: row.completed_at,
    rows: row.rows,
    bytes: row.bytes,
    sha256: row.sha256,
    truncated: row.truncated,
    firstPosition: row.first_position,
    lastPosition: row.last_position,
    logSize: row.size,
    checkpoint: note,
    software,
  }
}

/**
 * The first signed head over the log as it was when the export was asked for, so that it says of a file without rows as
 * well what it was taken from; while that is not signed yet, one over the last of its rows.
 */
async function coveringNote(db: ReadDb, workspaceId: string, row: Row): Promise<string | null> {
  const { rows } = await sql<{ note: string }>`
    select note from log_checkpoint where workspace_id = ${workspaceId} and size > ${row.last_position ?? -1}
    order by size < ${row.size}, epoch, size limit 1`.execute(db as never)
  return rows[0]?.note ?? null
}

/** The reads of exports. */
export function createExportQueries(port: Pick<ExportPort, 'secret' | 'software'>): Query[] {
  const list = defineQueryHandler(listExports, async ({ db, caller }, { limit, cursor }) => {
    const after = decodeCursor(cursor)
    const beyond = after ? sql` and (e.requested_at, e.export_id) < (${after.at}, ${after.id})` : sql``
    const found = await select(db, sql`e.workspace_id = ${caller.workspaceId}${beyond}`, limit + 1)
    const { rows, nextCursor } = pageOf(found, limit, row => ({ at: row.requested_at, id: row.id }))
    return { items: rows.map(row => present(row, caller)), nextCursor } as never // branded ids: the contract parses what leaves
  })
  const get = defineQueryHandler(getExport, async ({ db, caller }, { id }) => {
    const { workspaceId } = caller
    const [row] = await select(db, sql`e.workspace_id = ${workspaceId} and e.export_id = ${id}`, 1)
    if (!row) throw new ConsoleError('export.not_found', { id })
    const shown = present(row, caller)
    const link = shown.own && row.state === 'done' ? makeLink(port.secret, workspaceId, id) : null
    return {
      export: shown,
      manifest: await describeManifest(db, workspaceId, id, port.software),
      link,
    } as never // as above
  })
  const schedules = defineQueryHandler(listExportSchedules, async ({ db, caller }) => {
    const rows = await db
      .selectFrom('export_schedule as s')
      .leftJoin('agent as a', join =>
        join.onRef('a.workspace_id', '=', 's.workspace_id').onRef('a.agent_id', '=', 's.created_by'),
      )
      .select([
        's.schedule_id as id',
        's.name',
        's.every',
        's.format',
        's.parts',
        's.filter',
        's.has_words as words',
        'a.name as createdBy',
        's.next_at as nextAt',
      ])
      .where('s.workspace_id', '=', caller.workspaceId)
      .orderBy('s.name')
      .execute()
    return { items: rows.map(row => ({ ...row, filter: listFilter(row.filter as never) })) } as never // as above
  })
  return [list, get, schedules] as unknown as Query[]
}
