import { chmodSync, chownSync, existsSync, mkdirSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { explainFolderError, StartError } from '../../kernel/start-error.ts'
import { type Account, findBarrier } from './account.ts'

/** Where the embedded database keeps its things; absolute paths. */
export interface Layout {
  /** `DATA_DIR/postgres`, ours; only what the database account needs below it belongs to that account. */
  readonly root: string
  readonly cluster: string
  readonly run: string
  readonly native: string
  readonly password: string
}

/** Names the folders below a data folder; touches nothing. */
export function nameLayout(dataDir: string): Layout {
  const root = join(dataDir, 'postgres')
  return {
    root,
    cluster: join(root, 'cluster'),
    run: join(root, 'run'),
    native: join(root, 'native'),
    password: join(root, 'superuser-password'),
  }
}

/** Creates the data folder if need be and returns its real path. Throws `data_dir.not_writable`, `data_dir.full`. */
export function createDataDir(dataDir: string): string {
  try {
    makeParents(dirname(resolve(dataDir)))
    // not `recursive`: where a file system says ENOENT to every new folder (/proc), Node would try for ever
    if (!existsSync(dataDir)) mkdirSync(dataDir, { mode: 0o700 })
    return realpathSync(dataDir)
  } catch (error) {
    throw explainFolderError(error, dataDir)
  }
}

/** Folders we make on the way are passable for the database's account even under a strict umask. */
function makeParents(folder: string): void {
  if (existsSync(folder)) return
  makeParents(dirname(folder))
  mkdirSync(folder, { mode: 0o755 })
  if (process.getuid?.() === 0) letPass(folder)
}

/**
 * Lays out `DATA_DIR/postgres` so that `account` can pass through to its own folders and see nothing else.
 * Throws `data_dir.unreachable` when a folder above the data folder is closed to the account.
 */
export function createLayout(dataDir: string, account: Account | null): Layout {
  const root = join(dataDir, 'postgres')
  try {
    if (account !== null) letPass(dataDir)
    mkdirSync(root, { recursive: true, mode: 0o711 })
    if (account !== null) letPass(root)
  } catch (error) {
    throw explainFolderError(error, dataDir)
  }
  const barrier = account === null ? null : findBarrier(root, account)
  if (account !== null && barrier !== null) {
    throw new StartError(
      'data_dir.unreachable',
      `PostgreSQL does not run as root, and its account "${account.name}" cannot reach ${dataDir}: ${barrier} is closed to it. Set DATA_DIR to another folder, such as /var/lib/tracedesk.`,
    )
  }
  return nameLayout(dataDir)
}

/** Lets others pass through one of our own folders, without letting them list it. */
function letPass(folder: string): void {
  const { mode } = statSync(folder)
  if ((mode & 0o001) === 0) chmodSync(folder, (mode & 0o7777) | 0o011)
}

/** Makes a folder that only the account can enter. */
export function makeOwned(folder: string, account: Account | null): void {
  mkdirSync(folder, { mode: 0o700 })
  if (account !== null) chownSync(folder, account.uid, account.gid)
}

/** Throws `data_dir.wrong_owner` when the cluster belongs to someone the server will not run as. */
export function refuseForeignOwner(cluster: string, account: Account | null): void {
  const { uid } = statSync(cluster)
  const ours = account?.uid ?? process.getuid?.()
  if (ours === undefined || uid === ours) return
  throw new StartError(
    'data_dir.wrong_owner',
    `${cluster} belongs to user id ${uid}, and PostgreSQL would run as ${ours}. Start as the user who started first.`,
  )
}
