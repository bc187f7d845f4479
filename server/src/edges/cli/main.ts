import { existsSync } from 'node:fs'
import { runCli } from './run-cli.ts'

if (existsSync('.env')) process.loadEnvFile('.env')

const interrupted = new AbortController()
process.once('SIGINT', () => interrupted.abort())
process.once('SIGTERM', () => interrupted.abort())

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  out: text => process.stdout.write(text),
  err: text => process.stderr.write(text),
  terminal: process.stderr.isTTY === true,
  signal: interrupted.signal,
})
