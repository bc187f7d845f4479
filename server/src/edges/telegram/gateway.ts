import type { IncomingHttpHeaders } from 'node:http'
import type { CommandDoor } from '../../command/execute.ts'
import type { Databases } from '../../db/database.ts'
import type { Logger } from '../../kernel/log.ts'
import type { InstallationSecret } from '../../kernel/secret.ts'
import type { SubjectKeys } from '../../ledger/subject-keys.ts'
import { openToken } from '../../modules/bots/index.ts'
import type { FileReader } from '../../modules/files/index.ts'
import { TelegramClient } from './client.ts'
import type { FetchParts } from './fetcher.ts'
import { type BotRef, Inbox } from './inbox.ts'
import { type Lease, Leases } from './leases.ts'
import { BotLine, type LineParts } from './line.ts'
import { Outbox } from './outbox.ts'
import { SENDING_RATES, type SendingRates } from './rates.ts'
import { type Signal, Signals } from './signals.ts'
import { GATEWAY_TIMING, type GatewayTiming } from './timing.ts'
import { Transport } from './transport.ts'
import { Pause, Slots } from './waiting.ts'
import { WebhookReceiver, webhookSecret, webhookUrl } from './webhook.ts'

/** So many updates are dealt with at a time, all bots of a node together; each needs a database connection. */
const CONCURRENT_UPDATES = 8

export interface GatewayOptions {
  readonly databases: Databases
  readonly door: CommandDoor
  readonly keys: SubjectKeys
  readonly secret: InstallationSecret
  readonly log: Logger
  /** The id of this process; leases are held in its name. */
  readonly nodeId: string
  /** Without a `/` at the end. */
  readonly apiRoot: string
  /** Given: Telegram calls us at `<publicUrl>/telegram/<bot id>`. Not given: we poll. */
  readonly publicUrl?: string | undefined
  readonly files: FileReader
  readonly fetching: FetchParts
  readonly timing?: Partial<GatewayTiming>
  readonly rates?: SendingRates
}

interface HeldLine {
  readonly bot: BotRef
  readonly lease: Lease
  readonly line: BotLine
  /** Another token, or connected or not: another line is needed. */
  readonly version: string
  ending: Promise<void> | undefined
}

interface WantedBot extends BotRef {
  readonly version: string
  readonly fingerprint: string
  readonly sealed: Buffer | null
}

/** Connects every bot of the installation with Telegram. Every node runs one; a lease decides who holds which bot. */
export class Gateway {
  readonly #options: GatewayOptions
  readonly #timing: GatewayTiming
  readonly #transport: Transport
  readonly #leases: Leases
  readonly #parts: LineParts
  readonly #signals: Signals
  readonly #webhooks: WebhookReceiver
  readonly #lines = new Map<string, HeldLine>()
  readonly #pause = new Pause()
  #renewedAt = 0
  #stopped = false
  #running: Promise<void> | undefined

  constructor(options: GatewayOptions) {
    const { databases, secret, log, door, keys, nodeId, files, fetching } = options
    this.#options = options
    this.#timing = { ...GATEWAY_TIMING, ...options.timing }
    this.#transport = new Transport(options.apiRoot)
    this.#leases = new Leases(databases, nodeId, this.#timing.leaseMs)
    const inbox = new Inbox(databases, secret)
    this.#parts = {
      databases,
      door,
      inbox,
      outbox: new Outbox(databases, keys, nodeId),
      files,
      fetching,
      slots: new Slots(CONCURRENT_UPDATES),
      log,
      timing: this.#timing,
      rates: options.rates ?? SENDING_RATES,
      publicUrl: options.publicUrl,
    }
    this.#signals = new Signals(databases, log, signal => this.#hear(signal))
    this.#webhooks = new WebhookReceiver({
      databases,
      inbox,
      secret,
      log,
      onStored: bot => this.#wake({ topic: 'inbox', ...bot }),
    })
  }

  /** Begins to hold whatever bots are free. Returns at once; trouble is logged and tried again. */
  start(): void {
    this.#signals.start()
    this.#running = this.#run()
  }

  /** Lets what is under way end, and gives the bots free for other nodes. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#pause.stop()
    await this.#running
    for (const held of this.#lines.values()) this.#end(held, { forGood: false })
    await Promise.all([...this.#lines.values()].map(({ ending }) => ending))
    await this.#signals.stop()
    this.#transport.close()
  }

  /** Says that a message for a bot was committed. Returns at once. */
  wakeOutbox(workspaceId: string, botId: string): void {
    this.#wake({ topic: 'outbox', workspaceId, botId })
  }

  /** Says that bots of a workspace came, went or have another token. Returns at once. */
  botsChanged(_workspaceId: string): void {
    this.#pause.wake()
    this.#signals.announce({ topic: 'bots' })
  }

  /** For POST /telegram/<bot id>: see WebhookReceiver.receive. `body` is the body as it came. */
  receiveWebhook(botId: string, headers: IncomingHttpHeaders, body: Buffer): Promise<number> {
    return this.#webhooks.receive(botId, headers, body)
  }

  #wake(signal: Signal & BotRef): void {
    if (this.#lines.has(signal.botId)) this.#hear(signal)
    else this.#signals.announce(signal)
  }

  #hear(signal: Signal): void {
    if (signal.topic === 'bots') this.#pause.wake()
    else if (signal.topic === 'outbox') this.#lines.get(signal.botId)?.line.wakeSender()
    else this.#lines.get(signal.botId)?.line.wakeInbox()
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#keepLeases()
        await this.#arrange(await this.#wanted())
      } catch (error) {
        this.#options.log.error({ err: error as Error }, 'the bots could not be looked after')
        this.#dropExpired()
      }
      await this.#pause.sleep(this.#timing.leaseMs / 3)
    }
  }

  /** Prolongs what is held. A line whose lease went to another node ends at once. */
  async #keepLeases(): Promise<void> {
    const held = [...this.#lines.values()]
    const askedAt = Date.now()
    const kept = new Set((await this.#leases.renew(held.map(({ lease }) => lease))).map(({ name }) => name))
    this.#renewedAt = askedAt
    for (const one of held) if (!kept.has(one.lease.name)) this.#end(one, { forGood: false })
  }

  /** Without the database no lease can be renewed: another node may hold our bots by now. */
  #dropExpired(): void {
    if (Date.now() - this.#renewedAt < this.#timing.leaseMs) return
    for (const one of this.#lines.values()) this.#end(one, { forGood: false })
  }

  /** Makes the lines what they should be: ends those of bots that are gone or changed, begins those that are free. */
  async #arrange(wanted: readonly WantedBot[]): Promise<void> {
    for (const held of this.#lines.values()) {
      const bot = wanted.find(({ botId }) => botId === held.bot.botId)
      if (bot?.version === held.version) continue
      const wasConnected = held.version !== DISCONNECTED
      this.#end(held, { forGood: wasConnected && (!bot || bot.version === DISCONNECTED) })
    }
    const free = wanted.filter(({ botId }) => !this.#lines.has(botId))
    for (const lease of await this.#leases.take(free.map(({ botId }) => leaseName(botId)))) {
      const bot = free.find(({ botId }) => leaseName(botId) === lease.name)
      if (bot && !this.#stopped) this.#begin(bot, lease)
    }
  }

  #begin(bot: WantedBot, lease: Lease): void {
    const { secret, apiRoot, publicUrl, log } = this.#options
    const { workspaceId, botId, version, fingerprint, sealed } = bot
    const ref = { workspaceId, botId }
    const token = sealed && openToken(secret, workspaceId, botId, sealed)
    const webhook =
      token && publicUrl
        ? { url: webhookUrl(publicUrl, botId), secretToken: webhookSecret(secret, botId, fingerprint) }
        : null
    const client = token ? new TelegramClient(token, apiRoot, this.#transport) : null
    const line = new BotLine(this.#parts, {
      bot: ref,
      lease,
      tokenFingerprint: fingerprint,
      client,
      webhook,
    })
    this.#lines.set(botId, { bot: ref, lease, line, version, ending: undefined })
    log.info({ botId, mode: client ? (webhook ? 'webhook' : 'polling') : 'leftovers' }, 'holding a bot')
    line.start()
  }

  /**
   * Ends a line in the background: answers it still waits for may take their time, and other leases must be renewed
   * meanwhile. The lease is kept until then, so nobody takes what is still being sent for abandoned.
   */
  #end(held: HeldLine, options: { forGood: boolean }): void {
    held.ending ??= held.line
      .stop(options)
      .then(() => this.#leases.release([held.lease]))
      .catch(error => this.#options.log.warn({ err: error, ...held.bot }, 'a lease will have to expire'))
      .finally(() => {
        this.#lines.delete(held.bot.botId)
        this.#options.log.info({ botId: held.bot.botId }, 'no longer holding a bot')
        this.#pause.wake()
      })
  }

  /** Connected bots, and disconnected ones with something left in inbox or outbox. */
  async #wanted(): Promise<WantedBot[]> {
    const { rows } = await this.#options.databases.app.query<WantedBot & { state: string }>(
      `select b.workspace_id as "workspaceId", b.bot_id as "botId", b.state, b.token_fingerprint as fingerprint, t.sealed
       from bot b left join bot_token t using (workspace_id, bot_id)
       where b.state = 'connected'
         or exists (select from telegram_outbox o where o.workspace_id = b.workspace_id and o.bot_id = b.bot_id)
         or exists (select from telegram_update u where u.workspace_id = b.workspace_id and u.bot_id = b.bot_id and u.done_at is null)`,
    )
    return rows.map(row => ({ ...row, version: row.state === 'connected' ? row.fingerprint : DISCONNECTED }))
  }
}

const DISCONNECTED = 'disconnected'
const leaseName = (botId: string): string => `bot:${botId}`
