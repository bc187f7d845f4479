import { CompiledQuery } from 'kysely'
import type { CommandContext, ConversationRef } from '../../command/define.ts'
import type { KnownCustomer } from './receive-customer.ts'
import { CLAIM_SQL } from './receive-update.ts'
import type { LockedConversation } from './store.ts'

/** A conversation, locked, as receiving needs it. */
export interface FoundConversation {
  readonly status: LockedConversation['status']
  readonly resolvedAt: string | null
  readonly waitingSince: string | null
  readonly snoozedUntil: string | null
  readonly ref: ConversationRef
}

interface Chat {
  readonly botId: string
  readonly chatId: number
  readonly topicId: number
  readonly business: string
}

export interface Found {
  /** False when the update had been dealt with before. */
  readonly claimed: boolean
  readonly customer: KnownCustomer | null
  readonly conversation: FoundConversation | null
}

type ConversationRow = {
  conversation_id: string | null
  customer_id: string
  status: LockedConversation['status']
  assignee_id: string | null
  department_id: string | null
  resolved_at: string | null
  waiting_since: string | null
  snoozed_until: string | null
  holder_departments: string[]
}
type Row = ConversationRow & {
  claimed: number
  known_id: string | null
  name: string
  username: string | null
  language: string | null
  named_by: string
  blocked: boolean
}

// The open conversation of a chat, or the one opened last that was not merged into another. Parameters $1 $2: workspace, bot; the others are given.
const latestIn = (chat: string, topic: string, business: string) =>
  `latest as materialized (select * from conversation
    where workspace_id = $1 and bot_id = $2 and chat_id = ${chat} and topic_id = ${topic} and business = ${business} and merged_into is null
    order by status <> 'resolved' desc, opened_at desc limit 1 for update)`
const CONVERSATION = `k.conversation_id, k.customer_id, k.status, k.assignee_id, k.department_id, k.resolved_at, k.waiting_since, k.snoozed_until,
  array(select d.department_id from department_member d where d.workspace_id = $1 and d.agent_id = k.assignee_id order by 1) as holder_departments`

const LOOK_UP = `with ${CLAIM_SQL}, ${latestIn('$5', '$6', '$7')}
  select (select count(*)::int from claimed) as claimed,
    p.customer_id as known_id, p.name, p.username, p.language, p.named_by, p.blocked_at is not null as blocked, ${CONVERSATION}
  from (select) one
    left join customer p on p.workspace_id = $1 and p.telegram_id = $4
    left join latest k on true`
const LATEST = `with ${latestIn('$3', '$4', '$5')} select ${CONVERSATION} from latest k`

/** Takes an update off the inbox and finds everything a message needs, its conversation locked. One round trip. */
export async function lookUp(
  { tx, workspaceId }: CommandContext,
  input: Chat & { updateId: number; sender: { telegramId: number } },
): Promise<Found> {
  const { botId, updateId, sender, chatId, topicId, business } = input
  const { rows } = await tx.executeQuery<Row>(
    CompiledQuery.raw(LOOK_UP, [workspaceId, botId, updateId, sender.telegramId, chatId, topicId, business]),
  )
  const row = rows[0]
  if (!row) throw new Error('the look-up of an update gave no row')
  return {
    claimed: row.claimed > 0,
    customer: row.known_id
      ? {
          id: row.known_id,
          name: row.name,
          username: row.username,
          language: row.language,
          namedBy: row.named_by,
          blocked: row.blocked,
        }
      : null,
    conversation: describe(row, botId),
  }
}

/** The open conversation of a chat, or the latest, locked: read again after somebody else opened one. */
export async function findOpenOrLatest(
  { tx, workspaceId }: CommandContext,
  { botId, chatId, topicId, business }: Chat,
): Promise<FoundConversation | null> {
  const { rows } = await tx.executeQuery<ConversationRow>(
    CompiledQuery.raw(LATEST, [workspaceId, botId, chatId, topicId, business]),
  )
  return rows[0] ? describe(rows[0], botId) : null
}

function describe(row: ConversationRow, botId: string): FoundConversation | null {
  if (!row.conversation_id) return null
  const departments = [
    ...new Set([...(row.department_id ? [row.department_id] : []), ...row.holder_departments]),
  ]
  return {
    status: row.status,
    resolvedAt: row.resolved_at,
    waitingSince: row.waiting_since,
    snoozedUntil: row.snoozed_until,
    ref: {
      id: row.conversation_id,
      customerId: row.customer_id,
      botId,
      assigneeId: row.assignee_id,
      departments,
    },
  }
}

/** Our id of the message with a Telegram id in a chat, in whichever of its conversations it is. */
export async function findRepliedTo(
  { tx, workspaceId }: CommandContext,
  { botId, chatId, topicId, business }: Chat,
  telegramMessageId: number,
): Promise<string | null> {
  const row = await tx
    .selectFrom('conversation as c')
    .innerJoin('message as m', join =>
      join
        .onRef('m.workspace_id', '=', 'c.workspace_id')
        .onRef('m.conversation_id', '=', 'c.conversation_id'),
    )
    .select('m.message_id')
    .where('c.workspace_id', '=', workspaceId)
    .where('c.bot_id', '=', botId)
    .where('c.chat_id', '=', chatId)
    .where('c.topic_id', '=', topicId)
    .where('c.business', '=', business)
    .where(eb =>
      eb.or([
        eb('m.telegram_message_id', '=', telegramMessageId),
        // a later file of an album of ours
        eb.exists(
          eb
            .selectFrom('file as f')
            .select('f.file_id')
            .whereRef('f.workspace_id', '=', 'c.workspace_id')
            .whereRef('f.conversation_id', '=', 'c.conversation_id')
            .whereRef('f.message_id', '=', 'm.message_id')
            .where('f.telegram_message_id', '=', telegramMessageId),
        ),
      ]),
    )
    .orderBy('m.at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.message_id ?? null
}

export interface ReceivedMessage {
  readonly id: string
  /** The customer who wrote; null when the owner of the business account did. */
  readonly author: string | null
  readonly kind: string
  readonly entryId: string
  readonly hasText: boolean
  readonly telegramMessageId: number | null
  readonly replyTo: string | null
  readonly waitingSince: string | null
  /** The status the conversation takes by it; null when it stays as it is. */
  readonly status: 'in_progress' | null
}

// The no-op update of the counter locks its row and gives the count in force, not the one of our snapshot.
const ADD = `with m as (insert into message (workspace_id, message_id, conversation_id, at, direction, author_kind, author_id,
    kind, state, entry_id, text_entry_id, telegram_message_id, reply_to)
    values ($1, $2, $3, $4, case when $5::uuid is null then 'out' else 'in' end,
      case when $5::uuid is null then 'business' else 'customer' end, $5, $6, 'received', $7::uuid, case when $8::boolean then $7::uuid end, $9, $10)),
  c as (update conversation set last_message_id = $2, last_message_at = $4, waiting_since = $11,
    status = coalesce($12::text, status), resolved_at = case when $12::text is null then resolved_at end
    where workspace_id = $1 and conversation_id = $3)
  insert into log_counter (workspace_id, chain_id, count) values ($1, $3, 0)
  on conflict (workspace_id, chain_id) do update set count = log_counter.count returning count`

/** Adds a customer's message, moves the conversation with it, and holds its counter. One round trip. */
export async function addReceived(
  context: CommandContext,
  conversationId: string,
  message: ReceivedMessage,
): Promise<void> {
  const { tx, workspaceId, now } = context
  const { id, author, kind, entryId, hasText, telegramMessageId, replyTo, waitingSince, status } = message
  const { rows } = await tx.executeQuery<{ count: number }>(
    CompiledQuery.raw(ADD, [
      workspaceId,
      id,
      conversationId,
      now,
      author,
      kind,
      entryId,
      hasText,
      telegramMessageId,
      replyTo,
      waitingSince,
      status,
    ]),
  )
  context.holdsChain(conversationId, rows[0]?.count ?? 0)
}
