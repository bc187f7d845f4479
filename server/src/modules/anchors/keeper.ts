import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemCaller } from '../../command/caller.ts'
import type { CommandDoor } from '../../command/execute.ts'
import type { Databases } from '../../db/database.ts'
import type { Logger } from '../../kernel/log.ts'
import { Rounds } from '../../kernel/rounds.ts'
import { AnchorError } from '../../ledger/witness-client.ts'
import { readSetting } from '../team/index.ts'
import { AnchorUnchanged, recordAnchor, recordAnchorFailure } from './record.ts'
import {
  type AnchorState,
  newestCheckpoint,
  oldestUnanchored,
  readStates,
  releaseLease,
  takeLease,
} from './store.ts'
import { type AnchorPort, type AnchorTarget, configuredAnchors, type Head } from './targets.ts'

/** So often every node looks whether an anchor is due. */
const LOOK_MS = 15_000
/** An anchor that fails is asked again after so many seconds, twice as many each time, at most the interval. */
const RETRY_SECONDS = 30
const TIMEOUT_MS = 20_000
/** What cannot be broken off may take so long when the node stops; the lease ends by itself. */
const STOP_MS = 2_000

export interface KeeperParts {
  readonly databases: Databases
  readonly door: CommandDoor
  readonly log: Logger
  readonly nodeId: string
  readonly workspaces: () => Promise<string[]>
  readonly allowPrivate: boolean
  readonly sendDocument: AnchorPort['sendDocument']
  readonly timeoutMs?: number
}

/**
 * Has signed heads confirmed by whoever the workspace has configured: each anchor by itself and beside the signing, so
 * that a late one holds up nobody. Every node runs one; a lease decides who asks.
 */
export class AnchorKeeper {
  readonly #parts: KeeperParts
  readonly #port: AnchorPort
  /** Failures in a row and when to ask again, by workspace and anchor; another node begins at once. */
  readonly #patience = new Map<string, { failures: number; until: number }>()
  readonly #underWay = new Set<Promise<void>>()
  readonly #rounds: Rounds

  constructor(parts: KeeperParts) {
    this.#parts = parts
    const { databases, allowPrivate, sendDocument, timeoutMs = TIMEOUT_MS } = parts
    this.#rounds = new Rounds({
      everyMs: LOOK_MS,
      work: async () => {
        for (const workspaceId of await parts.workspaces()) await this.anchorDue(workspaceId)
      },
      onError: error => parts.log.warn({ err: error }, 'the anchors could not be looked after'),
    })
    const { signal } = this.#rounds
    this.#port = { db: databases.read, allowPrivate, timeoutMs, sendDocument, signal }
  }

  start(): void {
    this.#rounds.start()
  }

  async stop(): Promise<void> {
    const ended = Promise.all([this.#rounds.stop(), ...this.#underWay])
    await Promise.race([ended, sleep(STOP_MS, undefined, { ref: false })])
  }

  /**
   * Asks every anchor of a workspace that is due, or with `now` every one that does not have the newest head.
   * Resolves when each has answered or failed.
   */
  async anchorDue(workspaceId: string, { now = false } = {}): Promise<void> {
    const { databases } = this.#parts
    const head = await newestCheckpoint(databases.read, workspaceId)
    if (!head) return
    const targets = await configuredAnchors(this.#port, workspaceId)
    if (targets.length === 0) return
    const minutes = Number(await readSetting(databases.read, workspaceId, 'anchor.interval_minutes'))
    await Promise.all(
      targets.map(target => this.#anchorOne({ ...head, workspaceId }, target, { minutes, now })),
    )
  }

  async #anchorOne(head: Head, target: AnchorTarget, when: { minutes: number; now: boolean }): Promise<void> {
    if (!(await this.#isDue(head, target, await this.#stateOf(head, target), when))) return
    const { databases, nodeId, log } = this.#parts
    const lease = `anchor/${head.workspaceId}/${target.kind}/${target.name}`
    const holder = randomUUID()
    if (!(await takeLease(databases.app, lease, holder, (3 * this.#port.timeoutMs) / 1000))) return
    const work = this.#confirmIfDue(head, target, when)
      .catch(error =>
        log.error({ err: error as Error, nodeId, anchor: target.name }, 'an anchor could not be recorded'),
      )
      .finally(() => releaseLease(databases.app, lease, holder).catch(() => {})) // it ends by itself
    this.#underWay.add(work)
    await work.finally(() => this.#underWay.delete(work))
  }

  async #confirmIfDue(
    head: Head,
    target: AnchorTarget,
    when: { minutes: number; now: boolean },
  ): Promise<void> {
    // Looked at again under the lease: whoever held it before may have done the work.
    const state = await this.#stateOf(head, target)
    if (await this.#isDue(head, target, state, when)) await this.#confirm(head, target, state, when.minutes)
  }

  async #stateOf({ workspaceId }: Head, { kind, name }: AnchorTarget): Promise<AnchorState | undefined> {
    const states = await readStates(this.#parts.databases.read, workspaceId)
    return states.find(state => state.kind === kind && state.name === name)
  }

  async #isDue(
    head: Head,
    target: AnchorTarget,
    state: AnchorState | undefined,
    { minutes, now }: { minutes: number; now: boolean },
  ): Promise<boolean> {
    const covered = state?.epoch === head.epoch ? (state.size ?? 0) : 0
    if (covered >= head.size) return false
    if (now) return true
    if ((this.#patience.get(keyOf(head, target))?.until ?? 0) > performance.now()) return false
    const age = state?.anchoredAt ? (Date.now() - Date.parse(state.anchoredAt)) / 60_000 : Infinity
    if (state?.failure == null && age < minutes) return false
    return (await oldestUnanchored(this.#port.db, head.workspaceId, covered, head.size)) !== null
  }

  async #confirm(
    head: Head,
    target: AnchorTarget,
    state: AnchorState | undefined,
    minutes: number,
  ): Promise<void> {
    const { workspaceId, epoch, size } = head
    const { kind, name } = target
    const begun = performance.now()
    try {
      const proof = await target.confirm(head, state?.epoch === epoch ? (state.size ?? 0) : 0)
      const latencyMs = Math.round(performance.now() - begun)
      await this.#record(recordAnchor, head, { kind, name, latencyMs, proof: proof.toString('base64') })
      this.#patience.delete(keyOf(head, target))
    } catch (error) {
      if (this.#rounds.stopped) return // nobody failed: we broke it off
      const code = error instanceof AnchorError ? error.problem : 'internal'
      this.#parts.log.warn({ err: error as Error, workspaceId, anchor: name, size }, 'an anchor failed')
      this.#bePatient(keyOf(head, target), minutes)
      if (state?.failure !== code) await this.#record(recordAnchorFailure, head, { kind, name, code })
    }
  }

  async #record(
    command: typeof recordAnchor | typeof recordAnchorFailure,
    { workspaceId, epoch, size }: Head,
    input: Record<string, unknown>,
  ): Promise<void> {
    try {
      await this.#parts.door.execute(command as typeof recordAnchor, systemCaller(workspaceId), {
        epoch,
        size,
        ...input,
      })
    } catch (error) {
      if (!(error instanceof AnchorUnchanged)) throw error
    }
  }

  #bePatient(key: string, minutes: number): void {
    const failures = (this.#patience.get(key)?.failures ?? 0) + 1
    const seconds = Math.min(RETRY_SECONDS * 2 ** (failures - 1), minutes * 60)
    this.#patience.set(key, { failures, until: performance.now() + seconds * 1000 })
  }
}

const keyOf = ({ workspaceId }: Head, { kind, name }: AnchorTarget): string =>
  `${workspaceId}/${kind}/${name}`
