import type { Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'

export interface BotRow {
  readonly botId: string
  readonly telegramId: number
  readonly username: string
  readonly name: string
  readonly state: string
  readonly fingerprint: string
}

const BOT = [
  'bot_id as botId',
  'telegram_id as telegramId',
  'username',
  'name',
  'state',
  'token_fingerprint as fingerprint',
] as const

/** Locks the bot with a Telegram id, if the workspace ever had it. */
export async function lockByTelegramId(
  tx: Tx,
  workspaceId: string,
  telegramId: number,
): Promise<BotRow | undefined> {
  return tx
    .selectFrom('bot')
    .select(BOT)
    .where('workspace_id', '=', workspaceId)
    .where('telegram_id', '=', telegramId)
    .forUpdate()
    .executeTakeFirst()
}

/** Locks a bot that is connected. Throws `bot.not_found` or `bot.disconnected`. */
export async function lockConnected(tx: Tx, workspaceId: string, botId: string): Promise<BotRow> {
  const row = await tx
    .selectFrom('bot')
    .select(BOT)
    .where('workspace_id', '=', workspaceId)
    .where('bot_id', '=', botId)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw new ConsoleError('bot.not_found', { botId })
  if (row.state !== 'connected') throw new ConsoleError('bot.disconnected', { botId })
  return row
}

/** Keeps a bot's sealed token in place of any earlier one. */
export async function putToken(tx: Tx, workspaceId: string, botId: string, sealed: Buffer): Promise<void> {
  await tx
    .insertInto('bot_token')
    .values({ workspace_id: workspaceId, bot_id: botId, sealed })
    .onConflict(conflict => conflict.columns(['workspace_id', 'bot_id']).doUpdateSet({ sealed }))
    .execute()
}

/** Lets a bot's line begin anew. What is known of the last update stays: it belongs to the bot, not to the line. */
export async function resetLine(tx: Tx, workspaceId: string, botId: string): Promise<void> {
  const starting = { health: 'starting', cause: null }
  await tx
    .insertInto('bot_line')
    .values({ workspace_id: workspaceId, bot_id: botId, ...starting })
    .onConflict(conflict =>
      conflict
        .columns(['workspace_id', 'bot_id'])
        .doUpdateSet(eb => ({ ...starting, since: eb.fn<string>('clock_timestamp') })),
    )
    .execute()
}
