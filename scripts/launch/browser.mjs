import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
const PLAYWRIGHT_PLACES = [
  'chrome-linux/chrome',
  'chrome-linux64/chrome',
  'chrome-mac/Chromium.app/Contents/MacOS/Chromium',
]
const MAC_PROGRAMS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** Returns the path of a Chromium: `CHROMIUM` when set, one on the PATH, or one that Playwright once fetched. */
export function findBrowser(env = process.env) {
  const onPath = (env.PATH ?? '')
    .split(delimiter)
    .flatMap(folder => PROGRAMS.map(program => join(folder, program)))
  return (
    [env.CHROMIUM ?? '', ...onPath, ...MAC_PROGRAMS, ...listPlaywrightBrowsers(env)].find(isProgram) ?? null
  )
}

function listPlaywrightBrowsers(env) {
  const caches = [
    env.PLAYWRIGHT_BROWSERS_PATH ?? '',
    join(homedir(), '.cache/ms-playwright'),
    join(homedir(), 'Library/Caches/ms-playwright'),
  ]
  return caches
    .filter(cache => cache !== '' && existsSync(cache))
    .flatMap(cache =>
      readdirSync(cache)
        .filter(name => /^chromium-\d+$/.test(name))
        .map(name => join(cache, name)),
    )
    .flatMap(folder => PLAYWRIGHT_PLACES.map(place => join(folder, place)))
}

function isProgram(path) {
  if (path === '') return false
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    // Not there, or not ours to run: either way not a browser for us.
    return false
  }
}

/**
 * Returns a browser for the tests, installing Debian's Chromium (with a font for Chinese, Japanese and Korean)
 * when there is none and we may. Null when there is none to be had; the browser tests then skip and say so.
 */
export function ensureBrowser() {
  const found = findBrowser()
  if (found !== null) return found
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return null
  console.error('Installing Chromium for the browser tests …')
  const options = {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 64 * 1024 * 1024,
  }
  spawnSync('apt-get', ['update', '-q'], options)
  const { status, stderr } = spawnSync(
    'apt-get',
    ['install', '-y', '-q', '--no-install-recommends', 'chromium', 'fonts-noto-cjk'],
    options,
  )
  if (status !== 0)
    console.error(`Chromium could not be installed: ${(stderr ?? '').trim().split('\n').at(-1)}`)
  return findBrowser()
}
