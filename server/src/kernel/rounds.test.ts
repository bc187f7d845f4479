import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Rounds } from './rounds.ts'
import { Turns } from './turns.ts'

const LONG_MS = 3_600_000

/** Work that says how often it began and how many were at it at once, and ends when told. */
function watched() {
  const seen = { begun: 0, at: 0, most: 0, end: () => {} }
  const work = async (): Promise<void> => {
    seen.begun++
    seen.most = Math.max(seen.most, ++seen.at)
    await new Promise<void>(resolve => {
      seen.end = resolve
    })
    seen.at--
  }
  return { seen, work }
}

test('a round that is woken while it works is followed by one more, and never two work at once', async () => {
  const { seen, work } = watched()
  const rounds = new Rounds({ everyMs: LONG_MS, work, onError: () => {} })
  rounds.wake()
  for (let i = 0; i < 5; i++) rounds.wake()
  expect(seen.begun).toBe(1)
  seen.end()
  await sleep(1)
  expect(seen.begun).toBe(2)
  seen.end()
  await sleep(1)
  expect(seen).toMatchObject({ begun: 2, most: 1, at: 0 })
})

test('after a round that failed the next one comes by itself', async () => {
  const errors: string[] = []
  let rounds = 0
  const loop = new Rounds({
    everyMs: 1,
    work: async () => {
      if (++rounds === 1) throw new Error('away')
    },
    onError: error => errors.push(error.message),
  })
  loop.start()
  while (rounds < 3) await sleep(1)
  await loop.stop()
  expect(errors).toEqual(['away'])
})

test('stopping waits for the round under way and begins no other', async () => {
  const { seen, work } = watched()
  const rounds = new Rounds({ everyMs: 1, atOnce: true, work, onError: () => {} })
  rounds.start()
  rounds.wake()
  let stopped = false
  const stopping = rounds.stop().then(() => {
    stopped = true
  })
  await sleep(5)
  expect(stopped).toBe(false)
  seen.end()
  await stopping
  rounds.wake()
  await sleep(5)
  expect(seen.begun).toBe(1)
})

test('workspaces take turns side by side, each of them one at a time', async () => {
  const running = new Map<string, number>()
  const turns: string[] = []
  let together = 0
  const loop = new Turns({
    restMs: 1,
    turn: async id => {
      running.set(id, (running.get(id) ?? 0) + 1)
      expect(running.get(id)).toBe(1)
      together = Math.max(together, running.size)
      turns.push(id)
      await sleep(3)
      running.delete(id)
    },
    onError: error => {
      throw error
    },
  })
  loop.wake('a')
  loop.wake('b')
  loop.wake('a')
  await loop.idle()
  expect(turns.sort()).toEqual(['a', 'a', 'b'])
  expect(together).toBe(2)
})

test('a stop ends the rests at once', async () => {
  const loop = new Turns({ restMs: LONG_MS, turn: async () => {}, onError: () => {} })
  loop.wake('a')
  await sleep(1)
  await loop.stop()
  loop.wake('a')
  await loop.idle() // nobody runs any more
})
