import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { ROOT } from './paths.mjs'

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']

/** The environment of every step: Node 24 and the installed programs first on the PATH. */
export function makeEnvironment(node, extra = {}) {
  const path = [dirname(node), join(ROOT, 'node_modules/.bin'), process.env.PATH ?? ''].join(delimiter)
  return { ...process.env, ...extra, PATH: path }
}

/**
 * Runs Node with `args`, our terminal and our signals, and resolves with the exit code: 128 plus the signal's
 * number when one ended it, as shells count. With `follow` the program ends when we are gone, however that came.
 */
export function run(node, args, { cwd = ROOT, env = {}, follow = false } = {}) {
  const followed = follow ? ['--import', join(ROOT, 'scripts/launch/follow.mjs'), ...args] : args
  const child = spawn(node, followed, {
    cwd,
    stdio: ['inherit', 'inherit', 'inherit', ...(follow ? ['pipe'] : [])],
    env: makeEnvironment(node, follow ? { ...env, TRACEDESK_LAUNCHER: '3' } : env),
  })
  return passSignals([child], awaitExit(child))
}

/** Runs several at once. When one ends, the others are asked to end too; its exit code counts. */
export async function runTogether(node, commands) {
  const children = commands.map(({ args, cwd = ROOT }) =>
    spawn(node, args, { cwd, stdio: 'inherit', env: makeEnvironment(node) }),
  )
  const exits = children.map(awaitExit)
  const first = await passSignals(children, Promise.race(exits))
  for (const child of children) child.kill('SIGTERM')
  await Promise.all(exits)
  return first
}

function awaitExit(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]))
  })
}

/**
 * A terminal sends Ctrl-C to the child as well as to us, a service manager only to us. Passing it on reaches the
 * child in both cases; staying alive ourselves lets it end in order.
 */
async function passSignals(children, exit) {
  const handlers = FORWARDED.map(signal => {
    const pass = () => {
      if (signal === 'SIGINT' && process.stdin.isTTY) return
      for (const child of children) child.kill(signal)
    }
    process.on(signal, pass)
    return () => process.off(signal, pass)
  })
  const stopWatching = onOrphaned(() => {
    for (const child of children) child.kill('SIGTERM')
  })
  try {
    return await exit
  } finally {
    stopWatching()
    for (const off of handlers) off()
  }
}

/**
 * npm passes on the signals it gets, but a killed npm cannot. So where we run under npm (perhaps with a shell
 * in between) and /proc shows it, we watch whether npm is still there.
 */
function onOrphaned(act) {
  const link = findLinkToNpm()
  if (link === null) return () => {}
  const timer = setInterval(() => {
    if (readProcess(link.child)?.parent === link.npm) return
    clearInterval(timer)
    act()
  }, 250)
  timer.unref()
  return () => clearInterval(timer)
}

/** npm's process and the one below it that leads to us. */
function findLinkToNpm() {
  for (let child = process.pid, steps = 0; steps < 3; steps++) {
    const parent = readProcess(child)?.parent ?? 0
    if (readProcess(parent)?.name.startsWith('npm')) return { child, npm: parent }
    child = parent
  }
  return null
}

function readProcess(pid) {
  try {
    const [, name, parent] = /\((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    return name === undefined ? null : { name, parent: Number(parent) }
  } catch {
    // No /proc here, or that process is gone.
    return null
  }
}
