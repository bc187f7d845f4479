import { spawnSync } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { basename, delimiter, dirname, join } from 'node:path'
import { LaunchError } from './launch-error.mjs'

/**
 * Finds npm's own program, to be run by a Node of our choice: the one that started us, the one beside this
 * Node, or whatever `npm` on the PATH leads to.
 */
export function findNpm() {
  const besideNode = join(dirname(dirname(process.execPath)), 'lib/node_modules/npm/bin/npm-cli.js')
  const onPath = (process.env.PATH ?? '').split(delimiter).map(folder => join(folder, 'npm'))
  const found = [process.env.npm_execpath ?? '', besideNode, ...onPath].find(
    path => existsSync(path) && basename(realpathSync(path)) === 'npm-cli.js',
  )
  if (found === undefined)
    throw new LaunchError('npm was not found. Install Node.js together with npm, version 10 or newer.')
  return realpathSync(found)
}

/** Runs `npm ci` in a folder; shows npm's words only when it fails. */
export function installPackages(node, folder) {
  const { status, stdout, stderr, error } = spawnSync(
    node,
    [findNpm(), 'ci', '--ignore-scripts', '--no-audit', '--no-fund'],
    {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` },
      maxBuffer: 64 * 1024 * 1024,
    },
  )
  if (status === 0) return
  throw new LaunchError(
    `"npm ci" failed in ${folder}:\n${error?.message ?? ''}${stdout ?? ''}${stderr ?? ''}`.trimEnd(),
  )
}
