// From the launch of the server to its address on standard output: first on an empty data folder, then on the same.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Benchmark, median } from './figure.ts'

const SERVER = fileURLToPath(new URL('../server/src/main.ts', import.meta.url))
const WARM_STARTS = 5

export const start: Benchmark = {
  name: 'start',
  run: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tracedesk-bench-start-'))
    chmodSync(folder, 0o711)
    try {
      const dataDir = join(folder, 'data')
      const first = await startOnce(dataDir)
      const warm: number[] = []
      for (let i = 0; i < WARM_STARTS; i++) warm.push(await startOnce(dataDir))
      return [
        { name: 'first start after install', value: first / 1000, unit: 's', limit: { atMost: 8 } },
        {
          name: 'warm start',
          value: median(warm) / 1000,
          unit: 's',
          limit: { atMost: 2 },
          note: `median of ${WARM_STARTS}; the packages are installed and the console is built before`,
        },
      ]
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

/** Starts the server, waits until it says that it is ready, stops it in order. Returns milliseconds. */
async function startOnce(dataDir: string): Promise<number> {
  const begun = performance.now()
  const child = spawn(process.execPath, [SERVER], {
    env: {
      ...process.env,
      DATA_DIR: dataDir,
      PORT: '0',
      LOG_LEVEL: 'error',
      TRACEDESK_OWNER_EMAIL: 'owner@bench.example',
      TRACEDESK_OWNER_PASSWORD: 'correct horse battery',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let ready = Number.NaN
  for await (const line of createInterface({ input: child.stdout }))
    if (line.includes('is ready at')) {
      ready = performance.now() - begun
      break
    }
  const ended = child.exitCode === null ? once(child, 'exit') : null
  child.kill('SIGTERM')
  await ended
  if (Number.isNaN(ready)) throw new Error('the server ended before it was ready')
  return ready
}
