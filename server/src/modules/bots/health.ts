import {
  BotId,
  botConnectionLost,
  botConnectionRestored,
  botUpdateGap,
  defineCommand,
} from '@tracedesk/contracts'
import { CompiledQuery } from 'kysely'
import { z } from 'zod'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { RecordedRefusal } from '../../command/execute.ts'

/** Thrown when the line is in that state already: the change was recorded when it happened. */
export class LineUnchanged extends RecordedRefusal {
  constructor(botId: string) {
    super('conversation.unchanged', { botId }, { message: `the line of bot ${botId} is as it was` })
  }
}

/** A line as it was tried: with a token that may have been replaced meanwhile, and then says nothing any more. */
const LineOf = { botId: BotId, tokenFingerprint: z.string() }

export const loseConnection = defineCommand({
  name: 'bot.lose_connection',
  access: 'internal',
  summary: 'Telegram cannot be asked for a bot’s updates, or says no',
  input: z.strictObject({ ...LineOf, ...botConnectionLost.data.shape }),
  output: z.strictObject({}),
  records: [botConnectionLost],
  subject: { kind: 'bot', field: 'botId' },
})

export const loseConnectionCommand = defineCommandHandler(loseConnection, {
  handle: async (context, { botId, tokenFingerprint, cause, errorCode }) => {
    const line = await lockLine(context, botId)
    const known = line.health === 'lost' && line.cause === cause
    if (known || line.fingerprint !== tokenFingerprint) throw new LineUnchanged(botId)
    await context.tx
      .updateTable('bot_line')
      .set({ health: 'lost', cause, ...(line.health === 'lost' ? {} : { since: context.now }) })
      .where('workspace_id', '=', context.workspaceId)
      .where('bot_id', '=', botId)
      .execute()
    context.record(
      botConnectionLost,
      { cause, errorCode },
      { subject: { id: botId, name: line.name }, botId },
    )
    return {}
  },
})

export const restoreConnection = defineCommand({
  name: 'bot.restore_connection',
  access: 'internal',
  summary: 'Telegram answers for a bot again',
  input: z.strictObject(LineOf),
  output: z.strictObject({}),
  records: [botConnectionRestored],
  subject: { kind: 'bot', field: 'botId' },
})

export const restoreConnectionCommand = defineCommandHandler(restoreConnection, {
  handle: async (context, { botId, tokenFingerprint }) => {
    const line = await lockLine(context, botId)
    if (line.health !== 'lost' || line.fingerprint !== tokenFingerprint) throw new LineUnchanged(botId)
    await context.tx
      .updateTable('bot_line')
      .set({ health: 'fine', cause: null, since: context.now })
      .where('workspace_id', '=', context.workspaceId)
      .where('bot_id', '=', botId)
      .execute()
    context.record(
      botConnectionRestored,
      { downSeconds: line.seconds },
      { subject: { id: botId, name: line.name }, botId },
    )
    return {}
  },
})

export const noteUpdateGap = defineCommand({
  name: 'bot.note_update_gap',
  access: 'internal',
  summary: 'Numbers of updates were skipped',
  input: z.strictObject({ botId: BotId, ...botUpdateGap.data.shape }),
  output: z.strictObject({}),
  records: [botUpdateGap],
  subject: { kind: 'bot', field: 'botId' },
})

export const noteUpdateGapCommand = defineCommandHandler(noteUpdateGap, {
  handle: async (context, { botId, after, before }) => {
    const line = await lockLine(context, botId)
    // Moving the mark in the same transaction makes a second report of the same gap fall through.
    if (line.lastUpdateId !== after) throw new LineUnchanged(botId)
    await context.tx
      .updateTable('bot_line')
      .set({ last_update_id: before - 1 })
      .where('workspace_id', '=', context.workspaceId)
      .where('bot_id', '=', botId)
      .execute()
    context.record(botUpdateGap, { after, before }, { subject: { id: botId, name: line.name }, botId })
    return {}
  },
})

interface Line {
  readonly name: string
  /** Null when the bot is disconnected. */
  readonly fingerprint: string | null
  readonly health: string
  readonly cause: string | null
  readonly lastUpdateId: number | null
  /** Seconds since the last change of health. */
  readonly seconds: number
}

async function lockLine({ tx, workspaceId }: CommandContext, botId: string): Promise<Line> {
  const { rows } = await tx.executeQuery<Line>(
    CompiledQuery.raw(
      `select b.name, case b.state when 'connected' then b.token_fingerprint end as fingerprint, l.health, l.cause, l.last_update_id as "lastUpdateId",
        greatest(0, floor(extract(epoch from clock_timestamp() - l.since)))::int as seconds
       from bot_line l join bot b using (workspace_id, bot_id) where workspace_id = $1 and bot_id = $2 for update of l`,
      [workspaceId, botId],
    ),
  )
  if (!rows[0]) throw new Error(`bot ${botId} has no line`)
  return rows[0]
}
