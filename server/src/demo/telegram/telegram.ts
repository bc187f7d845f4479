import { CallLog, type RecordedCall } from './call-log.ts'
import type { BotReference } from './correspondent.ts'
import { Dispatcher } from './dispatch.ts'
import { Faults } from './faults.ts'
import { Group, type GroupOptions } from './group.ts'
import { TelegramHttpServer } from './http-server.ts'
import { defined, type JsonObject } from './json.ts'
import { Limiter, type SendingLimits, TELEGRAM_LIMITS } from './limits.ts'
import { Person } from './person.ts'
import { type BotState, World } from './world.ts'

export interface SimulatedTelegramOptions {
  /** Port on 127.0.0.1; 0 or nothing: a free one. */
  readonly port?: number
  /** Milliseconds since 1970. Long polls, delays and webhook retries run by real time all the same. */
  readonly clock?: () => number
  /** The same seed and the same order of creation give the same ids and tokens. */
  readonly seed?: string | number
  /** Refuse unknown parameters and loosely typed JSON, which Telegram would let pass. True unless told. */
  readonly strict?: boolean
  /** Sending limits; false switches them off. */
  readonly limits?: SendingLimits | false
  /** First update id of each bot and first message id of each chat; 1 unless told. A process that is started again
   * with the same seed must begin above what it gave out before. */
  readonly firstId?: number
  /** Pause before a failed webhook delivery is tried again, in milliseconds; doubles up to 64 times. 1000 unless told. */
  readonly webhookRetryMs?: number
  /** Milliseconds a webhook may take to answer; 60,000 unless told. */
  readonly webhookTimeoutMs?: number
  /** How many of the newest calls are remembered; 100,000 unless told. */
  readonly keptCalls?: number
}

/** A bot as its owner knows it. */
export interface SimulatedBot {
  readonly id: number
  readonly token: string
  readonly username: string
}

export interface PersonOptions {
  readonly firstName: string
  readonly lastName?: string
  readonly username?: string
  readonly languageCode?: string
  readonly isPremium?: boolean
}

/** A Bot API server on loopback together with the people and groups its bots talk to. */
export class SimulatedTelegram {
  /** What goes wrong with the next calls. */
  readonly faults = new Faults()
  readonly #world: World
  readonly #limiter: Limiter
  readonly #log: CallLog
  readonly #server: TelegramHttpServer
  #port = 0

  private constructor(options: SimulatedTelegramOptions) {
    const now = options.clock ?? Date.now
    this.#world = new World({ now, seed: options.seed ?? 'tracedesk', firstId: options.firstId ?? 1 })
    this.#limiter = new Limiter(
      options.limits === false ? undefined : (options.limits ?? TELEGRAM_LIMITS),
      now,
    )
    this.#log = new CallLog(options.keptCalls ?? 100_000)
    const context = {
      strict: options.strict ?? true,
      limiter: this.#limiter,
      webhookRetryMs: options.webhookRetryMs ?? 1000,
      webhookTimeoutMs: options.webhookTimeoutMs ?? 60_000,
    }
    const dispatcher = new Dispatcher({ world: this.#world, faults: this.faults, log: this.#log, context })
    this.#server = new TelegramHttpServer(dispatcher, this.#world)
  }

  /** Starts a server. Rejects when the port is taken. */
  static async start(options: SimulatedTelegramOptions): Promise<SimulatedTelegram> {
    const telegram = new SimulatedTelegram(options)
    telegram.#port = await telegram.#server.listen(options.port ?? 0)
    return telegram
  }

  /** What stands for https://api.telegram.org: `http://127.0.0.1:<port>`. */
  get apiRoot(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  get port(): number {
    return this.#port
  }

  /** While true every connection is cut, those that are open as well. */
  get offline(): boolean {
    return this.#server.offline
  }

  set offline(offline: boolean) {
    this.#server.offline = offline
  }

  createBot(options: { readonly name?: string; readonly username?: string } = {}): SimulatedBot {
    const { id, token, user } = this.#world.addBot(options)
    return { id, token, username: String(user.username) }
  }

  createUser(options: PersonOptions): Person {
    const user = defined({
      first_name: options.firstName,
      last_name: options.lastName,
      username: options.username,
      language_code: options.languageCode,
      is_premium: options.isPremium ? true : undefined,
    })
    return new Person(this.#world, this.#world.addPerson(user))
  }

  createGroup(options: GroupOptions): Group {
    return Group.create(this.#world, options)
  }

  /**
   * Queues an arbitrary update, whatever it holds and whatever kinds the bot asked for, and returns its id.
   * An object is written as JSON.stringify does; a text goes out byte for byte. `update_id` is assigned unless given.
   * A given id below one already confirmed is never delivered by polling, as with the real server.
   */
  injectUpdate(bot: BotReference, update: JsonObject | string): number {
    return this.#bot(bot).updates.inject(update)
  }

  /** How many updates the bot has not confirmed. */
  pendingUpdates(bot: BotReference): number {
    return this.#bot(bot).updates.size
  }

  /** The newest calls of known methods with a valid token, oldest first. */
  calls(filter: { readonly method?: string; readonly botId?: number } = {}): readonly RecordedCall[] {
    return this.#log.list(filter)
  }

  /** Replaces the sending limits from now on; false switches them off. */
  setLimits(limits: SendingLimits | false): void {
    this.#limiter.limits = limits === false ? undefined : limits
    this.#limiter.clear()
  }

  /** Revokes a bot's token, as its owner can: calls with it get 401. Returns the new one. */
  revokeToken(bot: BotReference): SimulatedBot {
    const { id, token, username } = this.#world.renewToken(this.#bot(bot))
    return { id, token, username }
  }

  /** Forgets bots, people, chats, files, faults and calls. The address stays. */
  reset(): void {
    this.#world.clear()
    this.faults.clear()
    this.#limiter.clear()
    this.#log.clear()
    this.offline = false
  }

  /** Ends every connection and frees the port. */
  async stop(): Promise<void> {
    await this.#server.close()
    this.#world.clear()
  }

  #bot(reference: BotReference): BotState {
    const id = typeof reference === 'number' ? reference : reference.id
    const bot = this.#world.bots.get(id)
    if (!bot) throw new Error(`there is no bot ${id}`)
    return bot
  }
}

/** Starts a simulated Telegram on 127.0.0.1. Rejects when the port is taken. */
export function startSimulatedTelegram(options: SimulatedTelegramOptions = {}): Promise<SimulatedTelegram> {
  return SimulatedTelegram.start(options)
}
