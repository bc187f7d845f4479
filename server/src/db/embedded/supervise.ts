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

export interface RestartPolicy {
  /** Restarts without a steady spell in between before it gives up. */
  readonly mostAttempts: number
  /** The first attempt is made at once; this is doubled for each further one. */
  readonly firstDelayMs: number
  readonly longestDelayMs: number
  /** A server that lived this long starts again with a clean slate. */
  readonly steadyMs: number
}

const PATIENT: RestartPolicy = { mostAttempts: 8, firstDelayMs: 100, longestDelayMs: 5_000, steadyMs: 60_000 }

/**
 * Starts a server with `launch` and starts it again whenever it ends without having been asked to. Attempts
 * are spaced ever wider; after too many of them without a steady spell it gives up and says so.
 */
export async function superviseServer(
  launch: () => Promise<ServerProcess>,
  log: (message: string) => void,
  policy: RestartPolicy = PATIENT,
): Promise<Supervision> {
  const listeners = new Set<(change: ServerChange) => void>()
  const stopping = new AbortController()
  const tell = (change: ServerChange) => {
    for (const listener of listeners) listener(change)
  }
  let server = await launch()
  let attempts = 0

  /** Tries until a server runs. False: asked to stop, or given up. */
  const relaunch = async (): Promise<boolean> => {
    while (++attempts <= policy.mostAttempts) {
      await pauseBefore(attempts, policy, stopping.signal)
      if (stopping.signal.aborted) return false
      try {
        server = await launch()
        return true
      } catch (error) {
        log(
          `PostgreSQL could not be started again: ${error instanceof Error ? error.message : String(error)}`,
        )
      }
    }
    const error = new StartError(
      'database.start_failed',
      `PostgreSQL ended ${policy.mostAttempts} times in short order and is left alone now.`,
    )
    log(error.message)
    tell({ kind: 'given_up', error })
    return false
  }

  const watch = async (): Promise<void> => {
    for (;;) {
      const startedAt = performance.now()
      await server.exited
      if (stopping.signal.aborted) return
      log('PostgreSQL ended unexpectedly and is started again')
      tell({ kind: 'exited' })
      if (performance.now() - startedAt > policy.steadyMs) attempts = 0
      if (!(await relaunch())) return
      // Asked to stop while it was on its way up.
      if (stopping.signal.aborted) return server.stop()
      tell({ kind: 'restarted', pid: server.pid, attempts })
    }
  }
  const watched = watch()

  return {
    get pid() {
      return server.pid
    },
    onChange: listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stop: async () => {
      stopping.abort()
      await server.stop()
      await watched
    },
  }
}

async function pauseBefore(attempt: number, policy: RestartPolicy, signal: AbortSignal): Promise<void> {
  if (attempt === 1) return
  const delay = Math.min(policy.firstDelayMs * 2 ** (attempt - 2), policy.longestDelayMs)
  // The rejection only says that we were asked to stop, which the caller looks at.
  await sleep(delay, null, { signal }).catch(() => {})
}
