import { systemCaller } from '../../command/caller.ts'
import type { Command } from '../../command/define.ts'
import { type CommandDoor, RecordedRefusal } from '../../command/execute.ts'
import type { Logger } from '../../kernel/log.ts'
import { Rounds } from '../../kernel/rounds.ts'
import type { InstallationSecret } from '../../kernel/secret.ts'
import { createSeeker, type FindPort, lookOn, type Mention } from './find-mentions.ts'
import { openSought, type Place, START } from './mention-search.ts'
import { findRemarks, type NamingRemark } from './remarks.ts'

const LOOK_MS = 10_000
/** So many parts are destroyed by one entry; what was found waits for more of it, for so many slices at most. */
const BATCH = 500
const SLICES_MAX = 50
/** An entry that was just committed is in the tree by then. */
const SOON_MS = 200

export interface MentionKeeperParts extends FindPort {
  readonly door: CommandDoor
  readonly secret: InstallationSecret
  readonly log: Logger
  readonly workspaces: () => Promise<string[]>
  readonly erase: Command
}

interface Search extends Place {
  readonly id: string
  readonly customerId: string
  readonly known: Buffer
  /** Of what is kept: the holds in force when it was. Null while the search is under way. */
  readonly holds: string[] | null
  readonly isReleased: boolean
  readonly isSequenced: boolean
}

/**
 * Looks through what colleagues typed for those who were erased, slice by slice, and goes on where a node died. Every node
 * runs one: what two of them find is destroyed once. What a hold kept is looked at again when a hold is released.
 */
export class MentionKeeper {
  readonly #parts: MentionKeeperParts
  readonly #rounds: Rounds
  #soon: NodeJS.Timeout | undefined

  constructor(parts: MentionKeeperParts) {
    this.#parts = parts
    this.#rounds = new Rounds({
      everyMs: LOOK_MS,
      atOnce: true,
      work: () => this.workOnce(),
      onError: error =>
        parts.log.warn(
          { err: error },
          'what was typed about somebody erased is not looked through; tried again soon',
        ),
    })
  }

  start(): void {
    this.#rounds.start()
  }

  /** Somebody was erased. Returns at once. */
  wake(): void {
    this.#rounds.wake()
  }

  /** Ends after the slice under way. */
  async stop(): Promise<void> {
    clearTimeout(this.#soon)
    await this.#rounds.stop()
    clearTimeout(this.#soon)
  }

  /** Does every search there is, as far as the entries before its erasure are in the tree. */
  async workOnce(): Promise<void> {
    for (const workspaceId of await this.#parts.workspaces())
      for (const search of await this.#searches(workspaceId)) {
        if (search.holds !== null && !search.isReleased) continue
        if (search.isSequenced) await this.#run(workspaceId, search)
        else this.#lookSoon()
      }
  }

  #lookSoon(): void {
    clearTimeout(this.#soon)
    this.#soon = setTimeout(() => this.wake(), SOON_MS).unref()
  }

  async #searches(workspaceId: string): Promise<Search[]> {
    const { rows } = await this.#parts.databases.app.query<Search>(
      `select m.entry_id as id, m.customer_id as "customerId", m.known, m.event, m.at, m.after_id as "afterId", m.holds,
         exists (select from unnest(m.holds) as h (id) where not exists (select from hold
           where hold.workspace_id = m.workspace_id and hold.hold_id = h.id and hold.released_at is null)) as "isReleased",
         exists (select from log_entry e where e.workspace_id = m.workspace_id and e.entry_id = m.entry_id) as "isSequenced"
       from mention_search m where m.workspace_id = $1 order by m.entry_id`,
      [workspaceId],
    )
    return rows
  }

  async #run(workspaceId: string, search: Search): Promise<void> {
    const { secret } = this.#parts
    const sought = openSought(secret, workspaceId, search.id, search.known)
    const seeker = await createSeeker(this.#parts, workspaceId, sought)
    let place: Place | null = search.holds === null ? search : await this.#beginAgain(workspaceId, search)
    let [waiting, slices]: [Mention[], number] = [[], 0]
    while (place && !this.#rounds.stopped) {
      const { found, next } = await lookOn(this.#parts, workspaceId, seeker, place)
      waiting.push(...found)
      if (next === null || waiting.length >= BATCH || (waiting.length > 0 && ++slices >= SLICES_MAX)) {
        const remarks = next === null ? await findRemarks(this.#parts, workspaceId, seeker) : []
        await this.#erase(workspaceId, search, { found: waiting, remarks, next })
        ;[waiting, slices] = [[], 0]
      } else if (waiting.length === 0) await this.#pass(workspaceId, search, next) // whoever goes on finds the rest again
      place = next
    }
  }

  async #beginAgain(workspaceId: string, { id }: Search): Promise<Place> {
    await this.#parts.databases.app.query(
      `update mention_search set holds = null, held = 0, event = $3, at = $4, after_id = $5
       where workspace_id = $1 and entry_id = $2`,
      [workspaceId, id, START.event, START.at, START.afterId],
    )
    return START
  }

  /** Nothing was found: the next node need not look there again. */
  async #pass(workspaceId: string, { id }: Search, { event, at, afterId }: Place): Promise<void> {
    await this.#parts.databases.app.query(
      `update mention_search set event = $3, at = $4, after_id = $5
       where workspace_id = $1 and entry_id = $2 and holds is null`,
      [workspaceId, id, event, at, afterId],
    )
  }

  async #erase(
    workspaceId: string,
    { id: searchId, customerId }: Search,
    { next, ...doomed }: { found: readonly Mention[]; remarks: readonly NamingRemark[]; next: Place | null },
  ): Promise<void> {
    const { door, erase } = this.#parts
    try {
      await door.execute(
        erase,
        systemCaller(workspaceId),
        { searchId, customerId, ...doomed, next: next && placeOf(next) },
        { causedBy: searchId },
      )
    } catch (error) {
      if (!(error instanceof RecordedRefusal)) throw error // another node was faster
    }
  }
}

const placeOf = ({ event, at, afterId }: Place): Place => ({ event, at, afterId })
