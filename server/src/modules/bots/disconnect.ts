import { botDisconnected, disconnectBot } from '@tracedesk/contracts'
import { defineCommandHandler } from '../../command/define.ts'
import type { BotsPort } from './connect.ts'
import { giveUpChanges } from './profile-changes.ts'
import { lockConnected, resetLine } from './store.ts'

export const createDisconnectBot = (port: Pick<BotsPort, 'botsChanged'>) =>
  defineCommandHandler(disconnectBot, {
    handle: async (context, { botId }) => {
      const { tx, workspaceId } = context
      const bot = await lockConnected(tx, workspaceId, botId)
      await tx
        .updateTable('bot')
        .set({ state: 'disconnected' })
        .where('workspace_id', '=', workspaceId)
        .where('bot_id', '=', botId)
        .execute()
      await tx
        .deleteFrom('bot_token')
        .where('workspace_id', '=', workspaceId)
        .where('bot_id', '=', botId)
        .execute()
      await resetLine(tx, workspaceId, botId)
      await giveUpChanges(context, botId)
      context.record(
        botDisconnected,
        { token: bot.fingerprint },
        { subject: { id: botId, name: bot.name }, botId },
      )
      context.afterCommit(() => port.botsChanged(workspaceId))
      return {}
    },
  })
