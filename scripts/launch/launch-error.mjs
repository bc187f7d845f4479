/** Something the person at the keyboard can act on: printed as one line, without a stack. */
export class LaunchError extends Error {
  constructor(message, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}
