import type { BoardFigure } from '@tracedesk/contracts'
import { type RawBuilder, sql } from 'kysely'
import type { QueryContext } from '../../command/define.ts'
import type { Place } from '../../kernel/cursor.ts'
import { conversationScopeSql, readSetting, type Scope, scopeOf } from '../team/index.ts'
import { departmentsIn, theirsSql } from './board.ts'
import { answerableSql } from './imported.ts'
import { isCustomerWithheld } from './queries.ts'

/** One thing a number of the board counts: a conversation, or somebody who is online. */
export interface Counted {
  readonly id: string
  readonly at: string
  readonly conversation: boolean
  /** null where the reader may not know it. */
  readonly name: string | null
  /** Is it on the reader's desk? A colleague may hold what is not. */
  readonly visible: boolean
  /** The entry that put it there, where the desk keeps which; else the latest of these events about it. */
  readonly entryId: string | null
  readonly events: readonly string[]
}

interface Asked {
  readonly figure: BoardFigure
  /** The department of a queue or of who is online (absent: everybody's), or who holds. */
  readonly of?: string | undefined
}

/** What put a conversation where a figure counts it. */
const EVENTS: Record<Exclude<BoardFigure, 'online' | 'present'>, readonly string[]> = {
  open: ['conversation.opened', 'conversation.reopened'],
  waiting: [],
  late: [],
  snoozed: ['conversation.snoozed'],
  offered: [],
  queue: [
    'conversation.opened',
    'conversation.reopened',
    'conversation.assigned',
    'conversation.transferred',
    'conversation.declined',
  ],
  held: ['conversation.assigned', 'conversation.transferred', 'conversation.accepted'],
}

/** What a number of the board counts at this moment, oldest first, one more than `limit` when there are more. */
export async function countedOnBoard(
  context: QueryContext,
  asked: Asked,
  page: { limit: number; after: Place | null },
): Promise<Counted[]> {
  const { figure } = asked
  if (figure === 'online' || figure === 'present') return people(context, { ...asked, figure }, page)
  return conversations(context, { ...asked, figure }, page)
}

const afterSql = (after: Place | null, at: RawBuilder<unknown>, id: RawBuilder<unknown>) =>
  after ? sql`(${at}, ${id}) > (${after.at}::timestamptz, ${after.id}::uuid)` : sql`true`

async function people(
  context: QueryContext,
  { figure, of }: Asked & { figure: 'online' | 'present' },
  { limit, after }: { limit: number; after: Place | null },
): Promise<Counted[]> {
  const { db, caller } = context
  const scope = await scopeOf(db, caller)
  const department = of ?? null
  const which =
    figure === 'online'
      ? sql`a.state = 'active' and a.role <> 'auditor' and ${theirsSql(caller, departmentsIn(scope))}`
      : sql`(${department}::uuid is null or exists (select from department_member m where m.workspace_id = a.workspace_id
          and m.agent_id = a.agent_id and m.department_id = ${department}))`
  const since = sql`coalesce(d.since, 'epoch')`
  const { rows } = await sql<{ id: string; at: string; name: string }>`
    select a.agent_id as id, ${since} as at, a.name from agent_desk d join agent a using (workspace_id, agent_id)
    where d.workspace_id = ${caller.workspaceId} and d.presence = 'online' and ${which} and ${afterSql(after, since, sql`a.agent_id`)}
    order by 2, 1 limit ${limit + 1}`.execute(db as never)
  return rows.map(row => ({
    ...row,
    conversation: false,
    visible: true,
    entryId: null,
    events: ['presence.changed'],
  }))
}

type Row = { id: string; at: string; name: string; visible: boolean; entry_id: string | null }

async function conversations(
  context: QueryContext,
  { figure, of }: Asked & { figure: keyof typeof EVENTS },
  { limit, after }: { limit: number; after: Place | null },
): Promise<Counted[]> {
  const { db, caller } = context
  const scope = await scopeOf(db, caller)
  const at = figure === 'waiting' || figure === 'late' ? sql`c.waiting_since` : sql`c.opened_at`
  const { rows } = await sql<Row>`
    select c.conversation_id as id, ${at} as at, cu.name, ${conversationScopeSql(scope)} as visible, ${entrySql(figure)} as entry_id
    from conversation c join customer cu on cu.workspace_id = c.workspace_id and cu.customer_id = c.customer_id
    where c.workspace_id = ${caller.workspaceId} and ${await countedSql(context, scope, figure, of ?? null)}
      and ${afterSql(after, at, sql`c.conversation_id`)}
    order by 2, 1 limit ${limit + 1}`.execute(db as never)
  const withheld = isCustomerWithheld(caller)
  return rows.map(({ entry_id: entryId, ...row }) => ({
    ...row,
    conversation: true,
    name: withheld || !row.visible ? null : row.name || null, // somebody who was erased has none
    entryId,
    events: EVENTS[figure],
  }))
}

/** The same conditions as the board counts by (`board.ts`), on conversation `c`. */
async function countedSql(
  { db, caller }: QueryContext,
  scope: Scope,
  figure: keyof typeof EVENTS,
  of: string | null,
): Promise<RawBuilder<unknown>> {
  if (figure === 'queue')
    return sql`c.department_id is not distinct from ${of}::uuid and c.assignee_id is null and c.status = 'in_progress'
      and ${answerableSql(caller.workspaceId)}`
  if (figure === 'held')
    return sql`c.assignee_id = ${of}::uuid and c.status = 'in_progress' and c.snoozed_until is null
      and ${answerableSql(caller.workspaceId)}`
  const open = sql`c.status <> 'resolved' and ${answerableSql(caller.workspaceId)} and ${conversationScopeSql(scope)}`
  const waits = sql`${open} and c.waiting_since is not null and c.snoozed_until is null`
  if (figure === 'open') return open
  if (figure === 'waiting') return waits
  if (figure === 'snoozed') return sql`${open} and c.snoozed_until is not null`
  if (figure === 'offered') return sql`${open} and c.offer_entry_id is not null`
  const target = Number(await readSetting(db, caller.workspaceId, 'target.first_response_seconds'))
  return sql`${waits} and c.waiting_since < now() - make_interval(secs => ${target})`
}

/** The message since which a customer waits (it may have come in a conversation that was merged), or the offer. */
function entrySql(figure: keyof typeof EVENTS): RawBuilder<unknown> {
  if (figure === 'offered') return sql`c.offer_entry_id`
  if (figure !== 'waiting' && figure !== 'late') return sql`null::uuid`
  return sql`(select m.entry_id from message m where m.workspace_id = c.workspace_id and m.direction = 'in' and m.at >= c.waiting_since
    and (m.conversation_id = c.conversation_id or m.conversation_id in (select x.conversation_id from conversation x
      where x.workspace_id = c.workspace_id and x.merged_into = c.conversation_id))
    order by m.at, m.message_id limit 1)`
}
