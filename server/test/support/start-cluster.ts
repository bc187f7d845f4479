import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs'
import { freemem, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { type EmbeddedConnection, startEmbedded } from '../../src/db/embedded/index.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The superuser's connection to the one cluster of this test run. */
    cluster: EmbeddedConnection
  }
}

const MEMORY = '/dev/shm'
/** Several times what a run has needed. */
const ROOM_BYTES = 6 * 2 ** 30
const PREFIX = 'tracedesk-test-'

/** Vitest's global set-up: one PostgreSQL for the whole run, without fsync, gone when the run ends. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(chooseParent(), `${PREFIX}${process.pid}-`))
  chmodSync(folder, 0o711)
  const settings = { max_connections: '200', shared_buffers: '128MB', max_wal_size: '1GB' }
  const database = await startEmbedded({ dataDir: join(folder, 'data'), durable: false, settings })
  project.provide('cluster', database.connection)
  return async () => {
    await database.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * In memory where there is plenty: every test file has databases of its own, of 700 small files each, and making one
 * took 17 ms there and 600 on the disk of the machine that was measured.
 */
function chooseParent(): string {
  if (!hasRoomInMemory()) return tmpdir()
  removeLeftovers()
  return MEMORY
}

function hasRoomInMemory(): boolean {
  if (process.platform !== 'linux' || freemem() < ROOM_BYTES) return false
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n')
  const options = mounts.map(line => line.split(' ')).find(([, at]) => at === MEMORY)?.[3]
  // PostgreSQL's programs may have to be copied beside the cluster and run there
  if (options === undefined || options.split(',').includes('noexec')) return false
  const { bavail, bsize } = statfsSync(MEMORY)
  return bavail * bsize > ROOM_BYTES
}

/** What runs that were killed have left in memory goes; those that are under way are known by their process. */
function removeLeftovers(): void {
  for (const name of readdirSync(MEMORY)) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid)))
      rmSync(join(MEMORY, name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
