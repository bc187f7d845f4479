import type { MessageOperation } from '@tracedesk/contracts'
import type { CommandContext } from '../../command/define.ts'

/** Puts a message, or a change of one, into the queue for Telegram; per chat it leaves in this order. */
export async function enqueue(
  { tx, workspaceId }: CommandContext,
  row: {
    messageId: string
    botId: string
    chatId: number
    /** Of a change: what it is, and the entry that asked for it, which is also its id in the queue. */
    change?: { operation: MessageOperation; entryId: string }
  },
): Promise<void> {
  await tx
    .insertInto('telegram_outbox')
    .values({
      workspace_id: workspaceId,
      message_id: row.messageId,
      operation_id: row.change?.entryId ?? row.messageId,
      operation: row.change?.operation ?? 'send',
      entry_id: row.change?.entryId ?? null,
      bot_id: row.botId,
      chat_id: row.chatId,
    })
    .execute()
}
