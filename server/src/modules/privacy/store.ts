import type { PrivacyChannel, PrivacyKind } from '@tracedesk/contracts'
import { sql } from 'kysely'
import type { CommandContext } from '../../command/define.ts'
import type { ReadDb, Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { personSql } from '../conversations/index.ts'

/** A request, locked. */
export interface LockedRequest {
  readonly id: string
  readonly customerId: string
  readonly kind: PrivacyKind
  readonly channel: PrivacyChannel
  readonly dueAt: string
  readonly erasureRequestedBy: string | null
}

/** Locks an open request. Throws `privacy.request_not_found` or `privacy.request_closed`. */
export async function lockRequest(
  { tx, workspaceId }: Pick<CommandContext, 'tx' | 'workspaceId'>,
  requestId: string,
  kind?: PrivacyKind,
): Promise<LockedRequest> {
  const row = await tx
    .selectFrom('privacy_request')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('privacy_request_id', '=', requestId)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw new ConsoleError('privacy.request_not_found', { requestId })
  if (row.state === 'closed') throw new ConsoleError('privacy.request_closed', { requestId })
  if (kind && row.kind !== kind) throw new ConsoleError('privacy.wrong_kind', { requestId, kind: row.kind })
  return {
    id: requestId,
    customerId: row.customer_id,
    kind: row.kind as PrivacyKind, // the table admits only these
    channel: row.channel as PrivacyChannel,
    dueAt: row.due_at,
    erasureRequestedBy: row.erasure_requested_by,
  }
}

/** The erasures that are asked for and open, of any of these accounts: one deed answers them all. */
export async function openErasuresOf(
  { tx, workspaceId }: Pick<CommandContext, 'tx' | 'workspaceId'>,
  accounts: readonly string[],
): Promise<{ id: string; customerId: string; kind: PrivacyKind }[]> {
  const rows = await tx
    .selectFrom('privacy_request')
    .select(['privacy_request_id as id', 'customer_id as customerId'])
    .where('workspace_id', '=', workspaceId)
    .where('customer_id', 'in', accounts)
    .where('kind', '=', 'erasure')
    .where('state', '=', 'open')
    .orderBy('privacy_request_id')
    .forUpdate()
    .execute()
  return rows.map(row => ({ ...row, kind: 'erasure' }))
}

/** Everything personal that a customer's row holds, locked. */
export interface LockedPerson {
  readonly telegramId: number | null
  readonly name: string
  readonly namedBy: string
  readonly username: string | null
  readonly nickname: string | null
  readonly remark: string | null
  readonly restrictedAt: string | null
  readonly erasedAt: string | null
}

/** Locks a customer. Throws `customer.not_found`, and `customer.erased` when nobody is left to speak of. */
export async function lockPerson(tx: Tx, workspaceId: string, customerId: string): Promise<LockedPerson> {
  const row = await tx
    .selectFrom('customer')
    .select([
      'telegram_id',
      'name',
      'named_by',
      'username',
      'nickname',
      'remark',
      'restricted_at',
      'erased_at',
    ])
    .where('workspace_id', '=', workspaceId)
    .where('customer_id', '=', customerId)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw new ConsoleError('customer.not_found', { customerId })
  if (row.erased_at !== null) throw new ConsoleError('customer.erased', { customerId })
  return {
    telegramId: row.telegram_id,
    name: row.name,
    namedBy: row.named_by,
    username: row.username,
    nickname: row.nickname,
    remark: row.remark,
    restrictedAt: row.restricted_at,
    erasedAt: row.erased_at,
  }
}

export interface PersonConversation {
  readonly id: string
  readonly status: string
}

/** All conversations of a customer, locked in one order for all. */
export async function lockConversationsOf(
  tx: Tx,
  workspaceId: string,
  customerId: string,
): Promise<PersonConversation[]> {
  return tx
    .selectFrom('conversation')
    .select(['conversation_id as id', 'status'])
    .where('workspace_id', '=', workspaceId)
    .where('customer_id', '=', customerId)
    .orderBy('conversation_id')
    .forUpdate()
    .execute()
}

export interface PersonEntry {
  readonly entry_id: string
  readonly at: string
}

/** Every entry about a customer, sequenced or not: of their conversations, and those that belong to none. */
export async function entriesOf(
  db: ReadDb | Tx,
  workspaceId: string,
  customerId: string,
  conversationIds: readonly string[],
): Promise<PersonEntry[]> {
  const lone = (table: 'log_entry' | 'log_pending') =>
    sql`select entry_id, at from ${sql.table(table)} where workspace_id = ${workspaceId} and customer_id = ${customerId} and conversation_id is null`
  const within = (table: 'log_entry' | 'log_pending') =>
    sql`select entry_id, at from ${sql.table(table)} where workspace_id = ${workspaceId} and conversation_id = any(${conversationIds}::uuid[])`
  const { rows } = await sql<PersonEntry>`${lone('log_entry')} union all ${lone('log_pending')}
    union all ${within('log_entry')} union all ${within('log_pending')}`.execute(db as Tx)
  return rows
}

/** The accounts of the person a customer is, the customer among them, in one order for all; erased ones are left out. */
export async function accountsOf(
  db: ReadDb | Tx,
  workspaceId: string,
  customerId: string,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select u.customer_id as id from customer u
    where u.workspace_id = ${workspaceId} and u.customer_id in ${personSql(workspaceId, customerId)}
      and (u.erased_at is null or u.customer_id = ${customerId}) order by 1`.execute(db as Tx)
  if (rows.length === 0) throw new ConsoleError('customer.not_found', { customerId })
  return rows.map(row => row.id)
}
