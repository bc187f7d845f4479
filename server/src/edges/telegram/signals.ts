import pg from 'pg'
import type { Databases } from '../../db/database.ts'
import type { Logger } from '../../kernel/log.ts'
import type { BotRef } from './inbox.ts'

const CHANNEL = 'tracedesk_gateway'
const AGAIN_MS = 1_000

/** `bots`: bots came, went or have another token. `inbox`, `outbox`: something waits for a bot. */
export type Signal = { readonly topic: 'bots' } | ({ readonly topic: 'inbox' | 'outbox' } & BotRef)

/**
 * Lets a node tell the one that holds a bot that there is something to do. Only a hint: whoever misses it finds the
 * work by looking. Goes out on a connection of its own after commit, because NOTIFY inside a commit costs two thirds
 * of its rate.
 */
export class Signals {
  readonly #databases: Databases
  readonly #log: Logger
  readonly #onSignal: (signal: Signal) => void
  #client: pg.Client | undefined
  #again: NodeJS.Timeout | undefined
  #stopped = false

  constructor(databases: Databases, log: Logger, onSignal: (signal: Signal) => void) {
    this.#databases = databases
    this.#log = log
    this.#onSignal = onSignal
  }

  start(): void {
    void this.#listen()
  }

  /** Tells every node, this one included. Returns at once. */
  announce(signal: Signal): void {
    this.#databases.app
      .query('select pg_notify($1, $2)', [CHANNEL, JSON.stringify(signal)])
      .catch(error => this.#log.debug({ err: error }, 'a signal was not sent; the work is found by looking'))
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#again)
    await this.#client?.end().catch(() => {}) // already gone
  }

  async #listen(): Promise<void> {
    const client = new pg.Client({ ...this.#databases.listenTarget, application_name: 'tracedesk gateway' })
    client.on('error', () => {}) // 'end' follows
    client.on('end', () => {
      this.#client = undefined
      if (!this.#stopped) this.#again = setTimeout(() => void this.#listen(), AGAIN_MS)
    })
    // Only nodes of this installation can connect, so the payload is ours.
    client.on('notification', ({ payload }) => this.#onSignal(JSON.parse(payload ?? '{}') as Signal))
    try {
      this.#client = client
      await client.connect()
      await client.query(`listen ${CHANNEL}`)
    } catch (error) {
      this.#log.debug({ err: error as Error }, 'not listening for the gateway yet')
      await client.end().catch(() => {}) // never connected
    }
  }
}
