import { ERROR_CODES, type ErrorCode } from '@tracedesk/contracts'

/**
 * An error that a caller can act on. The code is the contract; the message is for whoever reads the server log;
 * the screen words it by code. Anything else that is thrown is a defect and becomes `internal`.
 */
export class ConsoleError extends Error {
  readonly code: ErrorCode
  readonly details: Record<string, unknown>

  constructor(
    code: ErrorCode,
    details: Record<string, unknown> = {},
    options: { message?: string; cause?: unknown } = {},
  ) {
    super(options.message ?? code, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'ConsoleError'
    this.code = code
    this.details = details
  }

  /** The HTTP status this code stands for. */
  get status(): number {
    return ERROR_CODES[this.code]
  }
}
