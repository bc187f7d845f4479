import { listBoardEntries } from '@tracedesk/contracts'
import { sql } from 'kysely'
import { defineQueryHandler, type Query, type QueryContext } from '../../command/define.ts'
import { decodeCursor, pageOf } from '../../kernel/cursor.ts'
import type { Counted } from '../conversations/index.ts'
import { caseEntryScopeSql, scopeOf } from '../team/index.ts'
import type { EntryReader } from './reader.ts'

export interface BoardEntriesPort {
  readonly reader: EntryReader
  /** What a number of the board counts; the conversations module knows. */
  readonly counted: (
    context: QueryContext,
    asked: Parameters<Query<typeof listBoardEntries>['handle']>[1],
    page: { limit: number; after: ReturnType<typeof decodeCursor> },
  ) => Promise<Counted[]>
}

/** The entries a number of the board stands for: one for each thing it counts, `null` where the reader may not see it. */
export const createBoardEntries = ({ reader, counted }: BoardEntriesPort): Query =>
  defineQueryHandler(listBoardEntries, async (context, input) => {
    const { db, caller, disclose } = context
    const page = { limit: input.limit, after: decodeCursor(input.cursor) }
    const { rows, nextCursor } = pageOf(await counted(context, input, page), input.limit, row => row)
    const latest = await latestOf(context, rows)
    const ids = rows.map(row => row.entryId ?? latest.get(row.id) ?? null)
    const scope = await scopeOf(db, caller)
    const seen = rows.filter(row => row.conversation && row.visible).map(({ id }) => id)
    // the queue of nobody is on every supervisor's desk, and so is what happened there
    const readable = caseEntryScopeSql(scope, seen)
    const known = ids.filter(id => id !== null)
    const found = await sql<{ position: number | null; leaf: Buffer }>`
      select position, leaf from log_entry e where workspace_id = ${caller.workspaceId} and entry_id = any(${known}::uuid[]) and ${readable}
      union all select null, leaf from log_pending e where workspace_id = ${caller.workspaceId} and entry_id = any(${known}::uuid[])
        and ${readable}`.execute(db as never)
    const entries = await reader.present(db, caller, found.rows)
    const byId = new Map(entries.map(entry => [entry.id, entry]))
    disclose({
      filter: { figure: [input.figure], ...(input.of ? { of: [input.of] } : {}) },
      q: undefined,
      scope: scope.kind,
      count: byId.size,
      deep: input.cursor !== undefined,
    })
    const items = rows.map(({ id, name, conversation, visible }, i) => ({
      conversation: conversation && visible ? { id, name } : null,
      agent: conversation ? null : { id, name: name ?? '' },
      entry: byId.get(ids[i] ?? '') ?? null,
    }))
    return { items: items as never, nextCursor } // branded ids
  }) as unknown as Query

/** The newest entry of its events about each conversation or person that names none itself, by their id. */
async function latestOf(
  { db, caller }: QueryContext,
  counted: readonly Counted[],
): Promise<Map<string, string>> {
  const open = counted.filter(({ entryId, events }) => entryId === null && events.length > 0)
  const [first] = open
  if (!first) return new Map()
  const newest = (table: string) =>
    sql`(select entry_id, at from ${sql.table(table)} where workspace_id = ${caller.workspaceId} and event = any(${[...first.events]})
      and ${first.conversation ? sql`conversation_id = o.id` : sql`subject_id = o.id::text and conversation_id is null`}
      order by at desc, entry_id desc limit 1)`
  const { rows } = await sql<{ id: string; entry_id: string }>`
    select o.id, e.entry_id from unnest(${open.map(({ id }) => id)}::uuid[]) as o (id), lateral (
      select * from (${newest('log_pending')} union all ${newest('log_entry')}) x order by at desc, entry_id desc limit 1) e`.execute(
    db as never,
  )
  return new Map(rows.map(row => [row.id, row.entry_id]))
}
