import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Caller, operatorCaller, systemCaller } from './command/caller.ts'
import { chooseDataDir, startEmbedded } from './db/embedded/index.ts'
import { migrate } from './db/migrate.ts'
import { type ConnectionTarget, prepareRoles, type RoleTargets, targetFromUrl } from './db/roles.ts'
import { createHttpServer } from './edges/http/server.ts'
import { createIdentify, createProfileReader, createSendDocument, Gateway } from './edges/telegram/index.ts'
import { type Config, readConfig } from './kernel/config.ts'
import { createLog, type Logger } from './kernel/log.ts'
import { loadSecret, newToken, sha256 } from './kernel/secret.ts'
import { StartError } from './kernel/start-error.ts'
import { RemoteSigner, readSignerSecret } from './ledger/remote-signer.ts'
import { openFileStore, openNamedStore } from './modules/files/index.ts'
import { recordMigration } from './modules/ledger-state/index.ts'
import { TracedeskNode } from './node.ts'

export const VERSION: string = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
).version
const WEB_ROOT = fileURLToPath(new URL('../../web/dist', import.meta.url))

export interface Running {
  readonly config: Config
  readonly node: TracedeskNode
  /** Where the console answers. */
  readonly url: string
  /** The one-time link, while the installation has no owner. */
  readonly setupUrl: string | null
  stop(): Promise<void>
}

/** Everything from environment to listening server. Throws StartError with one clear line; leaves nothing running then. */
export async function boot(env: NodeJS.ProcessEnv, cwd: string): Promise<Running> {
  const config = readConfig(env, chooseDataDir(env, cwd))
  const log = createLog(config.logLevel)
  const stops: (() => Promise<unknown>)[] = []
  const stop = async () => {
    for (const step of stops.reverse().splice(0))
      await step().catch(error => log.error({ err: error as Error }, 'a step of the stop failed'))
  }
  try {
    await requireFreePort(config)
    const given = config.databaseUrl
      ? targetFromUrl(config.databaseUrl)
      : await startOwnDatabase(config, log, stops)
    const secret = loadSecret(config.secretFile)
    const targets = await connectRoles(given, secret, config)
    if (!targets.separated)
      log.warn(
        'the database user may not create roles: the application works as that user, and the ledger is protected by less',
      )
    const schema = await migrate(targets)
    const setup = new SetupLink(config.dataDir)
    // Telegram calls nothing but https; anything else polls
    const webhookRoot = config.publicUrl?.startsWith('https:') ? config.publicUrl : undefined
    const node = new TracedeskNode({
      targets,
      secret,
      dataDir: config.dataDir,
      originHost: originHost(config),
      log,
      version: VERSION,
      ...(config.signer
        ? { signer: new RemoteSigner(config.signer.url, readSignerSecret(config.signer.secretFile)) }
        : {}),
      allowPrivateTargets: config.allowPrivateTargets,
      fileStore: await openFileStore(config.filesUrl, config.dataDir),
      ...(config.archiveUrl ? { archive: await openNamedStore(config.archiveUrl) } : {}),
      setupToken: () => setup.token,
      bots: {
        delivery: webhookRoot ? 'webhook' : 'polling',
        identify: createIdentify(config.telegramApiRoot),
        profile: createProfileReader(config.telegramApiRoot),
      },
    })
    stops.push(() => node.stop())
    await setup.prepare(node)
    await requireNoRestore(node)
    await node.start(schema.to)
    if (schema.from < schema.to && schema.from > 0)
      for (const id of await node.workspaces())
        await node.door.execute(recordMigration, systemCaller(id), schema)
    if (config.owner && setup.token) {
      await createOwner(node, setup.token, config.owner)
      await setup.prepare(node)
    }
    const gateway = startGateway(node, config, webhookRoot)
    stops.push(() => gateway.stop())
    const server = await createHttpServer(node, {
      publicUrl: config.publicUrl,
      webhook: (botId, headers, body) => gateway.receiveWebhook(botId, headers, body),
      webRoot: existsSync(WEB_ROOT) ? WEB_ROOT : null,
    })
    stops.push(() => server.close())
    const url = await listen(server, config)
    return {
      config,
      node,
      url,
      setupUrl: setup.token ? `${config.publicUrl ?? url}/setup?token=${setup.token}` : null,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** A database that was put back to an older state is served only after its restore is finished. */
async function requireNoRestore(node: TracedeskNode): Promise<void> {
  const problem = await node.findUnfinishedRestore()
  if (problem === 'unfinished')
    throw new StartError(
      'restore.unfinished',
      'This database was restored, and the restore is not finished. Run "bin/tracedesk restore --finish".',
    )
  if (problem === 'erasures')
    throw new StartError(
      'restore.unfinished',
      'This database has people who were erased: it was put back to an older state. Run "bin/tracedesk restore --declare".',
    )
}

function startGateway(node: TracedeskNode, config: Config, webhookRoot: string | undefined): Gateway {
  const gateway = new Gateway({
    databases: node.databases,
    door: node.door,
    keys: node.keys,
    secret: node.options.secret,
    log: node.options.log,
    nodeId: node.counter.nodeId,
    apiRoot: config.telegramApiRoot,
    publicUrl: webhookRoot,
    ...node.gatewayFiles(),
  })
  node.wakeOutbox = (workspaceId, botId) => gateway.wakeOutbox(workspaceId, botId)
  node.botsChanged = workspaceId => gateway.botsChanged(workspaceId)
  node.sendDocument = createSendDocument({
    databases: node.databases,
    secret: node.options.secret,
    apiRoot: config.telegramApiRoot,
  })
  gateway.start()
  return gateway
}

async function startOwnDatabase(
  config: Config,
  log: Logger,
  stops: (() => Promise<unknown>)[],
): Promise<ConnectionTarget> {
  const database = await startEmbedded({ dataDir: config.dataDir, log: line => log.debug(line) })
  stops.push(() => database.stop())
  database.onChange(change => {
    if (change.kind === 'given_up') log.fatal({ err: change.error }, 'the database does not stay up')
    else log.warn({ change: change.kind }, 'the database was lost and is being started again')
  })
  return database.connection
}

/** The four roles on a database; prefixed by its name where a cluster may be shared with others. */
export async function connectRoles(
  given: ConnectionTarget,
  secret: ReturnType<typeof loadSecret>,
  config: Config,
): Promise<RoleTargets> {
  const prefix = config.databaseUrl
    ? `tracedesk_${sha256(given.database).toString('hex').slice(0, 8)}`
    : 'tracedesk'
  try {
    return await prepareRoles(given, secret, prefix)
  } catch (error) {
    if (error instanceof StartError || !config.databaseUrl) throw error
    throw new StartError(
      'database.start_failed',
      `The database of DATABASE_URL cannot be used: ${(error as Error).message}`,
      { cause: error },
    )
  }
}

export const originHost = (config: Config): string =>
  config.publicUrl
    ? new URL(config.publicUrl).host
    : config.port === 0
      ? 'localhost'
      : `localhost:${config.port}`

/** The one-time link that makes the owner: its token lies in the data folder until it has been used. */
class SetupLink {
  readonly #file: string
  #node: TracedeskNode | undefined
  #token: string | null = null

  constructor(dataDir: string) {
    this.#file = join(dataDir, 'setup-token')
  }

  get token(): string | null {
    return this.#token
  }

  async prepare(node: TracedeskNode): Promise<void> {
    this.#node = node
    if ((await node.workspaces()).length > 0) return this.#end()
    mkdirSync(join(this.#file, '..'), { recursive: true })
    if (!existsSync(this.#file)) writeFileSync(this.#file, newToken(), { mode: 0o600 })
    this.#token = readFileSync(this.#file, 'utf8').trim()
    const look = async () => {
      if ((await this.#node?.workspaces().catch(() => []))?.length) this.#end()
      else setTimeout(look, 500).unref()
    }
    setTimeout(look, 500).unref()
  }

  #end(): void {
    this.#token = null
    rmSync(this.#file, { force: true })
  }
}

async function createOwner(
  node: TracedeskNode,
  token: string,
  owner: { email: string; password: string },
): Promise<void> {
  const command = node.commandsByName.get('setup.complete')
  if (!command) throw new Error('no set-up command')
  const anybody: Caller = { ...operatorCaller(''), permissions: new Set() }
  await node.door.execute(command, anybody, {
    token,
    workspace: 'Tracedesk',
    name: owner.email.split('@')[0] ?? 'Owner',
    email: owner.email,
    password: owner.password,
  })
}

/** Throws before anything is started when the port cannot be used; `listen` would say so only at the end. */
async function requireFreePort({ port, host }: Config): Promise<void> {
  const probe = createServer()
  try {
    await new Promise<void>((resolve, reject) =>
      probe.once('error', reject).listen({ port, host, exclusive: true }, resolve),
    )
    await new Promise(resolve => probe.close(resolve))
  } catch (error) {
    throw explainPort(error, port, host)
  }
}

function explainPort(error: unknown, port: number, host: string): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE')
    return new StartError('port.taken', `Port ${port} on ${host} is taken. Set PORT to a free one.`)
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new StartError(
      'port.not_allowed',
      `Port ${port} on ${host} cannot be used (${code}). Set PORT and HOST.`,
    )
  return error
}

async function listen(
  server: Awaited<ReturnType<typeof createHttpServer>>,
  { port: wanted, host: name }: Config,
): Promise<string> {
  await server.listen({ port: wanted, host: name }).catch(error => {
    throw explainPort(error, wanted, name)
  })
  const address = server.server.address()
  const port = typeof address === 'object' && address ? address.port : wanted
  const host = name === '0.0.0.0' || name === '::' ? 'localhost' : name
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
