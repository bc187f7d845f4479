import type { Caller } from '../../command/caller.ts'
import type { Disclosure } from '../../command/define.ts'

/** One reader's reads are gathered for so long. */
const WINDOW_MS = 60_000

type Scope = Disclosure['scope']

interface Reading {
  readonly caller: Caller
  readonly route: string
  readonly scope: Scope
  from: number
  to: number
  count: number
  readonly timer: NodeJS.Timeout
}

export type RecordView = (caller: Caller, query: string, disclosure: Disclosure) => Promise<void>

/**
 * Records who reads leaves over the ledger's routes. A verifier fetches thousands of tiles, so one session's reads of
 * one route are gathered: the first is recorded before its answer leaves, and what followed within a minute (range
 * and number) as a second entry when the minute is over. A crash in between loses that second entry, never the first.
 */
export class LedgerReads {
  readonly #record: RecordView
  readonly #onError: (error: unknown) => void
  readonly #windowMs: number
  readonly #open = new Map<string, Promise<Reading>>()

  constructor(record: RecordView, onError: (error: unknown) => void, windowMs = WINDOW_MS) {
    this.#record = record
    this.#onError = onError
    this.#windowMs = windowMs
  }

  /** Says that leaves `from` to `to`, both included, are about to be shown. Resolves when that is on record. */
  async reading(caller: Caller, route: string, scope: Scope, from: number, to: number): Promise<void> {
    const key = `${caller.workspaceId}/${caller.via.sessionId ?? caller.actor.id}/${route}`
    const open = this.#open.get(key)
    if (open) {
      const reading = await open
      reading.from = reading.count === 0 ? from : Math.min(reading.from, from)
      reading.to = reading.count === 0 ? to : Math.max(reading.to, to)
      reading.count += to - from + 1
      return
    }
    const begun = this.#begin(key, caller, route, scope, from, to)
    this.#open.set(key, begun)
    await begun.catch(error => {
      this.#open.delete(key)
      throw error
    })
  }

  async #begin(
    key: string,
    caller: Caller,
    route: string,
    scope: Scope,
    from: number,
    to: number,
  ): Promise<Reading> {
    await this.#record(caller, route, disclosureOf(scope, from, to, to - from + 1))
    const timer = setTimeout(() => void this.#close(key).catch(this.#onError), this.#windowMs).unref()
    return { caller, route, scope, from, to, count: 0, timer }
  }

  async #close(key: string): Promise<void> {
    const open = this.#open.get(key)
    this.#open.delete(key)
    const reading = await open
    if (!reading) return
    clearTimeout(reading.timer)
    const { caller, route, scope, from, to, count } = reading
    if (count > 0) await this.#record(caller, route, disclosureOf(scope, from, to, count))
  }

  /** Records what is gathered; for the stop. */
  async stop(): Promise<void> {
    for (const key of [...this.#open.keys()]) await this.#close(key)
  }
}

const disclosureOf = (scope: Scope, from: number, to: number, count: number): Disclosure => ({
  filter: { position: [`${from}-${to}`] },
  q: undefined,
  scope,
  count,
  deep: false,
})
