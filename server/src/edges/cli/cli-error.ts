/** What a command ends with: 0 fine, 1 it found something, 2 it was called wrongly, 3 it cannot reach what it needs. */
export type ExitCode = 0 | 1 | 2 | 3

/** Something the person at the keyboard can act on: one line, a code for programs, an exit code. */
export class CliError extends Error {
  readonly code: string
  readonly exitCode: ExitCode

  constructor(exitCode: ExitCode, code: string, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
    this.exitCode = exitCode
  }
}

export const usage = (message: string): CliError => new CliError(2, 'usage', message)
