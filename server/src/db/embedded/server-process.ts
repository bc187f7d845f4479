import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Account } from './account.ts'
import { explainExit, explainFailure, explainSpawnError } from './explain.ts'
import { orNullWhenGone } from './leftovers.ts'
import { spawnKept } from './spawn-kept.ts'

/** One life of a PostgreSQL server that accepts connections. */
export interface ServerProcess {
  /** The postmaster's process id. */
  readonly pid: number
  /** Resolves when the server is gone, for whatever reason. */
  readonly exited: Promise<void>
  /** Fast shutdown: open transactions are rolled back, a checkpoint is written. */
  stop(): Promise<void>
}

export interface ServerSpec {
  readonly postgres: string
  readonly cluster: string
  readonly cwd: string
  readonly account: Account | null
  readonly settings: Readonly<Record<string, string>>
  readonly log: (message: string) => void
}

const STOP_GRACE_MS = 60_000
const REMEMBERED_LINES = 40

/**
 * Starts PostgreSQL and resolves when it accepts connections, crash recovery included, however long that
 * takes. Throws `database.start_failed` (or the cause's own code) with PostgreSQL's first complaint.
 */
export async function startServer(spec: ServerSpec): Promise<ServerProcess> {
  const settings = Object.entries(spec.settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const { child, input, output, errors, letGo } = spawnKept({
    account: spec.account,
    program: spec.postgres,
    args: ['-D', spec.cluster, ...settings],
    cwd: spec.cwd,
    atOurEnd: 'stop',
  })
  input.end()
  output.resume()
  const recent: string[] = []
  createInterface(errors).on('line', line => {
    recent.push(line)
    if (recent.length > REMEMBERED_LINES) recent.shift()
    spec.log(line)
  })
  const end: { status?: unknown } = {}
  const exited = once(child, 'exit').then(
    ([status]) => {
      end.status = status
    },
    error => {
      end.status = null
      throw explainSpawnError(error, spec.postgres)
    },
  )
  const pid = await Promise.race([
    waitUntilReady(spec.cluster, () => 'status' in end),
    exited.then(() => null),
  ])
  if (pid === null) {
    await sleep(20) // its last words may still be in the pipe
    const words = recent.join('\n')
    throw (
      explainExit(end.status, spec.postgres) ??
      explainFailure('database.start_failed', 'PostgreSQL did not start', words, spec.cluster)
    )
  }
  return { pid, exited, stop: () => stopServer(pid, exited, letGo) }
}

/** PostgreSQL keeps its state in line 8 of `postmaster.pid`; line 1 is its process id. */
async function waitUntilReady(cluster: string, isGone: () => boolean): Promise<number | null> {
  const file = join(cluster, 'postmaster.pid')
  while (!isGone()) {
    const lines = readIfThere(file).split('\n')
    if (lines[7]?.trim() === 'ready') return Number(lines[0])
    await sleep(5)
  }
  return null
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}

async function stopServer(pid: number, exited: Promise<void>, letGo: () => void): Promise<void> {
  letGo()
  const patience = new AbortController()
  const late = sleep(STOP_GRACE_MS, true, { signal: patience.signal }).catch(() => false)
  const isLate = await Promise.race([exited.then(() => false), late])
  patience.abort()
  // Immediate shutdown: loses nothing that was committed; the next start recovers.
  if (isLate) orNullWhenGone(() => process.kill(pid, 'SIGQUIT'))
  await exited
}
