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

/** `at` is the first position that has not been pushed to this listener yet. */
type Subscription = { listener: Listener; scope: Scope; scopeAt: number; at: number }
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

/**
 * Pushes what changed to whoever may know it: entries in their scope of the log, and conversations on their desk. Each
 * listener hears of every position from their first on, once and in order: a browser takes a position for heard as
 * soon as it has heard of a later one.
 */
export class Hub {
  readonly #db: ReadDb
  readonly #log: Logger
  readonly #subscriptions = new Map<string, Set<Subscription>>()
  /** The largest tree heard of, of workspaces without a listener as well: a head may be read before it and join after. */
  readonly #sizes = new Map<string, number>()
  /** One round of pushing a workspace at a time, so that nothing later is pushed before something earlier. */
  readonly #pulling = new Map<string, Promise<void>>()

  constructor(db: ReadDb, log: Logger) {
    this.#db = db
    this.#log = log
  }

  /** Begins to push to a listener, first what it missed since position `since` (null: nothing). Returns how to stop. */
  async subscribe(listener: Listener, since: number | null): Promise<() => void> {
    const { workspaceId } = listener.caller
    const scope = await scopeOf(this.#db, listener.caller)
    const scopeAt = Date.now()
    const head = await this.#db
      .selectFrom('log_head')
      .select('size')
      .where('workspace_id', '=', workspaceId)
      .executeTakeFirst()
    const size = head?.size ?? 0
    const subscription: Subscription = { listener, scope, scopeAt, at: Math.min(since ?? size, size) }
    const all = this.#subscriptions.get(workspaceId) ?? new Set()
    this.#subscriptions.set(workspaceId, all.add(subscription))
    listener.send({ type: 'hello', position: subscription.at })
    this.grew(workspaceId, size)
    return () => {
      all.delete(subscription)
      if (all.size === 0 && this.#subscriptions.get(workspaceId) === all)
        this.#subscriptions.delete(workspaceId)
    }
  }

  /** A tree has grown to `size`: reads what is new, once however many clients listen, and pushes it. */
  grew(workspaceId: string, size: number): void {
    this.#sizes.set(workspaceId, Math.max(size, this.#sizes.get(workspaceId) ?? 0))
    if (this.#behind(workspaceId).length === 0 || this.#pulling.has(workspaceId)) return
    this.#pulling.set(workspaceId, this.#pull(workspaceId))
  }

  /** Who has not been told of everything. */
  #behind(workspaceId: string): Subscription[] {
    const size = this.#sizes.get(workspaceId) ?? 0
    return [...(this.#subscriptions.get(workspaceId) ?? [])].filter(({ at }) => at < size)
  }

  async #pull(workspaceId: string): Promise<void> {
    const failed = new Set<Subscription>()
    try {
      for (;;) {
        const size = this.#sizes.get(workspaceId) ?? 0
        const behind = this.#behind(workspaceId).filter(each => !failed.has(each))
        if (behind.length === 0) return
        const near = behind.filter(({ at }) => size - at <= REPLAY_MAX)
        for (const each of behind) if (!near.includes(each)) this.#giveUp(each, size)
        const changes =
          near.length === 0
            ? []
            : await this.#changes(workspaceId, Math.min(...near.map(({ at }) => at)), size)
        for (const each of near)
          await this.#deliver(each, changes, size).catch(this.#leaveBehind(each, failed))
      }
    } catch (error) {
      this.#log.warn({ err: error as Error }, 'changes could not be pushed; the next look pushes them')
    } finally {
      this.#pulling.delete(workspaceId)
    }
  }

  /** One who cannot be told keeps nobody else waiting; the next look tries again from where they are. */
  #leaveBehind(subscription: Subscription, failed: Set<Subscription>) {
    return (error: unknown) => {
      failed.add(subscription)
      this.#log.warn({ err: error as Error }, 'changes could not be pushed to one; the next look pushes them')
    }
  }

  #giveUp(subscription: Subscription, size: number): void {
    subscription.listener.send({ type: 'stale', position: size })
    subscription.at = size
  }

  async #deliver(subscription: Subscription, changes: Change[], size: number): Promise<void> {
    const scope = await this.#scopeOf(subscription)
    const fresh = changes.filter(({ position }) => position >= subscription.at)
    if (fresh.some(({ event }) => event === privacySubjectErased.name))
      subscription.listener.send({ type: 'forget' })
    const seen = fresh.filter(
      change =>
        seesEntry(scope, change) ||
        (change.conversation_known && change.reach === 'work' && seesConversation(scope, change)),
    )
    subscription.listener.send({
      type: 'changed',
      position: size,
      items: seen.map(c => ({
        event: c.event,
        position: c.position,
        subjectKind: c.subject_kind,
        subjectId: c.subject_id,
        conversationId: c.conversation_id,
        customerId: c.customer_id,
      })),
    })
    subscription.at = size
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
