import type { ConversationStatus } from '@tracedesk/contracts'
import type { ReadDb } from '../../db/database.ts'
import { idFromKey } from '../../kernel/id.ts'

/** Somebody whose name stands in the entry `namedBy`. */
export interface Person {
  readonly id: string
  readonly namedBy: string
}

/** A conversation as the lines read so far left it. */
export interface ConversationState {
  readonly id: string
  readonly botId: string
  readonly customer: Person
  status: ConversationStatus
  assigneeId: string | null
  departmentId: string | null
  /** The department was taken away since: it may stay there only while it is over. */
  departmentGone: boolean
  openedAt: string
  resolvedAt: string | null
  waitingSince: string | null
  lastMessageId: string | null
  lastMessageAt: string
  /** Entries so far: the next one gets this plus one. */
  count: number
}

/** Puts a conversation into a department that is there, or (null) into none. */
export function putInto(conversation: ConversationState, departmentId: string | null): void {
  conversation.departmentId = departmentId
  conversation.departmentGone = false
}

export type AgentMapping = ReadonlyMap<string, string>

/**
 * Who and what the outside keys of a file stand for. Ids follow from the keys, so the same key means the same person
 * in every file; what is already in the database is loaded before a batch is translated.
 */
export class Directory {
  readonly #db: ReadDb
  readonly #workspaceId: string
  readonly #mapping: AgentMapping
  readonly customers = new Map<string, Person>()
  readonly agents = new Map<string, Person>()
  readonly conversations = new Map<string, ConversationState>()
  /** By lower-case name. */
  readonly departments = new Map<string, { id: string; name: string }>()
  readonly labels = new Map<string, { id: string; name: string }>()
  readonly #ids = {
    customer: new Map<string, string>(),
    agent: new Map<string, string>(),
    conversation: new Map<string, string>(),
  }

  constructor(db: ReadDb, workspaceId: string, mapping: AgentMapping) {
    this.#db = db
    this.#workspaceId = workspaceId
    this.#mapping = mapping
  }

  customerId = (key: string): string => this.#idOf('customer', key)
  conversationId = (key: string): string => this.#idOf('conversation', key)
  agentId = (key: string): string => this.#mapping.get(key) ?? this.#idOf('agent', key)

  /** So large that it should be forgotten when nothing depends on it. */
  get isLarge(): boolean {
    return this.conversations.size + this.customers.size > 100_000
  }

  forget(): void {
    for (const map of [this.customers, this.agents, this.conversations, this.departments, this.labels])
      map.clear()
    for (const map of Object.values(this.#ids)) map.clear()
  }

  /** Loads what the database knows of these keys. */
  async load(keys: {
    customers: Iterable<string>
    agents: Iterable<string>
    conversations: Iterable<string>
  }): Promise<void> {
    if (this.departments.size === 0 && this.labels.size === 0) await this.#loadNames()
    await this.#loadPeople('customer', keys.customers, this.customers, this.customerId)
    await this.#loadPeople('agent', keys.agents, this.agents, this.agentId)
    await this.#loadConversations(keys.conversations)
  }

  #idOf(kind: 'customer' | 'agent' | 'conversation', key: string): string {
    const known = this.#ids[kind].get(key)
    if (known !== undefined) return known
    const id = idFromKey(`${this.#workspaceId}/${kind}`, key)
    this.#ids[kind].set(key, id)
    return id
  }

  async #loadNames(): Promise<void> {
    const departments = await this.#db
      .selectFrom('department')
      .select(['department_id as id', 'name'])
      .where('workspace_id', '=', this.#workspaceId)
      .where('deleted_at', 'is', null)
      .execute()
    for (const row of departments) this.departments.set(row.name.toLowerCase(), row)
    const labels = await this.#db
      .selectFrom('label')
      .select(['label_id as id', 'name'])
      .where('workspace_id', '=', this.#workspaceId)
      .execute()
    for (const row of labels) this.labels.set(row.name.toLowerCase(), row)
  }

  async #loadPeople(
    table: 'customer' | 'agent',
    keys: Iterable<string>,
    into: Map<string, Person>,
    idOf: (key: string) => string,
  ): Promise<void> {
    const unknown = new Map([...new Set(keys)].filter(key => !into.has(key)).map(key => [idOf(key), key]))
    if (unknown.size === 0) return
    const ids = [...unknown.keys()]
    const rows =
      table === 'customer'
        ? await this.#db
            .selectFrom('customer')
            .select(['customer_id as id', 'named_by as namedBy'])
            .where('workspace_id', '=', this.#workspaceId)
            .where('customer_id', 'in', ids)
            .execute()
        : await this.#db
            .selectFrom('agent')
            .select(['agent_id as id', 'named_by as namedBy'])
            .where('workspace_id', '=', this.#workspaceId)
            .where('agent_id', 'in', ids)
            .execute()
    for (const row of rows) into.set(unknown.get(row.id) ?? '', row)
  }

  async #loadConversations(keys: Iterable<string>): Promise<void> {
    const missing = [...new Set(keys)].filter(key => !this.conversations.has(key))
    const unknown = new Map(missing.map(key => [this.conversationId(key), key]))
    if (unknown.size === 0) return
    const rows = await this.#db
      .selectFrom('conversation as c')
      .innerJoin('customer as u', join =>
        join.onRef('u.workspace_id', '=', 'c.workspace_id').onRef('u.customer_id', '=', 'c.customer_id'),
      )
      .leftJoin('log_counter as k', join =>
        join.onRef('k.workspace_id', '=', 'c.workspace_id').onRef('k.chain_id', '=', 'c.conversation_id'),
      )
      .leftJoin('department as d', join =>
        join.onRef('d.workspace_id', '=', 'c.workspace_id').onRef('d.department_id', '=', 'c.department_id'),
      )
      .selectAll('c')
      .select(['u.named_by', 'k.count', 'd.deleted_at as department_deleted_at'])
      .where('c.workspace_id', '=', this.#workspaceId)
      .where('c.conversation_id', 'in', [...unknown.keys()])
      .execute()
    for (const row of rows)
      this.conversations.set(unknown.get(row.conversation_id) ?? '', {
        id: row.conversation_id,
        botId: row.bot_id,
        customer: { id: row.customer_id, namedBy: row.named_by },
        // the column's check constraint allows nothing else
        status: row.status as ConversationStatus,
        assigneeId: row.assignee_id,
        departmentId: row.department_id,
        departmentGone: row.department_deleted_at !== null,
        openedAt: row.opened_at,
        resolvedAt: row.resolved_at,
        waitingSince: row.waiting_since,
        lastMessageId: row.last_message_id,
        lastMessageAt: row.last_message_at,
        count: row.count ?? 0,
      })
  }
}
