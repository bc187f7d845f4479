import { botGroupsChanged, setBotGroups } from '@tracedesk/contracts'
import { defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'

/** Throws `bot.not_found`, and `conversation.unchanged` when it is so already. */
export const setBotGroupsCommand = defineCommandHandler(setBotGroups, {
  handle: async (context, { botId, enabled }) => {
    const { tx, workspaceId } = context
    const bot = await tx
      .selectFrom('bot')
      .select(['name', 'groups'])
      .where('workspace_id', '=', workspaceId)
      .where('bot_id', '=', botId)
      .forUpdate()
      .executeTakeFirst()
    if (!bot) throw new ConsoleError('bot.not_found', { botId })
    if (bot.groups === enabled) throw new ConsoleError('conversation.unchanged', { botId })
    await tx
      .updateTable('bot')
      .set({ groups: enabled })
      .where('workspace_id', '=', workspaceId)
      .where('bot_id', '=', botId)
      .execute()
    context.record(
      botGroupsChanged,
      { from: bot.groups, to: enabled },
      { subject: { id: botId, name: bot.name }, botId },
    )
    return {}
  },
})
