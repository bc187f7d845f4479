import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hashLeaf, TileBuilder } from '@tracedesk/proof/node'
import { operatorCaller } from '../../src/command/caller.ts'
import { newId } from '../../src/kernel/id.ts'
import { type StartedEpoch, startEpoch } from '../../src/ledger/start-epoch.ts'
import { importFile } from '../../src/modules/imports/index.ts'
import type { World } from './world.ts'

/** Imports `count` messages of May 2020, two of three by customers, of sixty conversations. */
export async function importOldMessages(world: World, count: number): Promise<void> {
  const lines = Array.from({ length: count }, (_, i) => ({
    at: `2020-05-${String(1 + (i % 28)).padStart(2, '0')}T10:00:00Z`,
    event: i % 3 === 2 ? 'message.sent' : 'message.received',
    conversation: `c-${i % 60}`,
    actor:
      i % 3 === 2
        ? { kind: 'agent', key: 'lena', name: 'Lena' }
        : { kind: 'customer', key: `c${i % 60}`, name: 'Carla' },
    text: `number ${i}`,
  }))
  const file = join(world.dataDir, 'history.ndjson')
  writeFileSync(file, lines.map(line => `${JSON.stringify(line)}\n`).join(''))
  const caller = operatorCaller(world.workspaceId)
  const { state, rejected } = await importFile(world.node, {
    file,
    folder: join(world.dataDir, 'imports'),
    caller,
  })
  if (state !== 'completed' || rejected > 0) throw new Error(`the import is ${state}, ${rejected} rejected`)
}

/** Imports `count` old messages, and has retention destroy those of customers, two persons agreeing. */
export async function destroyOldEntries(world: World, count: number): Promise<number> {
  await world.node.retentionKeeper.stop()
  await importOldMessages(world, count)
  await catchUp(world)
  const second = await world.person('Anna', 'admin')
  await world.owner.do('retention.set_rule', { what: 'entries', event: 'message.received', days: 365 })
  const { run } = await world.owner.do('retention.request', {})
  await second.do('retention.approve', { runId: run.id })
  await world.addNode().retentionKeeper.workOnce()
  await world.settle()
  const [gone] = await world.asSuperuser<{ n: string }>(
    'select (select size from log_head) - count(*) as n from log_entry',
  )
  return Number(gone?.n)
}

/** Only what is signed, indexed and counted may be destroyed: waits until all full tiles are. */
export async function catchUp(world: World): Promise<void> {
  await world.settle()
  const isBehind = `select least((select position from log_text_cursor), (select position from log_rollup_cursor), (select max(size) from log_checkpoint))
    < (select size - size % 256 from log_head) as behind`
  do {
    await world.node.textIndex.indexOnce(world.workspaceId)
    await world.node.rollup.countOnce(world.workspaceId)
  } while ((await world.asSuperuser<{ behind: boolean }>(isBehind))[0]?.behind)
}

/** What a restore of a backup that lacks the newest `lost` entries leaves: a shorter log, gone on with in a new epoch. */
export async function loseAndStartEpoch(world: World, lost: number): Promise<StartedEpoch> {
  await world.settle()
  const { sequencer, checkpoints, databases, counter } = world.node
  await sequencer.stop()
  await checkpoints.stop()
  const [head] = await world.asSuperuser<{ size: string }>('select size from log_head')
  const size = Number(head?.size) - lost
  const rows = await world.asSuperuser<{ hash: Buffer | null; leaf: Buffer | null }>(
    `select leaf, (select substr(hashes, (g % 256)::int * 32 + 1, 32) from log_tile t where level = 0 and index = g / 256) as hash
     from generate_series(0, ${size - 1}) g left join log_entry on position = g order by g`,
  )
  const tree = TileBuilder.start()
  for (const { leaf, hash } of rows) tree.append(leaf ? hashLeaf(leaf) : (hash ?? new Uint8Array()))
  await world.asSuperuser(`delete from log_entry where position >= ${size}`)
  await world.asSuperuser(`delete from log_tile where level = 0 and (index + 1) * 256 > ${size}`)
  await world.asSuperuser(`delete from log_checkpoint where size > ${size}`)
  await world.asSuperuser('update log_head set size = $1, root = $2', [size, Buffer.from(tree.root())])
  return startEpoch({ databases, signer: checkpoints.signer, nodeId: counter.nodeId }, world.workspaceId, {
    actor: { kind: 'operator', id: null, role: null, departments: [], named: null },
    via: { source: 'cli', requestId: null, sessionId: null, origin: null },
    notes: [],
  })
}

/** A pending row that this installation did not write: a copy of an entry under a guessed MAC. */
export const forgePending = (world: World): Promise<unknown> =>
  world.asSuperuser(
    `insert into log_pending (workspace_id, entry_id, at, recorded_at, event, version, outcome, reach, actor_kind, actor_id, subject_kind, subject_id, agent_ids, department_ids, source, leaf, mac)
     select workspace_id, $1, at, now(), event, version, outcome, reach, actor_kind, actor_id, subject_kind, subject_id, agent_ids, department_ids, source, leaf, 'guessed' from log_entry where position = 3`,
    [newId()],
  )
