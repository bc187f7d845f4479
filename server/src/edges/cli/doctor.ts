import { accessSync, constants, existsSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { schemaVersion } from '../../db/migrate.ts'
import { explainFolderError } from '../../kernel/start-error.ts'
import { RemoteSigner, readSignerSecret } from '../../ledger/remote-signer.ts'
import type { CliCommand } from './command.ts'
import { type OpenDatabase, openDatabase, readCliConfig, readSchemaVersion } from './open-desk.ts'

type Check = { name: string; state: 'ok' | 'warning' | 'failed'; detail: string }

const GIB = 1024 ** 3
const PATIENCE_MS = 5_000

export const doctor: CliCommand = {
  name: 'doctor',
  synopsis: 'doctor',
  summary: 'look whether everything this installation needs is there',
  options: {},
  run: async invocation => {
    const config = readCliConfig(invocation.env)
    const checks: Check[] = [
      await check('data folder', () => checkFolder(config.dataDir)),
      await check('disk space', () => checkSpace(config.dataDir)),
      ...(await checkDatabase(invocation.env)),
      await check('Telegram', () => checkTelegram(config.telegramApiRoot)),
    ]
    const mark = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ' }
    for (const { name, state, detail } of checks) invocation.say(`${mark[state]}  ${name}: ${detail}`)
    return { exitCode: checks.some(({ state }) => state === 'failed') ? 1 : 0, json: { checks } }
  },
}

type Finding = string | { warning: string }

/** Runs one look; what it throws is its finding. */
async function check(name: string, look: () => Finding | Promise<Finding>): Promise<Check> {
  try {
    const found = await look()
    return typeof found === 'string'
      ? { name, state: 'ok', detail: found }
      : { name, state: 'warning', detail: found.warning }
  } catch (error) {
    return { name, state: 'failed', detail: (error as Error).message }
  }
}

function checkFolder(dataDir: string): Finding {
  if (!existsSync(dataDir)) return { warning: `${dataDir} does not exist yet; the first start makes it` }
  try {
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw explainFolderError(error, dataDir)
  }
  return dataDir
}

function checkSpace(dataDir: string): Finding {
  const { bavail, bsize } = statfsSync(existsSync(dataDir) ? dataDir : '/')
  const free = `${((bavail * bsize) / GIB).toFixed(1)} GiB free`
  return bavail * bsize < GIB ? { warning: `${free}: less than 1 GiB` } : free
}

async function checkDatabase(env: NodeJS.ProcessEnv): Promise<Check[]> {
  let database: OpenDatabase | undefined
  const reached = await check('database', async () => {
    database = await openDatabase(env)
    const version = await ask(database, 'show server_version')
    return `PostgreSQL ${version}${database.alone ? '' : ', in use by a server or external'}`
  })
  if (!database) return [reached]
  const open = database
  try {
    return [
      reached,
      await check('roles', () =>
        open.targets.separated
          ? 'migrator, application, ledger and reader work as users of their own'
          : { warning: 'one user does everything: a leaked application could rewrite the ledger' },
      ),
      await check('schema', async () => {
        const version = await readSchemaVersion(open.targets.migrator)
        if (version === schemaVersion()) return String(version)
        if (version > schemaVersion())
          throw new Error(`${version} is newer than this program, which knows ${schemaVersion()}`)
        return { warning: `${version}; this program brings ${schemaVersion()} ("tracedesk migrate")` }
      }),
      await check('signer', () => checkSigner(open)),
    ]
  } finally {
    await open.close()
  }
}

async function ask(database: OpenDatabase, statement: string): Promise<unknown> {
  const client = new pg.Client(database.targets.migrator)
  await client.connect()
  try {
    return (await client.query({ text: statement, rowMode: 'array' })).rows[0]?.[0]
  } finally {
    await client.end()
  }
}

/** Is the key that the ledger names in this installation's folder, for every workspace? */
async function checkSigner(database: OpenDatabase): Promise<Finding> {
  if ((await readSchemaVersion(database.targets.migrator)) === 0) return { warning: 'no ledger yet' }
  const heads = await ask(
    database,
    `select coalesce(array_agg(workspace_id || '/' || epoch), '{}') from log_head`,
  )
  if (database.config.signer) return askSigner(database, heads as string[])
  const missing = (heads as string[]).filter(
    place => !existsSync(join(database.config.dataDir, 'signer', place, 'key.json')),
  )
  if (missing.length > 0) return { warning: `no signing key here for ${missing.join(', ')}` }
  return `${(heads as string[]).length} ledger(s), the key of each is here`
}

/** Signing what is signed already changes nothing; it shows that the signer is there and holds the keys. */
async function askSigner({ config }: OpenDatabase, heads: readonly string[]): Promise<Finding> {
  if (!config.signer) throw new Error('no signer is configured')
  const signer = new RemoteSigner(config.signer.url, readSignerSecret(config.signer.secretFile))
  for (const place of heads) {
    const [workspaceId = ''] = place.split('/')
    if (!(await signer.sign(workspaceId))) return { warning: `the signer holds no key for ${place}` }
  }
  return `${heads.length} ledger(s), signed by the process at ${config.signer.url}`
}

/** Any answer will do: without a token Telegram says 404, and that is an answer. */
async function checkTelegram(root: string): Promise<Finding> {
  try {
    const response = await fetch(root, { signal: AbortSignal.timeout(PATIENCE_MS), redirect: 'manual' })
    await response.body?.cancel()
    return `${root} answers`
  } catch (error) {
    const { message, cause } = error as Error
    return { warning: `${root} cannot be reached: ${cause instanceof Error ? cause.message : message}` }
  }
}
