/** Sequences and signs again and again, because what is waited for is recorded in between. */
export function keepSigning(settle: () => Promise<void>): { stop(): Promise<void> } {
  let stopped = false
  const loop = async () => {
    while (!stopped) {
      await settle()
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }
  const running = loop()
  running.catch(() => {}) // told by stop()
  return {
    stop: async () => {
      stopped = true
      await running
    },
  }
}
