import type { CommandContract } from '@tracedesk/contracts'
import type { Command } from '../../command/define.ts'
import {
  type ClaimedNotice,
  claimNotices,
  leftNotices,
  noticeFailedCommand,
  noticeSentCommand,
  releaseNotice,
  wordsOf,
} from '../../modules/notices/index.ts'
import type { TelegramClient } from './client.ts'
import type { LineParts } from './line-parts.ts'
import { Passes } from './passes.ts'
import type { RateLimiter } from './rates.ts'
import { recordOnce } from './record-once.ts'
import { judge } from './verdict.ts'
import { backOff } from './waiting.ts'

/** So many at a time: customers' messages go before them. */
const AT_ONCE = 5
type Failure = { cause: 'refused' | 'not_sent' | 'unknown'; errorCode: number | null }

interface NoticeParts extends LineParts {
  readonly limiter: RateLimiter
  readonly publicUrl: string | undefined
}

/**
 * Tells Telegram the notices for agents of one bot, within the limits it shares with the messages. As with messages, a
 * notice is marked before the call and its outcome recorded after it; what may have arrived is never told again.
 */
export class NoticeSender {
  readonly #parts: NoticeParts
  readonly #passes: Passes
  #settled = false

  constructor(parts: NoticeParts) {
    const { bot, log, timing } = parts
    this.#parts = parts
    this.#passes = new Passes({
      pass: () => this.#pass(),
      onError: error => log.error({ err: error as Error, botId: bot.botId }, 'notices could not be sent'),
      timing,
    })
  }

  start(): void {
    this.#passes.start()
  }

  /** Says that something may wait. Returns at once. */
  wake(): void {
    this.#passes.wake()
  }

  /** Ends after the notice under way. */
  stop(): Promise<void> {
    return this.#passes.stop()
  }

  async #pass(): Promise<number> {
    // whoever held the bot before us died over these: nobody knows whether they arrived
    if (!this.#settled) await this.#giveUp('sending', 'unknown')
    this.#settled = true
    await this.#giveUp('expired', 'not_sent')
    const more = this.#parts.health.open && (await this.#sendSome())
    return more ? 0 : this.#parts.timing.sweepMs
  }

  async #giveUp(state: 'sending' | 'expired', cause: 'unknown' | 'not_sent'): Promise<void> {
    const { databases, bot } = this.#parts
    for (const noticeId of await leftNotices(databases.app, bot, state))
      await this.#fail(noticeId, { cause, errorCode: null })
  }

  /** True when there may be more at once. */
  async #sendSome(): Promise<boolean> {
    const { databases, bot, lease } = this.#parts
    const notices = await claimNotices(databases.app, bot, lease, AT_ONCE)
    for (const notice of notices) {
      if (this.#passes.stopped) await this.#release(notice, 0)
      else await this.#sendOne(notice)
    }
    return notices.length === AT_ONCE
  }

  async #sendOne(notice: ClaimedNotice): Promise<void> {
    const { limiter, client } = this.#parts
    const wait = limiter.take(notice.chatId)
    if (wait > 0) return this.#release(notice, wait)
    try {
      const { messageId } = await client.send(this.#messageOf(notice))
      await this.#record(noticeSentCommand, { noticeId: notice.noticeId, telegramMessageId: messageId })
    } catch (error) {
      await this.#failed(notice, error)
    }
  }

  #messageOf(notice: ClaimedNotice): Parameters<TelegramClient['send']>[0] {
    const text = wordsOf(notice, this.#parts.publicUrl)
    const plain = { topicId: 0, business: '', replyTo: null, entities: [], files: [], content: null }
    return { chatId: notice.chatId, text, ...plain }
  }

  async #failed(notice: ClaimedNotice, error: unknown): Promise<void> {
    const { health, timing } = this.#parts
    const verdict = await judge(error, health, { twiceIsHarmless: false })
    if (verdict.next === 'retry')
      return this.#release(notice, verdict.askedMs ?? backOff(notice.attempts, timing))
    return this.#fail(notice.noticeId, { cause: verdict.next, errorCode: verdict.said?.errorCode ?? null })
  }

  #release({ noticeId }: ClaimedNotice, ms: number): Promise<void> {
    const { databases, bot } = this.#parts
    return releaseNotice(databases.app, bot.workspaceId, noticeId, ms)
  }

  #fail(noticeId: string, failure: Failure): Promise<void> {
    return this.#record(noticeFailedCommand, { noticeId, ...failure })
  }

  #record<C extends CommandContract>(command: Command<C>, input: object): Promise<void> {
    return recordOnce(this.#parts.door, this.#parts.bot.workspaceId, command, input)
  }
}
