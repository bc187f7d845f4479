import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { LaunchError } from './launch-error.mjs'
import { packAssets } from './pack.mjs'
import { ROOT } from './paths.mjs'
import { run } from './run.mjs'

const SOURCES = ['web', 'packages', 'package-lock.json']
const IGNORED = new Set(['node_modules', 'dist', 'dist-verifier', 'test', '.cache'])

/** Builds the console unless nothing it is made of has changed since it was built. */
export async function buildWebWhenStale(node) {
  const stamp = join(ROOT, 'web/dist/.stamp')
  const state = describeSources(ROOT)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === state) return
  console.error('Building the console …')
  await buildWeb(node)
}

/** Builds the console, stale or not. */
export async function buildWeb(node) {
  if (!existsSync(join(ROOT, 'web/index.html')))
    throw new LaunchError('web/index.html is missing: there is no console to build in this checkout.')
  // Taken before the build: a source saved meanwhile makes the result stale, as it should.
  const state = describeSources(ROOT)
  const status = await run(
    node,
    [join(ROOT, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'],
    { cwd: join(ROOT, 'web') },
  )
  if (status !== 0) throw new LaunchError('The console could not be built.', status)
  packAssets(join(ROOT, 'web/dist/assets'))
  await buildVerifier(node)
  writeFileSync(join(ROOT, 'web/dist/.stamp'), state)
}

/** Builds the page that verifies evidence bundles offline, where the checkout has it. */
async function buildVerifier(node) {
  if (!existsSync(join(ROOT, 'web/verifier/index.html'))) return
  const status = await run(node, [join(ROOT, 'scripts/build-verifier.mjs')])
  if (status !== 0) throw new LaunchError('The offline verifier could not be built.', status)
}

/** A digest of names, sizes and times of the files below SOURCES: reading them all would cost the start dearly. */
export function describeSources(root) {
  const hash = createHash('sha256')
  for (const source of SOURCES) addTo(hash, root, join(root, source))
  return hash.digest('hex')
}

function addTo(hash, root, path) {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return
  if (!stats.isDirectory()) {
    hash.update(`${relative(root, path)}\0${stats.size}\0${stats.mtimeMs}\n`)
    return
  }
  for (const name of readdirSync(path).sort()) {
    if (!IGNORED.has(name)) addTo(hash, root, join(path, name))
  }
}
