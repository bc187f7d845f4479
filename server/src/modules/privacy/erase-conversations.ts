import { conversationStatusChanged, messageUnreachable } from '@tracedesk/contracts'
import { sql } from 'kysely'
import type { CommandContext, ConversationRef } from '../../command/define.ts'
import { requireConversation } from '../conversations/index.ts'
import type { PersonConversation } from './store.ts'

interface Stopped {
  readonly message_id: string
  readonly conversation_id: string
  readonly state: 'waiting' | 'sending'
  readonly attempts: number
}

/**
 * Takes what is still to be sent to a customer off the outbox and says so of each message; returns how many. What was
 * being sent may have arrived.
 */
export async function stopMessages(context: CommandContext, customerId: string): Promise<number> {
  const { tx, workspaceId } = context
  const { rows } = await sql<Stopped>`delete from telegram_outbox o using message m, conversation c
    where o.workspace_id = ${workspaceId} and m.workspace_id = o.workspace_id and m.message_id = o.message_id
      and c.workspace_id = m.workspace_id and c.conversation_id = m.conversation_id and c.customer_id = ${customerId}
    returning o.message_id, m.conversation_id, o.state, o.attempts`.execute(tx)
  const refs = new Map<string, ConversationRef>()
  for (const { message_id: messageId, conversation_id: id, state, attempts } of rows) {
    const cause = state === 'sending' ? ('unknown' as const) : ('not_sent' as const)
    const ref = refs.get(id) ?? (await requireConversation(context, id)).ref
    refs.set(id, ref)
    await tx
      .updateTable('message')
      .set({
        state: 'unreachable',
        problem: JSON.stringify({ code: cause, errorCode: null, description: null }),
      })
      .where('workspace_id', '=', workspaceId)
      .where('message_id', '=', messageId)
      .execute()
    context.record(messageUnreachable, { cause, attempts }, { subject: { id: messageId }, conversation: ref })
  }
  return rows.length
}

/** Ends whatever is open with a customer, on record; returns how many messages were stopped. */
export async function closeOpenStories(
  context: CommandContext,
  customerId: string,
  conversations: readonly PersonConversation[],
): Promise<number> {
  const stopped = await stopMessages(context, customerId)
  for (const { id, status } of conversations) {
    if (status === 'resolved') continue
    const conversation = await requireConversation(context, id)
    context.record(
      conversationStatusChanged,
      { from: conversation.status, to: 'resolved' },
      { subject: { id }, conversation: conversation.ref },
    )
  }
  await context.tx
    .updateTable('conversation')
    .set({
      status: 'resolved',
      resolved_at: context.now,
      waiting_since: null,
      snoozed_until: null,
      offered_agent_id: null,
      offered_department_id: null,
      offer_entry_id: null,
    })
    .where('workspace_id', '=', context.workspaceId)
    .where('customer_id', '=', customerId)
    .where('status', '<>', 'resolved')
    .execute()
  return stopped
}
