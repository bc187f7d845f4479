import { existsSync } from 'node:fs'
import { boot, VERSION } from './boot.ts'
import { StartError } from './kernel/start-error.ts'

const started = performance.now()
if (existsSync('.env')) process.loadEnvFile('.env')
const say = (line: string) => process.stdout.write(`${line}\n`)

try {
  const running = await boot(process.env, process.cwd())
  say(
    `Tracedesk ${VERSION} is ready at ${running.config.publicUrl ?? running.url} (${Math.round(performance.now() - started)} ms)`,
  )
  if (running.setupUrl) say(`Set it up with this one-time link: ${running.setupUrl}`)
  let stopping = false
  const stop = async () => {
    if (stopping) return
    stopping = true
    await running.stop()
    process.exit(0)
  }
  process.on('SIGINT', () => void stop())
  process.on('SIGTERM', () => void stop())
} catch (error) {
  if (!(error instanceof StartError)) throw error
  process.stderr.write(`tracedesk: ${error.message} [${error.code}]\n`)
  process.exit(1)
}
