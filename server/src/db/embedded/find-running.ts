import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DATABASE, SUPERUSER } from './cluster.ts'
import { nameLayout } from './layout.ts'
import { readNotes } from './lock.ts'
import type { EmbeddedConnection } from './start-embedded.ts'

/**
 * How another process of the same user (a command line tool) reaches the embedded database that a running
 * server holds. Null when none runs in `dataDir`; then `startEmbedded` may be called for one's own time.
 */
export function findRunning(dataDir: string): EmbeddedConnection | null {
  const notes = readNotes(resolve(dataDir))
  const { pid, socketDir, port } = notes ?? {}
  if (typeof pid !== 'number' || typeof socketDir !== 'string' || typeof port !== 'number') return null
  // After a crash the notes stay behind, and may name a process that has nothing to do with us.
  if (!isAlive(pid) || !existsSync(join(socketDir, `.s.PGSQL.${port}`))) return null
  const password = readFileSync(nameLayout(resolve(dataDir)).password, 'utf8').trim()
  return { host: socketDir, port, user: SUPERUSER, password, database: DATABASE }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // EPERM: it lives, under another account.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
