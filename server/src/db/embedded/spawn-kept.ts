import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import type { Account } from './account.ts'
import { explainSpawnError } from './explain.ts'

export interface Kept {
  readonly account: Account | null
  readonly program: string
  readonly args: readonly string[]
  /** A folder the account can reach: PostgreSQL looks up the folder it stands in. */
  readonly cwd: string
  /** What happens to the program when we let go of it or are gone: `stop` asks it to end, `kill` ends it at once. */
  readonly atOurEnd: 'stop' | 'kill'
}

export interface KeptProcess {
  readonly child: ChildProcess
  readonly input: Writable
  readonly output: Readable
  readonly errors: Readable
  /** Does now what would be done at our end. */
  letGo(): void
}

/** Nothing of our environment reaches PostgreSQL: PGDATA, PGPORT, LC_* and secrets would. */
const CLEAN_ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

// A shell stands between us and the program so that it never outlives us: descriptor 3 is a pipe that only we
// hold open, and when it closes, be it because we were killed, the shell's reader ends the program. Signals
// from a terminal or a service manager stay without effect here: we get them too, and stop in order.
const keep = (end: string) => `trap "" HUP INT TERM
exec 4<&0
"$@" <&4 3<&- 4<&- &
program=$!
exec 4<&-
( read -r _ <&3; ${end} ) </dev/null >/dev/null 2>&1 &
reader=$!
wait $program
status=$?
kill -KILL $reader 2>/dev/null
exit $status`

const SCRIPTS = {
  stop: keep('kill -INT $program'),
  // The whole group: initdb has children of its own, which would go on writing.
  kill: keep('kill -KILL 0'),
}

/**
 * Starts a program under the account (null: our own), in a session of its own. Exit status 127 means that the
 * program could not be loaded, 126 that it may not be run.
 */
export function spawnKept({ account, program, args, cwd, atOurEnd }: Kept): KeptProcess {
  try {
    const child = spawn('/bin/sh', ['-c', SCRIPTS[atOurEnd], 'sh', program, ...args], {
      cwd,
      env: CLEAN_ENVIRONMENT,
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      detached: true,
      ...(account === null ? {} : { uid: account.uid, gid: account.gid }),
    })
    const [input, output, errors, line] = child.stdio
    // Pipes all four, as asked for; the types cannot know.
    const kept = { child, input: input as Writable, output: output as Readable, errors: errors as Readable }
    const lifeline = line as Writable
    // It may end without having read what we write; its exit tells why.
    for (const pipe of [kept.input, lifeline]) pipe.on('error', () => {})
    child.once('exit', () => lifeline.destroy())
    return { ...kept, letGo: () => void lifeline.destroy() }
  } catch (error) {
    throw explainSpawnError(error, program)
  }
}
