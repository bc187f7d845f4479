/** Resolves when the signal aborts: a command that serves until somebody ends it. */
export const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    if (signal.aborted) return resolve()
    // A signal alone does not keep the process alive; what is served does.
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
