// Loaded before a program that the launcher started: ends the program in order (SIGTERM, as a service manager
// would) when the launcher is gone, even by kill -9. Otherwise it would go on unseen and hold port and data.
import { Socket } from 'node:net'
import { isMainThread } from 'node:worker_threads'

const descriptor = Number(process.env.TRACEDESK_LAUNCHER)
if (isMainThread && descriptor > 0) {
  // Not for the programs that this one starts.
  delete process.env.TRACEDESK_LAUNCHER
  const launcher = new Socket({ fd: descriptor })
  launcher.on('error', () => {})
  launcher.on('close', () => process.kill(process.pid, 'SIGTERM'))
  launcher.resume()
  launcher.unref()
}
