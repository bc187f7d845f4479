import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Entry } from '@tracedesk/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Command } from '../src/command/define.ts'
import { createSendEntries, type ReadSlice } from '../src/edges/streams/index.ts'
import { StreamRunner } from '../src/edges/streams/runner.ts'
import { createHaltStream } from '../src/modules/streams/index.ts'
import { until } from './support/desk.ts'
import { WebReceiver } from './support/receivers.ts'
import { createWorld, type World } from './support/world.ts'

const QUICK = { firstPauseMs: 10, longestPauseMs: 20, lookMs: 25, leaseMs: 3_000 }
const BACKLOG = 100_000
const BATCH = 500
const MIB = 1024 ** 2

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void // what the flag brings
/** Bytes that are held, once what nobody holds is gone. */
function heldBytes(): number {
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

let world: World
let shown: Entry
beforeAll(async () => {
  world = await createWorld({ allowPrivateTargets: true, streamTiming: QUICK })
  await world.node.streams.stop() // the runner is ours
  const talk = await world.conversation({ name: 'Carla' })
  await world.owner.do('note.add', { conversationId: talk.id as never, text: 'one of many' })
  await world.settle()
  shown = (await world.entries({ event: 'note.added' }))[0] as Entry
})
afterAll(() => world.end())

/** A log of 100,000 entries with texts of so many letters: made when they are read, as the log reads them. */
function longLog(letters: number) {
  const state = { slices: 0, entries: 0 }
  const read: ReadSlice = async ({ from, limit }) => {
    const count = Math.max(0, Math.min(limit, BACKLOG - from))
    const entries = Array.from({ length: count }, (_, i) => ({
      position: from + i,
      entry: {
        ...shown,
        position: from + i,
        parts: { text: { state: 'open' as const, value: `${from + i} `.padEnd(letters, 'x') } },
      },
    }))
    if (count > 0) state.slices++
    state.entries += count
    return { entries, next: from + count }
  }
  return { state, read }
}

/** A stream to an address, run by a runner of its own over a log of its own. */
async function run(address: string, letters: number, timeoutMs: number) {
  const { node, workspaceId } = world
  const { stream } = await world.owner.do('stream.create', {
    name: `To ${address}`,
    kind: 'webhook',
    address,
    batch: BATCH,
    from: 0,
  })
  const { state, read } = longLog(letters)
  const { databases, door } = node
  const { secret, log } = node.options
  const runner = new StreamRunner(
    {
      databases,
      door,
      secret,
      log,
      read,
      send: createSendEntries({ host: 'desk.example', version: 'test', allowPrivate: true, timeoutMs }),
      halt: createHaltStream({ secret }) as unknown as Command,
      timing: QUICK,
    },
    workspaceId,
    stream.id,
  )
  const cursor = async () => {
    const [row] = await world.asSuperuser<{ position: number; failures: number; problem: string | null }>(
      'select position::float8 as position, failures, problem from stream_cursor where stream_id = $1',
      [stream.id],
    )
    if (!row) throw new Error('the stream has no cursor')
    return row
  }
  return { runner, state, cursor }
}

/** Takes connections, and of what is sent a byte a second; never answers. */
async function dripping(): Promise<{ url: string; server: Server; end: () => void }> {
  const sockets = new Set<Socket>()
  const timers: NodeJS.Timeout[] = []
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('readable', () => {}) // reads nothing by itself
    socket.on('error', () => {})
    timers.push(setInterval(() => socket.read(1), 1_000))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const end = () => {
    for (const timer of timers) clearInterval(timer)
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server, end }
}

describe('behind by a hundred thousand entries', { timeout: 180_000 }, () => {
  test('a receiver that takes a byte a second gets the same batch again and again; nothing gathers here', async () => {
    const receiver = await dripping()
    const { runner, state, cursor } = await run(receiver.url, 20_000, 300)
    try {
      const failed = (times: number) =>
        until(async () => ((await cursor()).failures >= times ? true : null), 120_000)
      await failed(3)
      const before = heldBytes()
      await failed(12)
      // one batch is under way, of 30 MB with what it is made of: nine more of them, 270 MB, are gone
      expect((heldBytes() - before) / MIB).toBeLessThan(150)
      await runner.stop()
      const { position, failures, problem } = await cursor()
      expect({ position, problem }).toEqual({ position: 0, problem: 'timed_out' })
      expect(state.slices - failures).toBeLessThanOrEqual(1) // nothing is read ahead
    } finally {
      await runner.stop()
      receiver.end()
    }
  })

  test('a receiver that is quick takes it all in order, batch by batch, in memory that does not grow with it', async () => {
    const receiver = await new WebReceiver().listen()
    let [taken, wrong] = [0, 0]
    let before = 0
    receiver.answer = call => {
      for (const { data } of JSON.parse(call.body) as { data: Entry }[])
        if (data.position !== taken++) wrong++
      receiver.calls.length = 0
      if (taken === 10 * BATCH) before = heldBytes()
      return 200
    }
    const { runner, state, cursor } = await run(receiver.url, 2_000, 60_000)
    try {
      await until(async () => ((await cursor()).position >= BACKLOG ? true : null), 150_000)
      expect({ taken, wrong, entries: state.entries }).toEqual({ taken: BACKLOG, wrong: 0, entries: BACKLOG })
      expect(state.slices).toBe(BACKLOG / BATCH)
      // all that was read after the first ten batches would be 180 MB
      expect((heldBytes() - before) / MIB).toBeLessThan(90)
    } finally {
      await runner.stop()
      receiver.close()
    }
  })
})
