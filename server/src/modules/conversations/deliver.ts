import {
  botBlockedByCustomer,
  ConversationId,
  conversationChatMoved,
  defineCommand,
  MessageId,
  messageDelivered,
  messageRefused,
  messageUnreachable,
} from '@tracedesk/contracts'
import { z } from 'zod'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { settle } from './deliver-store.ts'
import { numberFiles } from './message-files.ts'
import { setBlocked } from './receive-kept.ts'
import { type LockedConversation, lockConversation } from './store.ts'

const Sent = { conversationId: ConversationId, messageId: MessageId, attempts: z.int() }

/** What became of a message in Telegram's hands: exactly one of these three follows each `message.sent` or retry. */
export const deliverMessage = defineCommand({
  name: 'message.deliver',
  access: 'internal',
  summary: 'Telegram accepted a message',
  input: z.strictObject({
    ...Sent,
    telegramMessageId: z.int(),
    telegramDate: z.int(),
    /** Telegram's ids of the other messages of an album, in its order. */
    more: z.array(z.int()).default([]),
  }),
  output: z.strictObject({}),
  records: [messageDelivered],
  subject: { kind: 'message', field: 'messageId' },
})

export const deliverMessageCommand = defineCommandHandler(deliverMessage, {
  handle: async (context, { conversationId, messageId, attempts, telegramMessageId, telegramDate, more }) => {
    const conversation = await lock(context, conversationId)
    const { latencyMs } = await settle(context, messageId, 'sending', {
      state: 'delivered',
      telegramMessageId,
    })
    await numberFiles(context, messageId, [telegramMessageId, ...more])
    context.record(
      messageDelivered,
      { telegramMessageId, telegramDate, attempts, latencyMs, furtherIds: more },
      { subject: { id: messageId }, conversation: conversation.ref },
    )
    return {}
  },
})

export const refuseMessage = defineCommand({
  name: 'message.refuse',
  access: 'internal',
  summary: 'Telegram refused a message',
  input: z.strictObject({
    ...Sent,
    errorCode: z.int(),
    description: z.string().max(1000),
    /** The customer has stopped the bot: known from here on. */
    blocked: z.boolean(),
  }),
  output: z.strictObject({}),
  records: [messageRefused, botBlockedByCustomer],
  subject: { kind: 'message', field: 'messageId' },
})

export const refuseMessageCommand = defineCommandHandler(refuseMessage, {
  handle: async (context, { conversationId, messageId, attempts, errorCode, description, blocked }) => {
    const conversation = await lock(context, conversationId)
    await settle(context, messageId, 'sending', {
      state: 'refused',
      problem: { code: 'refused', errorCode, description },
    })
    context.record(
      messageRefused,
      { errorCode, description, attempts },
      { subject: { id: messageId }, conversation: conversation.ref },
    )
    if (blocked && (await setBlocked(context, conversation.customerId, conversation.botId, true)))
      context.record(
        botBlockedByCustomer,
        { blocked: true },
        { subject: { id: conversation.customerId }, conversation: conversation.ref },
      )
    return {}
  },
})

export const giveUpMessage = defineCommand({
  name: 'message.give_up',
  access: 'internal',
  summary: 'A message was not sent, or nobody knows whether it was',
  input: z.strictObject({ ...Sent, cause: messageUnreachable.data.shape.cause }),
  output: z.strictObject({}),
  records: [messageUnreachable],
  subject: { kind: 'message', field: 'messageId' },
})

export const giveUpMessageCommand = defineCommandHandler(giveUpMessage, {
  handle: async (context, { conversationId, messageId, attempts, cause }) => {
    const conversation = await lock(context, conversationId)
    await settle(context, messageId, cause === 'unknown' ? 'sending' : 'waiting', {
      state: 'unreachable',
      problem: { code: cause, errorCode: null, description: null },
    })
    context.record(
      messageUnreachable,
      { cause, attempts },
      { subject: { id: messageId }, conversation: conversation.ref },
    )
    return {}
  },
})

export const moveChat = defineCommand({
  name: 'conversation.move_chat',
  access: 'internal',
  summary: 'Telegram gave a chat another id: the conversation and what waits for it go there',
  input: z.strictObject({ conversationId: ConversationId, from: z.int(), to: z.int() }),
  output: z.strictObject({}),
  records: [conversationChatMoved],
  subject: { kind: 'conversation', field: 'conversationId' },
})

export const moveChatCommand = defineCommandHandler(moveChat, {
  handle: async (context, { conversationId, from, to }) => {
    const { tx, workspaceId } = context
    const conversation = await lock(context, conversationId)
    await tx
      .updateTable('conversation')
      .set({ chat_id: to })
      .where('workspace_id', '=', workspaceId)
      .where('conversation_id', '=', conversationId)
      .execute()
    await tx
      .updateTable('telegram_outbox')
      .set({ chat_id: to })
      .where('workspace_id', '=', workspaceId)
      .where('bot_id', '=', conversation.botId)
      .where('chat_id', '=', from)
      .execute()
    context.record(
      conversationChatMoved,
      {},
      {
        subject: { id: conversationId },
        conversation: conversation.ref,
        parts: { chat: JSON.stringify({ from, to }) },
      },
    )
    return {}
  },
})

async function lock(context: CommandContext, conversationId: string): Promise<LockedConversation> {
  const conversation = await lockConversation(context, conversationId)
  if (!conversation)
    throw new Error(`a message was sent in a conversation that is not there: ${conversationId}`)
  return conversation
}
