import { sql } from 'kysely'
import { type Caller, scopeKindOf } from '../../command/caller.ts'
import type { ReadDb, Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'

export interface CannedReply {
  readonly id: string
  readonly title: string
  readonly folder: string | null
  readonly shortcut: string | null
  readonly departmentId: string | null
  readonly text: string
  readonly version: number
}

const COLUMNS = [
  'canned_reply_id as id',
  'title',
  'folder',
  'shortcut',
  'department_id as departmentId',
  'body as text',
  'version',
] as const

/** How many canned replies are made for a department. */
export async function countOfDepartment(tx: Tx, workspaceId: string, departmentId: string): Promise<number> {
  const { count } = await tx
    .selectFrom('canned_reply')
    .select(eb => eb.fn.countAll<number>().as('count'))
    .where('workspace_id', '=', workspaceId)
    .where('department_id', '=', departmentId)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** May this caller use a canned reply? Those for everybody, those of their departments; who sees all, all. */
export const mayUse = (caller: Caller, { departmentId }: Pick<CannedReply, 'departmentId'>): boolean =>
  departmentId === null || scopeKindOf(caller) === 'all' || caller.actor.departments.includes(departmentId)

/** What the caller may use, by folder and title. */
export async function listReplies(db: ReadDb, caller: Caller): Promise<CannedReply[]> {
  const rows = await db
    .selectFrom('canned_reply')
    .select(COLUMNS)
    .where('workspace_id', '=', caller.workspaceId)
    .orderBy('folder', 'asc')
    .orderBy('title')
    .orderBy('canned_reply_id')
    .execute()
  return rows.filter(row => mayUse(caller, row))
}

/** A canned reply the caller may use, locked for `update`. Out of their sight and not there look the same. */
export async function requireReply(
  tx: Tx,
  caller: Caller,
  id: string,
  lock: 'update' | 'share',
): Promise<CannedReply> {
  const query = tx
    .selectFrom('canned_reply')
    .select(COLUMNS)
    .where('workspace_id', '=', caller.workspaceId)
    .where('canned_reply_id', '=', id)
  const row = await (lock === 'update' ? query.forUpdate() : query.forShare()).executeTakeFirst()
  if (!row || !mayUse(caller, row)) throw new ConsoleError('canned_reply.not_found', { cannedReplyId: id })
  return row
}

/** A canned reply the caller may use. Throws `canned_reply.not_found`. */
export async function findReply(db: ReadDb, caller: Caller, id: string): Promise<CannedReply> {
  const row = await db
    .selectFrom('canned_reply')
    .select(COLUMNS)
    .where('workspace_id', '=', caller.workspaceId)
    .where('canned_reply_id', '=', id)
    .executeTakeFirst()
  if (!row || !mayUse(caller, row)) throw new ConsoleError('canned_reply.not_found', { cannedReplyId: id })
  return row
}

type ValuesRow = {
  customer_name: string
  nickname: string | null
  username: string | null
  fields: Record<string, string>
  agent_name: string | null
  bot_name: string
}

/** What the variables of a template stand for in a conversation, as seen by an agent. */
export async function valuesFor(
  db: ReadDb | Tx,
  caller: Caller,
  conversationId: string,
): Promise<Map<string, string>> {
  const { rows } = await sql<ValuesRow>`
    select cu.name as customer_name, cu.nickname, cu.username,
      (select coalesce(jsonb_object_agg(f.key, v.value), '{}') from customer_field v
        join field f on f.workspace_id = v.workspace_id and f.field_id = v.field_id
        where v.workspace_id = c.workspace_id and v.customer_id = c.customer_id) as fields, b.name as bot_name,
      (select a.name from agent a where a.workspace_id = c.workspace_id and a.agent_id = ${caller.actor.kind === 'agent' ? caller.actor.id : null}) as agent_name
    from conversation c
    join customer cu on cu.workspace_id = c.workspace_id and cu.customer_id = c.customer_id
    join bot b on b.workspace_id = c.workspace_id and b.bot_id = c.bot_id
    where c.workspace_id = ${caller.workspaceId} and c.conversation_id = ${conversationId}`.execute(
    // Kysely's raw builder asks for a whole Kysely; it uses the executor, which a ReadDb has.
    db as never,
  )
  const row = rows[0]
  const values = new Map<string, string>()
  if (!row) return values
  values.set('customer.name', row.customer_name)
  values.set('bot.name', row.bot_name)
  if (row.nickname) values.set('customer.nickname', row.nickname)
  for (const [key, value] of Object.entries(row.fields)) values.set(`field.${key}`, value)
  if (row.username) values.set('customer.username', row.username)
  if (row.agent_name) values.set('agent.name', row.agent_name)
  return values
}
