import { setTimeout as sleep } from 'node:timers/promises'
import { StartError } from '../../kernel/start-error.ts'
import { findRunning } from './find-running.ts'
import { type EmbeddedConnection, startEmbedded } from './start-embedded.ts'

const PATIENCE_MS = 15_000

export interface EmbeddedUse {
  readonly connection: EmbeddedConnection
  /** Another process runs the database; it goes on when we are done. */
  readonly shared: boolean
  /** Stops the database when it was started for us. */
  stop(): Promise<void>
}

/**
 * The database of a data folder for the time of one command: the running server's when there is one, else one started
 * for us. Throws StartError as `startEmbedded` does.
 */
export async function connectEmbedded(
  dataDir: string,
  log: (message: string) => void = () => {},
): Promise<EmbeddedUse> {
  const end = performance.now() + PATIENCE_MS
  for (;;) {
    const running = findRunning(dataDir)
    if (running) return { connection: running, shared: true, stop: async () => {} }
    try {
      const own = await startEmbedded({ dataDir, log })
      return { connection: own.connection, shared: false, stop: () => own.stop() }
    } catch (error) {
      if (!(error instanceof StartError) || error.code !== 'data_dir.in_use') throw error
      // Its holder is starting, or has just stopped: the next look will tell.
      if (performance.now() > end) throw error
      await sleep(100)
    }
  }
}
