import { RawJson } from './json.ts'
import { conflict, type TelegramRefusal } from './refusal.ts'
import type { QueuedUpdate, UpdateQueue } from './update-queue.ts'

interface Waiter {
  readonly finish: (outcome: RawJson | TelegramRefusal) => void
}

/** What getUpdates asks for. `timeoutMs` is real time, not the clock of the simulation. */
export interface PollRequest {
  readonly offset: number
  readonly limit: number
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

const OTHER_POLL = 'terminated by other getUpdates request; make sure that only one bot instance is running'

/** The long poll of one bot: at most one at a time, a newer one ends the older with 409. */
export class Polling {
  readonly #queue: UpdateQueue
  #waiter: Waiter | undefined

  constructor(queue: UpdateQueue) {
    this.#queue = queue
  }

  /** Resolves with the JSON list of updates, as soon as there is one or when the time is over. */
  async poll(request: PollRequest): Promise<RawJson> {
    this.interrupt(conflict(OTHER_POLL))
    if (request.offset !== 0) this.#queue.confirm(request.offset)
    const ready = this.#queue.peek(request.limit)
    if (ready.length > 0 || request.timeoutMs === 0) return writeList(ready)
    return this.#wait(request)
  }

  /** Ends a waiting poll with an error. */
  interrupt(refusal: TelegramRefusal): void {
    this.#waiter?.finish(refusal)
  }

  #wait({ limit, timeoutMs, signal }: PollRequest): Promise<RawJson> {
    return new Promise((resolve, reject) => {
      const answer = () => waiter.finish(writeList(this.#queue.peek(limit)))
      const timer = setTimeout(answer, timeoutMs)
      // A burst of updates goes out together: answer after the current turn of the event loop.
      const unlisten = this.#queue.listen(() => setImmediate(answer))
      signal.addEventListener('abort', answer, { once: true })
      const waiter: Waiter = {
        finish: outcome => {
          if (this.#waiter !== waiter) return
          this.#waiter = undefined
          clearTimeout(timer)
          unlisten()
          signal.removeEventListener('abort', answer)
          if (outcome instanceof RawJson) resolve(outcome)
          else reject(outcome)
        },
      }
      this.#waiter = waiter
    })
  }
}

function writeList(entries: readonly QueuedUpdate[]): RawJson {
  return new RawJson(`[${entries.map(entry => entry.json).join(',')}]`)
}
