import { botTokenRotated, rotateBotToken } from '@tracedesk/contracts'
import { defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import type { BotsPort } from './connect.ts'
import { lockConnected, putToken } from './store.ts'
import { fingerprintOf, readToken, sealToken } from './token.ts'

export const createRotateBotToken = (port: BotsPort) =>
  defineCommandHandler(rotateBotToken, {
    prepare: async input => {
      const token = readToken(input.token)
      return { token, identity: await port.identify(token) }
    },
    handle: async (context, { botId }, { token, identity }) => {
      const { tx, workspaceId } = context
      const bot = await lockConnected(tx, workspaceId, botId)
      if (bot.telegramId !== identity.telegramId) throw new ConsoleError('bot.other_bot', { botId })
      const to = fingerprintOf(token)
      await tx
        .updateTable('bot')
        .set({ token_fingerprint: to, username: identity.username })
        .where('workspace_id', '=', workspaceId)
        .where('bot_id', '=', botId)
        .execute()
      await putToken(tx, workspaceId, botId, sealToken(port.secret, workspaceId, botId, token))
      context.record(
        botTokenRotated,
        { from: bot.fingerprint, to },
        { subject: { id: botId, name: bot.name }, botId },
      )
      context.afterCommit(() => port.botsChanged(workspaceId))
      return {}
    },
  })
