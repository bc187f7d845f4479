import { explainDatabaseError } from '../../command/database-errors.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { StartError } from '../../kernel/start-error.ts'
import { acknowledgeCommand } from './acknowledge.ts'
import { agentCreate, agentResetPassword } from './agent.ts'
import { archiveCommand } from './archive.ts'
import { backupCommand } from './backup.ts'
import { CliError, type ExitCode, usage } from './cli-error.ts'
import { type CliCommand, type Progress, readArguments } from './command.ts'
import { doctor } from './doctor.ts'
import { evidenceCommand } from './evidence.ts'
import { exportCommand } from './export.ts'
import { importCommand } from './import.ts'
import { migrateCommand } from './migrate.ts'
import { restoreCommand } from './restore.ts'
import { retentionCommand } from './retention.ts'
import { signerCommand } from './signer.ts'
import {
  streamsCreate,
  streamsDelete,
  streamsList,
  streamsPause,
  streamsReplay,
  streamsResume,
  streamsTest,
} from './streams.ts'
import { tokenCreate, tokenList, tokenRevoke } from './token.ts'
import { trustCommand } from './trust.ts'
import { verifyCommand } from './verify.ts'
import { witnessCommand } from './witness.ts'

const COMMANDS: readonly CliCommand[] = [
  migrateCommand,
  agentCreate,
  agentResetPassword,
  tokenCreate,
  tokenList,
  tokenRevoke,
  streamsList,
  streamsCreate,
  streamsPause,
  streamsResume,
  streamsTest,
  streamsReplay,
  streamsDelete,
  verifyCommand,
  acknowledgeCommand,
  importCommand,
  evidenceCommand,
  exportCommand,
  archiveCommand,
  retentionCommand,
  backupCommand,
  restoreCommand,
  trustCommand,
  signerCommand,
  witnessCommand,
  doctor,
]

export interface Surroundings {
  readonly env: NodeJS.ProcessEnv
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** Whether standard error is a terminal somebody looks at. */
  readonly terminal: boolean
  readonly signal: AbortSignal
}

/** Runs one command line. Resolves with the exit code; whatever goes wrong is one line on standard error. */
export async function runCli(args: string[], around: Surroundings): Promise<ExitCode> {
  const json = args.includes('--json')
  const progress = createProgress(around)
  try {
    const command = findCommand(args)
    if (!command) {
      around.out(help())
      return args.length === 0 ? 2 : 0
    }
    const rest = args.slice(command.name.split(' ').length)
    const { options, positionals } = readArguments(command, rest)
    if (options.help) {
      around.out(
        `Usage: tracedesk ${command.synopsis}\n${command.summary}\n${command.details ? `\n${command.details}\n` : ''}`,
      )
      return 0
    }
    const say = (line: string) => {
      if (!json) around.out(`${line}\n`)
    }
    const { env, signal } = around
    const result = await command.run({ options, positionals, env, say, progress, signal })
    if (json) around.out(`${JSON.stringify(result.json)}\n`)
    return result.exitCode
  } catch (error) {
    progress.clear()
    const { exitCode, code, message } = explain(error, around)
    if (json) around.out(`${JSON.stringify({ error: { code, message } })}\n`)
    around.err(`tracedesk: ${message}\n`)
    return exitCode
  }
}

function explain(
  error: unknown,
  around: Surroundings,
): { exitCode: ExitCode; code: string; message: string } {
  if (error instanceof CliError) return error
  if (error instanceof StartError) {
    const exitCode = error.code === 'config.not_valid' ? 2 : 3
    return { exitCode, code: error.code, message: `${error.message} [${error.code}]` }
  }
  if (around.signal.aborted) return { exitCode: 3, code: 'interrupted', message: 'interrupted' }
  const known = explainDatabaseError(error)
  if (known instanceof ConsoleError) return explainRefusal(known)
  const { message, stack } = error as Error
  return { exitCode: 3, code: 'internal', message: around.env.LOG_LEVEL ? (stack ?? message) : message }
}

/** A refusal of the desk or of its database, with the code callers of the API get. */
function explainRefusal(error: ConsoleError): { exitCode: ExitCode; code: string; message: string } {
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : ''
  return {
    exitCode: error.code.startsWith('database.') ? 3 : 2,
    code: error.code,
    message: `${error.code}${cause} [${error.code}]`,
  }
}

/** The command that the first words name; undefined when help is asked for. Throws a usage error for any other word. */
function findCommand(args: string[]): CliCommand | undefined {
  const [first = '', second = ''] = args
  if (first === '' || first === 'help' || first === '--help' || first === '-h') return undefined
  const found = COMMANDS.find(({ name }) => name === first || name === `${first} ${second}`)
  if (found) return found
  const near = COMMANDS.filter(({ name }) => name.startsWith(`${first} `)).map(({ name }) => name)
  throw usage(
    near.length > 0
      ? `say which: ${near.join(', ')}`
      : `there is no command "${first}". "tracedesk help" lists them.`,
  )
}

function help(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length)) + 2
  const lines = [{ name: 'serve', summary: 'start the server (as "npm start" does)' }, ...COMMANDS].map(
    ({ name, summary }) => `  ${name.padEnd(width)}${summary}`,
  )
  return `Usage: tracedesk COMMAND [OPTIONS] [--json]

${lines.join('\n')}

Configuration comes from the environment (DATA_DIR, DATABASE_URL …). "tracedesk COMMAND --help" tells more.
Exit codes: 0 fine, 1 a finding, 2 called wrongly, 3 something cannot be reached.
`
}

function createProgress(around: Surroundings): Progress {
  let shown = false
  let last = 0
  return {
    show: line => {
      const now = performance.now()
      if (!around.terminal || now - last < 100) return
      last = now
      shown = true
      around.err(`\r\u001b[K${line}`)
    },
    clear: () => {
      if (shown) around.err('\r\u001b[K')
      shown = false
    },
  }
}
