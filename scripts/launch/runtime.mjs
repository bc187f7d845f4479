import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { LaunchError } from './launch-error.mjs'
import { installPackages } from './npm.mjs'
import { ROOT } from './paths.mjs'

const NEEDED_MAJOR = 24

/**
 * Returns the path of a Node 24 or newer: the one that runs us, else the one kept in runtime/, which is fetched
 * from the npm registry when it is not there yet.
 */
export function findNode() {
  if (Number.parseInt(process.versions.node, 10) >= NEEDED_MAJOR) return process.execPath
  const own = join(ROOT, 'runtime/node_modules', `node-${process.platform}-${process.arch}`, 'bin/node')
  if (existsSync(own)) return own
  const advice = `Tracedesk needs Node.js ${NEEDED_MAJOR} or newer; this is ${process.version}. Install it from https://nodejs.org.`
  if (process.platform !== 'linux') throw new LaunchError(advice)
  console.error(`Fetching Node.js ${NEEDED_MAJOR} into runtime/ (this machine has ${process.version}) …`)
  installPackages(process.execPath, join(ROOT, 'runtime'))
  if (!existsSync(own))
    throw new LaunchError(
      `There is no Node.js ${NEEDED_MAJOR} for ${process.platform}-${process.arch} in the npm registry. ${advice}`,
    )
  return own
}
