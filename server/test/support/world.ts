import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type {
  CommandInput,
  CommandName,
  CommandOutput,
  Entry,
  QueryInput,
  QueryName,
  QueryOutput,
  Role,
} from '@tracedesk/contracts'
import pg from 'pg'
import { type Caller, operatorCaller } from '../../src/command/caller.ts'
import type { EmbeddedConnection } from '../../src/db/embedded/index.ts'
import { migrate, schemaVersion } from '../../src/db/migrate.ts'
import { prepareRoles, type RoleTargets } from '../../src/db/roles.ts'
import { newId } from '../../src/kernel/id.ts'
import { InstallationSecret } from '../../src/kernel/secret.ts'
import { resolveSession } from '../../src/modules/team/index.ts'
import type { TracedeskNode } from '../../src/node.ts'
import type { NodeOptions } from '../../src/wiring/parts.ts'
import { createDatabase, ensureTemplate } from './cluster.ts'
import { makeNode } from './make-node.ts'

export const TEST_SECRET_BYTES = Buffer.alloc(32, 7)
export const TEST_SECRET = new InstallationSecret(TEST_SECRET_BYTES)
export const SETUP_TOKEN = 'the-setup-token-of-the-tests'
export const PASSWORD = 'correct horse battery'

const FACTS = { requestId: 'test', ip: '192.0.2.1', userAgent: 'vitest' }

/** Somebody with a seat, signed in. */
export interface Person {
  readonly id: string
  readonly email: string
  readonly token: string
  caller(): Promise<Caller>
  do<N extends CommandName>(
    name: N,
    input: CommandInput<N>,
    options?: { idempotencyKey?: string },
  ): Promise<CommandOutput<N>>
  ask<N extends QueryName>(name: N, input?: QueryInput<N>): Promise<QueryOutput<N>>
}

export interface TestConversation {
  readonly id: string
  readonly customerId: string
  readonly botId: string
}

/** A migrated database of its own, as every role, with a running node and an owner. */
export class World {
  readonly connection: EmbeddedConnection
  readonly targets: RoleTargets
  readonly dataDir: string
  readonly node: TracedeskNode
  readonly nodes: TracedeskNode[] = []
  readonly #drop: () => Promise<void>
  #superuser: Promise<pg.Client> | undefined
  workspaceId = ''
  owner!: Person

  constructor(parts: {
    connection: EmbeddedConnection
    targets: RoleTargets
    drop: () => Promise<void>
    options?: Partial<NodeOptions>
  }) {
    this.connection = parts.connection
    this.targets = parts.targets
    this.#drop = parts.drop
    this.dataDir = mkdtempSync(join(tmpdir(), 'tracedesk-world-'))
    this.node = this.addNode(this.dataDir, parts.options)
  }

  /** Another node on the same database, with the same signer folder when `dataDir` is not given. */
  addNode(dataDir = this.dataDir, options: Partial<NodeOptions> = {}): TracedeskNode {
    const task = { targets: this.targets, secret: TEST_SECRET_BYTES.toString('hex'), dataDir }
    const setupToken = () => (this.workspaceId ? null : SETUP_TOKEN)
    const node = makeNode(task, { setupToken, ...options })
    this.nodes.push(node)
    return node
  }

  async begin(): Promise<this> {
    await this.node.start(schemaVersion())
    const setUp = this.node.commandsByName.get('setup.complete')
    if (!setUp) throw new Error('no set-up command')
    const anybody: Caller = { ...operatorCaller(''), permissions: new Set(), address: FACTS }
    const { token, agent } = (await this.node.door.execute(setUp, anybody, {
      token: SETUP_TOKEN,
      workspace: 'Test desk',
      name: 'Olga Owner',
      email: 'owner@desk.example',
      password: PASSWORD,
    })) as CommandOutput<'setup.complete'>
    const resolved = await resolveSession(this.node.databases.read, token, FACTS)
    if (!resolved) throw new Error('the owner’s session does not resolve')
    this.workspaceId = resolved.caller.workspaceId
    this.owner = this.#person(agent.id, 'owner@desk.example', token)
    return this
  }

  #person(id: string, email: string, token: string): Person {
    const caller = async () => {
      const resolved = await resolveSession(this.node.databases.read, token, FACTS)
      if (!resolved) throw new Error(`the session of ${email} has ended`)
      return resolved.caller
    }
    return {
      id,
      email,
      token,
      caller,
      do: async (name, input, options) => {
        const command = this.node.commandsByName.get(name)
        if (!command) throw new Error(`no command ${name}`)
        return (await this.node.door.execute(command, await caller(), input, options)) as never
      },
      ask: async (name, input) => {
        const query = this.node.queriesByName.get(name)
        if (!query) throw new Error(`no query ${name}`)
        return (await this.node.queries.run(query, await caller(), input ?? {})) as never
      },
    }
  }

  /** A colleague who has taken the seat and signed in. */
  async person(name: string, role: Role = 'agent', departmentIds: string[] = []): Promise<Person> {
    const email = `${name.toLowerCase().replaceAll(/[^a-z0-9]/g, '-')}@desk.example`
    const { agent, invitation } = await this.owner.do('agent.invite', {
      name,
      email,
      role,
      departmentIds: departmentIds as never,
    })
    const accept = this.node.commandsByName.get('agent.accept_invitation')
    if (!accept) throw new Error('no command to accept an invitation')
    const { token } = (await this.node.door.execute(
      accept,
      { ...operatorCaller(''), permissions: new Set(), address: FACTS },
      { token: invitation.token, password: PASSWORD },
    )) as CommandOutput<'agent.accept_invitation'>
    return this.#person(agent.id, email, token)
  }

  async department(name: string): Promise<string> {
    return (await this.owner.do('department.create', { name })).department.id
  }

  /** Runs SQL as the superuser, past every trigger and grant, on a connection that is kept: tests ask over and over. */
  async asSuperuser<T extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<T[]> {
    this.#superuser ??= this.#connectAsSuperuser()
    return (await (await this.#superuser).query<T>(text, values)).rows
  }

  async #connectAsSuperuser(): Promise<pg.Client> {
    const client = new pg.Client(this.connection)
    // a test may stop the server under it; the next who asks gets another
    client.on('error', () => {
      this.#superuser = undefined
    })
    await client.connect()
    await client.query('set session_replication_role = replica')
    return client
  }

  /** A conversation put straight into the tables, for tests that are not about how it came to be. */
  async conversation(
    options: { assignee?: string; department?: string; status?: string; name?: string } = {},
  ): Promise<TestConversation> {
    const [botId, customerId, id, namedBy] = [newId(), newId(), newId(), newId()]
    const number = Math.floor(Math.random() * 2 ** 40)
    await this.asSuperuser(
      `with b as (insert into bot (workspace_id, bot_id, telegram_id, username, name, state, delivery, token_fingerprint, connected_at)
         values ($1, $2, $3::bigint, 'bot_' || $3::bigint::text, 'Test bot', 'connected', 'polling', 'none', now())),
       c as (insert into customer (workspace_id, customer_id, telegram_id, name, named_by, created_at) values ($1, $4, $3::bigint, $9, $8, now()))
       insert into conversation (workspace_id, conversation_id, bot_id, customer_id, chat_id, status, assignee_id, department_id, opened_at, last_message_at)
         values ($1, $5, $2, $4, $3::bigint, coalesce($10, 'in_progress'), $6, $7, now(), now())`,
      [
        this.workspaceId,
        botId,
        number,
        customerId,
        id,
        options.assignee ?? null,
        options.department ?? null,
        namedBy,
        options.name ?? 'Carla Customer',
        options.status ?? null,
      ],
    )
    return { id, customerId, botId }
  }

  /** Everything recorded so far is in the tree and signed. */
  async settle(): Promise<void> {
    await this.node.settle()
  }

  /** All entries, oldest first, as the owner reads them; reading is not recorded. */
  async entries(filter: Partial<QueryInput<'log.search'>> = {}): Promise<Entry[]> {
    await this.settle()
    const query = this.node.queriesByName.get('log.search')
    if (!query) throw new Error('no log.search')
    const items: Entry[] = []
    let cursor: string | undefined
    do {
      const input = query.contract.input.parse({ ...filter, limit: 200, ...(cursor ? { cursor } : {}) })
      const page = (await query.handle(
        {
          db: this.node.databases.read,
          caller: await this.owner.caller(),
          disclose: () => {},
          show: () => {},
        },
        input,
      )) as QueryOutput<'log.search'>
      items.push(...page.items)
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    return items.reverse()
  }

  async end(): Promise<void> {
    for (const node of this.nodes) await node.stop()
    await (await this.#superuser)?.end()
    await this.#drop()
    rmSync(this.dataDir, { recursive: true, force: true })
  }
}

/** A new world: a copy of the migrated template, a node, a workspace with its owner. */
export async function createWorld(options: Partial<NodeOptions> = {}): Promise<World> {
  const template = await ensureTemplate('tracedesk_template', async connection => {
    await migrate(await prepareRoles(connection, TEST_SECRET, 'tracedesk'))
  })
  const { connection, drop } = await createDatabase({ template })
  const targets = await prepareRoles(connection, TEST_SECRET, 'tracedesk')
  return new World({ connection, targets, drop, options }).begin()
}
