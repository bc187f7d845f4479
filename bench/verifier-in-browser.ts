// How fast the offline verifier works in a browser: leaf hashes, the tree over them, and a whole bundle with base64,
// canonical form, commitments and digests. Run: node bench/verifier-in-browser.ts (needs a Chromium: CHROMIUM, or one
// on the PATH). Each figure is the median of several runs in one page.
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { build } from 'vite'
import { findBrowser } from '../scripts/launch/browser.mjs'

const GOAL = 150_000
const executablePath = findBrowser()
if (executablePath === null) {
  console.error('SKIPPED: no Chromium was found; set CHROMIUM to one.')
  process.exit(0)
}

const result = await build({
  configFile: false,
  logLevel: 'warn',
  build: {
    write: false,
    target: 'es2023',
    lib: { entry: join(import.meta.dirname, 'verifier-page.ts'), formats: ['iife'], name: 'bench' },
  },
})
const [chunk] = [result].flat().flatMap(made => ('output' in made ? made.output : []))
if (chunk?.type !== 'chunk') throw new Error('the page of the benchmark is not one script')

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
try {
  const page = await browser.newPage()
  // WebCrypto, which checks the signature, wants a secure context: a page from disk is one.
  await page.goto('file:///')
  await page.evaluate(chunk.code)
  const rates: Record<string, number> = await page.evaluate('globalThis.runBench()')
  for (const [what, rate] of Object.entries(rates))
    console.log(
      `${what.padEnd(46)} ${Math.round(rate).toLocaleString('en')} entries/s (${(rate / GOAL).toFixed(2)} of ${GOAL})`,
    )
} finally {
  await browser.close()
}
