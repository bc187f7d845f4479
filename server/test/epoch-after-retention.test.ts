import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyLedger } from '../src/ledger/verify.ts'
import { fillLedger } from './support/fill-ledger.ts'
import { destroyOldEntries, loseAndStartEpoch } from './support/proof-log.ts'
import { createWorld, TEST_SECRET, type World } from './support/world.ts'

let world: World
let destroyed = 0

beforeAll(async () => {
  world = await createWorld()
  destroyed = await destroyOldEntries(world, 600)
  await fillLedger(world.node, world.workspaceId, 300)
  await loseAndStartEpoch(world, 10)
}, 120_000)
afterAll(() => world?.end())

const verify = () =>
  verifyLedger({
    databases: world.node.databases,
    workspaceId: world.workspaceId,
    signerFolder: join(world.dataDir, 'signer'),
    secret: TEST_SECRET,
  })

test('the signer of a new epoch refuses leaves that are gone, when no head of an earlier epoch shows that they were signed', async () => {
  await world.asSuperuser('create table kept_notes as select * from log_checkpoint')
  await world.asSuperuser('delete from log_checkpoint')
  const sign = () => world.addNode().checkpoints.signHead(world.workspaceId)
  await expect(sign()).rejects.toMatchObject({ refusal: 'leaf_missing' })
  // of another key: as good as none
  await world.asSuperuser(
    "insert into log_checkpoint select workspace_id, epoch, size, replace(note, 'desk.example/log', 'desk.example/LOG'), vkey, signed_at from kept_notes",
  )
  await expect(sign()).rejects.toMatchObject({ refusal: 'leaf_missing' })
  await world.asSuperuser('delete from log_checkpoint; insert into log_checkpoint select * from kept_notes')
})

test('it refuses when the tree is not the one that was signed', async () => {
  const [row] = await world.asSuperuser<{ position: string; leaf: Buffer }>(
    "select position, leaf from log_entry where event = 'message.sent' order by position limit 1",
  )
  const changed = Buffer.from(row?.leaf ?? '')
  const at = changed.indexOf('"nonce":"') + 9
  changed[at] = (changed[at] ?? 0) ^ 1
  await world.asSuperuser('update log_entry set leaf = $1 where position = $2', [changed, row?.position])
  await expect(world.addNode().checkpoints.signHead(world.workspaceId)).rejects.toMatchObject({
    refusal: 'forked',
  })
  await world.asSuperuser('update log_entry set leaf = $1 where position = $2', [row?.leaf, row?.position])
})

test('after a restore a log with destroyed entries is signed again, and verifies through both epochs', async () => {
  expect(destroyed).toBeGreaterThan(100)
  const node = world.addNode()
  const size = await node.checkpoints.signHead(world.workspaceId)
  const report = await verify()
  expect(report).toMatchObject({ verdict: 'ok', findings: [], size, purged: { entries: destroyed } })
  expect(report.epochs).toMatchObject([{ epoch: 2, lost: 10 }])
})
