import type pg from 'pg'
import { CopyRows } from '../../ledger/bulk-copy.ts'
import type { ConversationState, Person } from './directory.ts'

const CONVERSATION_COLUMNS = [
  'workspace_id',
  'conversation_id',
  'bot_id',
  'customer_id',
  'status',
  'assignee_id',
  'department_id',
  'opened_at',
  'resolved_at',
  'waiting_since',
  'last_message_id',
  'last_message_at',
] as const

/** What a batch of lines changes in the tables of the desk. Rows are ready to send; nothing here asks the database. */
export class StateRows {
  readonly #workspaceId: string
  readonly #departments = new CopyRows('department', ['workspace_id', 'department_id', 'name', 'created_at'])
  readonly #agents = new CopyRows('agent', [
    ...['workspace_id', 'agent_id', 'name', 'email', 'role', 'state', 'named_by', 'created_at'],
  ])
  readonly #customers = new CopyRows('customer', [
    ...['workspace_id', 'customer_id', 'name', 'named_by', 'created_at'],
  ])
  readonly #labels = new CopyRows('label', ['workspace_id', 'label_id', 'name', 'colour'])
  readonly #messages = new CopyRows('message', [
    ...[
      'workspace_id',
      'message_id',
      'conversation_id',
      'at',
      'direction',
      'author_kind',
      'author_id',
      'kind',
    ],
    ...['state', 'entry_id', 'text_entry_id', 'delivered_at'],
  ])
  readonly #notes = new CopyRows('note', [
    ...['workspace_id', 'note_id', 'conversation_id', 'author_id', 'scope', 'at', 'entry_id'],
  ])
  readonly #newConversations = new CopyRows('conversation', CONVERSATION_COLUMNS)
  readonly #changedConversations = new CopyRows('imported_conversation', CONVERSATION_COLUMNS)
  readonly #counters = new CopyRows('log_counter', ['workspace_id', 'chain_id', 'count'])
  readonly #newDepartments = new Set<string>()
  /** Departments that something of the batch leads to and that must be there when it stands. */
  readonly #leadsTo = new Set<string>()
  readonly #labelLinks = new Map<string, { customerId: string; labelId: string; on: boolean }>()
  /** Conversations of the database that are changed, with the number of entries they had. */
  readonly #expected = new Map<string, number>()
  readonly #changedCounts = new Map<string, number>()

  constructor(workspaceId: string) {
    this.#workspaceId = workspaceId
  }

  department(id: string, name: string, at: string): void {
    this.#newDepartments.add(id)
    this.#departments.row()
    this.#departments.uuid(this.#workspaceId).uuid(id).text(name).instant(at)
  }

  /** Something of the batch leads to a department, which must not be taken away before it stands. */
  leadTo(departmentId: string): void {
    if (!this.#newDepartments.has(departmentId)) this.#leadsTo.add(departmentId)
  }

  /** A seat for somebody of the past: it is closed, and its address leads nowhere. */
  agent(person: Person, name: string, at: string): void {
    this.#agents.row()
    this.#agents.uuid(this.#workspaceId).uuid(person.id).text(name).text(`${person.id}@import.invalid`)
    this.#agents.text('agent').text('deactivated').uuid(person.namedBy).instant(at)
  }

  customer(person: Person, name: string, at: string): void {
    this.#customers.row()
    this.#customers.uuid(this.#workspaceId).uuid(person.id).text(name).uuid(person.namedBy).instant(at)
  }

  label(id: string, name: string, colour: string): void {
    this.#labels.row()
    this.#labels.uuid(this.#workspaceId).uuid(id).text(name).text(colour)
  }

  labelLink(customerId: string, labelId: string, on: boolean): void {
    this.#labelLinks.set(`${customerId}/${labelId}`, { customerId, labelId, on })
  }

  message(row: {
    id: string
    conversationId: string
    at: string
    direction: 'in' | 'out'
    author: { kind: string; id: string | null }
    kind: string
    entryId: string
    hasText: boolean
  }): void {
    const out = this.#messages
    const received = row.direction === 'in'
    out.row()
    out.uuid(this.#workspaceId).uuid(row.id).uuid(row.conversationId).instant(row.at).text(row.direction)
    out
      .text(row.author.kind)
      .uuid(row.author.id)
      .text(row.kind)
      .text(received ? 'received' : 'delivered')
    out.uuid(row.entryId).uuid(row.hasText ? row.entryId : null)
    out.instant(received ? null : row.at)
  }

  note(row: {
    id: string
    conversationId: string
    authorId: string
    scope: string
    at: string
    entryId: string
  }): void {
    const out = this.#notes
    out.row()
    out.uuid(this.#workspaceId).uuid(row.id).uuid(row.conversationId).uuid(row.authorId).text(row.scope)
    out.instant(row.at).uuid(row.entryId)
  }

  /** A conversation as the batch leaves it; `before`: its entries before the batch, null when the batch opens it. */
  conversation(state: ConversationState, before: number | null): void {
    if (state.status !== 'resolved' && state.departmentId !== null) this.leadTo(state.departmentId)
    const out = before === null ? this.#newConversations : this.#changedConversations
    out.row()
    out.uuid(this.#workspaceId).uuid(state.id).uuid(state.botId).uuid(state.customer.id).text(state.status)
    out.uuid(state.assigneeId).uuid(state.departmentId).instant(state.openedAt).instant(state.resolvedAt)
    out.instant(state.waitingSince).uuid(state.lastMessageId).instant(state.lastMessageAt)
    if (before === null) {
      this.#counters.row()
      this.#counters.uuid(this.#workspaceId).uuid(state.id).int4(state.count)
      return
    }
    this.#expected.set(state.id, before)
    this.#changedCounts.set(state.id, state.count)
  }

  /**
   * Locks the conversations that are changed and makes sure that nobody has added to them since they were read, and
   * that the departments they lie in are still there. Throws StaleStateError when somebody came between.
   */
  async lock(client: pg.ClientBase): Promise<void> {
    const ids = [...this.#expected.keys()].sort()
    // First the rows, then the departments, then the counters, in one order for all: as the commands do.
    if (ids.length > 0)
      await client.query(
        'select from conversation where workspace_id = $1 and conversation_id = any($2) order by conversation_id for update',
        [this.#workspaceId, ids],
      )
    await this.#holdDepartments(client)
    if (ids.length === 0) return
    const { rows } = await client.query<{ chain_id: string; count: number }>(
      'select chain_id, count from log_counter where workspace_id = $1 and chain_id = any($2) order by chain_id for update',
      [this.#workspaceId, ids],
    )
    const counts = new Map(rows.map(row => [row.chain_id, row.count]))
    for (const [id, count] of this.#expected)
      if ((counts.get(id) ?? 0) !== count) throw new StaleStateError(`conversation ${id} has gone on`)
  }

  /** Whoever deletes a department waits for the batch, and then finds what it has put there. */
  async #holdDepartments(client: pg.ClientBase): Promise<void> {
    if (this.#leadsTo.size === 0) return
    const { rows } = await client.query<{ department_id: string; gone: boolean }>(
      `select department_id, deleted_at is not null as gone from department
       where workspace_id = $1 and department_id = any($2) order by department_id for share`,
      [this.#workspaceId, [...this.#leadsTo].sort()],
    )
    const gone = rows.find(row => row.gone)
    if (gone) throw new StaleStateError(`department ${gone.department_id} was deleted`)
  }

  /** Writes everything, in the order the foreign keys ask for. */
  async send(client: pg.ClientBase): Promise<void> {
    await this.#departments.send(client)
    await this.#agents.send(client)
    await this.#customers.send(client)
    await this.#labels.send(client)
    await this.#newConversations.send(client)
    await this.#counters.send(client)
    await this.#messages.send(client)
    await this.#notes.send(client)
    if (this.#changedConversations.rows > 0) await this.#updateConversations(client)
    if (this.#labelLinks.size > 0) await this.#linkLabels(client)
  }

  async #updateConversations(client: pg.ClientBase): Promise<void> {
    await client.query(
      'create temporary table imported_conversation (like conversation including defaults) on commit drop',
    )
    await this.#changedConversations.send(client)
    await client.query(
      `update conversation c set status = n.status, assignee_id = n.assignee_id, department_id = n.department_id, opened_at = n.opened_at,
         resolved_at = n.resolved_at, waiting_since = n.waiting_since, last_message_id = n.last_message_id, last_message_at = n.last_message_at
       from imported_conversation n where c.workspace_id = n.workspace_id and c.conversation_id = n.conversation_id`,
    )
    await client.query(
      `insert into log_counter (workspace_id, chain_id, count) select $1, * from unnest($2::uuid[], $3::int[])
       on conflict (workspace_id, chain_id) do update set count = excluded.count`,
      [this.#workspaceId, [...this.#changedCounts.keys()], [...this.#changedCounts.values()]],
    )
  }

  async #linkLabels(client: pg.ClientBase): Promise<void> {
    const links = [...this.#labelLinks.values()]
    const columns = (on: boolean) => {
      const chosen = links.filter(link => link.on === on)
      return [this.#workspaceId, chosen.map(link => link.customerId), chosen.map(link => link.labelId)]
    }
    await client.query(
      'insert into customer_label (workspace_id, customer_id, label_id) select $1, * from unnest($2::uuid[], $3::uuid[]) on conflict do nothing',
      columns(true),
    )
    await client.query(
      'delete from customer_label c using unnest($2::uuid[], $3::uuid[]) as gone (customer, label) where workspace_id = $1 and customer_id = gone.customer and label_id = gone.label',
      columns(false),
    )
  }
}

/** The database moved on between reading and writing; the batch must be made again. */
export class StaleStateError extends Error {}
