import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemCaller } from '../src/command/caller.ts'
import { recordMigration } from '../src/modules/ledger-state/index.ts'
import { fillLedger } from './support/fill-ledger.ts'
import { createWorld, type World } from './support/world.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.end())

const write = (count: number, from = 0) =>
  Promise.all(
    Array.from({ length: count }, (_, i) =>
      world.node.door.execute(recordMigration, systemCaller(world.workspaceId), {
        from: from + i,
        to: from + i + 1,
      }),
    ),
  )

const positions = async () =>
  (
    await world.asSuperuser<{ position: string }>(
      'select position from log_entry where workspace_id = $1 order by position',
      [world.workspaceId],
    )
  ).map(row => Number(row.position))

test('three nodes sequencing one workspace at once lose nothing and take nothing twice', async () => {
  const others = [world.addNode(), world.addNode()]
  await world.settle()
  const before = (await positions()).length
  const writing = write(600)
  const racing = Promise.all(
    [world.node, ...others].map(async node => {
      for (let i = 0; i < 60; i++) await node.sequencer.sequenceOnce(world.workspaceId)
    }),
  )
  await Promise.all([writing, racing])
  await world.settle()
  const all = await positions()
  expect(all).toEqual(Array.from({ length: before + 600 }, (_, i) => i))
  expect(
    await world.asSuperuser('select count(*)::int as n, count(distinct entry_id)::int as d from log_entry'),
  ).toEqual([{ n: before + 600, d: before + 600 }])
  expect((await world.owner.ask('ledger.state')).signerProblem).toBeNull()
})

test('a sequencer that is cut off in the middle of a batch leaves the tree as it was, and the next one goes on', async () => {
  await world.settle()
  const before = (await positions()).length
  await write(50)
  const cuts: Promise<unknown>[] = []
  const cut = setInterval(
    () =>
      cuts.push(
        world.asSuperuser(
          "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'tracedesk_ledger' and datname = current_database()",
        ),
      ),
    3,
  )
  for (let i = 0; i < 30; i++) await world.node.sequencer.sequenceOnce(world.workspaceId).catch(() => {}) // the cut is the point
  clearInterval(cut)
  await Promise.all(cuts) // a busy machine does the last of them late
  await new Promise(resolve => setTimeout(resolve, 50))
  await write(5)
  // the pool may still hold a connection that was cut a moment ago
  await expect
    .poll(() =>
      world.settle().then(
        () => true,
        () => false,
      ),
    )
    .toBe(true)
  expect(await positions()).toEqual(Array.from({ length: before + 55 }, (_, i) => i))
  const { size, signed } = await world.owner.ask('ledger.state')
  expect(signed?.size).toBe(size)
})

test('a transaction that fails uses its numbers again: the numbers of a node have no holes', async () => {
  await expect(
    world.owner.do('setting.change', { key: 'conversation.reopen_hours', value: -1 }),
  ).rejects.toMatchObject({ code: 'setting.not_valid' })
  await world.settle()
  const rows = await world.asSuperuser<{ leaf: Buffer }>(
    'select leaf from log_entry where workspace_id = $1',
    [world.workspaceId],
  )
  const numbers = rows
    .map(row => JSON.parse(row.leaf.toString()))
    .filter(leaf => leaf.via.nodeId === world.node.counter.nodeId)
    .map(leaf => leaf.counters.node as number)
    .sort((a, b) => a - b)
  expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => i + 1))
})

test('the signer keeps its state outside the database and will not sign a tree that shrank', async () => {
  await world.settle()
  const [head] = await world.asSuperuser<{ size: string; root: Buffer; epoch: number }>(
    'select * from log_head where workspace_id = $1',
    [world.workspaceId],
  )
  expect(existsSync(join(world.dataDir, 'signer', world.workspaceId, '1', 'state.json'))).toBe(true)
  await world.asSuperuser('update log_head set size = size - 1 where workspace_id = $1', [world.workspaceId])
  await expect(world.node.checkpoints.signHead(world.workspaceId)).rejects.toMatchObject({
    refusal: 'tree_shrunk',
  })
  await world.asSuperuser('update log_head set size = $2 where workspace_id = $1', [
    world.workspaceId,
    head?.size,
  ])
  expect(await world.node.checkpoints.signHead(world.workspaceId)).toBe(Number(head?.size))
})

test('the signer will not sign a tree whose leaves were changed under it', async () => {
  await world.settle()
  await world.node.checkpoints.stop()
  await write(3)
  while ((await world.node.sequencer.sequenceOnce(world.workspaceId)) > 0);
  await world.asSuperuser(
    "update log_entry set leaf = convert_to(replace(convert_from(leaf, 'UTF8'), 'schema.migrated', 'schema.migratex'), 'UTF8') where position = (select max(position) from log_entry)",
  )
  await expect(world.node.checkpoints.signHead(world.workspaceId)).rejects.toMatchObject({
    refusal: 'root_mismatch',
  })
})

test('the server verifies itself when asked, and says where it is wrong', async () => {
  const own = await createWorld()
  await own.owner.do('ledger.verify', {})
  await expect.poll(async () => (await own.owner.ask('ledger.state')).verification.last?.verdict).toBe('ok')
  expect((await own.entries({ event: 'ledger.*' })).map(entry => entry.event)).toEqual([
    'ledger.epoch_started',
    'ledger.verification_started',
    'ledger.verified',
  ])
  await own.settle()
  await own.asSuperuser("update log_entry set actor_kind = 'operator' where position = 2")
  await own.owner.do('ledger.verify', {})
  await expect
    .poll(async () => (await own.owner.ask('ledger.state')).verification)
    .toMatchObject({ last: { verdict: 'column_mismatch', position: 2 }, running: null })
  expect((await own.entries({ event: 'ledger.verification_failed' })).at(-1)).toMatchObject({
    outcome: 'failed',
    data: { verdict: 'column_mismatch', position: 2, findings: 1 },
  })
  await own.end()
})

test('a verification shows how far it is and can be stopped; nothing is decided then', async () => {
  const slow = await createWorld()
  try {
    await expect(slow.owner.do('ledger.stop_verification', {})).rejects.toMatchObject({
      code: 'ledger.not_verifying',
    })
    await fillLedger(slow.node, slow.workspaceId, 40_000)
    await slow.owner.do('ledger.verify', {})
    await expect
      .poll(async () => (await slow.owner.ask('ledger.state')).verification.running?.done ?? 0, {
        timeout: 20_000,
        interval: 5,
      })
      .toBeGreaterThan(0)
    await slow.owner.do('ledger.stop_verification', {})
    await expect
      .poll(async () => (await slow.owner.ask('ledger.state')).verification, { timeout: 20_000 })
      .toMatchObject({ running: null, last: null })
    const stopped = (await slow.entries({})).find(({ event }) => event === 'ledger.verification_stopped')
    expect(Number(stopped?.data.done)).toBeGreaterThan(0)
  } finally {
    await slow.end()
  }
}, 90_000)
