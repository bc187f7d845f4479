import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StartError } from '../../kernel/start-error.ts'
import type { Account } from './account.ts'

/** From polite to final: fast shutdown, immediate shutdown (recovery follows), end of the processes. */
const ESCALATION = [
  { signal: 'SIGINT', waitMs: 20_000 },
  { signal: 'SIGQUIT', waitMs: 5_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
] as const

/**
 * Makes the cluster ours before a start. A server that a killed parent left behind is stopped: it would hold
 * the cluster and nobody would watch it. A `postmaster.pid` that then remains is stale (its number may belong
 * to some innocent process by now) and is removed, as are old sockets. Call only while holding the folder's lock.
 * Throws `database.orphan` when the old server cannot be stopped.
 */
export async function clearLeftovers(cluster: string, log: (message: string) => void): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid')
  if (!existsSync(pidFile)) return
  for (const { signal, waitMs } of ESCALATION) {
    const orphans = findServers(cluster)
    if (orphans.length === 0) break
    log(`stopping a PostgreSQL left behind by an earlier start (${signal} to ${orphans.join(', ')})`)
    signalAll(orphans, signal, readPid(pidFile))
    await waitUntilGone(cluster, waitMs)
  }
  const survivors = findServers(cluster)
  if (survivors.length > 0) {
    throw new StartError(
      'database.orphan',
      `An earlier PostgreSQL (process ${survivors.join(', ')}) still holds ${cluster} and cannot be stopped. End it by hand.`,
    )
  }
  rmSync(pidFile, { force: true })
}

/** Empties the socket folder; a socket's own lock file can be as stale as `postmaster.pid`. */
export function resetRunDir(runDir: string, account: Account | null): void {
  mkdirSync(runDir, { recursive: true, mode: 0o700 })
  for (const name of readdirSync(runDir)) rmSync(join(runDir, name), { recursive: true, force: true })
  chmodSync(runDir, 0o700)
  if (account !== null) chownSync(runDir, account.uid, account.gid)
}

/**
 * Lists the processes of a PostgreSQL that runs on this very cluster: every one of them stands in the
 * cluster's folder. Where there is no /proc, the postmaster is known by its command line instead.
 */
export function findServers(cluster: string): number[] {
  if (!existsSync('/proc/self/cwd')) return findPostmastersByCommand(cluster)
  return readdirSync('/proc')
    .filter(
      name =>
        /^\d+$/.test(name) && readProcessLink(name) === cluster && readCommand(name).startsWith('postgres'),
    )
    .map(Number)
}

function readProcessLink(pid: string): string | null {
  return orNullWhenGone(() => readlinkSync(`/proc/${pid}/cwd`))
}

function readCommand(pid: string): string {
  return orNullWhenGone(() => readFileSync(`/proc/${pid}/comm`, 'utf8')) ?? ''
}

/** Processes end while we look at them, and those of other users are closed to us. Neither is ours to stop. */
export function orNullWhenGone<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(String(error.code))
    )
      return null
    throw error
  }
}

function findPostmastersByCommand(cluster: string): number[] {
  const lines = execFileSync('ps', ['-axo', 'pid=,command='], { encoding: 'utf8' }).split('\n')
  return lines
    .filter(line => /postgres/.test(line) && line.includes(` -D ${cluster} `))
    .map(line => Number.parseInt(line, 10))
}

function readPid(pidFile: string): number | undefined {
  const pid = Number.parseInt(orNullWhenGone(() => readFileSync(pidFile, 'utf8')) ?? '', 10)
  return Number.isNaN(pid) ? undefined : pid
}

/** Only the postmaster gets a polite signal, it tells the others; without it they are addressed themselves. */
function signalAll(pids: readonly number[], signal: NodeJS.Signals, postmaster: number | undefined): void {
  const alone = signal !== 'SIGKILL' && postmaster !== undefined && pids.includes(postmaster)
  for (const pid of alone ? [postmaster] : pids) {
    // To a lone backend SIGINT would only cancel its query.
    orNullWhenGone(() => process.kill(pid, alone || signal === 'SIGKILL' ? signal : 'SIGQUIT'))
  }
}

async function waitUntilGone(cluster: string, waitMs: number): Promise<void> {
  const end = performance.now() + waitMs
  while (performance.now() < end && findServers(cluster).length > 0) await sleep(20)
}
