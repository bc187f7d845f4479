import pg from 'pg'
import type { Databases } from '../../db/database.ts'
import type { Logger } from '../../kernel/log.ts'
import type { LookerNews } from './lookers.ts'

const CHANNEL = 'tracedesk_tree'
const LOOKING = 'tracedesk_looking'
/** Where LISTEN is lost or a pooler swallows it, growth is noticed by looking. */
const LOOK_MS = 1_000

/**
 * Tells every node that a workspace's tree grew. NOTIFY carries only workspace and size, and goes out once a batch on
 * a connection of its own, never inside a command's transaction.
 */
export class TreeBus {
  readonly #databases: Databases
  readonly #log: Logger
  readonly #onGrowth: (workspaceId: string, size: number) => void
  readonly #onLooking: (news: LookerNews) => void
  #client: pg.Client | undefined
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(
    databases: Databases,
    log: Logger,
    onGrowth: (workspaceId: string, size: number) => void,
    onLooking: (news: LookerNews) => void,
  ) {
    this.#databases = databases
    this.#log = log
    this.#onGrowth = onGrowth
    this.#onLooking = onLooking
  }

  start(): void {
    void this.#listen()
    const look = async () => {
      try {
        for (const { workspace_id, size } of await this.#databases.read
          .selectFrom('log_head')
          .select(['workspace_id', 'size'])
          .execute())
          this.#onGrowth(workspace_id, size)
      } catch (error) {
        this.#log.debug({ err: error as Error }, 'the heads could not be read')
      }
      if (!this.#stopped) this.#timer = setTimeout(look, LOOK_MS)
    }
    this.#timer = setTimeout(look, LOOK_MS)
  }

  /** Says to the other nodes that a tree has grown. */
  announce(workspaceId: string, size: number): void {
    this.#databases.ledger
      .query('select pg_notify($1, $2)', [CHANNEL, `${workspaceId}:${size}`])
      .catch(error =>
        this.#log.debug({ err: error }, 'a batch was not announced; others will notice by looking'),
      )
  }

  /** Says to the other nodes what a browser here looks at. Lost where a pooler swallows it: it is only a courtesy. */
  announceLooking(news: LookerNews): void {
    this.#databases.ledger
      .query('select pg_notify($1, $2)', [LOOKING, JSON.stringify(news)])
      .catch(error => this.#log.debug({ err: error }, 'who looks was not announced'))
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#client?.end().catch(() => {}) // already gone
  }

  async #listen(): Promise<void> {
    if (this.#stopped) return
    const client = new pg.Client({ ...this.#databases.listenTarget, application_name: 'tracedesk listen' })
    const again = () => {
      if (this.#client === client) this.#client = undefined
      if (!this.#stopped) setTimeout(() => void this.#listen(), LOOK_MS).unref()
    }
    client.on('error', () => {}) // 'end' follows
    client.on('end', again)
    client.on('notification', ({ channel, payload }) => {
      // only announceLooking writes there
      if (channel === LOOKING) return this.#onLooking(JSON.parse(payload ?? '') as LookerNews)
      const [workspaceId, size] = (payload ?? '').split(':')
      if (workspaceId && size) this.#onGrowth(workspaceId, Number(size))
    })
    try {
      this.#client = client
      await client.connect()
      await client.query(`listen ${CHANNEL}; listen ${LOOKING}`)
    } catch (error) {
      this.#log.debug({ err: error as Error }, 'not listening for batches yet')
      await client.end().catch(() => {}) // never connected
    }
  }
}
