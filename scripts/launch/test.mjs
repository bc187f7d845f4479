import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ensureBrowser } from './browser.mjs'
import { check } from './check.mjs'
import { isInstalled } from './install.mjs'
import { LaunchError } from './launch-error.mjs'
import { installPackages } from './npm.mjs'
import { ROOT } from './paths.mjs'
import { run } from './run.mjs'
import { buildWebWhenStale } from './web.mjs'

/**
 * Without arguments: everything, that is the checks first and, when they pass, all tests. With arguments, which
 * go to vitest as they are, only the tests they select. The last line is a count that other tools read.
 */
export async function test({ node, args }) {
  if (args.length === 0 && (await check({ node, args })) !== 0) {
    console.error('The tests were not run, because the checks above come first.')
    console.log(formatCounts({ passed: 0, failed: 1, skipped: 0 }))
    return 1
  }
  const browser = ensureBrowser()
  if (browser === null)
    console.error('SKIPPED: the browser tests, because no Chromium was found. Set CHROMIUM to one.')
  if (args.length === 0 || args.some(arg => arg.includes('postgres-versions'))) ensureOlderPostgres(node)
  if (existsSync(join(ROOT, 'web/index.html'))) await buildWebWhenStale(node)
  return await runVitest(node, args, browser === null ? {} : { CHROMIUM: browser })
}

/** Fetches the older PostgreSQL versions that only one test needs, about 60 MB; without them it skips and says so. */
function ensureOlderPostgres(node) {
  const folder = join(ROOT, 'server/test/postgres')
  const installed = join(folder, 'node_modules/.package-lock.json')
  if (isInstalled(JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')), installed)) return
  console.error('Fetching PostgreSQL 15 to 17 for the tests …')
  try {
    installPackages(node, folder)
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error
    console.error(error.message)
  }
}

async function runVitest(node, args, env) {
  const report = join(ROOT, '.cache/test-report.json')
  mkdirSync(join(ROOT, '.cache'), { recursive: true })
  rmSync(report, { force: true })
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs')
  const status = await run(
    node,
    [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args],
    { env },
  )
  const counts = existsSync(report)
    ? countTests(JSON.parse(readFileSync(report, 'utf8')))
    : { passed: 0, failed: 1, skipped: 0 }
  console.log(formatCounts(counts))
  return status !== 0 ? status : counts.failed > 0 ? 1 : 0
}

/** Counts vitest's JSON report; a file that could not even be loaded is a failure, though it has no tests. */
export function countTests(report) {
  const broken = report.testResults.filter(
    file => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  )
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

export function formatCounts({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
