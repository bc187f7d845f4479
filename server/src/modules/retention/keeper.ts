import { RULE_IDS } from '@tracedesk/contracts'
import { ruleCaller } from '../../command/caller.ts'
import type { Command } from '../../command/define.ts'
import { type CommandDoor, RecordedRefusal } from '../../command/execute.ts'
import type { Databases } from '../../db/database.ts'
import type { Logger } from '../../kernel/log.ts'
import { Rounds } from '../../kernel/rounds.ts'
import { isTimeToAsk } from './rhythm.ts'

const LOOK_MS = 10_000
/** Somebody reads the month in question (a verification, say): it takes as long as it takes. */
const BUSY_MS = 30_000
/** Nothing was due: counted again after this. */
const ASK_MS = 6 * 3_600_000

export interface RetentionKeeperParts {
  readonly databases: Databases
  readonly door: CommandDoor
  readonly log: Logger
  readonly workspaces: () => Promise<string[]>
  readonly apply: Command
  readonly request: Command
}

/**
 * Does what was approved, a month at a time, and goes on with what a node left that died. Every node runs one: a step
 * locks its run, so two of them take turns.
 */
export class RetentionKeeper {
  readonly #parts: RetentionKeeperParts
  readonly #rounds: Rounds
  #notBefore = 0
  /** When a workspace was last looked at for what is due by its rhythm: counting takes a while. */
  readonly #askedAt = new Map<string, number>()

  constructor(parts: RetentionKeeperParts) {
    this.#parts = parts
    this.#rounds = new Rounds({
      everyMs: LOOK_MS,
      atOnce: true,
      work: async () => {
        if (performance.now() >= this.#notBefore) await this.workOnce()
      },
      onError: error => {
        this.#notBefore = performance.now() + BUSY_MS
        parts.log.warn({ err: error }, 'a retention run waits; tried again soon')
      },
    })
  }

  start(): void {
    this.#rounds.start()
  }

  /** Something may wait. Returns at once. */
  wake(): void {
    this.#rounds.wake()
  }

  /** Ends after the step under way. */
  async stop(): Promise<void> {
    await this.#rounds.stop()
  }

  /** Does every step of every run that was approved. */
  async workOnce(): Promise<void> {
    const { databases, workspaces } = this.#parts
    for (const workspaceId of await workspaces()) {
      await this.askOnce(workspaceId)
      const run = await databases.read
        .selectFrom('retention_run')
        .select('run_id')
        .where('workspace_id', '=', workspaceId)
        .where('state', '=', 'running')
        .executeTakeFirst()
      if (run) while (!this.#rounds.stopped && (await this.stepOnce(workspaceId, run.run_id)));
    }
  }

  /** Asks for what is due, where a workspace has a rhythm and its day has come by `now` (milliseconds). */
  async askOnce(workspaceId: string, now = Date.now()): Promise<void> {
    if (now - (this.#askedAt.get(workspaceId) ?? Number.NEGATIVE_INFINITY) < ASK_MS) return
    const { databases, door, request } = this.#parts
    const at = new Date(now).toISOString()
    if (!(await isTimeToAsk(databases.read, workspaceId, at))) return
    this.#askedAt.set(workspaceId, now)
    try {
      await door.execute(request, ruleCaller(workspaceId, RULE_IDS.retention), { at })
    } catch (error) {
      if (!(error instanceof RecordedRefusal)) throw error // another node was faster, or nothing is due
    }
  }

  /** One step; false when the run is over. */
  async stepOnce(workspaceId: string, runId: string): Promise<boolean> {
    const { door, apply } = this.#parts
    try {
      const caller = ruleCaller(workspaceId, RULE_IDS.retention)
      const { done } = (await door.execute(apply, caller, { runId })) as { done: boolean }
      return !done
    } catch (error) {
      if (error instanceof RecordedRefusal) return false // stopped, or ended by another node
      throw error
    }
  }
}
