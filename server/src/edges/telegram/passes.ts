import type { GatewayTiming } from './timing.ts'
import { backOff, Pause } from './waiting.ts'

/** What `Passes` does, and whom it tells when that fails. */
export interface PassesParts {
  /** One pass over what waits; returns the milliseconds after which to look again, 0 for at once. */
  readonly pass: () => Promise<number>
  readonly onError: (error: unknown) => unknown
  readonly timing: Pick<GatewayTiming, 'retryMs' | 'retryMaxMs'>
}

/**
 * Work on a list that lies elsewhere, in passes, never two at once: each says when the next one comes, a wake brings it
 * forward, and one that failed is repeated after growing pauses.
 */
export class Passes {
  readonly #parts: PassesParts
  readonly #pause = new Pause()
  #stopped = false
  #running: Promise<void> | undefined

  constructor(parts: PassesParts) {
    this.#parts = parts
  }

  get stopped(): boolean {
    return this.#stopped
  }

  start(): void {
    this.#running = this.#run()
  }

  /** Says that something may wait. Returns at once. */
  wake(): void {
    this.#pause.wake()
  }

  /** No further pass; resolves when the one under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#pause.stop()
    await this.#running
  }

  async #run(): Promise<void> {
    const { pass, onError, timing } = this.#parts
    for (let failures = 0; !this.#stopped; ) {
      try {
        const ms = await pass()
        failures = 0
        await this.#pause.sleep(ms)
      } catch (error) {
        await onError(error)
        await this.#pause.sleep(backOff(++failures, timing))
      }
    }
  }
}
