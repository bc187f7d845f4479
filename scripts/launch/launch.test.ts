import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'

const REPOSITORY = join(import.meta.dirname, '../..')

/** A checkout with the launcher, these files, and packages that count as installed. */
function makeCheckout(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'tracedesk-launch-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  cpSync(join(REPOSITORY, 'scripts/launch'), join(root, 'scripts/launch'), { recursive: true })
  cpSync(join(REPOSITORY, 'scripts/launch.mjs'), join(root, 'scripts/launch.mjs'))
  const lock = JSON.stringify({ packages: { '': {}, 'node_modules/left': { version: '1.0.0' } } })
  const digest = createHash('sha256').update(lock).digest('hex')
  const all = {
    'package-lock.json': lock,
    'node_modules/.tracedesk-lock': digest,
    'web/index.html': '',
    ...files,
  }
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

/** Stands in for vite: builds a large file, a small one and a picture, and leaves a trace of each build. */
const VITE = {
  'node_modules/vite/bin/vite.js': `const { appendFileSync, mkdirSync, writeFileSync } = require('node:fs')
mkdirSync('dist/assets', { recursive: true })
writeFileSync('dist/assets/large.js', 'x'.repeat(5000))
writeFileSync('dist/assets/small.js', 'x')
writeFileSync('dist/assets/picture.png', 'x'.repeat(5000))
appendFileSync('../builds', 'x')\n`,
}

function launch(root: string, args: string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'scripts/launch.mjs'), ...args],
    {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, ...env },
    },
  )
  return { status, stdout, stderr }
}

test('an unknown step is answered with the known ones and exit code 2', () => {
  const { status, stderr } = launch(makeCheckout({}), ['strat'])
  expect(status).toBe(2)
  expect(stderr).toBe(
    'Usage: node scripts/launch.mjs <start|demo|dev|test|check|bench|build|generate> [arguments]\n',
  )
})

test.each([
  ['start', 'server/src/main.ts'],
  ['demo', 'server/src/demo/main.ts'],
  ['bench', 'bench/run.ts'],
])('%s without its program says in one line that %s is missing', (step, program) => {
  const { status, stderr } = launch(makeCheckout({}), [step])
  expect(status).toBe(1)
  expect(stderr).toBe(`${program} is missing: this checkout is incomplete.\n`)
})

test('what the console is built of lies packed beside itself, where that is worth it', () => {
  const root = makeCheckout({ ...VITE, 'server/src/main.ts': '' })
  expect(launch(root, ['build']).status).toBe(0)
  const assets = join(root, 'web/dist/assets')
  expect(readdirSync(assets)).toEqual(['large.js', 'large.js.br', 'large.js.gz', 'picture.png', 'small.js'])
  expect(gunzipSync(readFileSync(join(assets, 'large.js.gz'))).toString()).toBe('x'.repeat(5000))
  expect(brotliDecompressSync(readFileSync(join(assets, 'large.js.br'))).toString()).toBe('x'.repeat(5000))
})

test('arguments, exit code and Node’s own folder on the PATH reach the program', () => {
  const program =
    "console.log(process.argv.slice(2).join(), process.env.PATH!.split(':')[0]); process.exit(7)\n"
  const { status, stdout } = launch(makeCheckout({ 'bench/run.ts': program }), ['bench', 'a', '--b'])
  expect(stdout).toBe(`a,--b ${dirname(process.execPath)}\n`)
  expect(status).toBe(7)
})

test('SIGTERM reaches the program, which ends in its own time, and its exit code counts', async () => {
  const program = `process.on('SIGTERM', () => setTimeout(() => process.exit(5), 100)); setInterval(() => {}, 1000)
process.kill(process.ppid, 'SIGTERM')\n`
  expect(launch(makeCheckout({ 'bench/run.ts': program }), ['bench']).status).toBe(5)
})

test('kill -9 of the launcher ends the program in order, and nothing of it shows in what that starts', async () => {
  const program = `import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
const left = spawnSync(process.execPath, ['-p', 'process.env.TRACEDESK_LAUNCHER'], { encoding: 'utf8' }).stdout
process.on('SIGTERM', () => { writeFileSync('ended', left); process.exit() })
setInterval(() => {}, 1000)
process.kill(process.ppid, 'SIGKILL')\n`
  const root = makeCheckout({ 'bench/run.ts': program })
  launch(root, ['bench'])
  await expect
    .poll(() => existsSync(join(root, 'ended')) && readFileSync(join(root, 'ended'), 'utf8'))
    .toBe('undefined\n')
})

test.skipIf(process.platform !== 'linux')('kill -9 of npm ends the program in order as well', async () => {
  const program = `import { writeFileSync } from 'node:fs'
process.on('SIGTERM', () => { writeFileSync('ended', ''); process.exit() })
setInterval(() => {}, 1000)
writeFileSync('started', '')\n`
  const root = makeCheckout({
    'bench/run.ts': program,
    'package.json': '{ "scripts": { "bench": "node scripts/launch.mjs bench" } }',
  })
  const npm = spawn('npm', ['run', 'bench'], { cwd: root, stdio: 'ignore' })
  await expect.poll(() => existsSync(join(root, 'started')), { timeout: 10_000 }).toBe(true)
  npm.kill('SIGKILL')
  await expect.poll(() => existsSync(join(root, 'ended')), { timeout: 5_000 }).toBe(true)
})

test('a program that a signal ended gives 128 plus its number', () => {
  const root = makeCheckout({ 'bench/run.ts': "process.kill(process.pid, 'SIGKILL')\n" })
  expect(launch(root, ['bench']).status).toBe(137)
})

test('the console is built once, and again only when something it is made of has changed', () => {
  const root = makeCheckout({
    ...VITE,
    'server/src/main.ts': '',
    'web/src/page.tsx': 'one',
    'packages/contracts/src/index.ts': '',
  })
  const countBuilds = () => spawnSync('cat', [join(root, 'builds')], { encoding: 'utf8' }).stdout.length
  const steps: (() => void)[] = [
    () => {},
    () => {},
    () => writeFileSync(join(root, 'web/src/page.tsx'), 'longer'),
    () => utimesSync(join(root, 'packages/contracts/src/index.ts'), 1, 1),
    () => writeFileSync(join(root, 'server/src/main.ts'), '// not part of it'),
  ]
  const builds = steps.map(change => {
    change()
    expect(launch(root, ['start']).status).toBe(0)
    return countBuilds()
  })
  expect(builds).toEqual([1, 1, 2, 3, 3])
})

test('dev runs server and console together; when one ends the other is ended, and the exit code is that of the first', () => {
  const root = makeCheckout({
    'server/src/main.ts': "process.on('SIGTERM', () => process.exit()); setInterval(() => {}, 1000)\n",
    'node_modules/vite/bin/vite.js': 'setTimeout(() => process.exit(4), 500)\n',
  })
  expect(launch(root, ['dev']).status).toBe(4)
})

test('a console that cannot be built stops the start, and is not taken for built the next time', () => {
  const root = makeCheckout({
    'server/src/main.ts': '',
    'node_modules/vite/bin/vite.js': 'process.exit(3)\n',
  })
  for (const _ of [1, 2]) {
    const { status, stderr } = launch(root, ['start'])
    expect(status).toBe(3)
    expect(stderr).toContain('The console could not be built.')
  }
})

const INSTALLED = { 'node_modules/.tracedesk-lock': 'of an older lockfile', 'bench/run.ts': '' }
const record = (version: string) => JSON.stringify({ packages: { 'node_modules/left': { version } } })

test('packages installed by hand are recognised and not installed over again', () => {
  const root = makeCheckout({ ...INSTALLED, 'node_modules/.package-lock.json': record('1.0.0') })
  expect(launch(root, ['bench'])).toEqual({ status: 0, stdout: '', stderr: '' })
})

test.each([
  ['of another version', { 'node_modules/.package-lock.json': record('0.9.0') }],
  ['that are absent', {}],
])('packages %s are installed, and what npm says is shown when it fails', (_, files) => {
  const root = makeCheckout({ ...INSTALLED, ...files })
  const npm = join(root, 'npm-cli.js')
  writeFileSync(npm, "console.error('npm says no', process.argv.slice(2, 4).join(' ')); process.exit(1)\n")
  const { status, stderr } = launch(root, ['bench'], { npm_execpath: npm })
  expect(status).toBe(1)
  expect(stderr).toMatch(/^Installing packages …\n"npm ci" failed in .*:\nnpm says no ci --ignore-scripts\n$/)
})

test('a browser is found by CHROMIUM, on the PATH and among those of Playwright', async () => {
  const { findBrowser } = await import('./browser.mjs')
  const root = makeCheckout({
    'own/chrome': '',
    'bin/chromium': '',
    'cache/chromium-1234/chrome-linux/chrome': '',
    'cache/firefox-1/x': '',
  })
  const [own, path, cached] = ['own/chrome', 'bin/chromium', 'cache/chromium-1234/chrome-linux/chrome'].map(
    file => join(root, file),
  )
  const env = { CHROMIUM: `${own}`, PATH: join(root, 'bin'), PLAYWRIGHT_BROWSERS_PATH: join(root, 'cache') }
  expect(findBrowser(env)).not.toBe(own)
  for (const file of [own, path, cached]) chmodSync(`${file}`, 0o755)
  expect(findBrowser(env)).toBe(own)
  expect(findBrowser({ ...env, CHROMIUM: '' })).toBe(path)
  expect(findBrowser({ ...env, CHROMIUM: '', PATH: '' })).toBe(cached)
  expect(existsSync(`${cached}`)).toBe(true)
})

const reported = (name: string, status: string, ...results: string[]) => ({
  name,
  status,
  assertionResults: results.map(status => ({ status })),
})

test('a test file that could not be loaded counts as a failure', async () => {
  const { countTests, formatCounts } = await import('./test.mjs')
  const testResults = [
    reported('a', 'passed', 'passed', 'skipped', 'pending', 'todo'),
    reported('b', 'failed', 'failed', 'passed'),
    reported('c', 'failed'),
  ]
  expect(formatCounts(countTests({ testResults }))).toBe('2 passed, 2 failed, 3 skipped')
})

test('what a second run says of a file stands in place of the first, be it better or worse', async () => {
  const { countTests, replaceFiles } = await import('./test.mjs')
  const first = {
    testResults: [
      reported('a', 'passed', 'passed'),
      reported('b', 'failed', 'failed', 'passed'),
      reported('c', 'failed'),
    ],
  }
  const second = {
    testResults: [reported('b', 'passed', 'passed', 'passed'), reported('c', 'failed', 'failed')],
  }
  expect(countTests(replaceFiles(first, second))).toEqual({ passed: 3, failed: 1, skipped: 0 })
  expect(countTests(replaceFiles(first, null))).toEqual({ passed: 2, failed: 2, skipped: 0 })
})
