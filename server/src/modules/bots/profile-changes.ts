import {
  BotId,
  botChangeAccepted,
  botChangeRefused,
  botChangeUnreachable,
  botWebhookFailed,
  CommandScope,
  defineCommand,
  ProfileField,
} from '@tracedesk/contracts'
import { type RawBuilder, sql } from 'kysely'
import type pg from 'pg'
import { z } from 'zod'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { RecordedRefusal } from '../../command/execute.ts'
import { instantFromRfc3339 } from '../../kernel/instant.ts'

/** Something Telegram is to be told of a bot, taken up by the node that holds the bot. */
export interface ClaimedChange {
  readonly changeId: string
  readonly kind: 'commands' | ProfileField | 'photo'
  readonly scope: CommandScope | null
  /** Telegram's numbers of a scope that names a chat; null once they are not known any more. */
  readonly chatId: number | null
  readonly userId: number | null
  readonly language: string
  readonly value: string
  readonly attempts: number
  /** Since when it waits, in milliseconds. */
  readonly ageMs: number
}

interface Bot {
  readonly workspaceId: string
  readonly botId: string
}

/**
 * Takes up the oldest change of a bot that is due; null when there is none, or the lease is another's. A later one never
 * goes before an earlier: the last that was set is the last Telegram hears. Telling one twice does no harm.
 */
export async function claimChange(
  app: pg.Pool,
  bot: Bot,
  lease: { name: string; term: number },
): Promise<ClaimedChange | null> {
  const { rows } = await app.query<ClaimedChange>(
    `with oldest as (select change_id from bot_change_outbox where workspace_id = $1 and bot_id = $2 order by queued_at, change_id limit 1),
       claimed as (update bot_change_outbox o set attempts = attempts + 1 where workspace_id = $1 and change_id = (select change_id from oldest)
         and next_at <= clock_timestamp() and exists (select from lease where name = $3 and term = $4 and expires_at > clock_timestamp())
         returning change_id, attempts, queued_at)
     select c.change_id as "changeId", b.kind, b.scope, b.language, b.value, c.attempts,
       (select telegram_id from customer x where x.workspace_id = $1 and x.customer_id = b.chat_customer_id) as "chatId",
       (select telegram_id from customer x where x.workspace_id = $1 and x.customer_id = b.member_customer_id) as "userId",
       (extract(epoch from clock_timestamp() - c.queued_at) * 1000)::float8 as "ageMs"
     from claimed c join bot_change b on b.workspace_id = $1 and b.change_id = c.change_id`,
    [bot.workspaceId, bot.botId, lease.name, lease.term],
  )
  return rows[0] ?? null
}

/** Lets a change wait for so long before it is tried again. */
export async function postponeChange(app: pg.Pool, workspaceId: string, changeId: string, ms: number) {
  await app.query(
    `update bot_change_outbox set next_at = clock_timestamp() + make_interval(secs => $3) where workspace_id = $1 and change_id = $2`,
    [workspaceId, changeId, ms / 1000],
  )
}

/** What came of a change stands already. Records nothing. */
class Settled extends RecordedRefusal {
  constructor(changeId: string) {
    super('conversation.unchanged', { changeId })
  }
}

const Outcome = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('accepted') }),
  z.strictObject({ state: z.literal('refused'), errorCode: z.int(), description: z.string() }),
  z.strictObject({ state: z.literal('unreachable') }),
])

interface EndedChange {
  readonly botId: string
  readonly botName: string
  readonly kind: string
  readonly scope: string | null
  readonly language: string
  readonly entryId: string
  readonly attempts: number
}
interface Refusal {
  readonly errorCode: number | null
  readonly description: string | null
}

/** Ends changes (`c`) that still wait and takes them out of the outbox. */
async function endQueued(
  { tx, workspaceId }: CommandContext,
  { errorCode, description }: Refusal,
  state: string,
  which: RawBuilder<unknown>,
): Promise<EndedChange[]> {
  const { rows } = await sql<EndedChange>`with ended as (
      update bot_change c set state = ${state}, error_code = ${errorCode}, description = ${description}
      from bot b where b.workspace_id = c.workspace_id and b.bot_id = c.bot_id
        and c.workspace_id = ${workspaceId} and ${which} and c.state = 'queued'
      returning c.change_id, c.bot_id, b.name, c.kind, c.scope, c.language, c.entry_id, c.at),
    gone as (delete from bot_change_outbox o using ended e where o.workspace_id = ${workspaceId} and o.change_id = e.change_id
      returning o.change_id, o.attempts)
    select e.bot_id as "botId", e.name as "botName", e.kind, e.scope, e.language, e.entry_id as "entryId",
      coalesce(g.attempts, 0) as attempts from ended e left join gone g using (change_id) order by e.at, e.change_id`.execute(
    tx,
  )
  return rows
}

const Kind = z.enum(['commands', ...ProfileField.options, 'photo'])
const describe = ({ botId, botName, kind, scope, language, entryId }: EndedChange, attempts: number) => ({
  facts: {
    kind: Kind.parse(kind),
    scope: scope === null ? null : CommandScope.parse(scope),
    language,
    attempts,
  },
  about: { subject: { id: botId, name: botName }, botId, causedBy: entryId },
})

/** A bot is being disconnected: nobody will tell Telegram any more what was set for it and is still waiting. */
export async function giveUpChanges(context: CommandContext, botId: string): Promise<void> {
  const left = await endQueued(
    context,
    { errorCode: null, description: null },
    'unreachable',
    sql`c.bot_id = ${botId}`,
  )
  for (const change of left) {
    const { facts, about } = describe(change, change.attempts)
    context.record(botChangeUnreachable, facts, about)
  }
}

export const settleBotChangeCommand = defineCommandHandler(
  defineCommand({
    name: 'bot.settle_change',
    access: 'internal',
    summary: 'Record what Telegram said to what was set for a bot',
    input: z.strictObject({ changeId: z.uuid(), attempts: z.int(), outcome: Outcome }),
    output: z.strictObject({}),
    records: [botChangeAccepted, botChangeRefused, botChangeUnreachable],
  }),
  {
    handle: async (context, { changeId, attempts, outcome }) => {
      const refusal = outcome.state === 'refused' ? outcome : { errorCode: null, description: null }
      const [row] = await endQueued(context, refusal, outcome.state, sql`c.change_id = ${changeId}`)
      if (!row) throw new Settled(changeId)
      const { facts, about } = describe(row, attempts)
      if (outcome.state === 'accepted') context.record(botChangeAccepted, facts, about)
      else if (outcome.state === 'unreachable') context.record(botChangeUnreachable, facts, about)
      else {
        const { errorCode, description } = outcome
        context.record(botChangeRefused, { ...facts, errorCode, description }, about)
      }
      return {}
    },
  },
)

export const noteWebhookFailureCommand = defineCommandHandler(
  defineCommand({
    name: 'bot.note_webhook_failure',
    access: 'internal',
    summary: 'Telegram says that it could not hand over updates at our address',
    input: z.strictObject({
      botId: BotId,
      /** Unix time in seconds, as Telegram has it. */
      failedAt: z.int(),
      description: z.string().max(500),
      waiting: z.int(),
    }),
    output: z.strictObject({}),
    records: [botWebhookFailed],
    subject: { kind: 'bot', field: 'botId' },
  }),
  {
    handle: async (context, { botId, failedAt, description, waiting }) => {
      const { tx, workspaceId } = context
      const row = await tx
        .updateTable('bot_line as l')
        .from('bot as b')
        .set({ webhook_failed_at: failedAt })
        .whereRef('b.workspace_id', '=', 'l.workspace_id')
        .whereRef('b.bot_id', '=', 'l.bot_id')
        .where('l.workspace_id', '=', workspaceId)
        .where('l.bot_id', '=', botId)
        .where(eb => eb.or([eb('l.webhook_failed_at', 'is', null), eb('l.webhook_failed_at', '<', failedAt)]))
        .returning('b.name')
        .executeTakeFirst()
      if (!row) throw new Settled(botId)
      const at = instantFromRfc3339(new Date(failedAt * 1000).toISOString())
      context.record(
        botWebhookFailed,
        { failedAt: at, description, waiting },
        { subject: { id: botId, name: row.name }, botId },
      )
      return {}
    },
  },
)
