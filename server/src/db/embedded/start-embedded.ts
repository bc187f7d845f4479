import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { explainFolderError, StartError } from '../../kernel/start-error.ts'
import { type Account, chooseAccount, findBarrier } from './account.ts'
import { prepareBinaries } from './binaries.ts'
import { DATABASE, ensureCluster, SUPERUSER } from './cluster.ts'
import { createDataDir, createLayout, type Layout, nameLayout } from './layout.ts'
import { clearLeftovers, resetRunDir } from './leftovers.ts'
import { type DataDirLock, lockDataDir } from './lock.ts'
import { startServer } from './server-process.ts'
import { chooseSettings } from './settings.ts'
import { type Supervision, superviseServer } from './supervise.ts'

/** What `pg` takes as its connection settings; `host` is the folder of the server's socket. */
export interface EmbeddedConnection {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

export interface EmbeddedDatabase extends Supervision {
  /** A superuser's connection: for migrations and for making the application's own roles. */
  readonly connection: EmbeddedConnection
  readonly superuserUrl: string
  /** PostgreSQL's major version. */
  readonly major: number
}

export interface EmbeddedOptions {
  readonly dataDir: string
  /** Gets one line at a time, PostgreSQL's own words included. Nothing in them is personal. */
  readonly log?: (message: string) => void
  /** A folder with `postgres` and `initdb` (15 or newer) to use instead of the installed package; default `PG_BIN`. */
  readonly pgBin?: string
  /** Extra or other server settings. */
  readonly settings?: Readonly<Record<string, string>>
  /** DANGEROUS when false: no fsync. Tests only. */
  readonly durable?: boolean
}

const PORT = 5432
const PATIENCE_MS = 1_500
/** A socket's path fits into about 100 bytes on every system; `/.s.PGSQL.5432` follows the folder. */
const LONGEST_SOCKET_DIR = 100 - '/.s.PGSQL.5432.lock'.length

/**
 * Starts the PostgreSQL that lives in `dataDir`, creating what is missing: a first start takes seconds, a
 * later one well under one. The folder is locked while it runs; the server is started again when it dies
 * and stopped when we die. Throws StartError with any of its `data_dir.*` and `database.*` codes.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const dataDir = createDataDir(options.dataDir)
  const lock = await lockPatiently(dataDir)
  try {
    const { socketDir: lastSocketDir } = lock.previous ?? {}
    if (typeof lastSocketDir === 'string') removeOwnTemporary(lastSocketDir)
    return await startLocked(dataDir, lock, options)
  } catch (error) {
    lock.release()
    throw explainFolderError(error, dataDir)
  }
}

/** Waits a moment for a holder that is on its way out, so that stop and start can follow each other closely. */
async function lockPatiently(dataDir: string): Promise<DataDirLock> {
  const end = performance.now() + PATIENCE_MS
  for (;;) {
    try {
      return lockDataDir(dataDir)
    } catch (error) {
      const occupied = error instanceof StartError && error.code === 'data_dir.in_use'
      if (!occupied || performance.now() > end) throw error
    }
    await sleep(50)
  }
}

async function startLocked(
  dataDir: string,
  lock: DataDirLock,
  options: EmbeddedOptions,
): Promise<EmbeddedDatabase> {
  const log = options.log ?? (() => {})
  const durable = options.durable ?? true
  const account = chooseAccount(nameLayout(dataDir).cluster)
  const layout = createLayout(dataDir, account)
  const pgBin = options.pgBin ?? process.env.PG_BIN
  const binaries = prepareBinaries(pgBin === '' ? undefined : pgBin, layout.native, account)
  const password = await ensureCluster(layout, { binaries, account, durable })
  const socketDir = chooseSocketDir(layout, account)
  const connection = { host: socketDir, port: PORT, user: SUPERUSER, password, database: DATABASE }

  const supervision = await superviseServer(async () => {
    await clearLeftovers(layout.cluster, log)
    resetRunDir(socketDir, account)
    const settings = { ...chooseSettings({ socketDir, port: PORT, durable }), ...options.settings }
    return startServer({
      postgres: binaries.postgres,
      cluster: layout.cluster,
      cwd: layout.root,
      account,
      settings,
      log,
    })
  }, log)
  lock.note({ socketDir, port: PORT })

  return {
    connection,
    superuserUrl: writeUrl(connection),
    major: binaries.major,
    get pid() {
      return supervision.pid
    },
    onChange: supervision.onChange,
    stop: async () => {
      await supervision.stop()
      removeOwnTemporary(socketDir)
      lock.release()
    },
  }
}

const TEMPORARY_PREFIX = 'tracedesk-socket-'

/** The folder in the data folder, or, where its path is too long for a socket, a private temporary one. */
function chooseSocketDir(layout: Layout, account: Account | null): string {
  if (Buffer.byteLength(layout.run) <= LONGEST_SOCKET_DIR) return layout.run
  const roomy = [tmpdir(), '/tmp'].find(
    folder =>
      folder.length + 32 <= LONGEST_SOCKET_DIR && (account === null || findBarrier(folder, account) === null),
  )
  const folder = mkdtempSync(join(roomy ?? '/tmp', TEMPORARY_PREFIX))
  if (account !== null) chownSync(folder, account.uid, account.gid)
  return folder
}

function removeOwnTemporary(socketDir: string): void {
  if (socketDir.includes(`/${TEMPORARY_PREFIX}`)) rmSync(socketDir, { recursive: true, force: true })
}

/** A URL that `pg` and libpq both read: the socket's folder travels as a parameter. */
function writeUrl({ host, port, user, password, database }: EmbeddedConnection): string {
  const parameters = new URLSearchParams({ host, port: `${port}` })
  return `postgresql://${user}:${encodeURIComponent(password)}@/${database}?${parameters}`
}
