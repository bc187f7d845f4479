import { randomBytes } from 'node:crypto'
import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { StartError } from '../../kernel/start-error.ts'
import type { Account } from './account.ts'
import type { Binaries } from './binaries.ts'
import { explainFailure } from './explain.ts'
import { type Layout, makeOwned, refuseForeignOwner } from './layout.ts'
import { runOnce } from './run-once.ts'

export const SUPERUSER = 'postgres'
export const DATABASE = 'tracedesk'

export interface ClusterTools {
  readonly binaries: Binaries
  readonly account: Account | null
  /** False lets initdb skip fsync: for tests only. */
  readonly durable: boolean
}

/**
 * Makes sure a whole cluster exists and that we know its superuser's password, which is returned.
 * A new cluster is prepared under another name, made durable, and renamed: dying at any line leaves either
 * no cluster or a complete one. Throws `database.init_failed`, `database.wrong_version`, `data_dir.full` …
 */
export async function ensureCluster(layout: Layout, tools: ClusterTools): Promise<string> {
  const remains = readdirSync(layout.root).filter(name => name.startsWith('cluster.new-'))
  for (const name of remains)
    rmSync(join(layout.root, name), { recursive: true, force: true, maxRetries: 10 })

  const known = readPassword(layout)
  if (!existsSync(layout.cluster)) {
    const password = known ?? createPassword(layout)
    await createCluster(layout, tools, password)
    return password
  }
  checkCluster(layout, tools)
  if (known !== null) return known
  const password = createPassword(layout)
  await runSingle(layout.cluster, layout, tools, `alter role ${SUPERUSER} password '${password}'`)
  return password
}

async function createCluster(layout: Layout, tools: ClusterTools, password: string): Promise<void> {
  const name = `cluster.new-${randomBytes(6).toString('hex')}`
  const staging = join(layout.root, name)
  const passwordFile = join(layout.root, `${name}.password`)
  try {
    makeOwned(staging, tools.account)
    writeFileSync(passwordFile, password, { mode: 0o600 })
    if (tools.account !== null) chownSync(passwordFile, tools.account.uid, tools.account.gid)
    await initialise(staging, passwordFile, layout, tools)
    await runSingle(staging, layout, tools, `create database ${DATABASE}`)
    renameSync(staging, layout.cluster)
    syncFolder(layout.root)
  } finally {
    rmSync(passwordFile, { force: true })
    rmSync(staging, { recursive: true, force: true })
  }
}

async function initialise(
  staging: string,
  passwordFile: string,
  layout: Layout,
  tools: ClusterTools,
): Promise<void> {
  const locale =
    tools.binaries.major >= 17
      ? ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
      : ['--locale=C', '--lc-ctype=C.UTF-8']
  const args = [
    `--pgdata=${staging}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--data-checksums',
    '--no-instructions',
    ...locale,
    ...(tools.durable ? [] : ['--no-sync']),
  ]
  const { status, output } = await runOnce({
    program: tools.binaries.initdb,
    args,
    account: tools.account,
    cwd: layout.root,
  })
  if (status !== 0)
    throw explainFailure(
      'database.init_failed',
      'PostgreSQL could not create its cluster',
      output,
      layout.cluster,
    )
}

/** Runs one statement on a cluster that no server runs on. */
async function runSingle(
  cluster: string,
  layout: Layout,
  tools: ClusterTools,
  statement: string,
): Promise<void> {
  const { status, output } = await runOnce({
    program: tools.binaries.postgres,
    args: ['--single', '-D', cluster, ...(tools.durable ? [] : ['-F']), 'postgres'],
    account: tools.account,
    cwd: layout.root,
    input: `${statement}\n`,
  })
  // Single-user mode exits with 0 even when the statement failed.
  if (status === 0 && !/^.*(ERROR|FATAL|PANIC):/m.test(output)) return
  throw explainFailure(
    'database.init_failed',
    'PostgreSQL could not prepare its cluster',
    output,
    layout.cluster,
  )
}

function checkCluster(layout: Layout, { binaries, account }: ClusterTools): void {
  const version = join(layout.cluster, 'PG_VERSION')
  if (!existsSync(version)) {
    throw new StartError(
      'data_dir.damaged',
      `${layout.cluster} is not a PostgreSQL cluster: PG_VERSION is missing. Restore it from a backup.`,
    )
  }
  const major = Number(readFileSync(version, 'utf8'))
  if (major !== binaries.major) {
    throw new StartError(
      'database.wrong_version',
      `The cluster in ${layout.cluster} was made by PostgreSQL ${major}, but ${binaries.postgres} is ${binaries.major}. Set PG_BIN to a PostgreSQL ${major}.`,
    )
  }
  refuseForeignOwner(layout.cluster, account)
}

function readPassword(layout: Layout): string | null {
  if (!existsSync(layout.password)) return null
  const password = readFileSync(layout.password, 'utf8').trim()
  return password === '' ? null : password
}

/** Written before the cluster that needs it, so that no cluster with an unknown password comes to be. */
function createPassword(layout: Layout): string {
  const password = randomBytes(24).toString('base64url')
  writeFileSync(`${layout.password}.new`, password, { mode: 0o600, flush: true })
  renameSync(`${layout.password}.new`, layout.password)
  syncFolder(layout.root)
  return password
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
