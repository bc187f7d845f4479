import { SALT_BYTES } from '@tracedesk/proof/node'
import type pg from 'pg'
import type { Databases } from '../../db/database.ts'
import { unseal } from '../../kernel/secret.ts'
import { partContext } from '../../ledger/draft.ts'
import type { SubjectKeys } from '../../ledger/subject-keys.ts'
import type { BotRef } from './inbox.ts'
import type { Lease } from './leases.ts'

/** The oldest message that waits in a chat: the only one of the chat that may go next. */
export interface Head {
  readonly messageId: string
  readonly conversationId: string
  readonly entryId: string
  readonly chatId: number
  readonly attempts: number
  /** Milliseconds until it may be tried; 0 or less: now. */
  readonly dueIn: number
  /** Queued so long ago that it is given up. */
  readonly expired: boolean
}

/** A message that is ours to send, marked as being sent. */
export interface ClaimedMessage {
  readonly messageId: string
  readonly conversationId: string
  readonly chatId: number
  readonly topicId: number
  readonly business: string
  readonly attempts: number
  /** The `message.sent` entry: what follows was caused by it. */
  readonly entryId: string
  /** Telegram's id of the message it answers. */
  readonly replyTo: number | null
  /** Null when the words are gone: their owner was erased while the message waited. */
  readonly text: string | null
}

type ClaimedRow = Omit<ClaimedMessage, 'text'> & {
  textEntryId: string
  owner: string | null
  sealed: Buffer | null
}

/** Messages that Telegram is still to be told. */
export class Outbox {
  readonly #app: pg.Pool
  readonly #databases: Databases
  readonly #keys: SubjectKeys
  readonly #holder: string

  constructor(databases: Databases, keys: SubjectKeys, holder: string) {
    this.#app = databases.app
    this.#databases = databases
    this.#keys = keys
    this.#holder = holder
  }

  /** What waits, oldest first: one message a chat, without the chats in `busy`. */
  async heads(bot: BotRef, busy: ReadonlySet<number>, giveUpMs: number): Promise<Head[]> {
    const { rows } = await this.#app.query<Head>(
      `with head as (select distinct on (chat_id) * from telegram_outbox
         where workspace_id = $1 and bot_id = $2 and state = 'waiting' and not chat_id = any($3::bigint[])
         order by chat_id, ordinal)
       select message_id as "messageId", m.conversation_id as "conversationId", m.entry_id as "entryId",
         h.chat_id as "chatId", h.attempts,
         ceil(extract(epoch from h.next_at - clock_timestamp()) * 1000)::int as "dueIn",
         h.queued_at < clock_timestamp() - make_interval(secs => $4) as expired
       from head h join message m using (workspace_id, message_id) order by h.ordinal`,
      [bot.workspaceId, bot.botId, [...busy], giveUpMs / 1000],
    )
    return rows
  }

  /**
   * Marks messages as being sent, committed before anything leaves, and opens their words. Those that are no longer
   * ours, because another node holds the bot by now, are not in the answer.
   */
  async claim(bot: BotRef, lease: Lease, messageIds: readonly string[]): Promise<ClaimedMessage[]> {
    const { rows } = await this.#app.query<ClaimedRow>(
      `with claimed as (update telegram_outbox set state = 'sending', attempts = attempts + 1
         where workspace_id = $1 and message_id = any($2::uuid[]) and state = 'waiting'
           and exists (select from lease where name = $3 and holder = $4 and term = $5 and expires_at > clock_timestamp())
         returning message_id, chat_id, attempts)
       select m.message_id as "messageId", m.conversation_id as "conversationId", c.chat_id as "chatId",
         v.topic_id as "topicId", v.business, c.attempts, m.entry_id as "entryId", m.text_entry_id as "textEntryId",
         r.telegram_message_id as "replyTo", p.owner, p.sealed
       from claimed c
         join message m on m.workspace_id = $1 and m.message_id = c.message_id
         join conversation v on v.workspace_id = $1 and v.conversation_id = m.conversation_id
         left join message r on r.workspace_id = $1 and r.message_id = m.reply_to
         left join log_part p on p.workspace_id = $1 and p.entry_id = m.text_entry_id and p.name = 'text' and p.at >= m.at`,
      [bot.workspaceId, messageIds, lease.name, this.#holder, lease.term],
    )
    const owners = rows.flatMap(row => row.owner ?? [])
    const keys = await this.#keys.forOpening(this.#databases.read, bot.workspaceId, owners)
    return rows.map(({ owner, sealed, textEntryId, ...row }) => {
      const key = owner === null ? undefined : keys.get(owner)
      if (!sealed || key?.state !== 'alive') return { ...row, text: null }
      const salted = unseal(key.key, sealed, partContext(bot.workspaceId, textEntryId, 'text'))
      return { ...row, text: salted.subarray(SALT_BYTES).toString('utf8') }
    })
  }

  /** Puts a message that was certainly not sent back into the queue, to be tried again after `ms`. */
  async release({ workspaceId }: BotRef, messageId: string, ms: number): Promise<void> {
    await this.#app.query(
      `update telegram_outbox set state = 'waiting', next_at = clock_timestamp() + make_interval(secs => $3)
       where workspace_id = $1 and message_id = $2 and state = 'sending'`,
      [workspaceId, messageId, ms / 1000],
    )
  }

  /** Messages that somebody was sending when they vanished, in order. */
  async abandoned(
    bot: BotRef,
  ): Promise<Pick<ClaimedMessage, 'messageId' | 'conversationId' | 'attempts' | 'entryId'>[]> {
    const { rows } = await this.#app.query(
      `select o.message_id as "messageId", m.conversation_id as "conversationId", o.attempts, m.entry_id as "entryId"
       from telegram_outbox o join message m using (workspace_id, message_id)
       where o.workspace_id = $1 and o.bot_id = $2 and o.state = 'sending' order by o.ordinal`,
      [bot.workspaceId, bot.botId],
    )
    return rows
  }
}
