import { systemCaller } from '../../command/caller.ts'
import { type CommandDoor, RecordedRefusal } from '../../command/execute.ts'
import type { Logger } from '../../kernel/log.ts'
import { noteWebhookFailureCommand } from '../../modules/bots/index.ts'
import type { TelegramClient, WebhookState } from './client.ts'
import { findGaps } from './gaps.ts'
import type { BotRef, Inbox } from './inbox.ts'
import type { LineHealth } from './line-health.ts'
import type { Processor } from './processor.ts'
import { UPDATE_KINDS } from './read-update.ts'
import type { GatewayTiming } from './timing.ts'
import { backOff, Pause } from './waiting.ts'

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
  readonly #look = new Pause()
  readonly #check = new Pause()
  readonly #count = new Pause()
  #stopped = false
  #failedAt = 0
  #running: Promise<unknown> | undefined

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
  }

  start(): void {
    this.#running = Promise.all([this.#keepLooking(), this.#keepWebhook(), this.#keepCounting()])
  }

  /** Says that an update was stored. Returns at once. */
  wake(): void {
    this.#look.wake()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#look.stop()
    this.#check.stop()
    this.#count.stop()
    await this.#running
  }

  async #keepLooking(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#processor.sweep()
      } catch (error) {
        this.#log.error({ err: error as Error, botId: this.#bot.botId }, 'the inbox could not be read')
      }
      await this.#look.sleep(this.#timing.sweepMs)
      if (!this.#stopped) await new Promise(resolve => setTimeout(resolve, GATHER_MS))
    }
  }

  async #keepWebhook(): Promise<void> {
    let [known, failures] = [false, 0]
    while (!this.#stopped) {
      try {
        const webhook = await this.#client.getWebhook()
        if (!known || webhook.url !== this.#url)
          await this.#client.setWebhook(this.#url, this.#secretToken, UPDATE_KINDS)
        await this.#noteFailure(webhook)
        known = true
        failures = 0
        await this.#health.worked()
        await this.#check.sleep(this.#timing.webhookCheckMs)
      } catch (error) {
        await this.#health.failed(error)
        await this.#check.sleep(backOff(++failures, this.#timing.retryMs, this.#timing.retryMaxMs))
      }
    }
  }

  /** Telegram tells of the last failure only; each is recorded once. Trouble of our own must not count as Telegram's. */
  async #noteFailure({ lastErrorDate, lastError, waiting }: WebhookState): Promise<void> {
    if (lastErrorDate === undefined || lastErrorDate <= this.#failedAt) return
    const { workspaceId, botId } = this.#bot
    const failure = { botId, failedAt: lastErrorDate, description: lastError, waiting }
    try {
      await this.#door.execute(noteWebhookFailureCommand, systemCaller(workspaceId), failure as never) // branded id
      this.#failedAt = lastErrorDate
    } catch (error) {
      if (error instanceof RecordedRefusal) this.#failedAt = lastErrorDate
      else this.#log.error({ err: error as Error, botId }, 'a failure of the webhook could not be recorded')
    }
  }

  async #keepCounting(): Promise<void> {
    while (!this.#stopped) {
      await this.#count.sleep(this.#timing.settledMs / 2)
      if (this.#stopped) return
      try {
        await findGaps(this.#door, this.#inbox, this.#bot, this.#timing.settledMs)
      } catch (error) {
        this.#log.error({ err: error as Error, botId: this.#bot.botId }, 'the updates could not be counted')
      }
    }
  }
}
