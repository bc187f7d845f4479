import { systemCaller } from '../../command/caller.ts'
import { type CommandDoor, RecordedRefusal } from '../../command/execute.ts'
import type { Databases } from '../../db/database.ts'
import type { Logger } from '../../kernel/log.ts'
import {
  type ClaimedNotice,
  claimNotices,
  leftNotices,
  noticeFailedCommand,
  noticeSentCommand,
  releaseNotice,
  wordsOf,
} from '../../modules/notices/index.ts'
import { type TelegramClient, TelegramRefusal } from './client.ts'
import type { BotRef } from './inbox.ts'
import type { Lease } from './leases.ts'
import type { LineHealth } from './line-health.ts'
import type { RateLimiter } from './rates.ts'
import type { GatewayTiming } from './timing.ts'
import { NoAnswer } from './transport.ts'
import { backOff, Pause } from './waiting.ts'

/** So many at a time: customers' messages go before them. */
const AT_ONCE = 5
type Failure = { cause: 'refused' | 'not_sent' | 'unknown'; errorCode: number | null }

/**
 * Tells Telegram the notices for agents of one bot, within the limits it shares with the messages. As with messages, a
 * notice is marked before the call and its outcome recorded after it; what may have arrived is never told again.
 */
export class NoticeSender {
  readonly #bot: BotRef
  readonly #lease: Lease
  readonly #client: TelegramClient
  readonly #health: LineHealth
  readonly #door: CommandDoor
  readonly #databases: Databases
  readonly #log: Logger
  readonly #timing: GatewayTiming
  readonly #rates: RateLimiter
  readonly #publicUrl: string | undefined
  readonly #pause = new Pause()
  #stopped = false
  #running: Promise<void> | undefined

  constructor(parts: {
    bot: BotRef
    lease: Lease
    client: TelegramClient
    health: LineHealth
    door: CommandDoor
    databases: Databases
    log: Logger
    timing: GatewayTiming
    limiter: RateLimiter
    publicUrl: string | undefined
  }) {
    this.#bot = parts.bot
    this.#lease = parts.lease
    this.#client = parts.client
    this.#health = parts.health
    this.#door = parts.door
    this.#databases = parts.databases
    this.#log = parts.log
    this.#timing = parts.timing
    this.#rates = parts.limiter
    this.#publicUrl = parts.publicUrl
  }

  start(): void {
    this.#running = this.#run()
  }

  /** Says that something may wait. Returns at once. */
  wake(): void {
    this.#pause.wake()
  }

  /** Ends after the notice under way. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#pause.stop()
    await this.#running
  }

  async #run(): Promise<void> {
    let [settled, failures] = [false, 0]
    while (!this.#stopped) {
      try {
        // whoever held the bot before us died over these: nobody knows whether they arrived
        if (!settled) await this.#giveUp('sending', 'unknown')
        settled = true
        await this.#giveUp('expired', 'not_sent')
        const more = this.#health.open && (await this.#pass())
        failures = 0
        await this.#pause.sleep(more ? 0 : this.#timing.sweepMs)
      } catch (error) {
        this.#log.error({ err: error as Error, botId: this.#bot.botId }, 'notices could not be sent')
        await this.#pause.sleep(backOff(++failures, this.#timing.retryMs, this.#timing.retryMaxMs))
      }
    }
  }

  async #giveUp(state: 'sending' | 'expired', cause: 'unknown' | 'not_sent'): Promise<void> {
    for (const noticeId of await leftNotices(this.#databases.app, this.#bot, state))
      await this.#fail(noticeId, { cause, errorCode: null })
  }

  /** True when there may be more at once. */
  async #pass(): Promise<boolean> {
    const notices = await claimNotices(this.#databases.app, this.#bot, this.#lease, AT_ONCE)
    for (const notice of notices) {
      if (this.#stopped) await this.#release(notice, 0)
      else await this.#sendOne(notice)
    }
    return notices.length === AT_ONCE && !this.#stopped
  }

  async #sendOne(notice: ClaimedNotice): Promise<void> {
    const wait = this.#rates.take(notice.chatId)
    if (wait > 0) return this.#release(notice, wait)
    const text = wordsOf(notice, this.#publicUrl)
    try {
      const { messageId } = await this.#client.send({
        chatId: notice.chatId,
        text,
        topicId: 0,
        business: '',
        replyTo: null,
        entities: [],
        files: [],
        content: null,
      })
      await this.#record(noticeSentCommand, { noticeId: notice.noticeId, telegramMessageId: messageId })
    } catch (error) {
      if (error instanceof TelegramRefusal) await this.#refused(notice, error)
      else if (error instanceof NoAnswer) await this.#unanswered(notice, error)
      else throw error
    }
  }

  async #refused(notice: ClaimedNotice, { errorCode, retryAfter }: TelegramRefusal): Promise<void> {
    if (retryAfter !== undefined || errorCode === 429) return this.#release(notice, (retryAfter ?? 1) * 1000)
    // a gateway's time-out says that Telegram was told and did not get round to an answer
    if (errorCode === 504) return this.#fail(notice.noticeId, { cause: 'unknown', errorCode })
    if (errorCode >= 500) return this.#release(notice, this.#later(notice))
    return this.#fail(notice.noticeId, { cause: 'refused', errorCode })
  }

  async #unanswered(notice: ClaimedNotice, error: NoAnswer): Promise<void> {
    await this.#health.failed(error)
    if (error.sent) return this.#fail(notice.noticeId, { cause: 'unknown', errorCode: null })
    await this.#release(notice, this.#later(notice))
  }

  #later({ attempts }: ClaimedNotice): number {
    return backOff(attempts, this.#timing.retryMs, this.#timing.retryMaxMs)
  }

  #release({ noticeId }: ClaimedNotice, ms: number): Promise<void> {
    return releaseNotice(this.#databases.app, this.#bot.workspaceId, noticeId, ms)
  }

  #fail(noticeId: string, failure: Failure): Promise<void> {
    return this.#record(noticeFailedCommand, { noticeId, ...failure })
  }

  async #record(
    command: typeof noticeSentCommand | typeof noticeFailedCommand,
    input: object,
  ): Promise<void> {
    try {
      await this.#door.execute(
        command as typeof noticeSentCommand,
        systemCaller(this.#bot.workspaceId),
        input,
      )
    } catch (error) {
      if (!(error instanceof RecordedRefusal)) throw error // somebody else recorded it before
    }
  }
}
