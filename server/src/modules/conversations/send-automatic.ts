import { messageSent } from '@tracedesk/contracts'
import { writerFor } from '../../command/caller.ts'
import type { CommandContext } from '../../command/define.ts'
import { newId } from '../../kernel/id.ts'
import { enqueue } from './outbox-store.ts'
import { insertMessage, requireConversation } from './store.ts'

/**
 * Queues what a rule answers a customer, in a command that declares `message.sent` and is run by that rule. The
 * customer goes on waiting for a person. Returns the bot to wake, null when there is no chat to answer in.
 */
export async function sendAutomatic(
  context: CommandContext,
  conversationId: string,
  text: string,
): Promise<string | null> {
  const { tx, workspaceId, now, caller } = context
  const conversation = await requireConversation(context, conversationId)
  const { chatId, botId, ref, waitingSince } = conversation
  if (chatId === null) return null
  const messageId = newId()
  const entryId = context.record(
    messageSent,
    { kind: 'text', replyTo: null, length: text.length, cannedReply: null },
    { subject: { id: messageId }, conversation: ref, parts: { text } },
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
      kind: 'text',
      state: 'queued',
      entryId,
      hasText: true,
      telegramMessageId: null,
      replyTo: null,
    },
    waitingSince,
  )
  await enqueue(context, { messageId, botId, chatId })
  return botId
}
