import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { Account } from './account.ts'
import { explainSpawnError, spawnAs } from './spawn-as.ts'

export interface Run {
  readonly program: string
  readonly args: readonly string[]
  readonly account: Account | null
  /** A folder the account can reach: PostgreSQL looks up the folder it stands in. */
  readonly cwd: string
  readonly input?: string
}

/** Runs a program to its end. Returns its exit status and all it said; throws only when it cannot be started. */
export async function runOnce({
  program,
  args,
  account,
  cwd,
  input = '',
}: Run): Promise<{ status: number; output: string }> {
  const child = spawnAs(account, program, args, cwd)
  const ended = once(child, 'close').catch(error => {
    throw explainSpawnError(error, program)
  })
  child.stdin.end(input)
  const [[status], ...said] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
  return { status: typeof status === 'number' ? status : -1, output: said.join('') }
}
