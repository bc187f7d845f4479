import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { Account } from './account.ts'
import { explainExit, explainSpawnError } from './explain.ts'
import { spawnKept } from './spawn-kept.ts'

export interface Run {
  readonly program: string
  readonly args: readonly string[]
  readonly account: Account | null
  readonly cwd: string
  readonly input?: string
}

/**
 * Runs a program to its end, and ends it when we are gone before. Returns its exit status and all it said.
 * Throws only when it cannot be run at all: `database.unsupported_platform`, `database.no_account`.
 */
export async function runOnce({ input = '', ...run }: Run): Promise<{ status: number; output: string }> {
  const kept = spawnKept({ ...run, atOurEnd: 'kill' })
  const ended = once(kept.child, 'close').catch(error => {
    throw explainSpawnError(error, run.program)
  })
  kept.input.end(input)
  const [[status], ...said] = await Promise.all([ended, text(kept.output), text(kept.errors)])
  const cause = explainExit(status, run.program)
  if (cause !== null) throw cause
  return { status: typeof status === 'number' ? status : -1, output: said.join('') }
}
