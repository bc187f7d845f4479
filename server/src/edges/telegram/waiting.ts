import type { GatewayTiming } from './timing.ts'

/** A sleep that can be cut short. `stop` ends it for good. */
export class Pause {
  #wake: (() => void) | undefined
  #woken = false
  #stopped = false

  /** Resolves after `ms` milliseconds or at the next `wake`; a wake that came since the last sleep counts. */
  sleep(ms: number): Promise<void> {
    if (this.#woken || this.#stopped || ms <= 0) {
      this.#woken = false
      return Promise.resolve()
    }
    return new Promise(resolve => {
      const end = () => {
        clearTimeout(timer)
        this.#wake = undefined
        this.#woken = false
        resolve()
      }
      const timer = setTimeout(end, ms)
      this.#wake = end
    })
  }

  wake(): void {
    this.#woken = true
    this.#wake?.()
  }

  stop(): void {
    this.#stopped = true
    this.wake()
  }
}

/** At most `count` pieces of work at a time, first come first served. */
export class Slots {
  #free: number
  readonly #queue: (() => void)[] = []

  constructor(count: number) {
    this.#free = count
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>(resolve => this.#queue.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#queue.shift()
      if (next) next()
      else this.#free++
    }
  }
}

/** Milliseconds before attempt `failures` + 1: doubling, with jitter so that many nodes do not come back as one. */
export const backOff = (
  failures: number,
  { retryMs, retryMaxMs }: Pick<GatewayTiming, 'retryMs' | 'retryMaxMs'>,
): number => Math.min(retryMaxMs, retryMs * 2 ** Math.min(failures - 1, 20)) * (0.5 + Math.random() / 2)
