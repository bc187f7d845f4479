/** What `Rounds` does and how often. */
export interface RoundsParts {
  /** The rest between two rounds, in milliseconds. */
  readonly everyMs: number
  /** One round. Ends early when `signal` is aborted. */
  readonly work: (signal: AbortSignal) => Promise<void>
  /** Told of a round that failed; the next comes after the rest. */
  readonly onError: (error: Error) => void
  /** Begin with a round, not with a rest. */
  readonly atOnce?: boolean
}

/** Work in rounds: one after each rest and one whenever somebody wakes it, never two at once in this process. */
export class Rounds {
  readonly #parts: RoundsParts
  readonly #stop = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #round: Promise<void> | undefined
  #again = false
  #started = false

  constructor(parts: RoundsParts) {
    this.#parts = parts
  }

  get signal(): AbortSignal {
    return this.#stop.signal
  }

  get stopped(): boolean {
    return this.#stop.signal.aborted
  }

  start(): void {
    this.#started = true
    if (this.#parts.atOnce) this.wake()
    else this.#rest()
  }

  /** Something may wait: a round now, or once more after the one under way. Returns at once. */
  wake(): void {
    if (this.stopped) return
    this.#again = true
    this.#round ??= this.#run()
  }

  /** No further round; resolves when the one under way has ended. */
  async stop(): Promise<void> {
    this.#stop.abort()
    clearTimeout(this.#timer)
    await this.#round
  }

  async #run(): Promise<void> {
    clearTimeout(this.#timer)
    try {
      while (this.#again && !this.stopped) {
        this.#again = false
        await this.#parts.work(this.signal)
      }
    } catch (error) {
      this.#parts.onError(error as Error)
    } finally {
      this.#round = undefined
      if (this.#started && !this.stopped) this.#rest()
    }
  }

  #rest(): void {
    this.#timer = setTimeout(() => this.wake(), this.#parts.everyMs).unref()
  }
}
