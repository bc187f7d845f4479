import { FETCH_MAX_BYTES } from '@tracedesk/contracts'
import { systemCaller } from '../../command/caller.ts'
import type { Command } from '../../command/define.ts'
import type { CommandDoor } from '../../command/execute.ts'
import type { Databases } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import type { Logger } from '../../kernel/log.ts'
import type { SubjectKeys } from '../../ledger/subject-keys.ts'
import { isObject, messageOf, readFile } from '../../modules/conversations/index.ts'
import { AlreadyFetched, failFileCommand, type KeptFile, type Spool } from '../../modules/files/index.ts'
import { type TelegramClient, TelegramRefusal } from './client.ts'
import type { BotRef } from './inbox.ts'
import { openParts } from './open-parts.ts'
import { Passes } from './passes.ts'
import type { GatewayTiming } from './timing.ts'

/** What fetching needs beside a line's own parts. */
export interface FetchParts {
  readonly spool: Spool
  readonly keys: SubjectKeys
  /** The command that keeps a fetched file. */
  readonly store: Command
}

type FetcherParts = FetchParts & {
  readonly bot: BotRef
  readonly client: TelegramClient
  readonly databases: Databases
  readonly door: CommandDoor
  readonly log: Logger
  readonly timing: GatewayTiming
}

interface Wanted {
  readonly fileId: string
  readonly messageId: string
  readonly telegramFileId: string
  readonly attempts: number
  readonly size: number | null
  /** The entry that brought the file: it has the name, and led to what follows. */
  readonly entryId: string
  readonly at: string
}

const AT_A_TIME = 2
/** After so long without an answer a file is given up; Telegram keeps ids far longer. */
const GIVE_UP_MS = 3 * 24 * 3_600_000
const RETRY_MAX_MS = 600_000

/** Fetches the files of customers' messages from Telegram, one bot's; the list lies in the database. */
export class Fetcher {
  readonly #parts: FetcherParts
  readonly #passes: Passes

  constructor(parts: FetcherParts) {
    const { log, timing, bot } = parts
    this.#parts = parts
    this.#passes = new Passes({
      pass: () => this.#pass(),
      onError: error => log.warn({ err: error as Error, botId: bot.botId }, 'files could not be fetched'),
      timing,
    })
  }

  start(): void {
    this.#passes.start()
  }

  /** Ends after the files under way. */
  stop(): Promise<void> {
    return this.#passes.stop()
  }

  async #pass(): Promise<number> {
    const wanted = await this.#take()
    await Promise.all(wanted.map(file => this.#fetch(file)))
    return wanted.length === 0 ? this.#parts.timing.sweepMs : 0
  }

  /** The next files that are due; each counts an attempt before it begins. */
  async #take(): Promise<Wanted[]> {
    const { databases, bot, timing } = this.#parts
    const { rows } = await databases.app.query<Wanted>(
      `with due as (select file_id from file_fetch where workspace_id = $1 and bot_id = $2 and next_at <= clock_timestamp()
         order by next_at limit $3),
       taken as (update file_fetch f set attempts = attempts + 1,
           next_at = clock_timestamp() + make_interval(secs => least($4, $5 * 2 ^ least(attempts, 20)) / 1000.0)
         from due where f.workspace_id = $1 and f.file_id = due.file_id
         returning f.file_id, f.telegram_file_id, f.attempts)
       select t.file_id as "fileId", t.telegram_file_id as "telegramFileId", t.attempts, f.size, f.message_id as "messageId",
         coalesce(v.entry_id, m.entry_id) as "entryId", m.at
       from taken t join file f on f.workspace_id = $1 and f.file_id = t.file_id
         join message m on m.workspace_id = $1 and m.message_id = f.message_id
         left join message_version v on v.workspace_id = $1 and v.message_id = f.message_id and v.version = f.version`,
      [bot.workspaceId, bot.botId, AT_A_TIME, RETRY_MAX_MS, Math.max(timing.retryMs, 50)],
    )
    return rows
  }

  async #fetch(file: Wanted): Promise<void> {
    if (file.size !== null && file.size > FETCH_MAX_BYTES) return this.#fail(file, 'too_large')
    try {
      await this.#keep(file)
    } catch (error) {
      await this.#explain(file, error)
    }
  }

  async #keep(file: Wanted): Promise<void> {
    const { client, spool, bot, store, door } = this.#parts
    const { path } = await client.getFile(file.telegramFileId)
    const bytes = await client.download(path)
    if (!bytes) throw new Error('Telegram names a file it does not have')
    const kept: KeptFile = await spool.keep(bot.workspaceId, file.fileId, bytes, FETCH_MAX_BYTES)
    const { fileId, attempts, entryId } = file
    const input = { fileId, attempts, name: await this.#nameOf(file), ...kept }
    await door.execute(store, systemCaller(bot.workspaceId), input, { causedBy: entryId })
  }

  /** What the customer's message calls the file. */
  async #nameOf({ entryId, at }: Wanted): Promise<string | null> {
    const { databases, keys, bot } = this.#parts
    const parts = await openParts(databases, keys, bot.workspaceId, [entryId], at)
    const update = parts.get(`${entryId}/update`)
    const message = update === undefined ? null : messageOf(JSON.parse(update))
    return isObject(message) ? (readFile(message)?.name ?? null) : null
  }

  async #explain(file: Wanted, error: unknown): Promise<void> {
    const { log, bot } = this.#parts
    if (error instanceof AlreadyFetched) return
    if (error instanceof ConsoleError && error.code === 'file.too_large') return this.#fail(file, 'too_large')
    if (error instanceof TelegramRefusal && error.errorCode === 400)
      return this.#fail(file, /too big/i.test(error.description) ? 'too_large' : 'refused')
    log.warn({ err: error as Error, botId: bot.botId, fileId: file.fileId }, 'a file is tried again later')
    if (Date.now() - Date.parse(file.at) > GIVE_UP_MS) await this.#fail(file, 'unreachable')
  }

  async #fail({ fileId, attempts, size, entryId }: Wanted, cause: 'too_large' | 'refused' | 'unreachable') {
    const { door, bot } = this.#parts
    const input = { fileId, attempts, cause, size }
    await door
      .execute(failFileCommand, systemCaller(bot.workspaceId), input, { causedBy: entryId })
      .catch(error => {
        if (!(error instanceof AlreadyFetched)) throw error
      })
  }
}
