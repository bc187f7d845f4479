import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'

const DIST = join(import.meta.dirname, '../dist')
const ASSETS = join(DIST, 'assets')
const LIMIT_BYTES = 300_000

/** A file and all that it imports before it runs. */
function withImports(name: string, seen = new Set<string>()): Set<string> {
  if (seen.has(name)) return seen
  seen.add(name)
  const code = readFileSync(join(ASSETS, name), 'utf8')
  for (const [, imported] of code.matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g))
    if (imported) withImports(imported, seen)
  return seen
}

const pageOf = (name: string): string => {
  const found = readdirSync(ASSETS).find(file => file.startsWith(`${name}-`) && file.endsWith('.js'))
  if (!found) throw new Error(`${name} has no file of its own`)
  return found
}

test.skipIf(!existsSync(DIST))(
  'sign-in, inbox and log come with less than 300 KB of packed JavaScript',
  () => {
    const entry = /src="\/assets\/([^"]+)"/.exec(readFileSync(join(DIST, 'index.html'), 'utf8'))?.[1]
    if (!entry) throw new Error('the page has no program')
    for (const page of ['sign-in-page', 'inbox-page', 'log-page']) {
      const files = [...withImports(pageOf(page), withImports(entry))]
      const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(join(ASSETS, file))).length, 0)
      expect(bytes, page).toBeLessThan(LIMIT_BYTES)
      // less than this and the imports were not found
      expect(files.length, page).toBeGreaterThan(5)
    }
  },
)
