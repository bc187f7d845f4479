import { StartError } from '../../kernel/start-error.ts'

/** Words PostgreSQL's own first complaint (later ones are its consequences); the causes an operator can act on get their own code. */
export function explainFailure(
  code: 'database.init_failed' | 'database.start_failed',
  what: string,
  output: string,
  folder: string,
): StartError {
  const complaints = output.split('\n').filter(line => /(ERROR|FATAL|PANIC|error|fatal):/.test(line))
  const words = (complaints[0] ?? output.trim().split('\n').at(-1) ?? '').replace(
    /^.*?(error|FATAL|PANIC|ERROR): +/,
    '',
  )
  if (/No space left on device|Disk quota exceeded|Check free disk space/.test(output))
    return new StartError('data_dir.full', `The disk is full: ${folder}. ${what}: ${words}`)
  if (/Permission denied|Read-only file system/.test(output))
    return new StartError('data_dir.not_writable', `${what} in ${folder}: ${words}`)
  if (/effective user ID/.test(output)) {
    return new StartError(
      'database.no_account',
      `${what}: the user id we run under has no entry in /etc/passwd. Add one, or set DATABASE_URL.`,
    )
  }
  return new StartError(code, `${what}: ${words}`)
}

/** Explains why a program could not be spawned; returns anything else unchanged. */
export function explainSpawnError(error: unknown, program: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return describeUnloadable(program, error)
  return code === 'EACCES' || code === 'EPERM' ? describeForbidden(program, error) : error
}

/** Explains the two exit statuses by which a shell says that it could not run a program; null for all others. */
export function explainExit(status: unknown, program: string): StartError | null {
  return status === 127 ? describeUnloadable(program) : status === 126 ? describeForbidden(program) : null
}

/** A program that is there and yet "not found" lacks its loader: this system has no glibc (Alpine Linux). */
function describeUnloadable(program: string, cause?: unknown): StartError {
  return new StartError(
    'database.unsupported_platform',
    `PostgreSQL (${program}) does not run on this system, which probably lacks glibc 2.27 or newer. Set DATABASE_URL to use an external PostgreSQL.`,
    { cause },
  )
}

/** We may not become the other account, or may not run programs from that place. */
function describeForbidden(program: string, cause?: unknown): StartError {
  return new StartError(
    'database.no_account',
    `PostgreSQL (${program}) may not be run under its account. Start as a normal user, or set DATABASE_URL.`,
    { cause },
  )
}
