import type { BotRouting } from '@tracedesk/contracts'
import { type RawBuilder, sql } from 'kysely'
import type { CommandContext } from '../../command/define.ts'
import type { ReadDb, Tx } from '../../db/database.ts'
import { SETTINGS } from '../team/index.ts'
import type { Colleague, Facts } from './choose.ts'
import { answerableSql, importBotId } from './imported.ts'
import type { LockedConversation } from './store.ts'

export const DEFAULT_ROUTING: BotRouting = {
  mode: 'online_first',
  departmentId: null,
  fallbackDepartmentId: null,
}
const DEFAULT_CAPACITY = Number(SETTINGS.find(setting => setting.key === 'routing.capacity')?.default)

/** How a bot's conversations find somebody. */
export async function readRouting(db: ReadDb | Tx, workspaceId: string, botId: string): Promise<BotRouting> {
  const row = await db
    .selectFrom('bot_routing')
    .select(['mode', 'department_id as departmentId', 'fallback_department_id as fallbackDepartmentId'])
    .where('workspace_id', '=', workspaceId)
    .where('bot_id', '=', botId)
    .executeTakeFirst()
  // the column holds only what the command admitted
  return (row as BotRouting | undefined) ?? DEFAULT_ROUTING
}

/** How many conversations the rules may bring an agent (`agent_desk d`) to. */
export const capacitySql = (workspaceId: string) =>
  sql<number>`coalesce(d.capacity, (select (value #>> '{}')::int from setting where workspace_id = ${workspaceId} and key = 'routing.capacity'), ${DEFAULT_CAPACITY}::int)`

/** What an agent (`agent a`) holds now: in progress, not put aside, and somebody can answer there. */
export const loadSql = (workspaceId: string) =>
  sql<number>`(select count(*) from conversation l where l.workspace_id = a.workspace_id and l.assignee_id = a.agent_id
  and l.status = 'in_progress' and l.snoozed_until is null and ${answerableSql(workspaceId, 'l')})`

/**
 * Who may be given anything by a rule: an agent `a` with a desk `d` whose own switch says so, or else their role: those
 * whose work is answering, not those above them.
 */
export const routableSql = sql<boolean>`a.state = 'active' and coalesce(d.serves, a.role = 'agent' or exists (select from role r
  where r.workspace_id = a.workspace_id and r.role = a.role and r.takes_conversations and r.deleted_at is null))`
/** And serves the bot whose id this is. */
const servesSql = (botId: RawBuilder<unknown> | string) =>
  sql<boolean>`(a.bots is null or ${botId} = any(a.bots))`

/**
 * Everybody present (online or away) who serves a bot, in the given departments or in the whole workspace, with what they hold. Their
 * desks are locked first and counted afterwards, so that two conversations at once cannot both take the last place.
 */
export async function lockColleagues(
  { tx, workspaceId }: CommandContext,
  departments: readonly string[] | null,
  botId: string,
): Promise<Colleague[]> {
  const { rows: locked } = await sql<{ id: string }>`
    select d.agent_id as id from agent_desk d join agent a using (workspace_id, agent_id)
    where d.workspace_id = ${workspaceId} and d.presence <> 'offline' and ${routableSql} and ${servesSql(botId)}
      and (${departments}::uuid[] is null or exists (select from department_member m where m.workspace_id = d.workspace_id
        and m.agent_id = d.agent_id and m.department_id = any(${departments}::uuid[])))
    order by d.agent_id for no key update of d`.execute(tx)
  if (locked.length === 0) return []
  const { rows } = await sql<Colleague>`
    select d.agent_id as id, d.presence, d.languages, d.routed_at as "routedAt", ${capacitySql(workspaceId)} as capacity,
      ${loadSql(workspaceId)} as load,
      array(select m.department_id from department_member m where m.workspace_id = d.workspace_id and m.agent_id = d.agent_id) as departments
    from agent_desk d join agent a using (workspace_id, agent_id)
    where d.workspace_id = ${workspaceId} and d.agent_id = any(${locked.map(row => row.id)}::uuid[])
      and d.presence <> 'offline' and ${routableSql}`.execute(tx)
  return rows
}

/** What the rules look at in a conversation. */
export async function readFacts(
  { tx, workspaceId }: CommandContext,
  { id, customerId, botId }: LockedConversation,
): Promise<Facts> {
  const { rows } = await sql<Facts>`
    select cu.language, (select c.assignee_id from conversation c where c.workspace_id = cu.workspace_id and c.customer_id = cu.customer_id
      and c.bot_id = ${botId} and c.conversation_id <> ${id} and c.assignee_id is not null order by c.last_message_at desc limit 1) as "lastAgentId"
    from customer cu where cu.workspace_id = ${workspaceId} and cu.customer_id = ${customerId}`.execute(tx)
  return rows[0] ?? { language: null, lastAgentId: null }
}

/** A conversation in the queue that a rule could give to somebody. */
export interface Routable {
  readonly conversationId: string
  readonly botId: string
}

/**
 * Conversations in the queue for which somebody with room is there: most urgent first, then longest waiting. A look
 * without locks; the command that routes one judges again.
 */
export async function findRoutable(db: ReadDb, workspaceId: string, limit: number): Promise<Routable[]> {
  if (!(await isSomebodyQueued(db, workspaceId))) return []
  const { rows } = await sql<Routable>`
    with room as materialized (
      select a.agent_id, a.bots, array(select m.department_id from department_member m where m.workspace_id = d.workspace_id and m.agent_id = d.agent_id) as departments
      from agent_desk d join agent a using (workspace_id, agent_id)
      where d.workspace_id = ${workspaceId} and d.presence = 'online' and ${routableSql} and ${loadSql(workspaceId)} < ${capacitySql(workspaceId)})
    select c.conversation_id as "conversationId", c.bot_id as "botId"
    from conversation c left join bot_routing r on r.workspace_id = c.workspace_id and r.bot_id = c.bot_id
    where c.workspace_id = ${workspaceId} and c.assignee_id is null and c.status = 'in_progress' and c.snoozed_until is null
      and r.mode is distinct from 'manual' and ${answerableSql(workspaceId)}
      and exists (select from room where room.agent_id is distinct from c.returned_by and (room.bots is null or c.bot_id = any(room.bots))
        and (coalesce(c.department_id, r.department_id) is null
        or coalesce(c.department_id, r.department_id) = any(room.departments)
        or (r.fallback_department_id = any(room.departments) and not exists (
          select from agent_desk d join agent a using (workspace_id, agent_id) join department_member m using (workspace_id, agent_id)
          where d.workspace_id = ${workspaceId} and d.presence = 'online' and ${routableSql} and ${servesSql(sql`c.bot_id`)}
            and m.department_id = coalesce(c.department_id, r.department_id)))))
    order by array_position(array['urgent', 'high', 'normal', 'low'], c.priority), c.waiting_since nulls last, c.opened_at
    limit ${limit}`.execute(db as never)
  return rows
}

/** Asked after every batch of the log; mostly nobody is, and who has room need not be known then. */
async function isSomebodyQueued(db: ReadDb, workspaceId: string): Promise<boolean> {
  const row = await db
    .selectFrom('conversation')
    .select('conversation_id')
    .where('workspace_id', '=', workspaceId)
    .where('assignee_id', 'is', null)
    .where('status', '=', 'in_progress')
    .where('snoozed_until', 'is', null)
    .where('bot_id', '!=', importBotId(workspaceId))
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
