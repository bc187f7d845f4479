import type { SocketPush } from '@tracedesk/contracts'
import type { Kysely, KyselyPlugin } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../../test/support/desk.ts'
import { createWorld, type World } from '../../../test/support/world.ts'
import type { ReadDb } from '../../db/database.ts'
import type { Tables } from '../../db/tables.generated.ts'
import { newId } from '../../kernel/id.ts'
import { createLog } from '../../kernel/log.ts'
import { Hub } from './hub.ts'

let world: World

beforeAll(async () => {
  world = await createWorld()
}, 60_000)
afterAll(async () => world?.end())

/** The database of the node; an answer to a read of `table` is kept back while `hold` has been called for it. */
function slowAnswers() {
  const held = new Map<string, { came: () => void; gone: Promise<void> }>()
  const tables = new WeakMap<object, string>()
  const plugin: KyselyPlugin = {
    transformQuery: ({ node, queryId }) => {
      const text = JSON.stringify(node)
      const table = ['log_head', 'log_entry'].find(name => text.includes(`"${name}"`))
      if (table) tables.set(queryId, table)
      return node
    },
    transformResult: async ({ result, queryId }) => {
      const table = tables.get(queryId) ?? ''
      const gate = held.get(table)
      held.delete(table)
      gate?.came()
      await gate?.gone
      return result
    },
  }
  // the handle is typed as one that only reads; plugins are added to what it is
  const db = (world.node.databases.read as Kysely<Tables>).withPlugin(plugin) as ReadDb
  /** Keeps back the next answer; `asked` when the database has given it. */
  const hold = (table: 'log_head' | 'log_entry') => {
    let free = () => {}
    const gone = new Promise<void>(resolve => (free = resolve))
    const asked = new Promise<void>(came => held.set(table, { came, gone }))
    return { asked, free: () => free() }
  }
  return { db, hold }
}

/** A browser that keeps what it hears, as a browser does: what lies before the last position is not news. */
async function browser() {
  const heard: number[] = []
  const pushes: SocketPush[] = []
  let position = 0
  const send = (push: SocketPush) => {
    pushes.push(push)
    if (push.type !== 'changed') return
    for (const item of push.items) if (item.position >= position) heard.push(item.position)
    position = Math.max(position, push.position)
  }
  return { heard, pushes, listener: { caller: await world.owner.caller(), send } }
}

const size = async () => {
  await world.settle()
  const [head] = await world.asSuperuser<{ size: string }>(
    'select size::text from log_head where workspace_id = $1',
    [world.workspaceId],
  )
  return Number(head?.size)
}
const happen = async (name: string) => {
  await world.owner.do('label.create', { name: `${name} ${newId().slice(-8)}` })
  return await size()
}
const between = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

test('what happens while a browser catches up is pushed after what it missed, not before', async () => {
  const { db, hold } = slowAnswers()
  const hub = new Hub(db, createLog('silent'))
  const since = await size()
  const missed = await happen('Missed')
  const { heard, listener } = await browser()
  const read = hold('log_entry')
  const joining = hub.subscribe(listener, since)
  await read.asked
  const later = await happen('Meanwhile')
  hub.grew(world.workspaceId, later)
  // time enough for a hub that does not wait: it would need two of these
  for (let i = 0; i < 20; i++) await size()
  expect(heard).toEqual([])
  read.free()
  const leave = await joining
  await until(async () => heard.length >= later - since)
  expect(missed).toBeLessThan(later)
  expect(heard).toEqual(between(since, later))
  leave()
})

test('what is pushed to others while a browser joins is pushed to it as well', async () => {
  const { db, hold } = slowAnswers()
  const hub = new Hub(db, createLog('silent'))
  const [first, second] = [await browser(), await browser()]
  const since = await size()
  const leaveFirst = await hub.subscribe(first.listener, since)
  // the second has read how large the tree is and not heard the answer yet, when it grows
  const head = hold('log_head')
  const joining = hub.subscribe(second.listener, since)
  await head.asked
  const after = await happen('Between')
  hub.grew(world.workspaceId, after)
  await until(async () => first.heard.length === after - since)
  head.free()
  const leaveSecond = await joining
  await until(async () => second.heard.length === after - since)
  expect(second.heard).toEqual(between(since, after))
  leaveFirst()
  leaveSecond()
})

test('a browser that is the first to come hears of what happened while it joined', async () => {
  const { db, hold } = slowAnswers()
  const hub = new Hub(db, createLog('silent'))
  const { heard, listener } = await browser()
  const since = await size()
  const head = hold('log_head')
  const joining = hub.subscribe(listener, null)
  await head.asked
  const after = await happen('Before anybody listens')
  hub.grew(world.workspaceId, after)
  head.free()
  const leave = await joining
  await until(async () => heard.length === after - since)
  expect(heard).toEqual(between(since, after))
  leave()
})

test('one browser that cannot be told keeps no other waiting, and is told by the next look', async () => {
  const hub = new Hub(world.node.databases.read, createLog('silent'))
  const [broken, sound] = [await browser(), await browser()]
  let isBroken = true
  const since = await size()
  const send = (push: SocketPush) => {
    if (push.type === 'changed' && isBroken) throw new Error('this line is down')
    broken.listener.send(push)
  }
  const leaves = [
    await hub.subscribe({ ...broken.listener, send }, since),
    await hub.subscribe(sound.listener, since),
  ]
  const after = await happen('For both')
  hub.grew(world.workspaceId, after)
  await until(async () => sound.heard.length === after - since)
  expect(broken.heard).toEqual([])
  isBroken = false
  await until(async () => {
    hub.grew(world.workspaceId, after)
    return broken.heard.length === after - since
  })
  expect(broken.heard).toEqual(between(since, after))
  for (const leave of leaves) leave()
})
