import { ConversationId, conversationStatusChanged, defineCommand } from '@tracedesk/contracts'
import { z } from 'zod'
import { defineCommandHandler } from '../../command/define.ts'
import type { ReadDb } from '../../db/database.ts'
import { addMicros } from '../../kernel/instant.ts'
import { readSetting } from '../team/index.ts'
import { statusChange } from './change-status.ts'
import { importBotId } from './imported.ts'
import { NothingToDo } from './snooze.ts'
import { lockConversation, updateConversation } from './store.ts'

const HOUR_MICROS = 3_600_000_000

export const autoResolve = defineCommand({
  name: 'conversation.auto_resolve',
  access: 'internal',
  summary: 'Resolve a conversation in which nobody waits and nobody has written for the time of the setting',
  input: z.strictObject({ conversationId: ConversationId }),
  output: z.strictObject({}),
  records: [conversationStatusChanged],
  subject: { kind: 'conversation', field: 'conversationId' },
})
export const autoResolveCommand = defineCommandHandler(autoResolve, {
  handle: async (context, { conversationId }) => {
    const { tx, workspaceId, now } = context
    const conversation = await lockConversation(context, conversationId)
    const hours = Number(await readSetting(tx, workspaceId, 'conversation.auto_resolve_hours'))
    if (!conversation || hours === 0 || conversation.status === 'resolved')
      throw new NothingToDo(conversationId)
    const silent = await tx
      .selectFrom('conversation')
      .select('last_message_at')
      .where('workspace_id', '=', workspaceId)
      .where('conversation_id', '=', conversationId)
      .where('waiting_since', 'is', null)
      .where('snoozed_until', 'is', null)
      .where('last_message_at', '<', addMicros(now, -hours * HOUR_MICROS))
      .executeTakeFirst()
    if (!silent) throw new NothingToDo(conversationId)
    await updateConversation(context, conversationId, statusChange('resolved', now))
    context.record(
      conversationStatusChanged,
      { from: conversation.status, to: 'resolved', rule: 'auto_resolve' },
      { subject: { id: conversationId }, conversation: conversation.ref, reasonCode: 'silence' },
    )
    return {}
  },
})

/** Conversations that the rule is to resolve: silent for longer than the setting says, with nobody waiting. */
export async function findSilentConversations(
  db: ReadDb,
  workspaceId: string,
  now: string,
  limit: number,
): Promise<string[]> {
  const hours = Number(await readSetting(db, workspaceId, 'conversation.auto_resolve_hours'))
  if (hours === 0) return []
  const rows = await db
    .selectFrom('conversation')
    .select('conversation_id')
    .where('workspace_id', '=', workspaceId)
    .where('status', '!=', 'resolved')
    .where('bot_id', '!=', importBotId(workspaceId)) // history stays as it came
    .where('waiting_since', 'is', null)
    .where('snoozed_until', 'is', null)
    .where('last_message_at', '<', addMicros(now, -hours * HOUR_MICROS))
    .orderBy('last_message_at')
    .limit(limit)
    .execute()
  return rows.map(row => row.conversation_id)
}

/** Conversations whose snooze is over, in every workspace. */
export async function findDueSnoozes(
  db: ReadDb,
  now: string,
  limit: number,
): Promise<{ workspaceId: string; conversationId: string }[]> {
  return db
    .selectFrom('conversation')
    .select(['workspace_id as workspaceId', 'conversation_id as conversationId'])
    .where('snoozed_until', '<=', now)
    .orderBy('snoozed_until')
    .limit(limit)
    .execute()
}
