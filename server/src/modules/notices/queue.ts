import type pg from 'pg'
import { newId } from '../../kernel/id.ts'

/** Entries are looked at so many at a time. */
const BATCH = 500

interface Told {
  readonly bot_id: string
}

/**
 * Queues notices for whatever was given to linked agents since the log was last looked at, and for whom a customer has
 * waited longer than they chose. Returns the bots that have something to send. Twice at once does no harm: a notice
 * has what it tells of as its key.
 */
export async function queueNotices(app: pg.Pool, workspaceId: string): Promise<string[]> {
  const { rows: linked } = await app.query(
    'select from agent_telegram where workspace_id = $1 and chat_id is not null limit 1',
    [workspaceId],
  )
  const bots = linked.length > 0 ? await queueAssigned(app, workspaceId) : []
  if (linked.length === 0) return bots
  return [...new Set([...bots, ...(await queueWaiting(app, workspaceId))])]
}

const WANTED = `l.chat_id is not null and not (l.quiet_when_online and exists (select from agent_desk d
  where d.workspace_id = l.workspace_id and d.agent_id = l.agent_id and d.presence = 'online'))`

async function queueAssigned(app: pg.Pool, workspaceId: string): Promise<string[]> {
  const { rows: cursors } = await app.query<{ position: number; size: number }>(
    'select position, size from telegram_notice_cursor join log_head using (workspace_id) where workspace_id = $1',
    [workspaceId],
  )
  const [cursor] = cursors
  if (!cursor || cursor.position >= cursor.size) return []
  const { rows } = await app.query<{
    at: string
    position: number
    entry_id: string
    leaf: Buffer
    conversation_id: string
  }>(
    `select position, entry_id, at, leaf, conversation_id from log_entry where workspace_id = $1 and position >= $2 and position < $3
       and event in ('conversation.assigned', 'conversation.transferred') and outcome = 'done' order by position limit ${BATCH}`,
    [workspaceId, cursor.position, cursor.size],
  )
  const bots = new Set<string>()
  for (const row of rows) for (const { bot_id } of await queueOne(app, workspaceId, row)) bots.add(bot_id)
  const last = rows.length === BATCH ? rows.at(-1)?.position : undefined
  await app.query(
    'update telegram_notice_cursor set position = greatest(position, $2::bigint) where workspace_id = $1',
    [workspaceId, last === undefined ? cursor.size : last + 1],
  )
  return [...bots]
}

/** To whom an entry gave a conversation, when it was not they themselves who took it. */
function receiverOf(leaf: Buffer): string | null {
  // our own ledger's bytes, parsed strictly when they were written
  const { data, actor } = JSON.parse(leaf.toString('utf8')) as {
    data: { to?: string | { agentId?: string | null } | null }
    actor: { id?: string }
  }
  const to = typeof data.to === 'object' ? (data.to?.agentId ?? null) : (data.to ?? null)
  return to === (actor.id ?? '') ? null : to
}

async function queueOne(
  app: pg.Pool,
  workspaceId: string,
  entry: { entry_id: string; at: string; leaf: Buffer; conversation_id: string },
): Promise<Told[]> {
  const to = receiverOf(entry.leaf)
  if (!to) return []
  const { rows } = await app.query<Told>(
    `insert into telegram_notice (workspace_id, notice_id, bot_id, agent_id, conversation_id, kind, cause, state)
     select $1, $2, l.bot_id, l.agent_id, $4, 'assigned', $5, 'waiting' from agent_telegram l
     where l.workspace_id = $1 and l.agent_id = $3 and l.on_assigned and l.linked_at < $6 and ${WANTED}
     on conflict do nothing returning bot_id`,
    [workspaceId, newId(), to, entry.conversation_id, entry.entry_id, entry.at],
  )
  return rows
}

async function queueWaiting(app: pg.Pool, workspaceId: string): Promise<string[]> {
  const { rows } = await app.query<Told>(
    `insert into telegram_notice (workspace_id, notice_id, bot_id, agent_id, conversation_id, kind, cause, state)
     select $1, gen_random_uuid(), l.bot_id, l.agent_id, c.conversation_id, 'waiting', extract(epoch from c.waiting_since)::text, 'waiting'
     from agent_telegram l join conversation c on c.workspace_id = l.workspace_id and c.assignee_id = l.agent_id
     where l.workspace_id = $1 and l.on_waiting and ${WANTED} and c.status = 'in_progress' and c.snoozed_until is null
       and c.waiting_since < now() - l.waiting_minutes * interval '1 minute' and c.waiting_since > l.linked_at
     on conflict do nothing returning bot_id`,
    [workspaceId],
  )
  return rows.map(row => row.bot_id)
}

/** A notice that is ours to send, marked as being sent. */
export interface ClaimedNotice {
  readonly noticeId: string
  readonly kind: 'linked' | 'assigned' | 'waiting'
  readonly chatId: number
  readonly conversationId: string | null
  readonly language: string
  readonly attempts: number
  /** Given only where the workspace wants customers named. */
  readonly customerName: string | null
}

/**
 * Marks notices of a bot as being sent, committed before anything leaves. Only for whoever holds the bot's lease: the
 * others get none.
 */
export async function claimNotices(
  app: pg.Pool,
  bot: { workspaceId: string; botId: string },
  lease: { name: string; term: number },
  limit: number,
): Promise<ClaimedNotice[]> {
  const { rows } = await app.query<ClaimedNotice>(
    `with claimed as (update telegram_notice n set state = 'sending', attempts = attempts + 1
       where workspace_id = $1 and notice_id in (select notice_id from telegram_notice where workspace_id = $1 and bot_id = $2
         and state = 'waiting' and next_at <= clock_timestamp() order by queued_at limit $5)
         and exists (select from lease where name = $3 and term = $4 and expires_at > clock_timestamp())
       returning notice_id, kind, agent_id, conversation_id, attempts)
     select c.notice_id as "noticeId", c.kind, l.chat_id as "chatId", c.conversation_id as "conversationId", l.language, c.attempts,
       case when (select value from setting where workspace_id = $1 and key = 'notification.name_customer') = 'true'
         then cu.name end as "customerName"
     from claimed c join agent_telegram l on l.workspace_id = $1 and l.agent_id = c.agent_id and l.chat_id is not null
       left join conversation v on v.workspace_id = $1 and v.conversation_id = c.conversation_id
       left join customer cu on cu.workspace_id = $1 and cu.customer_id = v.customer_id`,
    [bot.workspaceId, bot.botId, lease.name, lease.term, limit],
  )
  return rows
}

/** Puts a notice that was certainly not sent back, to be tried again after `ms`. */
export async function releaseNotice(
  app: pg.Pool,
  workspaceId: string,
  noticeId: string,
  ms: number,
): Promise<void> {
  await app.query(
    `update telegram_notice set state = 'waiting', next_at = clock_timestamp() + make_interval(secs => $3)
     where workspace_id = $1 and notice_id = $2 and state = 'sending'`,
    [workspaceId, noticeId, ms / 1000],
  )
}

/** Notices that somebody was sending when they vanished, and those that have waited for an hour. */
export async function leftNotices(
  app: pg.Pool,
  bot: { workspaceId: string; botId: string },
  state: 'sending' | 'expired',
): Promise<string[]> {
  const condition =
    state === 'sending' ? "state = 'sending'" : "state = 'waiting' and queued_at < now() - interval '1 hour'"
  const { rows } = await app.query<{ id: string }>(
    `select notice_id as id from telegram_notice where workspace_id = $1 and bot_id = $2 and ${condition} limit 500`,
    [bot.workspaceId, bot.botId],
  )
  return rows.map(row => row.id)
}
