import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { check } from './check.mjs'
import { LaunchError } from './launch-error.mjs'
import { ROOT } from './paths.mjs'
import { run, runTogether } from './run.mjs'
import { test } from './test.mjs'
import { buildWeb, buildWebWhenStale } from './web.mjs'

/** What can follow `node scripts/launch.mjs`. Each gets `{ node, args }` and resolves with an exit code. */
export const STEPS = {
  start: async ({ node, args }) => {
    const main = findProgram('server/src/main.ts')
    await buildWebWhenStale(node)
    return await run(node, [main, ...args], { follow: true })
  },
  demo: async ({ node, args }) => {
    const main = findProgram('server/src/demo/main.ts')
    await buildWebWhenStale(node)
    return await run(node, [main, ...args], { follow: true })
  },
  dev: async ({ node, args }) => {
    const server = { args: ['--watch', findProgram('server/src/main.ts'), ...args] }
    findProgram('web/index.html')
    const console = { args: [join(ROOT, 'node_modules/vite/bin/vite.js')], cwd: join(ROOT, 'web') }
    return await runTogether(node, [server, console])
  },
  test,
  check,
  bench: async ({ node, args }) => await run(node, [findProgram('bench/run.ts'), ...args], { follow: true }),
  build: async ({ node }) => {
    await buildWeb(node)
    return 0
  },
  generate: async ({ node, args }) => await run(node, [findProgram('scripts/generate.ts'), ...args]),
}

function findProgram(path) {
  const absolute = join(ROOT, path)
  if (!existsSync(absolute)) throw new LaunchError(`${path} is missing: this checkout is incomplete.`)
  return absolute
}
