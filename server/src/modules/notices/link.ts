import {
  configureNotices,
  defineCommand,
  linkTelegram,
  notificationConfigured,
  notificationLinked,
  notificationLinkOffered,
  notificationUnlinked,
  unlinkTelegram,
} from '@tracedesk/contracts'
import { sql } from 'kysely'
import { z } from 'zod'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { RecordedRefusal } from '../../command/execute.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { addMicros } from '../../kernel/instant.ts'
import { newToken, sha256 } from '../../kernel/secret.ts'
import { claimUpdate, Sender, UpdateRef } from '../conversations/index.ts'
import { departmentsOf, requireActiveAgent } from '../team/index.ts'

/** A code is good for a quarter of an hour. */
const CODE_MINUTES = 15
/** What a code looks like in `/start <code>`; Telegram allows 64 characters of A-Z, a-z, 0-9, _ and -. */
export const LINK_CODE = /^\/start (td-[\w-]{43})$/

/** An update is not about linking after all; it is dealt with as any other. Records nothing. */
export class NotOurs extends RecordedRefusal {
  constructor() {
    super('notification.not_linked')
  }
}

function requireSelf({ caller }: CommandContext): string {
  if (caller.actor.kind !== 'agent' || !caller.actor.id) throw new ConsoleError('session.required')
  return caller.actor.id
}

async function lockLink({ tx, workspaceId }: CommandContext, agentId: string) {
  const row = await tx
    .selectFrom('agent_telegram')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('agent_id', '=', agentId)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw new ConsoleError('notification.not_linked')
  return row
}

export const linkTelegramCommand = defineCommandHandler(linkTelegram, {
  handle: async (context, { botId, language }) => {
    const { tx, workspaceId, now } = context
    const agent = await requireActiveAgent(tx, workspaceId, requireSelf(context))
    const bot = await tx
      .selectFrom('bot')
      .select(['username', 'state'])
      .where('workspace_id', '=', workspaceId)
      .where('bot_id', '=', botId)
      .executeTakeFirst()
    if (!bot) throw new ConsoleError('bot.not_found', { botId })
    if (bot.state !== 'connected') throw new ConsoleError('bot.disconnected', { botId })
    const code = `td-${newToken()}`
    const until = addMicros(now, CODE_MINUTES * 60_000_000)
    const row = {
      bot_id: botId,
      chat_id: null,
      linked_at: null,
      code_sha256: sha256(code),
      code_until: until,
      language,
    }
    await tx
      .insertInto('agent_telegram')
      .values({ workspace_id: workspaceId, agent_id: agent.agentId, ...row })
      .onConflict(conflict => conflict.columns(['workspace_id', 'agent_id']).doUpdateSet(row))
      .execute()
    context.record(
      notificationLinkOffered,
      { until },
      { subject: { id: agent.agentId, named: agent.namedBy }, agents: [agent.agentId], botId },
    )
    return { code, url: `https://t.me/${bot.username}?start=${code}`, until }
  },
})

/** Takes an agent's link off and records it; does nothing where there is none. */
export async function unlink(
  context: CommandContext,
  agentId: string,
  cause: 'by_person' | 'in_telegram' | 'blocked' | 'deactivated',
): Promise<boolean> {
  const { tx, workspaceId } = context
  const gone = await tx
    .deleteFrom('agent_telegram')
    .where('workspace_id', '=', workspaceId)
    .where('agent_id', '=', agentId)
    .returning('bot_id')
    .executeTakeFirst()
  if (!gone) return false
  // what was on its way is told to nobody
  await tx
    .deleteFrom('telegram_notice')
    .where('workspace_id', '=', workspaceId)
    .where('agent_id', '=', agentId)
    .where('state', '=', 'waiting')
    .execute()
  context.record(
    notificationUnlinked,
    { cause },
    { subject: { id: agentId }, agents: [agentId], botId: gone.bot_id },
  )
  return true
}

export const unlinkTelegramCommand = defineCommandHandler(unlinkTelegram, {
  handle: async context => {
    if (!(await unlink(context, requireSelf(context), 'by_person')))
      throw new ConsoleError('notification.not_linked')
    return {}
  },
})

export const configureNoticesCommand = defineCommandHandler(configureNotices, {
  handle: async (context, to) => {
    const { tx, workspaceId } = context
    const agentId = requireSelf(context)
    const row = await lockLink(context, agentId)
    const from = {
      onAssigned: row.on_assigned,
      onWaiting: row.on_waiting,
      waitingMinutes: row.waiting_minutes,
      quietWhenOnline: row.quiet_when_online,
    }
    await tx
      .updateTable('agent_telegram')
      .set({
        on_assigned: to.onAssigned,
        on_waiting: to.onWaiting,
        waiting_minutes: to.waitingMinutes,
        quiet_when_online: to.quietWhenOnline,
      })
      .where('workspace_id', '=', workspaceId)
      .where('agent_id', '=', agentId)
      .execute()
    context.record(notificationConfigured, { from, to }, { subject: { id: agentId }, agents: [agentId] })
    return {}
  },
})

const Private = { ...UpdateRef, sender: Sender, chatId: z.int() }

export const acceptLinkCommand = defineCommandHandler(
  defineCommand({
    name: 'notification.accept_link',
    access: 'internal',
    summary: 'A code came back from a Telegram account',
    input: z.strictObject({ ...Private, code: z.string() }),
    output: z.strictObject({}),
    records: [notificationLinked],
  }),
  {
    handle: async (context, { botId, updateId, code, chatId, sender }) => {
      const { tx, workspaceId, now } = context
      const row = await tx
        .selectFrom('agent_telegram')
        .select('agent_id')
        .where('workspace_id', '=', workspaceId)
        .where('bot_id', '=', botId)
        .where('code_sha256', '=', sha256(code))
        .where('code_until', '>', now)
        .forUpdate()
        .executeTakeFirst()
      if (!row) throw new NotOurs()
      await claimUpdate(context, { botId, updateId })
      const agent = await requireActiveAgent(tx, workspaceId, row.agent_id)
      await tx
        .updateTable('agent_telegram')
        .set({ chat_id: chatId, code_sha256: null, code_until: null, linked_at: now })
        .where('workspace_id', '=', workspaceId)
        .where('agent_id', '=', row.agent_id)
        .execute()
      // where nobody was linked the log has not been looked at: begin at its end, not where somebody left off
      await sql`insert into telegram_notice_cursor (workspace_id, position) select ${workspaceId}, size from log_head where workspace_id = ${workspaceId}
        on conflict (workspace_id) do update set position = case when exists (select from agent_telegram where workspace_id = ${workspaceId}
          and chat_id is not null and agent_id <> ${row.agent_id}) then telegram_notice_cursor.position else excluded.position end`.execute(
        tx,
      )
      const entryId = newId()
      context.record(
        notificationLinked,
        {},
        {
          entryId,
          // they sent the code themselves, from their own account
          actor: {
            kind: 'agent',
            id: agent.agentId,
            role: agent.role,
            departments: await departmentsOf(tx, workspaceId, agent.agentId),
            named: agent.namedBy,
          },
          subject: { id: agent.agentId, named: agent.namedBy },
          agents: [agent.agentId],
          botId,
          parts: { telegram: JSON.stringify({ id: sender.telegramId, username: sender.username }) },
        },
      )
      await tx
        .insertInto('telegram_notice')
        .values({
          workspace_id: workspaceId,
          notice_id: newId(),
          bot_id: botId,
          agent_id: agent.agentId,
          conversation_id: null,
          kind: 'linked',
          cause: entryId,
          state: 'waiting',
        })
        .execute()
      return {}
    },
  },
)

export const leaveInTelegramCommand = defineCommandHandler(
  defineCommand({
    name: 'notification.leave',
    access: 'internal',
    summary: 'A linked account sent /stop',
    input: z.strictObject(Private),
    output: z.strictObject({}),
    records: [notificationUnlinked],
  }),
  {
    handle: async (context, { botId, updateId, chatId }) => {
      const row = await context.tx
        .selectFrom('agent_telegram')
        .select('agent_id')
        .where('workspace_id', '=', context.workspaceId)
        .where('bot_id', '=', botId)
        .where('chat_id', '=', chatId)
        .forUpdate()
        .executeTakeFirst()
      if (!row) throw new NotOurs()
      await claimUpdate(context, { botId, updateId })
      await unlink(context, row.agent_id, 'in_telegram')
      return {}
    },
  },
)
