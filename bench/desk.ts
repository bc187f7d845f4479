import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type Caller, operatorCaller } from '../server/src/command/caller.ts'
import { type EmbeddedConnection, startEmbedded } from '../server/src/db/embedded/index.ts'
import { findServers } from '../server/src/db/embedded/leftovers.ts'
import { migrate } from '../server/src/db/migrate.ts'
import { prepareRoles } from '../server/src/db/roles.ts'
import { newId } from '../server/src/kernel/id.ts'
import { createLog } from '../server/src/kernel/log.ts'
import { InstallationSecret } from '../server/src/kernel/secret.ts'
import { NO_TELEGRAM } from '../server/src/modules/bots/index.ts'
import { resolveSession } from '../server/src/modules/team/index.ts'
import { TracedeskNode } from '../server/src/node.ts'

const SETUP_TOKEN = 'bench'
export const BENCH_SECRET = Buffer.alloc(32, 7)
const FACTS = { requestId: 'bench', ip: '192.0.2.1', userAgent: 'bench' }

/** A database cluster of its own with real durability, thrown away afterwards. */
export interface Cluster {
  readonly folder: string
  /** Processor time that this process and the database have used so far, in microseconds. */
  cpu(): { own: number; database: number }
  /** Another empty database in it. */
  createDatabase(name: string): Promise<EmbeddedConnection>
  stop(): Promise<void>
}

export async function startCluster(): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'tracedesk-bench-'))
  chmodSync(folder, 0o711)
  const database = await startEmbedded({ dataDir: join(folder, 'data') })
  return {
    folder,
    cpu: () => {
      const { user, system } = process.cpuUsage()
      return { own: user + system, database: databaseCpu(join(folder, 'data/postgres/cluster')) }
    },
    createDatabase: async name => {
      await runSql(database.connection, `create database ${name}`)
      return { ...database.connection, database: name }
    },
    stop: async () => {
      await database.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Processor time of a cluster's living processes; Linux counts it in hundredths of a second. */
function databaseCpu(cluster: string): number {
  return findServers(cluster).reduce((sum, pid) => {
    const fields = statOf(pid).split(') ')[1]?.split(' ') ?? []
    return sum + (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 10_000
  }, 0)
}

/** Empty for a worker of the database that ended since it was listed. */
function statOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return ''
  }
}

/** Runs SQL as the superuser, past every trigger. */
export async function runSql(
  connection: EmbeddedConnection,
  text: string,
  values: unknown[] = [],
): Promise<void> {
  const client = new pg.Client(connection)
  await client.connect()
  try {
    await client.query('set session_replication_role = replica')
    await client.query(text, values)
  } finally {
    await client.end()
  }
}

/** A workspace with an owner on a database of the cluster, and a node that works on it. */
export interface Desk {
  readonly connection: EmbeddedConnection
  readonly node: TracedeskNode
  readonly workspaceId: string
  readonly owner: Caller
  readonly dataDir: string
  /** Conversations that lie with the owner, on a connected bot. */
  conversations(count: number): Promise<string[]>
  close(): Promise<void>
}

/** `running`: with everything a server does in the background; else as the command line uses a node. */
export async function openDesk(cluster: Cluster, name: string, running = true): Promise<Desk> {
  const connection = await cluster.createDatabase(name)
  const secret = new InstallationSecret(BENCH_SECRET)
  const targets = await prepareRoles(connection, secret, name)
  const { to } = await migrate(targets)
  const dataDir = join(cluster.folder, name)
  let setUp = false
  const node = new TracedeskNode({
    targets,
    secret,
    dataDir,
    originHost: 'bench.example',
    log: createLog('error'),
    version: 'bench',
    setupToken: () => (setUp ? null : SETUP_TOKEN),
    bots: NO_TELEGRAM,
  })
  if (running) await node.start(to)
  else await node.textIndex.stop()
  const command = node.commandsByName.get('setup.complete')
  if (!command) throw new Error('no set-up command')
  const anybody: Caller = { ...operatorCaller(''), permissions: new Set(), address: FACTS }
  const input = { token: SETUP_TOKEN, workspace: 'Bench', name: 'Olga', email: 'o@bench.example' }
  const answer = await node.door.execute(command, anybody, { ...input, password: 'correct horse battery' })
  setUp = true
  const { token } = answer as { token: string }
  const resolved = await resolveSession(node.databases.read, token, FACTS)
  if (!resolved) throw new Error('the owner’s session does not resolve')
  const owner = resolved.caller
  const { workspaceId } = owner
  return {
    connection,
    node,
    workspaceId,
    owner,
    dataDir,
    conversations: count => addConversations(connection, owner, count),
    close: async () => {
      await node.stop()
    },
  }
}

async function addConversations(
  connection: EmbeddedConnection,
  owner: Caller,
  count: number,
): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newId())
  await runSql(
    connection,
    `with b as (insert into bot (workspace_id, bot_id, telegram_id, username, name, state, delivery, token_fingerprint, connected_at)
       values ($1, $2, 1, 'bench_bot', 'Bench', 'connected', 'polling', '', now()) on conflict do nothing),
     c as (insert into customer (workspace_id, customer_id, telegram_id, name, named_by, created_at)
       select $1, id, 1000 + n, 'Customer', id, now() from unnest($3::uuid[]) with ordinality as t (id, n))
     insert into conversation (workspace_id, conversation_id, bot_id, customer_id, chat_id, status, assignee_id, opened_at, last_message_at)
       select $1, id, $2, id, 1000 + n, 'in_progress', $4, now(), now() from unnest($3::uuid[]) with ordinality as t (id, n)`,
    [owner.workspaceId, '00000000-0000-8000-8000-000000000001', ids, owner.actor.id],
  )
  return ids
}
