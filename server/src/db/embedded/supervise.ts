import { setTimeout as sleep } from 'node:timers/promises'
import { StartError } from '../../kernel/start-error.ts'
import type { ServerProcess } from './server-process.ts'

/** What happens to a server whose application lives on. */
export type ServerChange =
  | { readonly kind: 'exited' }
  | { readonly kind: 'restarted'; readonly pid: number; readonly attempts: number }
  | { readonly kind: 'given_up'; readonly error: StartError }

export interface Supervision {
  /** The present postmaster's process id; that of the last one while none runs. */
  readonly pid: number
  /** Returns a function that ends the subscription. */
  onChange(listener: (change: ServerChange) => void): () => void
  stop(): Promise<void>
}

const MOST_ATTEMPTS = 8
const FIRST_DELAY_MS = 50
const LONGEST_DELAY_MS = 5_000
const STEADY_MS = 60_000

/**
 * Starts a server with `launch` and starts it again whenever it ends without having been asked to. Attempts
 * are spaced ever wider; after `MOST_ATTEMPTS` of them without a steady minute it gives up and says so.
 */
export async function superviseServer(
  launch: () => Promise<ServerProcess>,
  log: (message: string) => void,
): Promise<Supervision> {
  const listeners = new Set<(change: ServerChange) => void>()
  const stopping = new AbortController()
  let server: ServerProcess | null = await launch()
  let pid = server.pid

  const tell = (change: ServerChange) => {
    for (const listener of listeners) listener(change)
  }

  const watch = async () => {
    for (let attempts = 0; ; ) {
      const startedAt = performance.now()
      await server?.exited
      if (stopping.signal.aborted) return
      if (server !== null) {
        log('PostgreSQL ended unexpectedly and is started again')
        tell({ kind: 'exited' })
      }
      if (performance.now() - startedAt > STEADY_MS) attempts = 0
      if (++attempts > MOST_ATTEMPTS) break
      await sleep(attempts === 1 ? 0 : Math.min(FIRST_DELAY_MS * 2 ** attempts, LONGEST_DELAY_MS), null, {
        signal: stopping.signal,
      }).catch(() => {})
      if (stopping.signal.aborted) return
      server = await launch().catch(error => {
        log(
          `PostgreSQL could not be started again: ${error instanceof Error ? error.message : String(error)}`,
        )
        return null
      })
      if (server === null) continue
      pid = server.pid
      // Asked to stop while it was on its way up.
      if (stopping.signal.aborted) return server.stop()
      tell({ kind: 'restarted', pid, attempts })
    }
    const error = new StartError(
      'database.start_failed',
      `PostgreSQL ended again and again (${MOST_ATTEMPTS} times within minutes) and is left alone now.`,
    )
    log(error.message)
    tell({ kind: 'given_up', error })
  }
  const watched = watch()

  return {
    get pid() {
      return pid
    },
    onChange: listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stop: async () => {
      stopping.abort()
      await server?.stop()
      await watched
    },
  }
}
