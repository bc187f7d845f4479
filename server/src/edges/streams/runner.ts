import type { Entry } from '@tracedesk/contracts'
import { type Caller, systemCaller } from '../../command/caller.ts'
import type { Command } from '../../command/define.ts'
import type { CommandDoor } from '../../command/execute.ts'
import type { Databases } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import type { Logger } from '../../kernel/log.ts'
import type { InstallationSecret } from '../../kernel/secret.ts'
import {
  layAsideCommand,
  loadStream,
  moveOn,
  nextLetter,
  noteTrouble,
  type Outcome,
  type SendEntries,
  type Stream,
  StreamMoved,
  type StreamPlace,
  settleLetterCommand,
} from '../../modules/streams/index.ts'

/** Entries from a position on, as the log reads them. */
export type ReadSlice = (ask: {
  readonly viewer: Caller
  readonly filter: Stream['filter']
  readonly parts: 'open' | 'withheld'
  readonly from: number
  readonly to?: number
  readonly limit: number
  readonly without: readonly string[]
}) => Promise<{ entries: { entry: Entry; position: number }[]; next: number }>

export interface RunnerParts {
  readonly databases: Databases
  readonly door: CommandDoor
  readonly secret: InstallationSecret
  readonly log: Logger
  readonly read: ReadSlice
  readonly send: SendEntries
  readonly halt: Command
  readonly timing: StreamTiming
}

export interface StreamTiming {
  /** The pause after the first failure; it doubles with each, up to the longest. */
  readonly firstPauseMs: number
  readonly longestPauseMs: number
  /** Looks for something new at least so often, woken or not. */
  readonly lookMs: number
  /** How long a stream is held without a renewal; longer than any call, so that who lost it has nothing on its way. */
  readonly leaseMs: number
}

/** A refusal of one entry is believed after so many attempts. */
export const REFUSALS_MAX = 5
/** So many entries laid aside in a row, and the receiver is not what it should be. */
export const LAID_ASIDE_MAX = 20
/** Never sent: a receiver that refuses the news of its own refusals would make them without end. */
const WITHOUT = ['stream.entry_refused']

/** Sees everything but what is nobody's to see: private notes and what is restricted. */
const viewerOf = (workspaceId: string): Caller => ({
  ...systemCaller(workspaceId),
  permissions: new Set(['log.view']),
  standing: { scope: 'all', bots: null, withheld: false, rank: 0, mustEnrol: false },
})

/**
 * Sends one stream, for as long as its lease is held: a slice is read, sent, and only then does the cursor move. Nothing
 * is kept in memory between two attempts, so that what was erased meanwhile is never sent, a dying node loses nothing,
 * and a slow receiver holds up nobody but itself.
 */
export class StreamRunner {
  readonly #parts: RunnerParts
  readonly #workspaceId: string
  readonly #id: string
  readonly #ending = new AbortController()
  readonly #done: Promise<void>
  #wake: () => void = () => {}
  #isAwake = false
  /** Entries go one by one until this position: somewhere before it one was refused among others. */
  #singlyUntil = 0

  constructor(parts: RunnerParts, workspaceId: string, id: string) {
    this.#parts = parts
    this.#workspaceId = workspaceId
    this.#id = id
    this.#done = this.#run()
  }

  /** Something new may be there. Returns at once. */
  wake(): void {
    this.#isAwake = true
    this.#wake()
  }

  /** Ends what is under way; the cursor stays where it was. */
  async stop(): Promise<void> {
    this.#ending.abort()
    this.#wake()
    await this.#done
  }

  async #run(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      this.#isAwake = false
      let restMs = this.#parts.timing.lookMs
      try {
        restMs = await this.#step()
      } catch (error) {
        if (!(error instanceof StreamMoved))
          this.#parts.log.warn({ err: error as Error, stream: this.#id }, 'a stream waits; tried again soon')
      }
      if (restMs > 0 && !this.#isAwake) await this.#rest(restMs)
    }
  }

  #rest(ms: number): Promise<void> {
    if (this.#ending.signal.aborted) return Promise.resolve()
    return new Promise(resolve => {
      const timer = setTimeout(resolve, Math.min(ms, this.#parts.timing.lookMs))
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Does the next thing there is to do; returns how long to rest after it. */
  async #step(): Promise<number> {
    const { databases, secret, timing } = this.#parts
    const found = await loadStream(databases.app, secret, this.#workspaceId, this.#id)
    if (!found || found.stream.state === 'paused') return timing.lookMs
    const { stream, place } = found
    if (place.restMs > 0) return place.restMs
    if (await this.#sendLetter(stream)) return 0
    return this.#sendNext(stream, place)
  }

  async #sendNext(stream: Stream, place: StreamPlace): Promise<number> {
    const { databases, timing } = this.#parts
    const limit = place.position < this.#singlyUntil ? 1 : stream.batch
    const { entries, next } = await this.#parts.read({ ...this.#ask(stream), from: place.position, limit })
    const [first] = entries
    if (!first) {
      if (next === place.position) return timing.lookMs
      await moveOn(databases.app, stream, place.position, next, 0)
      return 0
    }
    const outcome = await this.#send(stream, entries)
    if (outcome === null) return 0
    if (outcome.kind === 'arrived') {
      await moveOn(databases.app, stream, place.position, next, entries.length)
      return 0
    }
    if (outcome.kind === 'refused' && entries.length > 1) {
      this.#singlyUntil = next
      return 0
    }
    return this.#giveWay(stream, place, { entryId: first.entry.id, position: first.position, next }, outcome)
  }

  #ask(stream: Stream) {
    const { filter, parts, workspaceId } = stream
    return { viewer: viewerOf(workspaceId), filter, parts, without: WITHOUT }
  }

  /** Null when we were told to end meanwhile: what came of it then is not known. */
  async #send(stream: Stream, entries: readonly { entry: Entry }[]): Promise<Outcome | null> {
    const { signal } = this.#ending
    const outcome = await this.#parts.send(
      stream,
      entries.map(({ entry }) => entry),
      signal,
    )
    return signal.aborted && outcome.kind !== 'arrived' ? null : outcome
  }

  async #giveWay(
    stream: Stream,
    place: StreamPlace,
    entry: { entryId: string; position: number; next: number },
    outcome: Exclude<Outcome, { kind: 'arrived' }>,
  ): Promise<number> {
    if (outcome.kind === 'gone') return this.#halt('gone')
    const refused = outcome.kind === 'refused'
    const attempts = place.refusals + 1
    if (refused && attempts >= REFUSALS_MAX) {
      await this.#parts.door.execute(layAsideCommand, systemCaller(this.#workspaceId), {
        id: this.#id,
        ...entry,
        attempts,
        status: outcome.status,
      })
      return place.refusedInRow + 1 >= LAID_ASIDE_MAX ? this.#halt('refusals') : 0
    }
    const restMs = Math.max(
      this.#pauseAfter(place.failures + 1),
      outcome.kind === 'trouble' ? (outcome.afterMs ?? 0) : 0,
    )
    const problem = outcome.kind === 'trouble' ? outcome.problem : 'not_taken'
    await noteTrouble(this.#parts.databases.app, stream, place.position, {
      problem,
      status: outcome.status,
      restMs,
      refused,
    })
    return restMs
  }

  /** Twice as long with each failure, with a half of it left to chance so that nodes and streams do not march in step. */
  #pauseAfter(failures: number): number {
    const { firstPauseMs, longestPauseMs } = this.#parts.timing
    const whole = Math.min(firstPauseMs * 2 ** Math.min(failures - 1, 20), longestPauseMs)
    return whole / 2 + (Math.random() * whole) / 2
  }

  async #halt(cause: 'refusals' | 'gone'): Promise<number> {
    try {
      await this.#parts.door.execute(this.#parts.halt, systemCaller(this.#workspaceId), {
        id: this.#id,
        cause,
      })
    } catch (error) {
      // paused or deleted by somebody meanwhile
      if (!(error instanceof ConsoleError)) throw error
    }
    return 0
  }

  /** Sends what was laid aside and is wanted once more; false when there is none. */
  async #sendLetter(stream: Stream): Promise<boolean> {
    const { databases, door } = this.#parts
    const letter = await nextLetter(databases.app, stream)
    if (!letter) return false
    const { entries } = await this.#parts.read({
      ...this.#ask(stream),
      filter: {},
      from: letter.position,
      to: letter.position + 1,
      limit: 1,
    })
    const outcome = entries.length === 0 ? null : await this.#send(stream, entries)
    if (entries.length > 0 && outcome === null) return true
    if (outcome?.kind === 'trouble') {
      // it stays first in line; the stream waits with it, for the receiver is not well
      const pause = Math.max(this.#pauseAfter(1), outcome.afterMs ?? 0)
      const found = await loadStream(databases.app, this.#parts.secret, this.#workspaceId, this.#id)
      if (found)
        await noteTrouble(databases.app, stream, found.place.position, {
          ...outcome,
          restMs: pause,
          refused: false,
        })
      return true
    }
    await door.execute(settleLetterCommand, systemCaller(this.#workspaceId), {
      id: this.#id,
      position: letter.position,
      outcome: outcome === null ? 'gone' : outcome.kind === 'arrived' ? 'sent' : 'refused',
      status: outcome === null || outcome.kind === 'arrived' ? null : outcome.status,
    })
    return true
  }
}
