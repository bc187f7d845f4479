import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs'
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

const MEMORY = '/dev/shm'
/** Several times what a run has needed. */
const ROOM_BYTES = 6 * 2 ** 30
/** Short, for the path of a socket has to fit into 100 characters. */
const PREFIX = 'td-'

/**
 * Vitest's global set-up: one PostgreSQL for the whole run, without fsync, and a place for temporary files; both are gone
 * when the run ends. They lie in memory where there is plenty. Every test file has databases of its own, of 700 small
 * files each, and making one took 17 ms there and 600 on the disk of the machine that was measured.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const inMemory = hasRoomInMemory()
  if (inMemory) removeLeftovers()
  const folder = mkdtempSync(join(inMemory ? MEMORY : tmpdir(), `${PREFIX}${process.pid}-`))
  chmodSync(folder, 0o711)
  if (inMemory) process.env.TMPDIR = makeTemporary(join(folder, 't'))
  const settings = { max_connections: '200', shared_buffers: '128MB', max_wal_size: '1GB' }
  const database = await startEmbedded({ dataDir: join(folder, 'data'), durable: false, settings })
  project.provide('cluster', database.connection)
  return async () => {
    await database.stop()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Open to everybody, as /tmp is: some tests start programs as somebody else. */
function makeTemporary(folder: string): string {
  mkdirSync(folder)
  chmodSync(folder, 0o1777)
  return folder
}

function hasRoomInMemory(): boolean {
  if (process.platform !== 'linux' || process.availableMemory() < ROOM_BYTES) return false
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
