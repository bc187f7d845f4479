import type pg from 'pg'
import type { Databases } from '../../db/database.ts'
import { type InstallationSecret, seal, unseal } from '../../kernel/secret.ts'
import { chatOf, kindOf } from './read-update.ts'
import { type RawUpdate, readUpdateBytes } from './slice-updates.ts'

/** One bot of one workspace. */
export interface BotRef {
  readonly workspaceId: string
  readonly botId: string
}

/** An update that waits to be dealt with. */
export interface WaitingUpdate extends RawUpdate {
  readonly attempts: number
}

interface Gathering {
  readonly updates: RawUpdate[]
  readonly underWay: Promise<void>
  stored?: Promise<Set<RawUpdate>>
}

const sealContext = ({ workspaceId, botId }: BotRef, updateId: number) =>
  `update/${workspaceId}/${botId}/${updateId}`

/**
 * The updates Telegram gave us, on disk before Telegram may forget them. What is inside is sealed until a command
 * moves it into the ledger.
 */
export class Inbox {
  readonly #app: pg.Pool
  readonly #key: Buffer
  /** What came for a bot while a statement for it is under way. */
  readonly #gathering = new Map<string, Gathering>()

  constructor(databases: Databases, secret: InstallationSecret) {
    this.#app = databases.app
    this.#key = secret.key('update-inbox')
  }

  /**
   * Stores updates, all or none, in one durable statement; returns those that were not there before. `moveMark`
   * says up to which number a poller has come.
   */
  async store(bot: BotRef, updates: readonly RawUpdate[], moveMark: boolean): Promise<RawUpdate[]> {
    if (updates.length === 0) return []
    const { rows } = await this.#app.query<{ update_id: number }>(
      `with mark as (update bot_line set last_update_id = $7::bigint where $7::bigint is not null and workspace_id = $1 and bot_id = $2)
       insert into telegram_update (workspace_id, bot_id, update_id, kind, chat_id, body)
       select $1, $2, * from unnest($3::bigint[], $4::text[], $5::bigint[], $6::bytea[])
       on conflict (workspace_id, bot_id, update_id) do nothing returning update_id`,
      [
        bot.workspaceId,
        bot.botId,
        updates.map(update => update.updateId),
        updates.map(update => storableKind(update.json)),
        updates.map(update => chatOf(update.json)),
        updates.map(update => seal(this.#key, update.bytes, sealContext(bot, update.updateId))),
        moveMark ? (updates.at(-1)?.updateId ?? null) : null,
      ],
    )
    const fresh = new Set(rows.map(row => row.update_id))
    return updates.filter(update => fresh.delete(update.updateId))
  }

  /**
   * Stores one update, together with others that come while the statement before it is under way: a busy webhook pays
   * for few commits instead of one an update. Resolves when it is on disk, with true when it was not there before.
   */
  async storeGathered(bot: BotRef, update: RawUpdate): Promise<boolean> {
    const place = `${bot.workspaceId}/${bot.botId}`
    const waiting = this.#gathering.get(place)
    if (waiting) {
      waiting.updates.push(update)
      waiting.stored ??= waiting.underWay.then(() => this.#storeAll(place, bot, waiting.updates))
      return (await waiting.stored).has(update)
    }
    return (await this.#storeAll(place, bot, [update])).has(update)
  }

  async #storeAll(place: string, bot: BotRef, updates: RawUpdate[]): Promise<Set<RawUpdate>> {
    const storing = this.store(bot, updates, false)
    // the failure is told to those whose updates they are, not to who comes behind
    const next: Gathering = {
      updates: [],
      underWay: storing.then(
        () => {},
        () => {},
      ),
    }
    this.#gathering.set(place, next)
    try {
      return new Set(await storing)
    } finally {
      if (next.updates.length === 0 && this.#gathering.get(place) === next) this.#gathering.delete(place)
    }
  }

  /** Updates that nobody has dealt with yet, in their order, without those in `known`. */
  async waiting(bot: BotRef, known: ReadonlySet<number>, limit: number): Promise<WaitingUpdate[]> {
    const { rows } = await this.#app.query<{ update_id: number; body: Buffer; attempts: number }>(
      `select update_id, body, attempts from telegram_update
       where workspace_id = $1 and bot_id = $2 and done_at is null and not update_id = any($3::bigint[])
       order by update_id limit $4`,
      [bot.workspaceId, bot.botId, [...known], limit],
    )
    return rows.map(row => {
      const bytes = unseal(this.#key, row.body, sealContext(bot, row.update_id))
      return { ...readUpdateBytes(bytes), attempts: row.attempts }
    })
  }

  /** Counts a failed attempt and returns how many there were. */
  async countFailure(bot: BotRef, updateId: number): Promise<number> {
    const { rows } = await this.#app.query<{ attempts: number }>(
      `update telegram_update set attempts = attempts + 1
       where workspace_id = $1 and bot_id = $2 and update_id = $3 returning attempts`,
      [bot.workspaceId, bot.botId, updateId],
    )
    return rows[0]?.attempts ?? 0
  }

  /** The number of the last update a poller stored; null before the first. */
  async mark(bot: BotRef): Promise<number | null> {
    const { rows } = await this.#app.query<{ last_update_id: number | null }>(
      'select last_update_id from bot_line where workspace_id = $1 and bot_id = $2',
      [bot.workspaceId, bot.botId],
    )
    return rows[0]?.last_update_id ?? null
  }

  /** Numbers above `mark` of updates stored at least `settledMs` ago, in order, at most 10,000. */
  async settledNumbers(bot: BotRef, mark: number | null, settledMs: number): Promise<number[]> {
    const { rows } = await this.#app.query<{ update_id: number }>(
      `select update_id from telegram_update
       where workspace_id = $1 and bot_id = $2 and update_id > coalesce($3::bigint, -1)
         and received_at < clock_timestamp() - make_interval(secs => $4)
       order by update_id limit 10000`,
      [bot.workspaceId, bot.botId, mark, settledMs / 1000],
    )
    return rows.map(row => row.update_id)
  }

  /** Says up to which number updates have been looked through. */
  async setMark(bot: BotRef, mark: number): Promise<void> {
    await this.#app.query('update bot_line set last_update_id = $3 where workspace_id = $1 and bot_id = $2', [
      bot.workspaceId,
      bot.botId,
      mark,
    ])
  }

  /**
   * Forgets the oldest updates of a bot as far as they were dealt with long ago: Telegram repeats none after 24
   * hours, and what they said is in the ledger. Takes a few thousand at a time; returns how many went.
   */
  async forgetOldest(bot: BotRef, olderThanDays: number): Promise<number> {
    const { rowCount } = await this.#app.query(
      `delete from telegram_update where workspace_id = $1 and bot_id = $2
         and done_at < clock_timestamp() - make_interval(days => $3)
         and update_id = any(array(select update_id from telegram_update
           where workspace_id = $1 and bot_id = $2 order by update_id limit 5000))`,
      [bot.workspaceId, bot.botId, olderThanDays],
    )
    return rowCount ?? 0
  }
}

const storableKind = (json: Readonly<Record<string, unknown>>): string =>
  kindOf(json).slice(0, 100).toWellFormed().replaceAll('\0', '\ufffd')
