import { botConnected, connectBot } from '@tracedesk/contracts'
import { defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import type { InstallationSecret } from '../../kernel/secret.ts'
import { lockByTelegramId, putToken, resetLine } from './store.ts'
import { fingerprintOf, readToken, sealToken } from './token.ts'

/** A bot as Telegram's getMe describes it. */
export interface BotIdentity {
  readonly telegramId: number
  readonly username: string
  readonly name: string
}

/** What the commands of this module need from outside. */
export interface BotsPort {
  readonly secret: InstallationSecret
  readonly delivery: 'polling' | 'webhook'
  /** Asks Telegram whose token it is. Throws `bot.token_refused` or `telegram.unreachable`. */
  identify(token: string): Promise<BotIdentity>
  /** Told after commit that bots came, went, or have another token. */
  botsChanged(workspaceId: string): void
}

export const createConnectBot = (port: BotsPort) =>
  defineCommandHandler(connectBot, {
    prepare: async input => {
      const token = readToken(input.token)
      return { token, identity: await port.identify(token) }
    },
    handle: async (context, input, { token, identity }) => {
      const { tx, workspaceId, now } = context
      const known = await lockByTelegramId(tx, workspaceId, identity.telegramId)
      if (known?.state === 'connected')
        throw new ConsoleError('bot.already_connected', { botId: known.botId })
      const botId = known?.botId ?? newId()
      const row = {
        username: identity.username,
        name: input.name ?? identity.name,
        state: 'connected',
        delivery: port.delivery,
        token_fingerprint: fingerprintOf(token),
        connected_at: now,
      }
      const inserted = await tx
        .insertInto('bot')
        .values({ workspace_id: workspaceId, bot_id: botId, telegram_id: identity.telegramId, ...row })
        .onConflict(conflict =>
          conflict
            .columns(['workspace_id', 'telegram_id'])
            .doUpdateSet(row)
            .where('bot.state', '=', 'disconnected'),
        )
        .returning('bot_id')
        .executeTakeFirst()
      // somebody else connected it between our look and now
      if (inserted?.bot_id !== botId) throw new ConsoleError('bot.already_connected')
      await putToken(tx, workspaceId, botId, sealToken(port.secret, workspaceId, botId, token))
      await resetLine(tx, workspaceId, botId)
      context.record(
        botConnected,
        {
          telegramId: identity.telegramId,
          username: identity.username,
          name: row.name,
          token: row.token_fingerprint,
          delivery: port.delivery,
        },
        { subject: { id: botId, name: row.name }, botId },
      )
      context.afterCommit(() => port.botsChanged(workspaceId))
      return { bot: { id: botId, username: identity.username } }
    },
  })
