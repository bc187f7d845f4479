import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installPackages } from './npm.mjs'
import { ROOT } from './paths.mjs'

/** Installs the packages when node_modules is not what package-lock.json says. Costs a millisecond when it is. */
export function ensureInstalled(node) {
  const stamp = join(ROOT, 'node_modules/.tracedesk-lock')
  const lockfile = readFileSync(join(ROOT, 'package-lock.json'))
  const digest = createHash('sha256').update(lockfile).digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return
  if (!isInstalled(JSON.parse(lockfile.toString()), join(ROOT, 'node_modules/.package-lock.json'))) {
    console.error('Installing packages …')
    installPackages(node, ROOT)
  }
  writeFileSync(stamp, digest)
}

/**
 * Compares a lockfile with npm's own list of what it installed: all that is not optional is there, and
 * whatever is there has the locked version. So an `npm ci` by hand is not done over again.
 */
export function isInstalled(lock, installedFile) {
  if (!existsSync(installedFile)) return false
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages
  return Object.entries(lock.packages).every(([place, { version, optional, peer, link }]) => {
    if (!place.includes('node_modules/') || link) return true
    const present = installed[place]
    return present === undefined ? Boolean(optional || peer) : present.version === version
  })
}
