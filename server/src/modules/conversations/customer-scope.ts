import { type RawBuilder, sql } from 'kysely'
import type { CommandContext, ConversationRef } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { conversationScopeSql, scopeOf } from '../team/index.ts'
import { requireConversation } from './store.ts'

/** A customer, locked, with what entries about them say. */
export interface LockedCustomer {
  readonly nickname: string | null
  readonly remark: string | null
  readonly blockedAt: string | null
  /** The person this account is shown as, when it was merged away. */
  readonly mergedInto: string | null
  readonly about: { subject: { id: string; named: string }; conversation: ConversationRef }
}

/** SQL for the ids of a person’s accounts: their own, and those that were merged into it. */
export const accountsSql = (workspaceId: string, customerId: string) => sql<string[]>`array(
  select p.customer_id from customer p where p.workspace_id = ${workspaceId} and (p.customer_id = ${customerId} or p.merged_into = ${customerId}))`

/**
 * SQL for the ids of every account of the person an account belongs to, whichever of their accounts it is: a subquery of
 * one column, empty when there is no such account.
 */
export const personSql = (
  workspaceId: string | RawBuilder<unknown>,
  customerId: string | RawBuilder<unknown>,
) => sql`(
  select a.customer_id from customer i join customer a on a.workspace_id = i.workspace_id
    and (a.customer_id = coalesce(i.merged_into, i.customer_id) or a.merged_into = coalesce(i.merged_into, i.customer_id))
  where i.workspace_id = ${workspaceId} and i.customer_id = ${customerId})`

/**
 * Locks a customer who has a conversation on the caller's desk; entries belong to the newest such. Out of sight and
 * not there look the same: `customer.not_found`. Throws `customer.restricted` and `customer.erased` as well.
 */
export async function requireCustomer(context: CommandContext, customerId: string): Promise<LockedCustomer> {
  const { tx, workspaceId, caller } = context
  const missing = () => new ConsoleError('customer.not_found', { customerId })
  const { rows } = await sql<{ conversation_id: string }>`select c.conversation_id from conversation c
    where c.workspace_id = ${workspaceId} and c.customer_id = any(${accountsSql(workspaceId, customerId)}) and ${conversationScopeSql(await scopeOf(tx, caller))}
    order by c.last_message_at desc limit 1`.execute(tx)
  const [newest] = rows
  if (!newest) throw missing()
  // the conversation before the customer, as receiving does
  const { ref } = await requireConversation(context, newest.conversation_id).catch(error => {
    if (error instanceof ConsoleError && error.code === 'conversation.not_found') throw missing()
    throw error
  })
  const row = await tx
    .selectFrom('customer')
    .select(['named_by', 'nickname', 'remark', 'blocked_at', 'merged_into', 'restricted_at', 'erased_at'])
    .where('workspace_id', '=', workspaceId)
    .where('customer_id', '=', customerId)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw missing()
  if (row.erased_at !== null) throw new ConsoleError('customer.erased', { customerId })
  if (row.restricted_at !== null) throw new ConsoleError('customer.restricted', { customerId })
  return {
    nickname: row.nickname,
    remark: row.remark,
    blockedAt: row.blocked_at,
    mergedInto: row.merged_into,
    about: { subject: { id: customerId, named: row.named_by }, conversation: ref },
  }
}
