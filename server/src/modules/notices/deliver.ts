import {
  defineCommand,
  NoticeKind,
  notificationFailed,
  notificationSent,
  notificationUnlinked,
} from '@tracedesk/contracts'
import { z } from 'zod'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { RecordedRefusal } from '../../command/execute.ts'
import { millisOf } from '../../kernel/instant.ts'
import { unlink } from './link.ts'

/** Somebody else has recorded the outcome before. Records nothing. */
class Settled extends RecordedRefusal {
  constructor(noticeId: string) {
    super('conversation.unchanged', { noticeId })
  }
}

/** Ends a notice that is being sent, once. */
async function settle({ tx, workspaceId }: CommandContext, noticeId: string) {
  const row = await tx
    .updateTable('telegram_notice')
    .set({ state: 'done' })
    .where('workspace_id', '=', workspaceId)
    .where('notice_id', '=', noticeId)
    .where('state', '!=', 'done')
    .returning(['agent_id', 'bot_id', 'kind', 'conversation_id', 'queued_at', 'cause'])
    .executeTakeFirst()
  if (!row) throw new Settled(noticeId)
  return { ...row, kind: NoticeKind.parse(row.kind) }
}

const UUID = /^[0-9a-f-]{36}$/
const about = (row: Awaited<ReturnType<typeof settle>>) => ({
  subject: { id: row.agent_id },
  agents: [row.agent_id],
  botId: row.bot_id,
  // a wait is told by its time, anything else by the entry that led to it
  ...(UUID.test(row.cause) ? { causedBy: row.cause } : {}),
})

export const noticeSentCommand = defineCommandHandler(
  defineCommand({
    name: 'notification.record_sent',
    access: 'internal',
    summary: 'Telegram took a notice',
    input: z.strictObject({ noticeId: z.uuid(), telegramMessageId: z.int() }),
    output: z.strictObject({}),
    records: [notificationSent],
  }),
  {
    handle: async (context, { noticeId, telegramMessageId }) => {
      const row = await settle(context, noticeId)
      const latencyMs = Math.max(0, Math.round(millisOf(context.now) - millisOf(row.queued_at)))
      context.record(notificationSent, { kind: row.kind, telegramMessageId, latencyMs }, about(row))
      return {}
    },
  },
)

export const noticeFailedCommand = defineCommandHandler(
  defineCommand({
    name: 'notification.record_failed',
    access: 'internal',
    summary: 'A notice did not get there; after a 403 the account is linked no longer',
    input: z.strictObject({
      noticeId: z.uuid(),
      cause: z.enum(['refused', 'not_sent', 'unknown']),
      errorCode: z.int().nullable(),
    }),
    output: z.strictObject({}),
    records: [notificationFailed, notificationUnlinked],
  }),
  {
    handle: async (context, { noticeId, cause, errorCode }) => {
      const row = await settle(context, noticeId)
      context.record(notificationFailed, { kind: row.kind, cause, errorCode }, about(row))
      if (errorCode === 403) await unlink(context, row.agent_id, 'blocked')
      return {}
    },
  },
)
