import { BotId, FileKind } from '@tracedesk/contracts'
import { z } from 'zod'
import type { CommandContext } from '../../command/define.ts'
import { RecordedRefusal } from '../../command/execute.ts'

/** The update that a command deals with. `update`: its bytes as Telegram gave them. */
export const UpdateRef = {
  botId: BotId,
  updateId: z.int(),
  update: z.instanceof(Uint8Array),
}

/** A Telegram user as an update describes them; texts are well-formed and without control characters. */
export const Sender = z.strictObject({
  telegramId: z.int(),
  name: z.string().min(1).max(200),
  username: z.string().max(64).nullable(),
  language: z.string().max(64).nullable(),
})
export type Sender = z.infer<typeof Sender>

/** A file Telegram has: fetched after the message is kept. */
export const FileInMessage = z
  .strictObject({
    telegramFileId: z.string().max(400),
    kind: FileKind,
    size: z.int().nullable(),
  })
  .nullable()

/** Where something was said: `business` is the connection id of a business account, '' in the bot's own chat. */
export const Place = {
  chatId: z.int(),
  topicId: z.int().min(0),
  business: z.string().max(200),
}

/** SQL that takes an update off the inbox, for the beginning of a `with`. Parameters: workspace, bot, update id. */
export const CLAIM_SQL = `claimed as (update telegram_update set done_at = clock_timestamp(), body = null
  where workspace_id = $1 and bot_id = $2 and update_id = $3 and done_at is null returning 1)`

/**
 * Thrown when an update has been dealt with before: whoever asked needs to do nothing more, and nothing is recorded,
 * because what the update led to stands in the log already.
 */
export class AlreadyReceived extends RecordedRefusal {
  constructor(updateId: number) {
    super('conversation.unchanged', { updateId }, { message: `update ${updateId} has been dealt with` })
  }
}

/** Takes an update off the inbox in this transaction. Throws AlreadyReceived when somebody did before. */
export async function claimUpdate(
  { tx, workspaceId }: CommandContext,
  { botId, updateId }: { botId: string; updateId: number },
): Promise<void> {
  const result = await tx
    .updateTable('telegram_update')
    .set(eb => ({ done_at: eb.fn<string>('clock_timestamp'), body: null }))
    .where('workspace_id', '=', workspaceId)
    .where('bot_id', '=', botId)
    .where('update_id', '=', updateId)
    .where('done_at', 'is', null)
    .executeTakeFirst()
  if (Number(result.numUpdatedRows) === 0) throw new AlreadyReceived(updateId)
}
