import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { ROOT } from './paths.mjs'
import { makeEnvironment } from './run.mjs'

/** Each check with its program; those whose `when` is missing from the checkout are left out. */
const CHECKS = [
  {
    name: 'format and lint',
    args: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'],
  },
  { name: 'types', args: ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'] },
  {
    name: 'types of the console',
    args: ['node_modules/typescript/bin/tsc', '-p', 'web/tsconfig.json'],
    when: 'web/tsconfig.json',
  },
  { name: 'borders', args: ['scripts/check-borders.ts'] },
  { name: 'dead code', args: ['node_modules/knip/bin/knip.js'], when: 'knip.json' },
  { name: 'lockfile', args: ['scripts/complete-lock.mjs', '--check'] },
  { name: 'generated files', args: ['scripts/generate.ts', '--check'], when: 'scripts/generate.ts' },
]

/** Runs all checks, two at a time, and shows the words of those that fail. Resolves with 0 when all pass. */
export async function check({ node }) {
  const waiting = CHECKS.filter(({ when }) => when === undefined || existsSync(join(ROOT, when)))
  let failed = 0
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { status, words, seconds } = await runQuietly(node, next.args)
      console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${next.name} (${seconds} s)`)
      if (status === 0) continue
      failed++
      console.log(words.trimEnd())
    }
  }
  await Promise.all([work(), work()])
  return failed === 0 ? 0 : 1
}

async function runQuietly(node, args) {
  const started = performance.now()
  const child = spawn(node, args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: makeEnvironment(node),
  })
  const exit = new Promise((resolve, reject) =>
    child.once('error', reject).once('exit', code => resolve(code ?? 1)),
  )
  const [status, out, err] = await Promise.all([exit, text(child.stdout), text(child.stderr)])
  return { status, words: out + err, seconds: ((performance.now() - started) / 1000).toFixed(1) }
}
