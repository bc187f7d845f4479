import { SocketLooking, type SocketPush } from '@tracedesk/contracts'
import { sql } from 'kysely'
import { type Caller, personOf } from '../../command/caller.ts'
import type { ReadDb } from '../../db/database.ts'
import { conversationScopeSql, scopeOf } from '../../modules/team/index.ts'

/** Whoever was not heard of for so long looks no longer. */
const FORGET_MS = 45_000
/** A browser that says more than this in a second is not listened to for the rest of it. */
const PER_SECOND = 20

/** A browser that looks, here or on another node. */
interface Looker {
  readonly key: string
  readonly workspaceId: string
  readonly conversationId: string
  readonly agentId: string
  readonly isWriting: boolean
  readonly until: number
}

/** What one node tells the others of one browser; `conversationId` null: it looks at nothing any longer. */
export interface LookerNews extends Omit<Looker, 'conversationId' | 'until'> {
  readonly conversationId: string | null
}

type Listener = { caller: Caller; send: (push: SocketPush) => void; conversationId: string | null }

/**
 * Who has which conversation before them at this moment. Passing, held in memory, recorded nowhere. Somebody may say
 * that they look, and hears of others, only where the conversation is on their desk.
 */
export class Lookers {
  readonly #db: ReadDb
  readonly #announce: (news: LookerNews) => void
  readonly #listeners = new Map<string, Listener>()
  readonly #lookers = new Map<string, Looker>()
  #lastKey = 0
  readonly #nodeId: string
  readonly #timer: NodeJS.Timeout

  constructor(db: ReadDb, nodeId: string, announce: (news: LookerNews) => void) {
    this.#db = db
    this.#nodeId = nodeId
    this.#announce = announce
    this.#timer = setInterval(() => this.#forget(), FORGET_MS / 3)
    this.#timer.unref()
  }

  /** Adds a browser. Returns how it speaks and how it leaves. */
  join(
    caller: Caller,
    send: (push: SocketPush) => void,
  ): { hear: (said: unknown) => Promise<void>; leave: () => void } {
    const key = `${this.#nodeId}/${++this.#lastKey}`
    const listener: Listener = { caller, send, conversationId: null }
    this.#listeners.set(key, listener)
    let [second, heard] = [0, 0]
    return {
      hear: async said => {
        const now = Math.floor(Date.now() / 1000)
        if (now !== second) [second, heard] = [now, 0]
        const parsed = SocketLooking.safeParse(said)
        if (parsed.success && ++heard <= PER_SECOND) await this.#look(key, listener, parsed.data)
      },
      leave: () => {
        this.#listeners.delete(key)
        this.#say(key, listener, null, false)
      },
    }
  }

  /** Takes what another node says. */
  take(news: LookerNews): void {
    if (!news.key.startsWith(`${this.#nodeId}/`)) this.#place(news)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async #look(key: string, listener: Listener, { conversationId, isWriting }: SocketLooking): Promise<void> {
    const seen = conversationId !== null && (await this.#maySee(listener.caller, conversationId))
    if (!this.#listeners.has(key)) return // left while we asked
    const before = listener.conversationId
    listener.conversationId = seen ? conversationId : null
    this.#say(key, listener, listener.conversationId, isWriting)
    if (listener.conversationId && listener.conversationId !== before)
      this.#show(listener.caller.workspaceId, listener.conversationId, key)
  }

  async #maySee(caller: Caller, conversationId: string): Promise<boolean> {
    const { rows } = await sql`select from conversation c where c.workspace_id = ${caller.workspaceId}
      and c.conversation_id = ${conversationId} and ${conversationScopeSql(await scopeOf(this.#db, caller))}`.execute(
      this.#db as never,
    )
    return rows.length > 0
  }

  /** Auditors and programs look without being shown. */
  #say(key: string, { caller }: Listener, conversationId: string | null, isWriting: boolean): void {
    const { workspaceId } = caller
    const actor = personOf(caller)
    if (actor.kind !== 'agent' || !actor.id || actor.role === 'auditor') return
    const news = { key, workspaceId, conversationId, agentId: actor.id, isWriting }
    const known = this.#lookers.get(key)
    const isNews = known?.conversationId !== conversationId || known.isWriting !== isWriting
    if (known || conversationId) this.#announce(news) // repeated: other nodes forget as well
    if (isNews) this.#place(news)
    else if (known) this.#lookers.set(key, { ...known, until: Date.now() + FORGET_MS })
  }

  #place({ conversationId, ...news }: LookerNews): void {
    const before = this.#lookers.get(news.key)
    if (conversationId === null) this.#lookers.delete(news.key)
    else this.#lookers.set(news.key, { ...news, conversationId, until: Date.now() + FORGET_MS })
    if (before && before.conversationId !== conversationId)
      this.#show(news.workspaceId, before.conversationId)
    if (
      conversationId !== null &&
      (before?.conversationId !== conversationId || before.isWriting !== news.isWriting)
    )
      this.#show(news.workspaceId, conversationId)
  }

  #forget(): void {
    for (const [key, looker] of this.#lookers)
      if (looker.until < Date.now()) {
        this.#lookers.delete(key)
        this.#show(looker.workspaceId, looker.conversationId)
      }
  }

  /** Tells those who look at a conversation (or one of them) which others do; nobody is told of themselves. */
  #show(workspaceId: string, conversationId: string, onlyKey?: string): void {
    const lookers = [...this.#lookers.values()].filter(
      each => each.workspaceId === workspaceId && each.conversationId === conversationId,
    )
    for (const [key, { caller, send, conversationId: at }] of this.#listeners) {
      if (caller.workspaceId !== workspaceId || at !== conversationId || (onlyKey && key !== onlyKey))
        continue
      const people = new Map<string, boolean>()
      for (const { agentId, isWriting } of lookers)
        if (agentId !== personOf(caller).id) people.set(agentId, isWriting || (people.get(agentId) ?? false))
      send({
        type: 'looking',
        // branded: ids that came in as such
        conversationId: conversationId as never,
        people: [...people].map(([agentId, isWriting]) => ({ agentId: agentId as never, isWriting })),
      })
    }
  }
}
