import { spawn } from 'node:child_process'
import { cpSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Frontier, fromBase64, readUnverifiedCheckpoint, verifyCheckpoint } from '@tracedesk/proof/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemCaller } from '../src/command/caller.ts'
import { LocalSigner } from '../src/ledger/head-signer.ts'
import { verifyLedger } from '../src/ledger/verify.ts'
import { recordMigration } from '../src/modules/ledger-state/index.ts'
import type { DyingSignerTask } from './support/dying-signer.ts'
import { createWorld, type World } from './support/world.ts'

const CHILD = fileURLToPath(new URL('./support/dying-signer.ts', import.meta.url))
const STEPS = ['write', 'fsync', 'rename', 'fsync_folder', 'release', 'publish']

let world: World
let folder: string
beforeAll(async () => {
  world = await createWorld()
  await world.settle()
  await world.node.checkpoints.stop() // from here on only the child signs
  folder = join(world.dataDir, 'signer')
})
afterAll(() => world.end())

async function grow(count = 3): Promise<number> {
  for (let i = 0; i < count; i++)
    await world.node.door.execute(recordMigration, systemCaller(world.workspaceId), { from: i, to: i + 1 })
  // The node's own sequencer is at it too: wait until nothing is on its way any more.
  const waiting = () => world.asSuperuser('select 1 from log_pending limit 1')
  while ((await waiting()).length > 0) await world.node.sequencer.sequenceOnce(world.workspaceId)
  const [head] = await world.asSuperuser<{ size: string }>(
    'select size from log_head where workspace_id = $1',
    [world.workspaceId],
  )
  return Number(head?.size)
}

function runSigner(
  step: string | null,
  when: 'before' | 'after' = 'before',
  action: DyingSignerTask['action'] = 'sign',
): Promise<NodeJS.Signals | number | null> {
  const task: DyingSignerTask = {
    targets: world.targets,
    folder,
    workspaceId: world.workspaceId,
    action,
    step,
    when,
  }
  const child = spawn(process.execPath, [CHILD, JSON.stringify(task)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return new Promise(resolve => child.on('exit', (code, signal) => resolve(signal ?? code)))
}

function remembered(): { note: string; size: number } {
  const state = JSON.parse(readFileSync(join(folder, world.workspaceId, '1', 'state.json'), 'utf8'))
  const { size, root } = readUnverifiedCheckpoint(state.note)
  const frontier = Frontier.fromBytes(fromBase64(state.frontier))
  expect({ size: frontier.size, root: frontier.root() }).toEqual({ size, root })
  return { note: state.note, size }
}

const published = async () =>
  (
    await world.asSuperuser<{ size: string; note: string }>(
      'select size, note from log_checkpoint where workspace_id = $1 order by size',
      [world.workspaceId],
    )
  ).map(row => ({ size: Number(row.size), note: row.note }))

test('a signer killed before or after any step signs the same again, and nothing it ever signed contradicts', async () => {
  const notes = new Map<number, string>()
  const see = ({ size, note }: { size: number; note: string }) => {
    if (notes.has(size)) expect(note).toBe(notes.get(size))
    notes.set(size, note)
  }
  for (const step of STEPS)
    for (const when of ['before', 'after'] as const) {
      const before = remembered()
      const size = await grow()
      expect(await runSigner(step, when), `${when} ${step}`).toBe('SIGKILL')
      const left = remembered()
      see(left)
      expect([before.size, size]).toContain(left.size)
      if (['fsync_folder', 'release', 'publish'].includes(step)) expect(left.size).toBe(size)
      for (const row of await published()) see(row)
      expect(await runSigner(null)).toBe(0)
      expect(remembered().size).toBe(size)
      see(remembered())
      expect((await published()).at(-1)).toEqual(remembered())
    }
  const report = await verifyLedger({
    databases: world.node.databases,
    workspaceId: world.workspaceId,
    signerFolder: folder,
  })
  expect(report.findings).toEqual([])
}, 120_000)

test('a change of the key survives a death at any step: every head has the signature of the key in force', async () => {
  const files = join(folder, world.workspaceId, '1')
  const read = (name: string) => JSON.parse(readFileSync(join(files, name), 'utf8'))
  const { origin } = readUnverifiedCheckpoint(remembered().note)
  const isSignedBy = async (vkey: string) =>
    (await verifyCheckpoint(remembered().note, { origin, trustedVkeys: [vkey] })).verdict === 'ok'
  // After one step is before the next: only the last needs both.
  const deaths = [
    ...['write', 'fsync', 'rename', 'fsync_folder', 'remove'].map(step => ({
      step,
      when: 'before' as const,
    })),
    { step: 'remove', when: 'after' as const },
  ]
  for (const { step, when } of deaths) {
    const inForce: string = read('key.json').vkey
    if (step !== 'remove') expect(await runSigner(step, when, 'offer-next-key')).toBe('SIGKILL')
    await grow(1)
    expect(await runSigner(null)).toBe(0)
    expect(await isSignedBy(inForce), `${when} ${step}, offered`).toBe(true)
    expect(await runSigner(null, 'before', 'offer-next-key')).toBe(0)
    const { vkey, size } = read('next.json')
    await world.asSuperuser(
      'insert into log_signer (workspace_id, epoch, vkey, from_size) values ($1, 1, $2, $3)',
      [world.workspaceId, vkey, size],
    )
    await grow(1)
    expect(await runSigner(step, when), `${when} ${step}, named`).toBe('SIGKILL')
    expect(await runSigner(null)).toBe(0)
    expect(await isSignedBy(vkey), `${when} ${step}, named`).toBe(true)
    expect(read('key.json').vkey).toBe(vkey)
    expect(existsSync(join(files, 'next.json'))).toBe(false)
  }
  const report = await verifyLedger({
    databases: world.node.databases,
    workspaceId: world.workspaceId,
    signerFolder: folder,
  })
  expect(report.findings).toEqual([])
}, 180_000)

test('a signer folder that came back from a backup catches up with what its key signed since, and sees a fork', async () => {
  const old = join(world.dataDir, 'old-signer')
  cpSync(folder, old, { recursive: true })
  await grow(5)
  expect(await runSigner(null)).toBe(0)
  const size = await grow(2)
  const signer = (place: string) => new LocalSigner({ db: world.node.databases.read, folder: place })
  expect(await signer(old).sign(world.workspaceId)).toMatchObject({ size })

  cpSync(join(world.dataDir, 'signer'), join(world.dataDir, 'older'), { recursive: true })
  await grow(2)
  expect(await runSigner(null)).toBe(0)
  const at = remembered().size
  await grow(2)
  await world.asSuperuser(
    "update log_entry set leaf = convert_to(replace(convert_from(leaf, 'UTF8'), 'schema.migrated', 'schema.migratex'), 'UTF8') where workspace_id = $1 and position = $2",
    [world.workspaceId, at - 1],
  )
  const behind = signer(join(world.dataDir, 'older'))
  for (let again = 0; again < 2; again++)
    await expect(behind.sign(world.workspaceId)).rejects.toMatchObject({ refusal: 'forked' })
  expect(existsSync(join(world.dataDir, 'older', world.workspaceId, '1', 'state.json.new'))).toBe(false)
  const { vkey } = JSON.parse(readFileSync(join(folder, world.workspaceId, '1', 'key.json'), 'utf8'))
  const { origin } = readUnverifiedCheckpoint(remembered().note)
  expect(await verifyCheckpoint(remembered().note, { origin, trustedVkeys: [vkey] })).toMatchObject({
    verdict: 'ok',
  })
})
