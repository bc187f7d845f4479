import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { connectRoles, originHost, VERSION } from '../../boot.ts'
import { chooseDataDir, connectEmbedded } from '../../db/embedded/index.ts'
import { migrate, schemaVersion } from '../../db/migrate.ts'
import { type ConnectionTarget, type RoleTargets, targetFromUrl } from '../../db/roles.ts'
import { type Config, readConfig } from '../../kernel/config.ts'
import { createLog } from '../../kernel/log.ts'
import { type InstallationSecret, loadSecret } from '../../kernel/secret.ts'
import { StartError } from '../../kernel/start-error.ts'
import { RemoteSigner, readSignerSecret } from '../../ledger/remote-signer.ts'
import type { NamedStore } from '../../modules/archive/index.ts'
import { NO_TELEGRAM } from '../../modules/bots/index.ts'
import { openNamedStore } from '../../modules/files/index.ts'
import { TracedeskNode } from '../../node.ts'
import { CliError } from './cli-error.ts'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))

/** The configuration as `npm start` reads it: a DATA_DIR that is not set lies beside the program, wherever we stand. */
export function readCliConfig(env: NodeJS.ProcessEnv): Config {
  return readConfig(env, chooseDataDir(env, env.DATA_DIR ? process.cwd() : ROOT))
}

/** The database for the time of a command. */
export interface OpenDatabase {
  readonly config: Config
  readonly secret: InstallationSecret
  readonly targets: RoleTargets
  /** True when nobody else can be working on it: then we also sign what we wrote. */
  readonly alone: boolean
  close(): Promise<void>
}

/** Reaches the database of this installation. Throws CliError 3 when that cannot be. */
export async function openDatabase(env: NodeJS.ProcessEnv): Promise<OpenDatabase> {
  const config = readCliConfig(env)
  const reached = config.databaseUrl
    ? { connection: targetFromUrl(config.databaseUrl), shared: true, stop: async () => {} }
    : await connectEmbedded(config.dataDir)
  try {
    const secret = loadSecret(config.secretFile)
    const targets = await connectRoles(reached.connection, secret, config)
    return { config, secret, targets, alone: !reached.shared, close: () => reached.stop() }
  } catch (error) {
    await reached.stop()
    if (error instanceof StartError || error instanceof CliError) throw error
    throw new CliError(
      3,
      'database.unavailable',
      `The database cannot be reached: ${(error as Error).message}`,
      { cause: error },
    )
  }
}

/** A node for the time of a command, without server and gateway. */
export interface OpenDesk extends OpenDatabase {
  readonly node: TracedeskNode
  readonly workspaceId: string
  /** Puts what was recorded into the tree; signs it unless a running server does. */
  settle(): Promise<void>
}

/** Opens the desk: schema in order, a workspace there. Throws CliError 3 when it is not. */
export async function openDesk(env: NodeJS.ProcessEnv, workspace?: string): Promise<OpenDesk> {
  const database = await openDatabase(env)
  try {
    await requireSchema(database.targets, database.alone)
  } catch (error) {
    await database.close()
    throw error
  }
  return openWorkspace(database, env, workspace)
}

/** Puts a node on a database whose schema is in order; closing it closes the database. */
async function openWorkspace(
  database: OpenDatabase,
  env: NodeJS.ProcessEnv,
  workspace: string | undefined,
): Promise<OpenDesk> {
  const { archiveUrl, logLevel } = database.config
  const archive = archiveUrl ? await openNamedStore(archiveUrl) : undefined
  const node = openNode(database, env.LOG_LEVEL ? logLevel : 'error', archive)
  const close = async () => {
    await closeNode(node)
    await database.close()
  }
  try {
    const workspaceId = await chooseWorkspace(node, workspace)
    const settle = () => settleWorkspace(node, workspaceId, database.alone)
    return { ...database, node, workspaceId, settle, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** A node that is used but not started: no server, no gateway, no loops. */
export function openNode(
  { config, secret, targets }: OpenDatabase,
  logLevel: string,
  archive?: NamedStore,
): TracedeskNode {
  const node = new TracedeskNode({
    targets,
    secret,
    dataDir: config.dataDir,
    originHost: originHost(config),
    log: createLog(logLevel),
    ...(archive ? { archive } : {}),
    version: VERSION,
    setupToken: () => null,
    ...(config.signer
      ? { signer: new RemoteSigner(config.signer.url, readSignerSecret(config.signer.secretFile)) }
      : {}),
    bots: NO_TELEGRAM,
    pools: { app: 4, read: 4, ledger: 3 },
  })
  void node.textIndex.stop() // the search index follows in the server's time, not in ours
  return node
}

export async function closeNode(node: TracedeskNode): Promise<void> {
  await node.sequencer.stop()
  await node.textIndex.stop()
  await node.rollup.stop()
  await node.checkpoints.stop()
  await node.databases.close()
}

/** Puts what was committed into the tree, and signs it when nobody else does. */
export async function settleWorkspace(
  node: TracedeskNode,
  workspaceId: string,
  sign: boolean,
): Promise<void> {
  while ((await node.sequencer.sequenceOnce(workspaceId)) > 0);
  // A running server signs what is new within a second. Two signers would take turns in remembering.
  if (sign) await node.checkpoints.signHead(workspaceId)
}

/** A database that only we use is brought up to date; one in use is left to its server. */
async function requireSchema(targets: RoleTargets, alone: boolean): Promise<void> {
  const version = await readSchemaVersion(targets.migrator)
  if (version === schemaVersion()) return
  if (alone || version === 0) await migrate(targets)
  else
    throw new CliError(
      3,
      version > schemaVersion() ? 'schema.newer' : 'schema.older',
      version > schemaVersion()
        ? `The database has schema ${version}; this program knows ${schemaVersion()}. Use the newer program.`
        : `The database has schema ${version}; this program needs ${schemaVersion()}. Run "tracedesk migrate", or start the server.`,
    )
}

/** The version of the schema in a database; 0 when it has none. */
export async function readSchemaVersion(target: ConnectionTarget): Promise<number> {
  const client = new pg.Client(target)
  await client.connect()
  try {
    const { rows } = await client.query<{ known: boolean }>(
      "select to_regclass('public.schema_version') is not null as known",
    )
    if (!rows[0]?.known) return 0
    const found = await client.query<{ version: number | null }>(
      'select max(version) as version from schema_version',
    )
    return found.rows[0]?.version ?? 0
  } finally {
    await client.end()
  }
}

async function chooseWorkspace(node: TracedeskNode, wanted: string | undefined): Promise<string> {
  const known = await node.workspaces()
  if (wanted !== undefined) {
    if (known.includes(wanted)) return wanted
    throw new CliError(3, 'workspace.not_found', `There is no workspace ${wanted}.`)
  }
  const [only, another] = known
  if (!only)
    throw new CliError(
      3,
      'setup.missing',
      'There is no workspace yet: start the server, which makes the first one by its set-up link, or by TRACEDESK_OWNER_EMAIL and TRACEDESK_OWNER_PASSWORD.',
    )
  if (another)
    throw new CliError(2, 'workspace.several', `Say which workspace with --workspace: ${known.join(', ')}`)
  return only
}
