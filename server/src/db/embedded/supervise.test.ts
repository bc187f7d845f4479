import { expect, test } from 'vitest'
import { type ServerChange, superviseServer } from './supervise.ts'

const POLICY = { mostAttempts: 3, firstDelayMs: 5, longestDelayMs: 20, steadyMs: 1_000 }

/** A launcher of servers that end when told to, and that cannot be launched while `broken`. */
function makeLauncher() {
  const state = { launches: 0, broken: false, end: () => {} }
  const launch = async () => {
    state.launches++
    if (state.broken) throw new Error('no such file')
    const { promise: exited, resolve } = Promise.withResolvers<void>()
    state.end = resolve
    return { pid: state.launches, exited, stop: async () => resolve() }
  }
  return { state, launch }
}

async function collect(launch: ReturnType<typeof makeLauncher>['launch']) {
  const changes: ServerChange[] = []
  const supervision = await superviseServer(launch, () => {}, POLICY)
  supervision.onChange(change => changes.push(change))
  return { supervision, kinds: () => changes.map(({ kind }) => kind) }
}

test('a server that ends is launched again, until it has ended too often', async () => {
  const { state, launch } = makeLauncher()
  const { kinds } = await collect(launch)
  for (const restarts of [1, 2, 3]) {
    state.end()
    await expect
      .poll(() => kinds().filter(kind => kind === 'restarted').length, { interval: 2 })
      .toBe(restarts)
  }
  state.end()
  await expect.poll(kinds, { interval: 2 }).toContain('given_up')
  expect(state.launches).toBe(4)
})

test('launches that fail are tried again, and the server that comes up in the end counts', async () => {
  const { state, launch } = makeLauncher()
  const { supervision, kinds } = await collect(launch)
  state.broken = true
  state.end()
  await expect.poll(() => state.launches, { interval: 1 }).toBe(2)
  state.broken = false
  await expect.poll(kinds, { interval: 2 }).toEqual(['exited', 'restarted'])
  expect(supervision.pid).toBe(state.launches)
})

test('a server that was asked to stop stays stopped, also while it is being launched again', async () => {
  const { state, launch } = makeLauncher()
  const { supervision, kinds } = await collect(launch)
  state.broken = true
  state.end()
  await expect.poll(() => state.launches, { interval: 1 }).toBe(2)
  await supervision.stop()
  const launches = state.launches
  await new Promise(resolve => setTimeout(resolve, 60))
  expect(state.launches).toBe(launches)
  expect(kinds()).toEqual(['exited'])
})
