import { getCustomer, listFields, type Part } from '@tracedesk/contracts'
import { sql } from 'kysely'
import { defineQueryHandler, type QueryContext } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { accountsSql, isCustomerWithheld } from '../conversations/index.ts'
import { conversationScopeSql, scopeOf } from '../team/index.ts'
import { listFieldRows } from './store.ts'

export const listFieldsQuery = defineQueryHandler(listFields, async ({ db, caller }) => ({
  items: (await listFieldRows(db, caller.workspaceId)) as never, // branded ids: the contract parses what leaves
}))

type ConversationRow = {
  id: string
  account_id: string
  bot_id: string
  bot_name: string
  bot_username: string
  status: string
  assignee_id: string | null
  assignee_name: string | null
  opened_at: string
  last_message_at: string
}

async function conversationsOf({ db, caller }: QueryContext, customerId: string) {
  const { rows } = await sql<ConversationRow>`
    select c.conversation_id as id, c.customer_id as account_id, b.bot_id, b.name as bot_name, b.username as bot_username, c.status,
      a.agent_id as assignee_id, a.name as assignee_name, c.opened_at, c.last_message_at
    from conversation c
    join bot b on b.workspace_id = c.workspace_id and b.bot_id = c.bot_id
    left join agent a on a.workspace_id = c.workspace_id and a.agent_id = c.assignee_id
    where c.workspace_id = ${caller.workspaceId} and c.customer_id = any(${accountsSql(caller.workspaceId, customerId)})
      and ${conversationScopeSql(await scopeOf(db, caller))}
    order by c.last_message_at desc, c.conversation_id desc limit 50`.execute(db as never)
  return rows.map(row => ({
    id: row.id,
    accountId: row.account_id,
    bot: { id: row.bot_id, name: row.bot_name, username: row.bot_username },
    status: row.status,
    assignee: row.assignee_id ? { id: row.assignee_id, name: row.assignee_name ?? '' } : null,
    openedAt: row.opened_at,
    lastMessageAt: row.last_message_at,
  }))
}

/** Whom an account is shown as: itself, or the person it was merged into. */
async function personOf({ db, caller }: QueryContext, customerId: string): Promise<string> {
  const row = await db
    .selectFrom('customer')
    .select('merged_into')
    .where('workspace_id', '=', caller.workspaceId)
    .where('customer_id', '=', customerId)
    .executeTakeFirst()
  return row?.merged_into ?? customerId
}

/** What is personal is withheld from auditors, as in the log. */
const partFor =
  ({ caller }: QueryContext) =>
  (value: string | null | undefined): Part | null => {
    if (value === null || value === undefined) return null
    return isCustomerWithheld(caller) ? { state: 'withheld' } : { state: 'open', value }
  }

export const getCustomerQuery = defineQueryHandler(getCustomer, async (context, { id: accountId }) => {
  const { db, caller } = context
  const id = await personOf(context, accountId)
  const conversations = await conversationsOf(context, id)
  const row = await db
    .selectFrom('customer')
    .select(['customer_id', 'name', 'username', 'language', 'nickname', 'remark', 'blocked_at'])
    .where('workspace_id', '=', caller.workspaceId)
    .where('customer_id', '=', id)
    .executeTakeFirst()
  if (!row || conversations.length === 0) throw new ConsoleError('customer.not_found', { customerId: id })
  const labels = await db
    .selectFrom('customer_label as cl')
    .innerJoin('label as l', join =>
      join.onRef('l.workspace_id', '=', 'cl.workspace_id').onRef('l.label_id', '=', 'cl.label_id'),
    )
    .select(['l.label_id as id', 'l.name', 'l.colour'])
    .where('cl.workspace_id', '=', caller.workspaceId)
    .where('cl.customer_id', '=', id)
    .orderBy('l.name')
    .execute()
  const values = await db
    .selectFrom('customer_field')
    .select(['field_id', 'value'])
    .where('workspace_id', '=', caller.workspaceId)
    .where('customer_id', '=', id)
    .execute()
  const known = new Map(values.map(each => [each.field_id, each.value]))
  const part = partFor(context)
  const fields = (await listFieldRows(db, caller.workspaceId)).map(field => ({
    ...field,
    value: part(known.get(field.id)),
  }))
  const { name, username, language, nickname, remark, blocked_at: blockedSince } = row
  const named = isCustomerWithheld(caller) ? { name: null, username: null } : { name, username }
  const customer = { id, ...named, language, nickname: part(nickname), remark: part(remark), blockedSince }
  return { customer: { ...customer, labels, fields }, conversations } as never // branded ids, as above
})
