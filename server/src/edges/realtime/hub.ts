import { privacySubjectErased, type SocketPush } from '@tracedesk/contracts'
import type { Caller } from '../../command/caller.ts'
import type { ReadDb } from '../../db/database.ts'
import type { Logger } from '../../kernel/log.ts'
import { type Scope, scopeOf, seesConversation, seesEntry } from '../../modules/team/index.ts'

/** A client that was away for more entries than this fetches everything anew. */
const REPLAY_MAX = 2_000
/** Scopes are read anew this often: a person whose role changed hears no more than the new role allows. */
const SCOPE_MS = 10_000

export interface Listener {
  readonly caller: Caller
  send(push: SocketPush): void
}

type Subscription = { listener: Listener; scope: Scope; scopeAt: number }
type Change = {
  position: number
  event: string
  at: string
  reach: string
  subject_kind: string
  subject_id: string
  conversation_id: string | null
  customer_id: string | null
  bot_id: string | null
  actor_kind: string
  actor_id: string | null
  agent_ids: string[]
  department_ids: string[]
  assignee_id: string | null
  department_id: string | null
  offered_agent_id: string | null
  offered_department_id: string | null
  conversation_known: boolean
}

/** Pushes what changed to whoever may know it: entries in their scope of the log, and conversations on their desk. */
export class Hub {
  readonly #db: ReadDb
  readonly #log: Logger
  readonly #subscriptions = new Map<string, Set<Subscription>>()
  readonly #positions = new Map<string, number>()
  readonly #pulling = new Map<string, Promise<void>>()
  readonly #goals = new Map<string, number>()

  constructor(db: ReadDb, log: Logger) {
    this.#db = db
    this.#log = log
  }

  /** Begins to push to a listener, first what it missed since position `since` (null: nothing). Returns how to stop. */
  async subscribe(listener: Listener, since: number | null): Promise<() => void> {
    const { workspaceId } = listener.caller
    const subscription: Subscription = {
      listener,
      scope: await scopeOf(this.#db, listener.caller),
      scopeAt: Date.now(),
    }
    const head = await this.#db
      .selectFrom('log_head')
      .select('size')
      .where('workspace_id', '=', workspaceId)
      .executeTakeFirst()
    const size = head?.size ?? 0
    if (!this.#positions.has(workspaceId)) this.#positions.set(workspaceId, size)
    const all = this.#subscriptions.get(workspaceId) ?? new Set()
    this.#subscriptions.set(workspaceId, all.add(subscription))
    listener.send({ type: 'hello', position: Math.min(since ?? size, size) })
    if (since !== null && since < size) {
      if (size - since > REPLAY_MAX) listener.send({ type: 'stale', position: size })
      else await this.#deliver([subscription], await this.#changes(workspaceId, since, size), size)
    }
    return () => {
      all.delete(subscription)
      if (all.size === 0) {
        this.#subscriptions.delete(workspaceId)
        this.#positions.delete(workspaceId)
      }
    }
  }

  /** A tree has grown to `size`: reads what is new, once however many clients listen, and pushes it. */
  grew(workspaceId: string, size: number): void {
    const position = this.#positions.get(workspaceId)
    if (position === undefined || size <= position) return
    this.#goals.set(workspaceId, Math.max(size, this.#goals.get(workspaceId) ?? 0))
    if (!this.#pulling.has(workspaceId)) this.#pulling.set(workspaceId, this.#pull(workspaceId))
  }

  async #pull(workspaceId: string): Promise<void> {
    try {
      for (;;) {
        const from = this.#positions.get(workspaceId)
        const goal = this.#goals.get(workspaceId) ?? 0
        const subscriptions = this.#subscriptions.get(workspaceId)
        if (from === undefined || !subscriptions || goal <= from) return
        if (goal - from > REPLAY_MAX)
          for (const { listener } of subscriptions) listener.send({ type: 'stale', position: goal })
        else await this.#deliver([...subscriptions], await this.#changes(workspaceId, from, goal), goal)
        this.#positions.set(workspaceId, goal)
      }
    } catch (error) {
      this.#log.warn({ err: error as Error }, 'changes could not be pushed; the next growth pushes them')
    } finally {
      this.#pulling.delete(workspaceId)
    }
  }

  async #deliver(subscriptions: Subscription[], changes: Change[], position: number): Promise<void> {
    const isErasure = changes.some(({ event }) => event === privacySubjectErased.name)
    for (const subscription of subscriptions) {
      if (isErasure) subscription.listener.send({ type: 'forget' })
      const scope = await this.#scopeOf(subscription)
      const seen = changes.filter(
        change =>
          seesEntry(scope, change) ||
          (change.conversation_known && change.reach === 'work' && seesConversation(scope, change)),
      )
      subscription.listener.send({
        type: 'changed',
        position,
        items: seen.map(c => ({
          event: c.event,
          position: c.position,
          subjectKind: c.subject_kind,
          subjectId: c.subject_id,
          conversationId: c.conversation_id,
          customerId: c.customer_id,
        })),
      })
    }
  }

  async #scopeOf(subscription: Subscription): Promise<Scope> {
    if (Date.now() - subscription.scopeAt > SCOPE_MS) {
      subscription.scope = await scopeOf(this.#db, subscription.listener.caller)
      subscription.scopeAt = Date.now()
    }
    return subscription.scope
  }

  async #changes(workspaceId: string, from: number, to: number): Promise<Change[]> {
    const rows = await this.#db
      .selectFrom('log_entry as e')
      .leftJoin('conversation as c', join =>
        join
          .onRef('c.workspace_id', '=', 'e.workspace_id')
          .onRef('c.conversation_id', '=', 'e.conversation_id'),
      )
      .select([
        'e.position',
        'e.event',
        'e.at',
        'e.reach',
        'e.subject_kind',
        'e.subject_id',
        'e.conversation_id',
        'e.customer_id',
        'e.bot_id',
        'e.actor_kind',
        'e.actor_id',
        'e.agent_ids',
        'e.department_ids',
        'c.assignee_id',
        'c.department_id',
        'c.offered_agent_id',
        'c.offered_department_id',
        'c.conversation_id as known',
      ])
      .where('e.workspace_id', '=', workspaceId)
      .where('e.position', '>=', from)
      .where('e.position', '<', to)
      .orderBy('e.position')
      .execute()
    return rows.map(({ known, ...row }) => ({ ...row, conversation_known: known !== null }))
  }
}
