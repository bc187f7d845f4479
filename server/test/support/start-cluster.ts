import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { type EmbeddedConnection, startEmbedded } from '../../src/db/embedded/index.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The superuser's connection to the one cluster of this test run. */
    cluster: EmbeddedConnection
  }
}

/** Vitest's global set-up: one PostgreSQL for the whole run, without fsync, gone when the run ends. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'tracedesk-test-'))
  chmodSync(folder, 0o711)
  const settings = { max_connections: '200', shared_buffers: '128MB' }
  const database = await startEmbedded({ dataDir: join(folder, 'data'), durable: false, settings })
  project.provide('cluster', database.connection)
  return async () => {
    await database.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
