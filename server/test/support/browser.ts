import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

/** Set by `npm test`; /usr/bin/chromium where a single test is run by hand. */
export const CHROMIUM =
  process.env.CHROMIUM ?? (existsSync('/usr/bin/chromium') ? '/usr/bin/chromium' : undefined)
export const WEB_ROOT = fileURLToPath(new URL('../../../web/dist', import.meta.url))

/**
 * What a browser without a window does for one all the same: pages of its own behind the address bar, loaded anew with
 * every context, took half of its time here. This list takes the place of Playwright's, so what matters of that is in it.
 */
const NOT_FOR_TESTS = [
  ...['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'WebUIOmniboxFullPopup', 'AimEnabled', 'LensOverlay'],
  ...['PreconnectToSearch', 'NetworkTimeServiceQuerying', 'OptimizationHints', 'MediaRouter'],
  ...['HttpsUpgrades', 'HttpsFirstBalancedModeAutoEnable', 'PaintHolding', 'DestroyProfileOnBrowserClose'],
  ...['AvoidUnnecessaryBeforeUnloadCheckSync', 'ThirdPartyStoragePartitioning'],
]

const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  `--disable-features=${NOT_FOR_TESTS.join(',')}`,
]

/** Says loudly why browser tests do not run; true when they can. */
export function canBrowse(): boolean {
  const why =
    CHROMIUM === undefined
      ? 'no Chromium was found; set CHROMIUM to one'
      : existsSync(`${WEB_ROOT}/index.html`)
        ? null
        : 'the console is not built; run npm run build'
  if (why) process.stderr.write(`SKIPPED: browser tests, because ${why}.\n`)
  return why === null
}

/** Starts the browser; `args` are switches it gets besides the usual ones. */
export const launchBrowser = (args: readonly string[] = []): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM ?? '', args: [...QUIET, ...args] })

/**
 * A page of somebody's own (cookies, language, size), whose script errors are collected in `errors`. Nothing fades or
 * slides on it unless `reducedMotion: 'no-preference'` is given: that costs frames, and a half faded page is no state.
 */
export async function openPage(
  browser: Browser,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<{ context: BrowserContext; page: Page; errors: string[] }> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: 'en-US',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
    ...options,
  })
  const page = await context.newPage()
  // long enough for a busy machine; what never comes fails all the same
  page.setDefaultTimeout(30_000)
  const errors: string[] = []
  page.on('pageerror', error => errors.push(error.message))
  // a refused request is part of some tests; everything else the browser complains of is a fault of the page
  page.on(
    'console',
    message =>
      message.type() === 'error' && !/status of (4\d\d)/.test(message.text()) && errors.push(message.text()),
  )
  return { context, page, errors }
}
