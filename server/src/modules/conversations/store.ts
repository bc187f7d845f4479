import type { Priority } from '@tracedesk/contracts'
import { CompiledQuery, type UpdateObject } from 'kysely'
import type { CommandContext, ConversationRef } from '../../command/define.ts'
import type { ReadDb, Tx } from '../../db/database.ts'
import type { Tables } from '../../db/tables.generated.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { type Scope, scopeOf, seesConversation } from '../team/index.ts'

/** Handed over and not accepted yet: to whom, and the entry that said so. */
export interface Offer {
  readonly agentId: string | null
  readonly departmentId: string | null
  readonly entryId: string
}

export interface LockedConversation {
  readonly id: string
  readonly botId: string
  readonly customerId: string
  readonly chatId: number | null
  readonly topicId: number
  /** The business account the customer wrote to; '' for the bot itself. */
  readonly business: string
  readonly status: 'in_progress' | 'pending' | 'resolved'
  readonly assigneeId: string | null
  readonly departmentId: string | null
  readonly resolvedAt: string | null
  readonly waitingSince: string | null
  readonly snoozedUntil: string | null
  readonly priority: Priority
  /** Pinned for everybody. */
  readonly pinned: boolean
  readonly mergedInto: string | null
  readonly offer: Offer | null
  /** Who put it back into the queue. */
  readonly returnedBy: string | null
  /** For the entries of this transaction: the conversation as it is before the change. */
  readonly ref: ConversationRef
}

type Row = {
  bot_id: string
  customer_id: string
  chat_id: number | null
  topic_id: number
  business: string
  status: LockedConversation['status']
  assignee_id: string | null
  department_id: string | null
  resolved_at: string | null
  waiting_since: string | null
  snoozed_until: string | null
  priority: Priority
  pinned: boolean
  merged_into: string | null
  offered_agent_id: string | null
  offered_department_id: string | null
  offer_entry_id: string | null
  returned_by: string | null
  count: number | null
  holder_departments: string[]
}

/**
 * Locks a conversation, and tells the context where its counter of entries stands. One round trip. Null when it does
 * not exist.
 */
export async function lockConversation(
  context: CommandContext,
  id: string,
): Promise<LockedConversation | null> {
  const { rows } = await context.tx.executeQuery<Row>(
    CompiledQuery.raw(
      `with c as materialized (select * from conversation where workspace_id = $1 and conversation_id = $2 for update)
     select c.bot_id, c.customer_id, c.chat_id, c.topic_id, c.business, c.status, c.assignee_id, c.department_id, c.resolved_at, c.waiting_since,
       c.snoozed_until, c.priority, c.pinned, c.merged_into, c.offered_agent_id, c.offered_department_id, c.offer_entry_id, c.returned_by,
       (select count from log_counter k where k.workspace_id = $1 and k.chain_id = $2) as count,
       array(select m.department_id from department_member m where m.workspace_id = $1 and m.agent_id = c.assignee_id order by 1) as holder_departments
     from c`,
      [context.workspaceId, id],
    ),
  )
  const row = rows[0]
  if (!row) return null
  context.expectsChain(id, row.count ?? 0)
  const departments = [
    ...new Set([...(row.department_id ? [row.department_id] : []), ...row.holder_departments]),
  ]
  return {
    id,
    botId: row.bot_id,
    customerId: row.customer_id,
    chatId: row.chat_id,
    topicId: row.topic_id,
    business: row.business,
    status: row.status,
    assigneeId: row.assignee_id,
    departmentId: row.department_id,
    resolvedAt: row.resolved_at,
    waitingSince: row.waiting_since,
    snoozedUntil: row.snoozed_until,
    priority: row.priority,
    pinned: row.pinned,
    mergedInto: row.merged_into,
    offer: row.offer_entry_id
      ? {
          agentId: row.offered_agent_id,
          departmentId: row.offered_department_id,
          entryId: row.offer_entry_id,
        }
      : null,
    returnedBy: row.returned_by,
    ref: { id, customerId: row.customer_id, botId: row.bot_id, assigneeId: row.assignee_id, departments },
  }
}

/** Locks a conversation the caller may work with. One that is out of their sight is not found. */
export async function requireConversation(context: CommandContext, id: string): Promise<LockedConversation> {
  const conversation = await lockConversation(context, id)
  if (
    !conversation ||
    !seesConversation(await deskScope(context), {
      bot_id: conversation.botId,
      assignee_id: conversation.assigneeId,
      department_id: conversation.departmentId,
      offered_agent_id: conversation.offer?.agentId ?? null,
      offered_department_id: conversation.offer?.departmentId ?? null,
    })
  )
    throw new ConsoleError('conversation.not_found', { conversationId: id })
  return conversation
}

/** What an offer leaves in the row once it is over. */
export const NO_OFFER = { offered_agent_id: null, offered_department_id: null, offer_entry_id: null } as const

/** Changes the row of a conversation this transaction has locked. */
export async function updateConversation(
  { tx, workspaceId }: CommandContext,
  id: string,
  changes: UpdateObject<Tables, 'conversation'>,
): Promise<void> {
  await tx
    .updateTable('conversation')
    .set(changes)
    .where('workspace_id', '=', workspaceId)
    .where('conversation_id', '=', id)
    .execute()
}

/** Locks a conversation the caller may work with and that is not over. Throws `conversation.resolved` otherwise. */
export async function requireOpenConversation(
  context: CommandContext,
  id: string,
): Promise<LockedConversation> {
  const conversation = await requireConversation(context, id)
  if (conversation.status === 'resolved')
    throw new ConsoleError('conversation.resolved', { conversationId: id })
  return conversation
}

const deskScope = ({ caller, tx }: CommandContext): Promise<Scope> => scopeOf(tx as unknown as ReadDb, caller) // it only reads

export interface NewMessage {
  readonly id: string
  readonly conversationId: string
  readonly at: string
  readonly direction: 'in' | 'out'
  readonly authorKind: string
  readonly authorId: string | null
  /** Who really wrote it, when that was somebody in the author's name. */
  readonly writtenBy: string | null
  readonly kind: string
  readonly state: 'received' | 'queued'
  readonly entryId: string
  readonly hasText: boolean
  readonly telegramMessageId: number | null
  readonly replyTo: string | null
}

/** Adds a message and moves the conversation's "last message" and waiting time with it, in one round trip. */
export async function insertMessage(
  tx: Tx,
  workspaceId: string,
  m: NewMessage,
  waitingSince: string | null,
  status?: string,
): Promise<void> {
  await tx.executeQuery(
    CompiledQuery.raw(
      `with m as (insert into message (workspace_id, message_id, conversation_id, at, direction, author_kind, author_id, kind, state, entry_id, text_entry_id, telegram_message_id, reply_to, written_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $16))
     update conversation set last_message_id = $2, last_message_at = $4, waiting_since = $14, status = coalesce($15, status),
       resolved_at = case when $15 is null then resolved_at end
     where workspace_id = $1 and conversation_id = $3`,
      [
        workspaceId,
        m.id,
        m.conversationId,
        m.at,
        m.direction,
        m.authorKind,
        m.authorId,
        m.kind,
        m.state,
        m.entryId,
        m.hasText ? m.entryId : null,
        m.telegramMessageId,
        m.replyTo,
        waitingSince,
        status ?? null,
        m.writtenBy,
      ],
    ),
  )
}
