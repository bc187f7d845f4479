import { CompiledQuery } from 'kysely'
import type { CommandContext, ConversationRef } from '../../command/define.ts'
import { SETTINGS } from '../team/index.ts'
import type { KnownCustomer } from './receive-customer.ts'
import { CLAIM_SQL } from './receive-update.ts'
import type { LockedConversation } from './store.ts'

/** A conversation, locked, as receiving needs it. */
export interface FoundConversation {
  readonly status: LockedConversation['status']
  readonly resolvedAt: string | null
  readonly waitingSince: string | null
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
  /** Our id of the message that was replied to. */
  readonly replyTo: string | null
  /** Setting `conversation.reopen_hours`. */
  readonly reopenHours: number
}

type ConversationRow = {
  conversation_id: string | null
  customer_id: string
  status: LockedConversation['status']
  assignee_id: string | null
  department_id: string | null
  resolved_at: string | null
  waiting_since: string | null
  holder_departments: string[]
}
type Row = ConversationRow & {
  claimed: number
  known_id: string | null
  name: string
  username: string | null
  language: string | null
  named_by: string
  reopen_hours: number | null
  reply_to: string | null
}

// The open conversation of a chat, or the one opened last. Parameters $1 $2: workspace, bot; the others are given.
const latestIn = (chat: string, topic: string, business: string) =>
  `latest as materialized (select * from conversation
    where workspace_id = $1 and bot_id = $2 and chat_id = ${chat} and topic_id = ${topic} and business = ${business}
    order by status <> 'resolved' desc, opened_at desc limit 1 for update)`
const CONVERSATION = `k.conversation_id, k.customer_id, k.status, k.assignee_id, k.department_id, k.resolved_at, k.waiting_since,
  array(select d.department_id from department_member d where d.workspace_id = $1 and d.agent_id = k.assignee_id order by 1) as holder_departments`

const LOOK_UP = `with ${CLAIM_SQL}, ${latestIn('$5', '$6', '$7')}
  select (select count(*)::int from claimed) as claimed,
    p.customer_id as known_id, p.name, p.username, p.language, p.named_by, ${CONVERSATION},
    (select value from setting where workspace_id = $1 and key = 'conversation.reopen_hours') as reopen_hours,
    (select m.message_id from conversation c join message m using (workspace_id, conversation_id)
      where c.workspace_id = $1 and c.bot_id = $2 and c.chat_id = $5 and c.topic_id = $6 and c.business = $7
        and m.telegram_message_id = $8 order by m.at desc limit 1) as reply_to
  from (select) one
    left join customer p on p.workspace_id = $1 and p.telegram_id = $4
    left join latest k on true`
const LATEST = `with ${latestIn('$3', '$4', '$5')} select ${CONVERSATION} from latest k`

const DEFAULT_REOPEN_HOURS = Number(
  SETTINGS.find(setting => setting.key === 'conversation.reopen_hours')?.default,
)

/** Takes an update off the inbox and finds everything a message needs, its conversation locked. One round trip. */
export async function lookUp(
  { tx, workspaceId }: CommandContext,
  input: Chat & { updateId: number; sender: { telegramId: number }; replyTo: number | null },
): Promise<Found> {
  const { botId, updateId, sender, chatId, topicId, business, replyTo } = input
  const { rows } = await tx.executeQuery<Row>(
    CompiledQuery.raw(LOOK_UP, [
      workspaceId,
      botId,
      updateId,
      sender.telegramId,
      chatId,
      topicId,
      business,
      replyTo,
    ]),
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
        }
      : null,
    conversation: describe(row, botId),
    replyTo: row.reply_to,
    reopenHours: row.reopen_hours ?? DEFAULT_REOPEN_HOURS,
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
    ref: {
      id: row.conversation_id,
      customerId: row.customer_id,
      botId,
      assigneeId: row.assignee_id,
      departments,
    },
  }
}
