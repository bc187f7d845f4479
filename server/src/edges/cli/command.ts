import { type ParseArgsConfig, parseArgs } from 'node:util'
import { type ExitCode, usage } from './cli-error.ts'

export type Options = NonNullable<ParseArgsConfig['options']>

/** What a command gets: its options by name, what stood beside them, and how to speak. */
export interface Invocation {
  readonly options: Readonly<Record<string, string | boolean | undefined>>
  readonly positionals: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** One line for people, on standard output; nothing with `--json`. */
  say(line: string): void
  /** For people who wait, on standard error and only on a terminal. */
  progress: Progress
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
}

export interface Progress {
  show(line: string): void
  clear(): void
}

/** What a command leaves: the exit code, and what `--json` prints. */
export interface Result {
  readonly exitCode: ExitCode
  readonly json: unknown
}

export interface CliCommand {
  readonly name: string
  readonly synopsis: string
  readonly summary: string
  /** More for `--help`. */
  readonly details?: string
  readonly options: Options
  readonly positionals?: boolean
  run(invocation: Invocation): Promise<Result>
}

/** Reads a command's own arguments. Throws a usage error that names what is wrong. */
export function readArguments(
  command: CliCommand,
  args: string[],
): { options: Record<string, string | boolean | undefined>; positionals: string[] } {
  try {
    const { values, positionals } = parseArgs({
      args,
      options: { ...command.options, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
      allowPositionals: command.positionals ?? false,
      strict: true,
    })
    // `multiple` is not used, so no value is a list.
    return { options: values as Record<string, string | boolean | undefined>, positionals }
  } catch (error) {
    throw usage(`${(error as Error).message.split('\n')[0]}\nUsage: tracedesk ${command.synopsis}`)
  }
}

/** An option that must be given. */
export function required(invocation: Invocation, name: string): string {
  const value = invocation.options[name]
  if (typeof value !== 'string' || value === '') throw usage(`--${name} is missing`)
  return value
}

export function optional(invocation: Invocation, name: string): string | undefined {
  const value = invocation.options[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}
