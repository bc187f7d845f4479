import { messageRetried, messageSent, retryMessage, sendMessage } from '@tracedesk/contracts'
import { writerFor } from '../../command/caller.ts'
import { type CommandContext, type ConversationRef, defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { setAssignee } from './assign.ts'
import { detachFiles } from './message-files.ts'
import { enqueue } from './outbox-store.ts'
import { prepareOutgoing } from './outgoing.ts'
import { insertMessage, type LockedConversation, requireConversation } from './store.ts'

/** Wakes whoever tells Telegram, once the message is committed. */
export type WakeOutbox = (workspaceId: string, botId: string) => void

/** What other modules have to say about a text before it is queued. */
export interface SendRules {
  /**
   * May this text be sent? When not, the rule has recorded the attempt and said with `refuseAfterCommit` how it is
   * refused; nothing else may change then.
   */
  readonly judge: (
    context: CommandContext,
    attempt: {
      conversation: ConversationRef
      text: string
      confirm: readonly string[]
      messageId: string
    },
  ) => Promise<boolean>
  /** What the entry says of the canned reply a text began as. Throws `canned_reply.not_found`. */
  readonly describeUse: (
    context: CommandContext,
    use: {
      conversationId: string
      cannedReplyId: string
      text: string
      offered: readonly string[]
      files: readonly string[]
    },
  ) => Promise<{ key: string; version: number; edited: boolean; offered: string[] }>
}

export const createSendMessage = (wake: WakeOutbox, rules: SendRules) =>
  defineCommandHandler(sendMessage, {
    handle: async (context, input) => {
      const { conversationId, text, replyTo, confirm = [], cannedReplyId, offered = [], entities } = input
      const { tx, workspaceId, now, caller } = context
      const conversation = await requireConversation(context, conversationId)
      if (conversation.status === 'resolved')
        throw new ConsoleError('conversation.resolved', { conversationId })
      const chatId = await requireOpenLine(context.tx, workspaceId, conversation)
      if (replyTo) {
        const target = await tx
          .selectFrom('message')
          .select('message_id')
          .where('workspace_id', '=', workspaceId)
          .where('conversation_id', '=', conversationId)
          .where('message_id', '=', replyTo)
          .executeTakeFirst()
        if (!target) throw new ConsoleError('message.not_found', { messageId: replyTo })
      }
      const messageId = newId()
      const outgoing = await prepareOutgoing(context, messageId, input)
      const cannedReply =
        cannedReplyId && text !== undefined
          ? await rules.describeUse(context, {
              conversationId,
              cannedReplyId,
              text,
              offered,
              files: outgoing.files.map(({ sha256 }) => sha256),
            })
          : null
      const queued = { message: { id: messageId, state: 'queued' as const, at: now } }
      if (text !== undefined) {
        const attempt = { conversation: conversation.ref, text, confirm, messageId }
        if (!(await rules.judge(context, attempt))) {
          await detachFiles(context, messageId)
          return queued // nobody gets to see this: the refusal takes its place
        }
      }
      // Who answers an unassigned conversation takes it: otherwise two agents would answer the same customer.
      if (conversation.assigneeId === null && caller.actor.kind === 'agent' && caller.actor.id)
        await setAssignee(context, conversation, caller.actor.id, 'taken')
      const entryId = context.record(
        messageSent,
        {
          kind: outgoing.kind,
          replyTo: replyTo ?? null,
          length: text?.length ?? 0,
          cannedReply,
          // branded: the ids come from the files' own rows
          files: outgoing.files.map(({ size, ...file }) => ({ ...file, bytes: size })) as never,
        },
        {
          subject: { id: messageId },
          conversation: conversation.ref,
          parts: {
            text,
            entities: entities && entities.length > 0 ? JSON.stringify(entities) : undefined,
            content: outgoing.content ? JSON.stringify(outgoing.content) : undefined,
          },
        },
      )
      await insertMessage(
        tx,
        workspaceId,
        {
          id: messageId,
          conversationId,
          at: now,
          direction: 'out',
          authorKind: caller.actor.kind,
          authorId: caller.actor.id,
          writtenBy: writerFor(caller),
          kind: outgoing.kind,
          state: 'queued',
          entryId,
          hasText: text !== undefined,
          telegramMessageId: null,
          replyTo: replyTo ?? null,
        },
        null,
      )
      await enqueue(context, { messageId, botId: conversation.botId, chatId })
      context.afterCommit(() => wake(workspaceId, conversation.botId))
      return queued
    },
  })

/** The chat a message can go to. Throws when the bot is gone or the customer has stopped it. */
export async function requireOpenLine(
  tx: Parameters<typeof insertMessage>[0],
  workspaceId: string,
  conversation: LockedConversation,
): Promise<number> {
  const bot = await tx
    .selectFrom('bot')
    .select('state')
    .where('workspace_id', '=', workspaceId)
    .where('bot_id', '=', conversation.botId)
    .executeTakeFirst()
  if (bot?.state !== 'connected' || conversation.chatId === null)
    throw new ConsoleError('bot.disconnected', { botId: conversation.botId })
  const blocked = await tx
    .selectFrom('customer_block')
    .select('customer_id')
    .where('workspace_id', '=', workspaceId)
    .where('customer_id', '=', conversation.customerId)
    .where('bot_id', '=', conversation.botId)
    .executeTakeFirst()
  if (blocked) throw new ConsoleError('customer.blocked_bot', { customerId: conversation.customerId })
  return conversation.chatId
}

export const createRetryMessage = (wake: WakeOutbox) =>
  defineCommandHandler(retryMessage, {
    handle: async (context, { messageId }) => {
      const { tx, workspaceId } = context
      const message = await tx
        .selectFrom('message')
        .select('conversation_id')
        .where('workspace_id', '=', workspaceId)
        .where('message_id', '=', messageId)
        .executeTakeFirst()
      if (!message) throw new ConsoleError('message.not_found', { messageId })
      const conversation = await requireConversation(context, message.conversation_id)
      const { state } = await tx
        .selectFrom('message')
        .select('state')
        .where('workspace_id', '=', workspaceId)
        .where('message_id', '=', messageId)
        .executeTakeFirstOrThrow()
      if (state !== 'refused' && state !== 'unreachable')
        throw new ConsoleError('conversation.unchanged', { messageId, state })
      const chatId = await requireOpenLine(tx, workspaceId, conversation)
      await tx
        .updateTable('message')
        .set({ state: 'queued', problem: null })
        .where('workspace_id', '=', workspaceId)
        .where('message_id', '=', messageId)
        .execute()
      await enqueue(context, { messageId, botId: conversation.botId, chatId })
      context.record(
        messageRetried,
        { from: state },
        { subject: { id: messageId }, conversation: conversation.ref },
      )
      context.afterCommit(() => wake(workspaceId, conversation.botId))
      return {}
    },
  })
