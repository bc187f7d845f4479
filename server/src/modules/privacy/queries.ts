import { getDataMap, getPrivacySubject, listPrivacyRequests, type Part } from '@tracedesk/contracts'
import { sql } from 'kysely'
import { defineQueryHandler, type Query, type QueryContext } from '../../command/define.ts'
import type { ReadDb } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { decodeCursor, pageOf } from '../../kernel/cursor.ts'
import { millisOf } from '../../kernel/instant.ts'
import { isCustomerWithheld, personSql } from '../conversations/index.ts'
import { holdsOn } from '../holds/index.ts'
import { countAdministrators } from '../team/index.ts'
import { describeData, type KeptFor } from './data-map.ts'
import { accountsOf } from './store.ts'

const SOON_MS = 7 * 86_400_000

/** How pressing a request is: overdue, due within seven days, or neither. */
export const urgencyOf = (dueAt: string, now: number): 'fine' | 'soon' | 'overdue' =>
  millisOf(dueAt) < now ? 'overdue' : millisOf(dueAt) < now + SOON_MS ? 'soon' : 'fine'

interface RequestRow {
  id: string
  customer_id: string
  customer_name: string
  language: string | null
  conversation_id: string | null
  erased_at: string | null
  kind: string
  channel: string
  state: string
  outcome: string | null
  opened_at: string
  due_at: string
  closed_at: string | null
  requested_by: string | null
  requester_name: string | null
  package_id: string | null
  package_by: string | null
}

const requests = defineQueryHandler(listPrivacyRequests, async ({ db, caller }, { state, limit, cursor }) => {
  const after = decodeCursor(cursor)
  const where = [sql`r.workspace_id = ${caller.workspaceId}`]
  if (state) where.push(sql`r.state = ${state}`)
  if (after) where.push(sql`(r.due_at, r.privacy_request_id) > (${after.at}, ${after.id})`)
  const { rows: found } = await sql<RequestRow>`
    select r.privacy_request_id as id, r.customer_id, u.name as customer_name, u.language, c.conversation_id, u.erased_at, r.kind, r.channel, r.state, r.outcome, r.opened_at,
      r.due_at, r.closed_at, r.erasure_requested_by as requested_by, a.name as requester_name, r.package_id, r.package_by
    from privacy_request r
      join customer u on u.workspace_id = r.workspace_id and u.customer_id = r.customer_id
      left join agent a on a.workspace_id = r.workspace_id and a.agent_id = r.erasure_requested_by
      left join lateral (select conversation_id from conversation
        where workspace_id = r.workspace_id and customer_id in ${personSql(sql`r.workspace_id`, sql`r.customer_id`)}
        order by last_message_at desc limit 1) c on true
    where ${sql.join(where, sql` and `)} order by r.due_at, r.privacy_request_id limit ${limit + 1}`.execute(
    db as never,
  )
  const { rows, nextCursor } = pageOf(found, limit, row => ({ at: row.due_at, id: row.id }))
  const withheld = isCustomerWithheld(caller)
  return {
    items: rows.map(row => ({
      id: row.id,
      customerId: row.customer_id,
      customerName: withheld || row.customer_name === '' ? null : row.customer_name,
      customerLanguage: withheld ? null : row.language,
      conversationId: row.conversation_id,
      erasedAt: row.erased_at,
      kind: row.kind,
      channel: row.channel,
      state: row.state,
      outcome: row.outcome,
      openedAt: row.opened_at,
      dueAt: row.due_at,
      closedAt: row.closed_at,
      due: row.state === 'closed' ? ('fine' as const) : urgencyOf(row.due_at, Date.now()),
      erasureRequestedBy: row.requested_by ? { id: row.requested_by, name: row.requester_name ?? '' } : null,
      packageId: row.package_by === caller.actor.id ? row.package_id : null,
    })),
    nextCursor,
  } as never // branded ids: the contract parses what leaves
})

const subject = defineQueryHandler(getPrivacySubject, async (context, { id: customerId }) => {
  const { db, caller } = context
  const row = await db
    .selectFrom('customer')
    .select(['name', 'language', 'restricted_at', 'erased_at'])
    .where('workspace_id', '=', caller.workspaceId)
    .where('customer_id', '=', customerId)
    .executeTakeFirst()
  if (!row) throw new ConsoleError('customer.not_found', { customerId })
  const key = await db
    .selectFrom('subject_key')
    .select('erased_by')
    .where('workspace_id', '=', caller.workspaceId)
    .where('owner', '=', `customer:${customerId}`)
    .executeTakeFirst()
  const accounts = await accountsOf(db, caller.workspaceId, customerId)
  // of several accounts the person's last word counts
  const consents = await db
    .selectFrom('consent')
    .distinctOn('purpose')
    .select(['purpose', 'state', 'at'])
    .where('workspace_id', '=', caller.workspaceId)
    .where('customer_id', 'in', accounts)
    .orderBy('purpose')
    .orderBy('at', 'desc')
    .execute()
  const holds = await holdsOn(db, caller.workspaceId, { customerId })
  return {
    customerId,
    name: nameOf(context, row, key?.erased_by ?? null),
    language: isCustomerWithheld(caller) ? null : row.language,
    restrictedSince: row.restricted_at,
    erasedAt: row.erased_at,
    erasedBy: key?.erased_by ?? null,
    accounts: accounts.length,
    ...(await countOf(db, caller.workspaceId, accounts)),
    consents,
    holds: holds.map(({ id, cause }) => ({ id, reason: cause })),
    secondPerson: (await countAdministrators(db, caller.workspaceId)) > 1,
  } as never // branded ids, as above
})

function nameOf(
  { caller }: QueryContext,
  row: { name: string; erased_at: string | null },
  by: string | null,
): Part {
  if (row.erased_at !== null) return { state: 'erased', by }
  return isCustomerWithheld(caller) ? { state: 'withheld' } : { state: 'open', value: row.name }
}

async function countOf(db: ReadDb, workspaceId: string, accounts: readonly string[]) {
  const mine = sql`select conversation_id from conversation where workspace_id = ${workspaceId} and customer_id = any(${accounts}::uuid[])`
  const { rows } = await sql<{
    conversations: number
    messages: number
    entries: number
  }>`with mine as materialized (${mine})
    select (select count(*) from mine) as conversations,
      (select count(*) from message m join mine using (conversation_id) where m.workspace_id = ${workspaceId}) as messages,
      (select count(*) from log_entry e join mine using (conversation_id) where e.workspace_id = ${workspaceId})
        + (select count(*) from log_entry where workspace_id = ${workspaceId} and customer_id = any(${accounts}::uuid[]) and conversation_id is null) as entries`.execute(
    db as never,
  )
  const row = rows[0]
  return {
    conversations: Number(row?.conversations ?? 0),
    messages: Number(row?.messages ?? 0),
    entries: Number(row?.entries ?? 0),
  }
}

/** How long parts are kept in a workspace; the retention module provides it. */
export type ReadKeeping = (context: Pick<QueryContext, 'db' | 'caller'>) => Promise<KeptFor>

/** The reads of the privacy desk. */
export const createPrivacyQueries = (readKeeping: ReadKeeping): Query[] =>
  [
    requests,
    subject,
    defineQueryHandler(getDataMap, async context => describeData(await readKeeping(context)) as never), // lists are read-only here
  ] as unknown as Query[]
