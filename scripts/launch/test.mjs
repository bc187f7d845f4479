import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
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

/** More files than these fail for a reason, and not because the machine was late. */
const FEW = 4
/** Whole programs, real databases and browsers share two cores in CI: one late answer is no defect, three are. */
const FURTHER_RUNS = process.env.CI ? 2 : 0

/**
 * Runs vitest. In CI the few files that failed are run again, whole and one at a time: a test that is tried again in the
 * world that its first try has left behind proves little. What needed that is said, so that it can be mended.
 */
async function runVitest(node, args, env) {
  let { status, report } = await runOnce(node, args, env)
  for (let more = 0; more < FURTHER_RUNS && report !== null; more++) {
    const failed = failedFiles(report)
    if (failed.length === 0 || failed.length > FEW) break
    console.error(`\nNEEDS ANOTHER RUN, alone: ${failed.join(', ')}`)
    const again = await runOnce(node, [...failed, '--maxWorkers=1'], env)
    status = again.status
    report = replaceFiles(report, again.report)
  }
  const counts = report === null ? { passed: 0, failed: 1, skipped: 0 } : countTests(report)
  console.log(formatCounts(counts))
  return status !== 0 ? status : counts.failed > 0 ? 1 : 0
}

async function runOnce(node, args, env) {
  const report = join(ROOT, '.cache/test-report.json')
  mkdirSync(join(ROOT, '.cache'), { recursive: true })
  rmSync(report, { force: true })
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs')
  const status = await run(
    node,
    [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args],
    { env },
  )
  return { status, report: existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : null }
}

function failedFiles(report) {
  return report.testResults
    .filter(({ status }) => status === 'failed')
    .map(({ name }) => relative(ROOT, name))
}

/** The report of a run with what a later run says of some of its files; without a later report nothing is better. */
export function replaceFiles(first, second) {
  if (second === null) return first
  const again = new Set(second.testResults.map(({ name }) => name))
  return {
    ...first,
    testResults: [...first.testResults.filter(({ name }) => !again.has(name)), ...second.testResults],
  }
}

/** Counts the tests of vitest's JSON report; a file that could not even be loaded is a failure, though it has no tests. */
export function countTests({ testResults }) {
  const statuses = testResults.flatMap(file => file.assertionResults.map(({ status }) => status))
  const broken = testResults.filter(
    file => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  )
  const passed = statuses.filter(status => status === 'passed').length
  const failed = statuses.filter(status => status === 'failed').length
  return { passed, failed: failed + broken.length, skipped: statuses.length - passed - failed }
}

export function formatCounts({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
