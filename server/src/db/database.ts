import { type CompiledQuery, Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { instantFromPostgres } from '../kernel/instant.ts'
import type { Logger } from '../kernel/log.ts'
import type { ConnectionTarget, RoleTargets } from './roles.ts'
import type { Tables } from './tables.generated.ts'

// bigint as number (counts and positions stay far below 2^53; Telegram's ids below 2^52), instants as text with
// microseconds. Everything else as pg has it.
const types = new pg.TypeOverrides()
types.setTypeParser(pg.types.builtins.INT8, Number)
types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, instantFromPostgres)

/** A handle that cannot write: by type it has only selects, and its database role may do nothing else. */
export type ReadDb = Pick<Kysely<Tables>, 'selectFrom' | 'with' | 'getExecutor' | 'fn' | 'dynamic'>

/** A handle inside the one transaction of a command. Only `execute` and the sequencer make one. */
export type Tx = Kysely<Tables> & { readonly __tx: true }

export interface Databases {
  readonly app: pg.Pool
  readonly ledger: pg.Pool
  readonly readPool: pg.Pool
  readonly read: ReadDb
  /**
   * One connection as the application for what is wanted in the middle of somebody else's transaction. Whoever holds it
   * waits for no other pool: if it were one of `app`, sixteen commands could each hold one and wait for another.
   */
  readonly aside: pg.Pool
  /** For LISTEN: a connection of its own, never through a transaction pooler. */
  readonly listenTarget: ConnectionTarget
  close(): Promise<void>
}

export interface PoolSizes {
  readonly app?: number
  readonly read?: number
  readonly ledger?: number
}

/** Opens the pools. Nothing is connected until it is needed; a lost connection is logged and replaced. */
export function openDatabases(targets: RoleTargets, log: Logger, sizes: PoolSizes = {}): Databases {
  // A connection that we are letting go of may still hear that the server stops after us: nothing was lost then.
  let closing = false
  const lost = (words: string) => (error: Error) => {
    if (!closing) log.warn({ err: error }, words)
  }
  const pool = (target: ConnectionTarget, max: number, options = '', pipeline = false) => {
    const made = new pg.Pool({
      ...target,
      max,
      pipeline,
      types,
      idleTimeoutMillis: 60_000,
      options: `-c TimeZone=UTC -c statement_timeout=60000 ${options}`,
      application_name: 'tracedesk',
    })
    made.on('error', lost('an idle database connection was lost'))
    // A connection that is lost while in use tells its query; without a listener of its own it would end the process.
    made.on('connect', client => void client.on('error', lost('a database connection was lost')))
    return made
  }
  // commands send their entries and the COMMIT behind them in one go
  const app = pool(targets.app, sizes.app ?? 16, '', true)
  const ledger = pool(targets.ledger, sizes.ledger ?? 4, '-c statement_timeout=0')
  const readPool = pool(targets.read, sizes.read ?? 8, '-c default_transaction_read_only=on')
  const aside = pool(targets.app, 1)
  const read = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: readPool }) })
  return {
    app,
    ledger,
    readPool,
    read,
    aside,
    listenTarget: targets.read,
    close: async () => {
      closing = true
      await Promise.all([app.end(), ledger.end(), readPool.end(), aside.end()])
    },
  }
}

/**
 * Statements of commands are few and come again and again: named ones are planned once a connection instead of every
 * time, which halves what a command costs. A pooler in transaction mode does not know them: PREPARED_STATEMENTS=off.
 */
const NAMED_MAX = 500
const names = new Map<string, string>()
const prepared = process.env.PREPARED_STATEMENTS !== 'off'

function nameOf(text: string): { name?: string } {
  if (!prepared) return {}
  let name = names.get(text)
  if (!name) {
    if (names.size >= NAMED_MAX) return {}
    name = `c${names.size}`
    names.set(text, name)
  }
  return { name }
}

/** Runs a statement that comes again and again, without waiting for what was sent before it on a pipelined connection. */
export function runNamed(
  client: pg.PoolClient,
  { sql: text, parameters }: CompiledQuery,
): Promise<pg.QueryResult> {
  return client.query({ ...nameOf(text), text, values: [...parameters] })
}

const bound = new WeakMap<pg.PoolClient, Tx>()

/** The query builder bound to one connection, made once a connection. */
export function bindTx(client: pg.PoolClient): Tx {
  let tx = bound.get(client)
  if (!tx) {
    const query = (text: string, values: unknown[]) => client.query({ ...nameOf(text), text, values })
    // Kysely asks its pool for a connection: it always gets this one, and giving it back does nothing.
    const connection = { query, release: () => {} } as unknown as pg.PoolClient
    const pool = { connect: async () => connection, end: async () => {}, options: {} }
    // The brand exists only for the compiler: nothing but this function makes a Tx.
    tx = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }) as Tx
    bound.set(client, tx)
  }
  return tx
}
