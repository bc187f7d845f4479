import { setTimeout as sleep } from 'node:timers/promises'
import type { CommandDoor } from '../../command/execute.ts'
import type { Logger } from '../../kernel/log.ts'
import { Rounds } from '../../kernel/rounds.ts'
import { noteWebhookFailureCommand } from '../../modules/bots/index.ts'
import type { TelegramClient, WebhookState } from './client.ts'
import { findGaps } from './gaps.ts'
import type { BotRef, Inbox } from './inbox.ts'
import type { LineHealth } from './line-health.ts'
import { Passes } from './passes.ts'
import type { Processor } from './processor.ts'
import { UPDATE_KINDS } from './read-update.ts'
import { recordOnce } from './record-once.ts'
import type { GatewayTiming } from './timing.ts'

/** Updates come one a request; looking for them in small groups keeps their order and costs few queries. */
const GATHER_MS = 10

/**
 * The side of a webhook that only the holder of a bot does: tell Telegram the address, see that it stays so, and deal
 * with what all nodes have stored.
 */
export class WebhookLine {
  readonly #bot: BotRef
  readonly #client: TelegramClient
  readonly #door: CommandDoor
  readonly #inbox: Inbox
  readonly #processor: Processor
  readonly #health: LineHealth
  readonly #log: Logger
  readonly #timing: GatewayTiming
  readonly #url: string
  readonly #secretToken: string
  readonly #looks: Rounds
  readonly #checks: Passes
  readonly #counts: Rounds
  #known = false
  #failedAt = 0

  constructor(parts: {
    bot: BotRef
    client: TelegramClient
    door: CommandDoor
    inbox: Inbox
    processor: Processor
    health: LineHealth
    log: Logger
    timing: GatewayTiming
    url: string
    secretToken: string
  }) {
    this.#bot = parts.bot
    this.#client = parts.client
    this.#door = parts.door
    this.#inbox = parts.inbox
    this.#processor = parts.processor
    this.#health = parts.health
    this.#log = parts.log
    this.#timing = parts.timing
    this.#url = parts.url
    this.#secretToken = parts.secretToken
    const { sweepMs, settledMs } = parts.timing
    this.#looks = new Rounds({
      everyMs: sweepMs,
      atOnce: true,
      work: () => this.#look(),
      onError: this.#tell('the inbox could not be read'),
    })
    this.#checks = new Passes({
      pass: () => this.#check(),
      onError: error => parts.health.failed(error),
      timing: parts.timing,
    })
    this.#counts = new Rounds({
      everyMs: settledMs / 2,
      work: () => findGaps(parts.door, parts.inbox, parts.bot, settledMs),
      onError: this.#tell('the updates could not be counted'),
    })
  }

  start(): void {
    this.#looks.start()
    this.#checks.start()
    this.#counts.start()
  }

  /** Says that an update was stored. Returns at once. */
  wake(): void {
    this.#looks.wake()
  }

  async stop(): Promise<void> {
    await Promise.all([this.#looks.stop(), this.#checks.stop(), this.#counts.stop()])
  }

  async #look(): Promise<void> {
    await sleep(GATHER_MS)
    await this.#processor.sweep()
  }

  async #check(): Promise<number> {
    const webhook = await this.#client.getWebhook()
    if (!this.#known || webhook.url !== this.#url)
      await this.#client.setWebhook(this.#url, this.#secretToken, UPDATE_KINDS)
    await this.#noteFailure(webhook)
    this.#known = true
    await this.#health.worked()
    return this.#timing.webhookCheckMs
  }

  /** Telegram tells of the last failure only; each is recorded once. Trouble of our own must not count as Telegram's. */
  async #noteFailure({ lastErrorDate, lastError, waiting }: WebhookState): Promise<void> {
    if (lastErrorDate === undefined || lastErrorDate <= this.#failedAt) return
    const { workspaceId, botId } = this.#bot
    const failure = { botId, failedAt: lastErrorDate, description: lastError, waiting }
    try {
      await recordOnce(this.#door, workspaceId, noteWebhookFailureCommand, failure)
      this.#failedAt = lastErrorDate
    } catch (error) {
      this.#tell('a failure of the webhook could not be recorded')(error as Error)
    }
  }

  #tell(what: string): (error: Error) => void {
    return err => this.#log.error({ err, botId: this.#bot.botId }, what)
  }
}
