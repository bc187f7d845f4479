import { RULE_IDS } from '@tracedesk/contracts'
import { type Caller, ruleCaller, systemCaller } from '../../command/caller.ts'
import type { Command } from '../../command/define.ts'
import { type CommandDoor, RecordedRefusal } from '../../command/execute.ts'
import type { Databases } from '../../db/database.ts'
import type { Logger } from '../../kernel/log.ts'
import { Rounds } from '../../kernel/rounds.ts'
import { Turns } from '../../kernel/turns.ts'
import {
  autoResolveCommand,
  findDueSnoozes,
  findRoutable,
  findSilentConversations,
  routeConversationCommand,
  wakeConversationCommand,
} from '../../modules/conversations/index.ts'
import {
  findLapsed,
  findSilent,
  isOpenAt,
  lapseImpersonationCommand,
  PRESENCE_TIMING,
  type PresenceTiming,
  readBusinessHours,
  timeOutPresenceCommand,
} from '../../modules/team/index.ts'
import { type Lease, Leases } from '../telegram/leases.ts'

/** What falls due is looked for this often, by the one node that holds the lease. */
const SWEEP_MS = 5_000
const LEASE_MS = 15_000
const LEASE = 'desk-keeper'
/** Between two looks into a workspace's queue, so that a busy one is looked at for many changes at once. */
const PAUSE_MS = 100
const BATCH = 500
/** A conversation for which nobody was found after all is tried so often in one go. */
const TRIES = 2
/** So often the queue is read anew in one go, because what was read had changed. */
const LOOKS = 10

/** Entries that bring a conversation into the queue, or back in reach of a rule: a routing is caused by the last of them. */
const QUEUEING = [
  'conversation.opened',
  'conversation.reopened',
  'conversation.assigned',
  'conversation.transferred',
  'conversation.status_changed',
  'conversation.woken',
]

interface KeeperParts {
  readonly databases: Databases
  readonly door: CommandDoor
  readonly log: Logger
  readonly nodeId: string
  readonly presence?: PresenceTiming | undefined
  /** Told of each workspace at every sweep. */
  readonly onSweep?: (workspaceId: string) => void
}

/**
 * Does what nobody clicks for: routes the queue, turns away whoever has gone, wakes what was snoozed, resolves what
 * has gone silent, ends what was begun in another's name and is over. Every deed is a command that judges again under
 * its lock, so two keepers, or one that was paused for an hour, do nothing twice; the lease only spares the others the
 * looking.
 */
export class DeskKeeper {
  readonly #parts: KeeperParts
  readonly #leases: Leases
  readonly #presence: PresenceTiming
  readonly #sweeps: Rounds
  readonly #routing: Turns
  #held: Lease[] = []

  constructor(parts: KeeperParts) {
    this.#parts = parts
    this.#presence = parts.presence ?? PRESENCE_TIMING
    this.#leases = new Leases(parts.databases, parts.nodeId, LEASE_MS)
    this.#sweeps = new Rounds({
      everyMs: SWEEP_MS,
      atOnce: true,
      work: () => this.#sweep(),
      onError: error =>
        parts.log.warn({ err: error }, 'what is due could not be looked after; tried again soon'),
    })
    this.#routing = new Turns({
      restMs: PAUSE_MS,
      turn: async workspaceId => {
        await this.route(workspaceId)
      },
      onError: (error, workspaceId) =>
        parts.log.warn(
          { err: error, workspaceId },
          'the queue could not be routed; the next sweep tries again',
        ),
    })
  }

  /** Begins to look for what is due. */
  start(): void {
    this.#sweeps.start()
  }

  /** Ends after what is under way, and leaves the lease to the next. */
  async stop(): Promise<void> {
    await this.#sweeps.stop()
    await this.#routing.stop()
    await this.#leases
      .release(this.#held)
      .catch(error => this.#parts.log.warn({ err: error as Error }, 'a lease was left to expire'))
  }

  /** Something happened in a workspace: perhaps its queue can move. Returns at once. */
  wake(workspaceId: string): void {
    this.#routing.wake(workspaceId)
  }

  async #sweep(): Promise<void> {
    const renewed = await this.#leases.renew(this.#held)
    this.#held = renewed.length > 0 ? renewed : await this.#leases.take([LEASE])
    if (this.#held.length > 0) await this.sweepOnce()
  }

  /** Does everything that is due now, in every workspace. */
  async sweepOnce(): Promise<void> {
    const { read } = this.#parts.databases
    for (const { workspaceId, agentId, to } of await findSilent(read, this.#presence))
      await this.#run(timeOutPresenceCommand as never, systemCaller(workspaceId), {
        agentId,
        to,
        ...this.#presence,
      })
    for (const { workspaceId, impersonationId } of await findLapsed(read))
      await this.#run(lapseImpersonationCommand as never, systemCaller(workspaceId), { impersonationId })
    const now = await this.#now()
    for (const { workspaceId, conversationId } of await findDueSnoozes(read, now, BATCH))
      await this.#run(wakeConversationCommand as never, systemCaller(workspaceId), { conversationId })
    for (const { workspace_id: id } of await read.selectFrom('workspace').select('workspace_id').execute()) {
      for (const conversationId of await findSilentConversations(read, id, now, BATCH))
        await this.#run(autoResolveCommand as never, ruleCaller(id, RULE_IDS.auto_resolve), {
          conversationId,
        })
      this.wake(id)
      this.#parts.onSweep?.(id)
    }
  }

  /** Gives what waits in a workspace's queue to whom the rules choose; returns how many found somebody. */
  async route(workspaceId: string): Promise<number> {
    const caller = ruleCaller(workspaceId, RULE_IDS.routing)
    const refused = new Map<string, number>()
    let routed = 0
    for (let looks = 1; ; looks++) {
      let isStale = false
      for (const conversationId of await this.#routable(workspaceId)) {
        if (this.#routing.stopped) return routed
        const before = refused.get(conversationId) ?? 0
        if (before >= TRIES) continue
        const causedBy = await this.#lastQueueing(workspaceId, conversationId)
        if (await this.#run(routeConversationCommand as never, caller, { conversationId }, causedBy)) {
          routed++
          continue
        }
        refused.set(conversationId, before + 1)
        // room that is made from here on is for this one before those behind it
        isStale = looks < LOOKS
        if (isStale) break
      }
      if (!isStale) return routed
    }
  }

  /** The ids of what can be routed now, whose turn it is first. */
  async #routable(workspaceId: string): Promise<string[]> {
    const { read } = this.#parts.databases
    const waiting = await findRoutable(read, workspaceId, BATCH)
    if (waiting.length === 0) return []
    const [hours, now] = [await readBusinessHours(read, workspaceId), await this.#now()]
    return waiting
      .filter(({ botId }) => isOpenAt(hours, botId, now))
      .map(({ conversationId }) => conversationId)
  }

  async #lastQueueing(workspaceId: string, conversationId: string): Promise<string | undefined> {
    // a sweep may be faster than the sequencer: then the entry still waits
    for (const table of ['log_pending', 'log_entry'] as const) {
      const row = await this.#parts.databases.read
        .selectFrom(table)
        .select('entry_id')
        .where('workspace_id', '=', workspaceId)
        .where('conversation_id', '=', conversationId)
        .where('event', 'in', QUEUEING)
        .orderBy('at', 'desc')
        .limit(1)
        .executeTakeFirst()
      if (row) return row.entry_id
    }
    return undefined
  }

  /** Runs a command; false when there turned out to be nothing to do, or when it was refused (which is recorded). */
  async #run(command: Command, caller: Caller, input: unknown, causedBy?: string): Promise<boolean> {
    try {
      await this.#parts.door.execute(command, caller, input, { causedBy })
      return true
    } catch (error) {
      if (error instanceof RecordedRefusal) return false
      this.#parts.log.warn({ err: error as Error, command: command.contract.name }, 'a due deed was not done')
      return false
    }
  }

  /** The database's clock, by which everything is judged. */
  async #now(): Promise<string> {
    const { rows } = await this.#parts.databases.readPool.query<{ now: string }>('select now() as now')
    if (!rows[0]) throw new Error('the database did not tell the time')
    return rows[0].now
  }
}
