import { getNotifications } from '@tracedesk/contracts'
import { defineQueryHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'

export const notificationsQuery = defineQueryHandler(getNotifications, async ({ db, caller }) => {
  const { workspaceId, actor } = caller
  if (actor.kind !== 'agent' || !actor.id) throw new ConsoleError('session.required')
  const row = await db
    .selectFrom('agent_telegram')
    .select([
      'bot_id',
      'linked_at',
      'code_until',
      'on_assigned',
      'on_waiting',
      'waiting_minutes',
      'quiet_when_online',
    ])
    .where('workspace_id', '=', workspaceId)
    .where('agent_id', '=', actor.id)
    .executeTakeFirst()
  const bots = await db
    .selectFrom('bot')
    .select(['bot_id as id', 'name', 'username'])
    .where('workspace_id', '=', workspaceId)
    .where('state', '=', 'connected')
    .orderBy('name')
    .execute()
  return {
    linkedAt: row?.linked_at ?? null,
    codeUntil: row?.code_until ?? null,
    botId: (row?.bot_id ?? null) as never, // branded: the row's own
    choice: {
      onAssigned: row?.on_assigned ?? true,
      onWaiting: row?.on_waiting ?? true,
      waitingMinutes: row?.waiting_minutes ?? 5,
      quietWhenOnline: row?.quiet_when_online ?? true,
    },
    bots: bots as never,
  }
})
