import type { CommandDoor } from '../../command/execute.ts'
import type { Logger } from '../../kernel/log.ts'
import { type TelegramClient, TelegramRefusal } from './client.ts'
import { noteGap } from './gaps.ts'
import type { BotRef, Inbox } from './inbox.ts'
import type { LineHealth } from './line-health.ts'
import type { Processor } from './processor.ts'
import { UPDATE_KINDS } from './read-update.ts'
import { type RawUpdate, sliceUpdates } from './slice-updates.ts'
import type { GatewayTiming } from './timing.ts'
import { backOff, Pause } from './waiting.ts'

/** After a week without updates Telegram numbers anew, maybe lower; well before that we stop naming an offset. */
const NUMBERS_LAST_MS = 5 * 24 * 3_600_000

/**
 * Long polling of one bot. The offset that lets Telegram forget a batch is sent only after the batch is on disk.
 * A first poll without offset gets again whatever was not confirmed; the inbox knows what it has.
 */
export class Poller {
  readonly #bot: BotRef
  readonly #client: TelegramClient
  readonly #inbox: Inbox
  readonly #processor: Processor
  readonly #health: LineHealth
  readonly #door: CommandDoor
  readonly #log: Logger
  readonly #timing: GatewayTiming
  readonly #stop = new AbortController()
  readonly #pause = new Pause()
  #offset = 0
  #mark: number | null = null
  #lastUpdateAt = 0
  /** False when updates may lie in the database that are not in memory: they come before anything newer. */
  #swept = false
  #running: Promise<void> | undefined

  constructor(parts: {
    bot: BotRef
    client: TelegramClient
    inbox: Inbox
    processor: Processor
    health: LineHealth
    door: CommandDoor
    log: Logger
    timing: GatewayTiming
  }) {
    this.#bot = parts.bot
    this.#client = parts.client
    this.#inbox = parts.inbox
    this.#processor = parts.processor
    this.#health = parts.health
    this.#door = parts.door
    this.#log = parts.log
    this.#timing = parts.timing
  }

  start(): void {
    this.#running = this.#run()
  }

  /** Ends a pause after failures: Telegram has been heard of. */
  hurry(): void {
    this.#pause.wake()
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    this.#pause.stop()
    await this.#running
  }

  async #run(): Promise<void> {
    let failures = 1 // the first poll asks without waiting, so that health is known at once
    while (!this.#stop.signal.aborted) {
      await this.#processor.hasRoom()
      try {
        if (!this.#swept) await this.#processor.sweep()
        this.#swept = true
        const updates = await this.#poll(failures > 0 ? 0 : this.#timing.pollSeconds)
        await this.#health.worked()
        await this.#take(updates)
        failures = 0
      } catch (error) {
        if (this.#stop.signal.aborted) return
        failures++
        await this.#endure(error, failures)
      }
    }
  }

  async #poll(timeoutSeconds: number): Promise<RawUpdate[]> {
    const offset = Date.now() - this.#lastUpdateAt < NUMBERS_LAST_MS ? this.#offset : 0
    return sliceUpdates(
      await this.#client.getUpdates({ offset, timeoutSeconds, allowed: UPDATE_KINDS }, this.#stop.signal),
    )
  }

  /** Stores a batch, in runs without holes so that each hole is recorded before what follows it is stored. */
  async #take(updates: readonly RawUpdate[]): Promise<void> {
    if (updates.length === 0) return
    this.#mark ??= await this.#inbox.mark(this.#bot)
    let run: RawUpdate[] = []
    for (const update of updates) {
      const last = run.at(-1)?.updateId ?? this.#mark
      if (last !== null && update.updateId > last + 1) {
        await this.#store(run)
        run = []
        await noteGap(this.#door, this.#bot, last, update.updateId)
        this.#mark = update.updateId - 1
      }
      run.push(update)
    }
    await this.#store(run)
    this.#offset = (updates.at(-1)?.updateId ?? 0) + 1
    this.#lastUpdateAt = Date.now()
  }

  async #store(run: readonly RawUpdate[]): Promise<void> {
    const fresh = await this.#inbox.store(this.#bot, run, true)
    this.#mark = run.at(-1)?.updateId ?? this.#mark
    this.#processor.add(fresh.map(update => ({ ...update, attempts: 0 })))
  }

  async #endure(error: unknown, failures: number): Promise<void> {
    if (error instanceof TelegramRefusal && error.retryAfter !== undefined)
      return this.#pause.sleep(error.retryAfter * 1000)
    if (error instanceof TelegramRefusal && error.errorCode === 409 && /webhook/i.test(error.description)) {
      // left over from a time with PUBLIC_URL, or set by another program
      const removed = await this.#client.deleteWebhook().then(
        () => true,
        () => false,
      )
      if (removed && failures <= 2) return
    }
    // Trouble with our own database is no news about Telegram; updates wait there until we can store them.
    if (isFromTelegram(error)) await this.#health.failed(error)
    else {
      this.#swept = false // a batch may have been stored although the answer was lost
      this.#log.error({ err: error as Error, botId: this.#bot.botId }, 'updates could not be stored')
    }
    await this.#pause.sleep(backOff(Math.max(1, failures - 1), this.#timing))
  }
}

const isFromTelegram = (error: unknown): boolean =>
  error instanceof Error && ['TelegramRefusal', 'NoAnswer', 'UnreadableUpdates'].includes(error.name)
