import type { Databases } from '../../db/database.ts'
import type { Logger } from '../../kernel/log.ts'
import { type Lease, Leases } from '../telegram/leases.ts'
import { type RunnerParts, StreamRunner, type StreamTiming } from './runner.ts'

/** A lease is renewed so many times before it would be over. */
const RENEWALS = 5

export const STREAM_TIMING: StreamTiming = {
  firstPauseMs: 1_000,
  longestPauseMs: 300_000,
  lookMs: 1_000,
  leaseMs: 15_000,
}
/** A receiver that has not answered by then is late. */
export const STREAM_TIMEOUT_MS = 10_000

interface KeeperParts extends RunnerParts {
  readonly databases: Databases
  readonly log: Logger
  readonly nodeId: string
}

/** `stream/<workspace>/<stream>`: which stream a lease is for. */
const nameOf = (workspaceId: string, id: string): string => `stream/${workspaceId}/${id}`

/** Runs those streams of all workspaces whose leases this node holds; each stream is held by one node at a time. */
export class StreamKeeper {
  readonly #parts: KeeperParts
  readonly #leases: Leases
  readonly #held = new Map<string, { lease: Lease; runner: StreamRunner; workspaceId: string }>()
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(parts: KeeperParts) {
    this.#parts = parts
    this.#leases = new Leases(parts.databases, parts.nodeId, parts.timing.leaseMs)
  }

  start(): void {
    this.#stopped = false
    const turn = async () => {
      this.#looking = this.#look()
      await this.#looking
      if (!this.#stopped) this.#timer = setTimeout(turn, this.#parts.timing.leaseMs / RENEWALS).unref()
    }
    this.#timer = setTimeout(turn, 0).unref()
  }

  /** The log of a workspace has grown. Returns at once. */
  wake(workspaceId: string): void {
    for (const held of this.#held.values()) if (held.workspaceId === workspaceId) held.runner.wake()
  }

  /** A stream came, went or may go on. Returns at once. */
  changed(): void {
    for (const { runner } of this.#held.values()) runner.wake()
    if (this.#stopped) return
    this.#looking = this.#looking.then(() => this.#look())
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#looking
    const held = [...this.#held.values()]
    await Promise.all(held.map(({ runner }) => runner.stop()))
    await this.#leases
      .release(held.map(({ lease }) => lease))
      .catch(error => this.#parts.log.warn({ err: error as Error }, 'a lease was left to expire'))
  }

  async #look(): Promise<void> {
    if (this.#stopped) return
    try {
      const { rows } = await this.#parts.databases.readPool.query<{ workspaceId: string; id: string }>(
        'select workspace_id as "workspaceId", stream_id as id from stream',
      )
      const wanted = new Map(rows.map(row => [nameOf(row.workspaceId, row.id), row]))
      const kept = new Set(
        (await this.#leases.renew([...this.#held.values()].map(({ lease }) => lease))).map(
          ({ name }) => name,
        ),
      )
      for (const [name, { runner, lease }] of this.#held) {
        if (kept.has(name) && wanted.has(name)) continue
        this.#held.delete(name)
        await runner.stop()
        if (kept.has(name)) await this.#leases.release([lease])
      }
      const free = [...wanted.keys()].filter(name => !this.#held.has(name))
      for (const lease of await this.#leases.take(free)) {
        const row = wanted.get(lease.name)
        if (!row) continue
        const runner = new StreamRunner(this.#parts, row.workspaceId, row.id)
        this.#held.set(lease.name, { lease, runner, workspaceId: row.workspaceId })
      }
    } catch (error) {
      await this.#letGo()
      this.#parts.log.warn({ err: error as Error }, 'streams could not be looked after; tried again soon')
    }
  }

  /** Whoever cannot renew does not know what is still theirs. */
  async #letGo(): Promise<void> {
    const runners = [...this.#held.values()].map(({ runner }) => runner)
    this.#held.clear()
    await Promise.all(runners.map(runner => runner.stop()))
  }
}
