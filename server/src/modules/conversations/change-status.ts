import {
  type ConversationStatus,
  changeStatus,
  conversationReopened,
  conversationStatusChanged,
} from '@tracedesk/contracts'
import { sql } from 'kysely'
import { may } from '../../command/caller.ts'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { leaveDeadEnds } from './leave-dead-ends.ts'
import { NO_OFFER, requireConversation, updateConversation } from './store.ts'

/** What a status brings with it in the row: what is over waits for nobody, sleeps no longer and is offered to nobody. */
export const statusChange = (status: ConversationStatus, now: string) =>
  status === 'resolved'
    ? {
        status,
        resolved_at: now,
        waiting_before: sql<string | null>`waiting_since`,
        waiting_since: null,
        snoozed_until: null,
        ...NO_OFFER,
      }
    : { status, resolved_at: null }

/** A resolved conversation that a person opens again: whoever had no answer when it was resolved still has none. */
const reopenChange = (status: ConversationStatus, now: string, waitingSince: string | null) => ({
  ...statusChange(status, now),
  waiting_since: waitingSince,
  waiting_before: null,
})

async function readWaitingBefore({ tx, workspaceId }: CommandContext, id: string): Promise<string | null> {
  const row = await tx
    .selectFrom('conversation')
    .select('waiting_before')
    .where('workspace_id', '=', workspaceId)
    .where('conversation_id', '=', id)
    .executeTakeFirstOrThrow()
  return row.waiting_before
}

export const changeStatusCommand = defineCommandHandler(changeStatus, {
  handle: async (context, { conversationId, status }) => {
    const { tx, workspaceId, now } = context
    const conversation = await requireConversation(context, conversationId)
    const from = conversation.status
    if (from === status) throw new ConsoleError('conversation.unchanged', { conversationId, status })
    if (conversation.mergedInto)
      throw new ConsoleError('conversation.merged', { conversationId, continuedIn: conversation.mergedInto })
    if (from === 'resolved' && !may(context.caller, 'conversation.reopen'))
      throw new ConsoleError('permission.denied', { permission: 'conversation.reopen' })
    if (from === 'resolved' && conversation.chatId !== null) {
      const open = await tx
        .selectFrom('conversation')
        .select('conversation_id')
        .where('workspace_id', '=', workspaceId)
        .where('bot_id', '=', conversation.botId)
        .where('chat_id', '=', conversation.chatId)
        .where('topic_id', '=', conversation.topicId)
        .where('business', '=', conversation.business)
        .where('status', '!=', 'resolved')
        .executeTakeFirst()
      // the customer has gone on in a newer dialogue; two open ones in one chat could not be told apart
      if (open)
        throw new ConsoleError('conversation.resolved', { conversationId, continuedIn: open.conversation_id })
    }
    const about = { subject: { id: conversationId }, conversation: conversation.ref }
    if (from === 'resolved') {
      const waitingSince = await readWaitingBefore(context, conversationId)
      await updateConversation(context, conversationId, reopenChange(status, now, waitingSince))
      context.record(conversationReopened, { from, to: status, by: 'agent', waitingSince }, about)
      await leaveDeadEnds(context, conversation.ref)
    } else {
      await updateConversation(context, conversationId, statusChange(status, now))
      context.record(conversationStatusChanged, { from, to: status }, about)
    }
    return {}
  },
})
