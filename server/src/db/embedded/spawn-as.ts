import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { StartError } from '../../kernel/start-error.ts'
import type { Account } from './account.ts'

/** Nothing of our environment reaches PostgreSQL: PGDATA, PGPORT, LC_* and secrets would. */
const CLEAN_ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

/**
 * Starts a program under the account (null: our own), in its own session, with pipes for input and output.
 * `cwd` has to be a folder the account can reach, because PostgreSQL looks up the folder it stands in.
 */
export function spawnAs(
  account: Account | null,
  program: string,
  args: readonly string[],
  cwd: string,
): ChildProcessWithoutNullStreams {
  try {
    const child = spawn(program, args, {
      cwd,
      env: CLEAN_ENVIRONMENT,
      stdio: 'pipe',
      detached: true,
      ...(account === null ? {} : { uid: account.uid, gid: account.gid }),
    })
    // It may end without having read its input; its exit tells why.
    child.stdin.on('error', () => {})
    return child
  } catch (error) {
    throw explainSpawnError(error, program)
  }
}

/**
 * A program that exists and yet is "not found" lacks its loader: this system has no glibc (Alpine Linux).
 * `EACCES` and `EPERM` mean that we may not become the other account, or may not run programs from there.
 */
export function explainSpawnError(error: unknown, program: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return unsupportedPlatform(program, error)
  if (code !== 'EACCES' && code !== 'EPERM') return error
  return new StartError(
    'database.no_account',
    `PostgreSQL (${program}) may not be run under its account. Start as a normal user, or set DATABASE_URL.`,
    {
      cause: error,
    },
  )
}

export function unsupportedPlatform(program: string, cause?: unknown): StartError {
  return new StartError(
    'database.unsupported_platform',
    `PostgreSQL (${program}) does not run on this system, which probably lacks glibc 2.27 or newer. Set DATABASE_URL to use an external PostgreSQL.`,
    { cause },
  )
}
