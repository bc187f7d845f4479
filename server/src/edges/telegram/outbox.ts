import type { Entity, FileKind } from '@tracedesk/contracts'
import type pg from 'pg'
import type { Databases } from '../../db/database.ts'
import type { SubjectKeys } from '../../ledger/subject-keys.ts'
import { isObject, messageOf, type OutgoingContent, readFile } from '../../modules/conversations/index.ts'
import type { BotRef } from './inbox.ts'
import type { Lease } from './leases.ts'
import { openParts, type PartsOf } from './open-parts.ts'

export type OutboxOperation = 'send' | 'edit' | 'recall' | 'react'

/** What identifies a row of the outbox, and what its outcome is recorded of. */
export interface Addressed {
  readonly operationId: string
  readonly operation: OutboxOperation
  readonly messageId: string
  readonly conversationId: string
  readonly attempts: number
  /** The entry that asked for it: what follows was caused by it. */
  readonly entryId: string
}

/** The oldest row that waits in a chat: the only one of the chat that may go next. */
export interface Head extends Addressed {
  readonly chatId: number
  /** Milliseconds until it may be tried; 0 or less: now. */
  readonly dueIn: number
  /** Queued so long ago that it is given up. */
  readonly expired: boolean
}

export interface ClaimedFile {
  readonly fileId: string
  readonly kind: FileKind
  readonly name: string
  readonly type: string
}

/** A message, or a change of one, that is ours to tell, marked as being told. */
export interface ClaimedMessage extends Addressed {
  readonly chatId: number
  readonly topicId: number
  readonly business: string
  readonly kind: string
  /** Telegram's id of the message it answers. */
  readonly replyTo: number | null
  /** Telegram's ids of the message, when it has it: several of an album. */
  readonly telegramIds: readonly number[]
  readonly ownReaction: string | null
  /** Null when there are no words, or they are gone: see `isGone`. */
  readonly text: string | null
  readonly entities: readonly Entity[]
  readonly files: readonly ClaimedFile[]
  readonly content: Exclude<OutgoingContent, { type: 'sticker' }> | { type: 'sticker'; fileId: string } | null
  /** What was to be told cannot be opened any more: its owner was erased while it waited. */
  readonly isGone: boolean
}

interface ClaimedRow
  extends Omit<ClaimedMessage, 'text' | 'entities' | 'files' | 'content' | 'isGone' | 'telegramIds'> {
  readonly at: string
  readonly hasText: boolean
  readonly telegramMessageId: number | null
  readonly files: readonly {
    readonly fileId: string
    readonly kind: FileKind
    readonly type: string
    readonly entryId: string
    readonly telegramId: number | null
  }[]
}

/** Everything that Telegram is still to be told. */
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

  /** What waits, oldest first: one row a chat, without the chats in `busy`. */
  async heads(bot: BotRef, busy: ReadonlySet<number>, giveUpMs: number): Promise<Head[]> {
    const { rows } = await this.#app.query<Head>(
      `with head as (select distinct on (chat_id) * from telegram_outbox
         where workspace_id = $1 and bot_id = $2 and state = 'waiting' and not chat_id = any($3::bigint[])
         order by chat_id, ordinal)
       select h.operation_id as "operationId", h.operation, h.message_id as "messageId",
         m.conversation_id as "conversationId", coalesce(h.entry_id, m.entry_id) as "entryId",
         h.chat_id as "chatId", h.attempts,
         ceil(extract(epoch from h.next_at - clock_timestamp()) * 1000)::int as "dueIn",
         h.queued_at < clock_timestamp() - make_interval(secs => $4) as expired
       from head h join message m using (workspace_id, message_id) order by h.ordinal`,
      [bot.workspaceId, bot.botId, [...busy], giveUpMs / 1000],
    )
    return rows
  }

  /**
   * Marks rows as being told, committed before anything leaves, and opens their words. Those that are no longer ours,
   * because another node holds the bot by now, are not in the answer.
   */
  async claim(bot: BotRef, lease: Lease, operationIds: readonly string[]): Promise<ClaimedMessage[]> {
    const { rows } = await this.#app.query<ClaimedRow>(
      `with claimed as (update telegram_outbox set state = 'sending', attempts = attempts + 1
         where workspace_id = $1 and operation_id = any($2::uuid[]) and state = 'waiting'
           and exists (select from lease where name = $3 and holder = $4 and term = $5 and expires_at > clock_timestamp())
         returning operation_id, operation, entry_id, message_id, chat_id, attempts)
       select c.operation_id as "operationId", c.operation, m.message_id as "messageId",
         m.conversation_id as "conversationId", c.chat_id as "chatId", v.topic_id as "topicId", v.business, c.attempts,
         coalesce(c.entry_id, m.entry_id) as "entryId", m.kind, m.at, m.own_reaction as "ownReaction",
         c.operation = 'edit' or (c.operation = 'send' and m.text_entry_id is not null) as "hasText",
         r.telegram_message_id as "replyTo", m.telegram_message_id as "telegramMessageId",
         coalesce((select jsonb_agg(jsonb_build_object('fileId', f.file_id, 'kind', f.kind, 'type', f.type,
             'entryId', f.entry_id, 'telegramId', f.telegram_message_id) order by f.ordinal)
           from file f where f.workspace_id = $1 and f.message_id = m.message_id), '[]') as files
       from claimed c
         join message m on m.workspace_id = $1 and m.message_id = c.message_id
         join conversation v on v.workspace_id = $1 and v.conversation_id = m.conversation_id
         left join message r on r.workspace_id = $1 and r.message_id = m.reply_to`,
      [bot.workspaceId, operationIds, lease.name, this.#holder, lease.term],
    )
    const entries = rows.flatMap(row => [row.entryId, ...row.files.map(file => file.entryId)])
    const from = rows.map(row => row.at).sort()[0] ?? ''
    const parts = await openParts(this.#databases, this.#keys, bot.workspaceId, entries, from)
    return Promise.all(rows.map(row => this.#complete(bot, row, parts)))
  }

  async #complete(bot: BotRef, row: ClaimedRow, parts: PartsOf): Promise<ClaimedMessage> {
    const { files, hasText, telegramMessageId, at: _, ...rest } = row
    const of = (name: string) => parts.get(`${row.entryId}/${name}`) ?? null
    const text = hasText ? of('text') : null
    const content = await this.#contentOf(bot, of('content'))
    const needsContent = row.operation === 'send' && !hasText && files.length === 0
    const further = files.flatMap(file => file.telegramId ?? [])
    return {
      ...rest,
      telegramIds: further.length > 0 ? further : telegramMessageId === null ? [] : [telegramMessageId],
      text,
      // what stands in our own entries was checked when it was put there
      entities: JSON.parse(of('entities') ?? '[]') as Entity[],
      files:
        row.operation === 'send'
          ? files.map(({ fileId, kind, type, entryId }) => ({
              fileId,
              kind,
              type,
              name: parts.get(`${entryId}/name`) ?? 'file',
            }))
          : [],
      content,
      isGone: (hasText && text === null) || (needsContent && content === null),
    }
  }

  async #contentOf(bot: BotRef, json: string | null): Promise<ClaimedMessage['content']> {
    if (json === null) return null
    const content = JSON.parse(json) as OutgoingContent
    if (content.type !== 'sticker') return content
    const { rows } = await this.#app.query<{ entry_id: string; at: string }>(
      'select entry_id, at from message where workspace_id = $1 and message_id = $2',
      [bot.workspaceId, content.of],
    )
    const [row] = rows
    if (!row) return null
    const parts = await openParts(this.#databases, this.#keys, bot.workspaceId, [row.entry_id], row.at)
    const update = parts.get(`${row.entry_id}/update`)
    const message = update === undefined ? null : messageOf(JSON.parse(update))
    const file = isObject(message) ? readFile(message) : null
    return file ? { type: 'sticker', fileId: file.telegramFileId } : null
  }

  /** Puts a row that certainly did nothing back into the queue, to be tried again after `ms`. */
  async release({ workspaceId }: BotRef, operationId: string, ms: number): Promise<void> {
    await this.#app.query(
      `update telegram_outbox set state = 'waiting', next_at = clock_timestamp() + make_interval(secs => $3)
       where workspace_id = $1 and operation_id = $2 and state = 'sending'`,
      [workspaceId, operationId, ms / 1000],
    )
  }

  /** Rows that somebody was telling when they vanished, in order. */
  async abandoned(bot: BotRef): Promise<Addressed[]> {
    const { rows } = await this.#app.query<Addressed>(
      `select o.operation_id as "operationId", o.operation, o.message_id as "messageId",
         m.conversation_id as "conversationId", o.attempts, coalesce(o.entry_id, m.entry_id) as "entryId"
       from telegram_outbox o join message m using (workspace_id, message_id)
       where o.workspace_id = $1 and o.bot_id = $2 and o.state = 'sending' order by o.ordinal`,
      [bot.workspaceId, bot.botId],
    )
    return rows
  }
}
