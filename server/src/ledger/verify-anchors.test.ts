import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import {
  formatCheckpoint,
  hashLeaf,
  signNote,
  type Tile,
  TileBuilder,
  type TrustFile,
} from '@tracedesk/proof/node'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createWorld, type World } from '../../test/support/world.ts'
import { Witness } from '../edges/witness/witness.ts'
import { AnchorKeeper, noTelegram } from '../modules/anchors/index.ts'
import { type LedgerReport, verifyLedger } from './verify.ts'

const TABLES = ['log_anchor', 'log_entry', 'log_tile', 'log_head', 'log_checkpoint', 'setting']

let world: World
let witness: Witness
let anchored = 0
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const { status, body } = await witness.addCheckpoint(Buffer.concat(chunks).toString())
  response.writeHead(status).end(body)
})

beforeAll(async () => {
  world = await createWorld()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  for (let i = 0; i < 300; i++)
    await world.owner.do('label.create', { name: `label ${i}`, colour: '#aabbcc' })
  await world.settle()
  const { keys } = await world.owner.ask('ledger.anchors')
  const { origin } = await world.owner.ask('ledger.state')
  const trust: TrustFile = { origin, keys, witnesses: [] }
  witness = await Witness.open({
    folder: join(world.dataDir, 'witness'),
    name: 'w.example',
    trust: () => [trust],
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await world.owner.do('setting.change', { key: 'anchor.witnesses', value: `${url} ${witness.vkey}` })
  await anchor()
  await world.settle()
  await world.node.sequencer.stop()
  await world.node.checkpoints.stop()
  for (const table of TABLES) await world.asSuperuser(`create table kept_${table} as select * from ${table}`)
})
afterEach(async () => {
  for (const table of TABLES) {
    await world.asSuperuser(`delete from ${table}`)
    await world.asSuperuser(`insert into ${table} select * from kept_${table}`)
  }
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await world.end()
})

async function anchor(): Promise<void> {
  await world.node.anchors.stop()
  const { databases, door, counter, options } = world.node
  const keeper = new AnchorKeeper({
    databases,
    door,
    log: options.log,
    nodeId: counter.nodeId,
    workspaces: () => world.node.workspaces(),
    allowPrivate: true,
    sendDocument: noTelegram,
  })
  await world.settle()
  await keeper.anchorDue(world.workspaceId, { now: true })
  anchored = (await world.owner.ask('ledger.anchors')).items[0]?.size ?? 0
  expect(anchored).toBeGreaterThan(300)
}

const verify = (): Promise<LedgerReport> =>
  verifyLedger({ databases: world.node.databases, workspaceId: world.workspaceId })
const verdicts = async () => [...new Set((await verify()).findings.map(({ verdict }) => verdict))]

test('what a witness gave stands, and the whole verifies', async () => {
  expect(await verify()).toMatchObject({ verdict: 'ok' })
})

test('a log made anew from the first leaf, signed with the stolen key, is found by what the witness saw', async () => {
  await rewrite(5)
  expect(await verdicts()).toEqual(['anchor_mismatch'])
  await world.asSuperuser('delete from log_anchor')
  expect(await verdicts()).toEqual(['anchor_missing'])
})

test('a rewrite of what no anchor has seen yet is what anchors do not cover', async () => {
  await rewrite(anchored)
  expect(await verdicts()).toEqual([])
})

test('a cosignature that is taken away, moved to another head, or lost its head is found', async () => {
  await world.asSuperuser('delete from log_anchor')
  expect(await verdicts()).toEqual(['anchor_missing'])
  await world.asSuperuser('insert into log_anchor select * from kept_log_anchor')
  await world.asSuperuser('update log_anchor set size = (select max(size) from log_checkpoint)')
  expect((await verdicts()).sort()).toEqual(['anchor_mismatch', 'anchor_missing'])
  await world.asSuperuser('delete from log_anchor')
  await world.asSuperuser('insert into log_anchor select * from kept_log_anchor')
  await world.asSuperuser('delete from log_checkpoint where size = $1', [anchored])
  expect(await verdicts()).toEqual(['anchor_mismatch'])
})

test('of an anchor that is not configured any more it is said that nobody verified it', async () => {
  await world.asSuperuser("delete from setting where key = 'anchor.witnesses'")
  const report = await verify()
  expect(report.verdict).toBe('ok')
  expect(report.remarks.join()).toContain('w.example is not configured')
})

/** Changes a leaf at or after `from` and makes tiles, head and every checkpoint anew, with the true key. */
async function rewrite(from: number): Promise<void> {
  const { skey } = JSON.parse(
    readFileSync(join(world.dataDir, 'signer', world.workspaceId, '1', 'key.json'), 'utf8'),
  )
  await world.asSuperuser(
    `update log_entry set leaf = convert_to(regexp_replace(convert_from(leaf, 'UTF8'), '"nonce":"[0-9a-f]{8}', '"nonce":"00000000'), 'UTF8')
     where position = (select min(position) from log_entry where position >= $1)`,
    [from],
  )
  const leaves = await world.asSuperuser<{ leaf: Buffer }>('select leaf from log_entry order by position')
  const notes = await world.asSuperuser<{ size: string }>('select size from log_checkpoint')
  const sizes = new Set(notes.map(({ size }) => Number(size)))
  const [head] = await world.asSuperuser<{ origin: string }>('select origin from log_head')
  const tree = TileBuilder.start()
  const full: Tile[] = []
  for (const { leaf } of leaves) {
    full.push(...tree.append(hashLeaf(leaf)))
    if (!sizes.has(tree.size)) continue
    const text = formatCheckpoint({ origin: head?.origin ?? '', size: tree.size, root: tree.root() })
    const note = await signNote(text, [skey])
    await world.asSuperuser('update log_checkpoint set note = $1 where size = $2', [note, tree.size])
  }
  for (const { level, index, hashes } of full)
    await world.asSuperuser('update log_tile set hashes = $1 where level = $2 and index = $3', [
      hashes,
      level,
      index,
    ])
  await world.asSuperuser('update log_head set root = $1', [Buffer.from(tree.root())])
}
