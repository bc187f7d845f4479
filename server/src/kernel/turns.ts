import { setTimeout as sleep } from 'node:timers/promises'

/** What `Turns` does for a workspace. */
export interface TurnsParts {
  /** One turn: everything that waits in the workspace. */
  readonly turn: (workspaceId: string, signal: AbortSignal) => Promise<void>
  /** The rest of a workspace after its turn, in milliseconds: whoever wakes it meanwhile shares the next turn. */
  readonly restMs: number
  /** Told of a turn that failed; the workspace waits until it is woken again. */
  readonly onError: (error: Error, workspaceId: string) => void
}

/** Work that workspaces are woken for: of one workspace never two turns at once, of several side by side. */
export class Turns {
  readonly #parts: TurnsParts
  readonly #running = new Map<string, Promise<void>>()
  readonly #again = new Set<string>()
  readonly #stop = new AbortController()

  constructor(parts: TurnsParts) {
    this.#parts = parts
  }

  get stopped(): boolean {
    return this.#stop.signal.aborted
  }

  /** Something may wait in a workspace: a turn now, or once more after the one under way. Returns at once. */
  wake(workspaceId: string): void {
    if (this.stopped) return
    if (this.#running.has(workspaceId)) this.#again.add(workspaceId)
    else this.#running.set(workspaceId, this.#run(workspaceId))
  }

  /** Resolves when nobody has a turn or a rest any more. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values())
  }

  /** No further turn; rests end at once; resolves when the turns under way have ended. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.idle()
  }

  async #run(workspaceId: string): Promise<void> {
    const { turn, restMs, onError } = this.#parts
    const { signal } = this.#stop
    try {
      do {
        this.#again.delete(workspaceId)
        await turn(workspaceId, signal)
        if (!this.stopped) await sleep(restMs, undefined, { signal }).catch(() => {}) // only a stop ends it early
      } while (this.#again.has(workspaceId) && !this.stopped)
    } catch (error) {
      onError(error as Error, workspaceId)
    } finally {
      this.#running.delete(workspaceId)
    }
  }
}
