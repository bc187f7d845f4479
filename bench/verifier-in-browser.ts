// How fast the offline verifier works in a browser: leaf hashes, the tree over them, and a whole bundle with base64,
// canonical form, commitments and digests. Needs a Chromium: CHROMIUM, or one on the PATH. Each figure is the median
// of several runs in one page.
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { build } from 'vite'
import { findBrowser } from '../scripts/launch/browser.mjs'
import type { Benchmark } from './figure.ts'

/** The design asks it of the verifier's hashing; a whole bundle is much more than that. */
const GOAL = { atLeast: 150_000 }

export const verifierInBrowser: Benchmark = {
  name: 'verifier',
  run: async () => {
    const executablePath = findBrowser()
    if (executablePath === null) throw new Error('no Chromium was found; set CHROMIUM to one')
    const code = await packPage()
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
    try {
      const page = await browser.newPage()
      // WebCrypto, which checks the signature, wants a secure context: a page from disk is one.
      await page.goto('file:///')
      await page.evaluate(code)
      const rates: Record<string, number> = await page.evaluate('globalThis.runBench()')
      return Object.entries(rates).map(([what, value]) => ({
        name: `in a browser: ${what}`,
        value,
        unit: 'entries/s',
        limit: what.startsWith('leaf hashes') ? GOAL : null,
      }))
    } finally {
      await browser.close()
    }
  },
}

/** The page's one script. */
async function packPage(): Promise<string> {
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
  return chunk.code
}
