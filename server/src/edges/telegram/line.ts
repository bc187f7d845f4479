import type { CommandDoor } from '../../command/execute.ts'
import type { Databases } from '../../db/database.ts'
import type { Logger } from '../../kernel/log.ts'
import type { FileReader } from '../../modules/files/index.ts'
import { ChangeSender } from './change-sender.ts'
import type { TelegramClient } from './client.ts'
import { Fetcher, type FetchParts } from './fetcher.ts'
import type { BotRef, Inbox } from './inbox.ts'
import type { Lease } from './leases.ts'
import { LineHealth } from './line-health.ts'
import { NoticeSender } from './notice-sender.ts'
import type { Outbox } from './outbox.ts'
import { Poller } from './poller.ts'
import { Processor } from './processor.ts'
import { RateLimiter, type SendingRates } from './rates.ts'
import { Sender } from './sender.ts'
import type { GatewayTiming } from './timing.ts'
import type { Slots } from './waiting.ts'
import { WebhookLine } from './webhook-line.ts'

/** What every line of a node shares. */
export interface LineParts {
  readonly databases: Databases
  readonly door: CommandDoor
  readonly inbox: Inbox
  readonly outbox: Outbox
  readonly files: FileReader
  readonly fetching: FetchParts
  readonly slots: Slots
  readonly log: Logger
  readonly timing: GatewayTiming
  readonly rates: SendingRates
  readonly publicUrl: string | undefined
}

export interface LineOptions {
  readonly bot: BotRef
  readonly lease: Lease
  readonly tokenFingerprint: string
  /** Null when the bot is disconnected: then only what was left over is dealt with. */
  readonly client: TelegramClient | null
  /** Given when Telegram is to call us. */
  readonly webhook: { readonly url: string; readonly secretToken: string } | null
}

const FORGET_EVERY_MS = 600_000
const FORGET_AFTER_DAYS = 8

/** One bot on the node that holds its lease: how its updates come in, are dealt with, and its messages go out. */
export class BotLine {
  readonly #processor: Processor
  readonly #sender: Sender
  readonly #notices: NoticeSender | undefined
  readonly #changes: ChangeSender | undefined
  readonly #poller: Poller | undefined
  readonly #webhook: WebhookLine | undefined
  readonly #fetcher: Fetcher | undefined
  readonly #client: TelegramClient | null
  readonly #log: Logger
  readonly #bot: BotRef
  readonly #inbox: Inbox
  #forgetting: NodeJS.Timeout | undefined

  constructor(parts: LineParts, { bot, lease, tokenFingerprint, client, webhook }: LineOptions) {
    this.#client = client
    this.#log = parts.log
    this.#bot = bot
    this.#inbox = parts.inbox
    const health = new LineHealth(
      bot,
      tokenFingerprint,
      parts.door,
      parts.databases,
      parts.log,
      parts.timing.conflictQuietMs,
    )
    this.#processor = new Processor({ ...parts, bot, client })
    // one limit for everything a bot sends
    const limiter = new RateLimiter(parts.rates)
    this.#sender = new Sender({ ...parts, bot, lease, client, health, limiter })
    if (client) this.#notices = new NoticeSender({ ...parts, bot, lease, client, health, limiter })
    if (client) this.#changes = new ChangeSender({ ...parts, bot, lease, client, health })
    if (client) this.#fetcher = new Fetcher({ ...parts, ...parts.fetching, bot, client })
    if (client && webhook)
      this.#webhook = new WebhookLine({
        ...parts,
        ...webhook,
        bot,
        client,
        health,
        processor: this.#processor,
      })
    else if (client) this.#poller = new Poller({ ...parts, bot, client, health, processor: this.#processor })
    health.onOpen = () => {
      this.#poller?.hurry()
      this.#sender.wake()
    }
  }

  start(): void {
    this.#sender.start()
    this.#notices?.start()
    this.#changes?.start()
    this.#fetcher?.start()
    this.#poller?.start()
    this.#webhook?.start()
    this.#forgetting = setInterval(() => void this.#forget(), FORGET_EVERY_MS)
    if (!this.#client)
      this.#processor
        .sweep()
        .catch(error => this.#log.error({ err: error, ...this.#bot }, 'the inbox could not be read'))
  }

  wakeSender(): void {
    this.#sender.wake()
    this.#notices?.wake()
    this.#changes?.wake()
  }

  wakeInbox(): void {
    this.#webhook?.wake()
  }

  /** Ends after what is under way. `forGood`: the bot was disconnected, so Telegram need not call us any more. */
  async stop({ forGood }: { forGood: boolean }): Promise<void> {
    clearInterval(this.#forgetting)
    await Promise.all([
      this.#poller?.stop(),
      this.#webhook?.stop(),
      this.#sender.stop(),
      this.#notices?.stop(),
      this.#changes?.stop(),
      this.#fetcher?.stop(),
    ])
    await this.#processor.stop()
    if (forGood && this.#webhook && this.#client)
      await this.#client
        .deleteWebhook()
        .catch(error => this.#log.warn({ err: error, ...this.#bot }, 'a webhook could not be taken away'))
  }

  async #forget(): Promise<void> {
    try {
      while ((await this.#inbox.forgetOldest(this.#bot, FORGET_AFTER_DAYS)) > 4_000);
    } catch (error) {
      this.#log.warn({ err: error as Error, ...this.#bot }, 'old updates could not be cleared away')
    }
  }
}
