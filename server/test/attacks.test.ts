import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import {
  formatCheckpoint,
  generateSigner,
  hashLeaf,
  signNote,
  type Tile,
  TileBuilder,
  type TrustFile,
  toBase64,
} from '@tracedesk/proof/node'
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Witness } from '../src/edges/witness/witness.ts'
import { newId } from '../src/kernel/id.ts'
import { SubjectKeys } from '../src/ledger/subject-keys.ts'
import { verifyLedger } from '../src/ledger/verify.ts'
import { AnchorKeeper, noTelegram } from '../src/modules/anchors/index.ts'
import { ATTACKS, type AttackId } from './support/attacks.ts'
import { fillLedger } from './support/fill-ledger.ts'
import { createWorld, TEST_SECRET, type World } from './support/world.ts'

const TABLES = [
  ...['log_entry', 'log_part', 'log_tile', 'log_head', 'log_checkpoint', 'log_signer', 'log_counter'],
  ...['log_pending', 'log_rejected', 'log_anchor', 'log_purge', 'subject_key'],
]

let world: World
let size = 0
let anchored = 0
let witness: Witness
const server = createServer(async (request, response) => {
  const asked = /^\/([0-9a-f]{64})\/checkpoint$/.exec(request.url ?? '')?.[1]
  if (asked) return void response.end(witness.latest(asked) ?? '')
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const { status, body } = await witness.addCheckpoint(Buffer.concat(chunks).toString())
  response.writeHead(status).end(body)
})

const stateFile = () => join(world.dataDir, 'signer', world.workspaceId, '1', 'state.json')
const sql = <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
  world.asSuperuser<Row>(text, values)

beforeAll(async () => {
  world = await createWorld()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const talk = await world.conversation({ name: 'Carla', assignee: world.owner.id })
  for (let i = 0; i < 12; i++)
    await world.owner.do('note.add', { conversationId: talk.id as never, text: `note ${i}`, scope: 'team' })
  await world.settle()
  await fillLedger(world.node, world.workspaceId, 600)
  await world.settle()
  await anchor()
  await world.owner.do('label.create', { name: 'after the anchor', colour: '#aabbcc' })
  await deleteWhilePending()
  await world.settle()
  await world.node.sequencer.stop()
  await world.node.checkpoints.stop()
  for (const table of TABLES) await sql(`create table kept_${table} as select * from ${table}`)
  copyFileSync(stateFile(), join(world.dataDir, 'state.kept'))
  size = Number((await sql<{ n: number }>('select count(*) as n from log_entry'))[0]?.n)
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await world.end()
})
afterEach(async () => {
  await sql(
    [
      `truncate ${TABLES.join(', ')}`,
      ...TABLES.map(
        table =>
          `insert into ${table} ${table === 'log_pending' ? 'overriding system value' : ''} select * from kept_${table}`,
      ),
    ].join('; '),
  )
  copyFileSync(join(world.dataDir, 'state.kept'), stateFile())
  rmSync(join(world.dataDir, 'signer', world.workspaceId, '2'), { recursive: true, force: true })
})

async function anchor(): Promise<void> {
  await world.node.anchors.stop()
  const { keys } = await world.owner.ask('ledger.anchors')
  const { origin } = await world.owner.ask('ledger.state')
  const trust: TrustFile = { origin, keys, witnesses: [] }
  const folder = join(world.dataDir, 'witness')
  witness = await Witness.open({ folder, name: 'w.example', trust: () => [trust] })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await world.owner.do('setting.change', { key: 'anchor.witnesses', value: `${url} ${witness.vkey}` })
  await world.settle()
  const { databases, door, counter, options } = world.node
  const keeper = new AnchorKeeper({
    ...{ databases, door, log: options.log, nodeId: counter.nodeId, allowPrivate: true },
    ...{ workspaces: () => world.node.workspaces(), sendDocument: noTelegram },
  })
  await keeper.anchorDue(world.workspaceId, { now: true })
  anchored = (await world.owner.ask('ledger.anchors')).items[0]?.size ?? 0
  expect(anchored).toBeGreaterThan(600)
}

/** Kept aside: what the two attacks between commit and tree lead to, because they cannot be undone. */
const pendingVerdicts: string[] = []

/** In a world of its own: entries are deleted before they are sequenced, and the node stops in order. */
async function deleteWhilePending(): Promise<void> {
  const other = await createWorld()
  const own = (text: string) => other.asSuperuser(text)
  try {
    const talk = await other.conversation({ name: 'Bo', assignee: other.owner.id })
    await other.settle()
    await other.node.sequencer.stop()
    const note = (text: string) =>
      other.owner.do('note.add', { conversationId: talk.id as never, text, scope: 'team' })
    await note('this one is to vanish')
    await own(
      "delete from log_part where entry_id in (select entry_id from log_pending where event = 'note.added')",
    )
    await own("delete from log_pending where event = 'note.added'")
    await note('this one stays')
    await other.owner.do('label.create', { name: 'vanishes as well', colour: '#aabbcc' })
    await own("delete from log_pending where event = 'label.created'")
    await other.node.stop()
    other.nodes.length = 0 // it cannot be stopped twice
    const reader = other.addNode()
    const report = await verifyLedger({ databases: reader.databases, workspaceId: other.workspaceId })
    pendingVerdicts.push(...new Set(report.findings.map(({ verdict }) => verdict)))
  } finally {
    await other.end()
  }
}

const nonceAt = `position(convert_to('"nonce":"', 'UTF8') in leaf) + 9`
const changeByte = (at: number) =>
  sql(
    `update log_entry set leaf = set_byte(leaf, ${nonceAt}, case get_byte(leaf, ${nonceAt}) when 48 then 49 else 48 end) where position = ${at}`,
  )
const copyOf100To = (at: number) =>
  sql(
    `insert into log_entry select workspace_id, gen_random_uuid(), ${at}, at, recorded_at, event, version, outcome, reach, actor_kind, actor_id, subject_kind, subject_id, conversation_id, customer_id, bot_id, agent_ids, department_ids, source, leaf from log_entry where position = 100`,
  )
const aPart = `(select min(entry_id::text)::uuid from log_part where name = 'text')`
const originOf = async () => (await sql<{ origin: string }>('select origin from log_head'))[0]?.origin ?? ''
const newestText = async () =>
  `${(await sql<{ note: string }>('select note from log_checkpoint order by size desc limit 1'))[0]?.note.split('\n\n')[0]}\n`
const forgePending = (mac: string) =>
  sql(
    `insert into log_pending (workspace_id, entry_id, at, recorded_at, event, version, outcome, reach, actor_kind, actor_id, subject_kind, subject_id, agent_ids, department_ids, source, leaf, mac)
     select workspace_id, $1, at, now(), event, version, outcome, reach, actor_kind, actor_id, subject_kind, subject_id, agent_ids, department_ids, source, leaf, ${mac} from log_entry where position = 30`,
    [newId()],
  )

async function leavesUpTo(to = Number.MAX_SAFE_INTEGER): Promise<Buffer[]> {
  const rows = await sql<{ leaf: Buffer }>(
    `select leaf from log_entry where position < ${to} order by position`,
  )
  return rows.map(({ leaf }) => leaf)
}

/** Cuts the ledger back to a state that it really had. */
async function cutBackTo(to: number): Promise<void> {
  const tree = TileBuilder.start()
  for (const leaf of await leavesUpTo(to)) tree.append(hashLeaf(leaf))
  await sql(`delete from log_part where entry_id in (select entry_id from log_entry where position >= ${to})`)
  await sql(`delete from log_entry where position >= ${to}`)
  await sql('delete from log_tile where (index + 1) * 256 > $1', [to])
  await sql('update log_head set size = $1, root = $2', [to, Buffer.from(tree.root())])
}

/** Changes the leaf at a position and makes tiles, head and (with a key) every signed head agree with it again. */
async function rewrite(at: number, signAnew: boolean): Promise<void> {
  await changeByte(at)
  const { skey } = JSON.parse(readFileSync(stateFile().replace('state.json', 'key.json'), 'utf8'))
  const notes = await sql<{ size: string }>('select size from log_checkpoint')
  const sizes = new Set(signAnew ? notes.map(note => Number(note.size)) : [])
  const [origin, tree, full] = [await originOf(), TileBuilder.start(), [] as Tile[]]
  const sign = async () => signNote(formatCheckpoint({ origin, size: tree.size, root: tree.root() }), [skey])
  for (const leaf of await leavesUpTo()) {
    full.push(...tree.append(hashLeaf(leaf)))
    if (sizes.has(tree.size))
      await sql('update log_checkpoint set note = $1 where size = $2', [await sign(), tree.size])
  }
  for (const { level, index, hashes } of full)
    await sql('update log_tile set hashes = $1 where level = $2 and index = $3', [hashes, level, index])
  await sql('update log_head set root = $1', [Buffer.from(tree.root())])
  if (signAnew)
    writeFileSync(
      stateFile(),
      JSON.stringify({ frontier: toBase64(tree.frontier().toBytes()), note: await sign() }),
    )
}

const replaceNewest = async (note: string, vkey?: string) => {
  await sql(
    'update log_checkpoint set note = $1, vkey = coalesce($2, vkey) where size = (select max(size) from log_checkpoint)',
    [note, vkey ?? null],
  )
}
const forgeNote = async (origin: string) => {
  const { skey, vkey } = await generateSigner(origin)
  return { note: await signNote(await newestText(), [skey]), vkey }
}

type Done = Exclude<
  AttackId,
  'pending_delete' | 'pending_delete_node' | 'tile' | 'tile_delete' | 'tile_plant'
>
const DO: Record<Done, () => Promise<unknown>> = {
  edit: () => changeByte(77),
  delete: () => sql('delete from log_entry where position = 300'),
  insert: () => copyOf100To(100),
  append: () => copyOf100To(size + 3),
  swap: () => sql('update log_entry set position = 350 - position where position in (120, 230)'),
  nonsense: () => sql(`update log_entry set leaf = 'nonsense' where position = 40`),
  column: () => sql(`update log_entry set actor_id = gen_random_uuid() where position = 200`),
  truncate: () => cutBackTo(500),
  roll_back: async () => {
    await cutBackTo(500)
    await sql('delete from log_checkpoint where size > 500')
    await sql('delete from log_anchor')
  },
  roll_back_epoch: async () => {
    const folder = join(world.dataDir, 'signer', world.workspaceId, '2')
    mkdirSync(folder, { recursive: true })
    copyFileSync(stateFile(), join(folder, 'state.json'))
    writeFileSync(join(folder, 'key.json'), JSON.stringify(await generateSigner('desk.example/2')))
  },
  epoch: async () => {
    const origin = (await originOf()).replace(/1$/, '2')
    const { vkey } = await generateSigner(origin)
    await sql('update log_head set epoch = 2, origin = $1', [origin])
    await sql('insert into log_signer (workspace_id, epoch, vkey, from_size) values ($1, 2, $2, 400)', [
      world.workspaceId,
      vkey,
    ])
  },
  rewrite: () => rewrite(50, false),
  rewrite_unsigned: async () => {
    await rewrite(50, false)
    await sql('delete from log_checkpoint; delete from log_anchor')
  },
  stolen_key: () => rewrite(50, true),
  stolen_key_hidden: async () => {
    await rewrite(50, true)
    await sql('delete from log_anchor')
  },
  stolen_key_fresh: () => rewrite(size - 1, true),
  witness_behind: async () => {
    await cutBackTo(500)
    await sql('delete from log_checkpoint where size > 500; delete from log_anchor')
    rmSync(stateFile())
  },
  witness_other: async () => {
    await rewrite(50, true)
    await sql('delete from log_anchor')
  },
  head: () => sql(`update log_head set root = sha256('x')`),
  other_key: async () => {
    const { note, vkey } = await forgeNote(await originOf())
    await replaceNewest(note, vkey)
  },
  other_named: async () => {
    const { vkey } = await generateSigner(await originOf())
    await sql('update log_signer set vkey = $1', [vkey])
  },
  other_log: async () => {
    const { skey } = JSON.parse(readFileSync(stateFile().replace('state.json', 'key.json'), 'utf8'))
    const text = (await newestText()).replace(world.workspaceId, newId())
    await replaceNewest(await signNote(text, [skey]))
  },
  bad_signature: () =>
    sql(
      `update log_checkpoint set note = replace(note, E'\\n' || size || E'\\n', E'\\n' || (size - 1) || E'\\n') where size = (select max(size) from log_checkpoint)`,
    ),
  bent_note: () => replaceNewest('nonsense'),
  counter: () => sql('update log_counter set count = count + 1'),
  pending_forge: () => forgePending(`'guessed'`),
  pending_taken: async () => {
    await forgePending(`'guessed'`)
    await world.node.sequencer.sequenceOnce(world.workspaceId)
  },
  part: () => sql(`delete from log_part where entry_id = ${aPart}`),
  part_key: async () => {
    await sql(
      `update subject_key set wrapped = null, erased_at = now(), erased_by = (select entry_id from log_entry where position = 9)
       where owner = (select owner from log_part where entry_id = ${aPart})`,
    )
    await sql(`delete from log_part where entry_id = ${aPart}`)
  },
  part_plant: () =>
    sql(
      `insert into log_part select workspace_id, (select entry_id from log_entry where position = 300), name, at, owner, sealed from log_part where entry_id = ${aPart}`,
    ),
  part_change: () =>
    sql(
      `update log_part set sealed = set_byte(sealed, 50, get_byte(sealed, 50) # 1) where entry_id = ${aPart}`,
    ),
  purge_claim: async () => {
    await sql(
      `insert into log_purge (workspace_id, chunk, part, entry_id, month, positions)
       values ($1, 0, '', gen_random_uuid(), '2026-01-01', set_byte(decode(repeat('00', 8192), 'hex'), 310 / 8, 1 << (310 % 8)))`,
      [world.workspaceId],
    )
    await sql('delete from log_entry where position = 310')
  },
  ledger: () => sql('delete from log_head'),
}

const verify = async () => {
  const report = await verifyLedger({
    databases: world.node.databases,
    workspaceId: world.workspaceId,
    signerFolder: join(world.dataDir, 'signer'),
    secret: TEST_SECRET,
    openPartsWith: new SubjectKeys(TEST_SECRET),
    askWitnesses: { allowPrivate: true },
  })
  return report
}
const verdictOf = (id: AttackId) => ATTACKS.find(attack => attack.id === id)?.verdict

test('without an attack everything is as it should be', async () => {
  const report = await verify()
  expect(report).toMatchObject({ verdict: 'ok', findings: [], size })
  expect(report.remarks).toContain(`the witness w.example has the head of ${anchored} leaves`)
})

test('an entry names who outside confirmed it; the newest that nobody has confirmed yet names nobody', async () => {
  const entryAt = async (position: number) => {
    const rows = await sql<{ id: string }>(
      `select entry_id as id from log_entry where position = ${position}`,
    )
    return (await world.owner.ask('log.entry', { id: rows[0]?.id as never })).proof
  }
  expect(await entryAt(5)).toMatchObject({
    anchors: [{ kind: 'witness', name: 'w.example', size: anchored }],
  })
  expect(await entryAt(size - 1)).toMatchObject({ anchors: [] })
})

const done = ATTACKS.filter((attack): attack is (typeof ATTACKS)[number] & { id: Done } => attack.id in DO)
test.each(done)('$id: $attack → $verdict', async ({ id, verdict }) => {
  await DO[id]()
  const report = await verify()
  const found: string[] = report.findings.map(finding => finding.verdict)
  if (verdict === 'ok') expect(found).toEqual([])
  else expect(found).toContain(verdict)
  expect(report.verdict === 'ok').toBe(verdict === 'ok')
})

test('pending_delete, pending_delete_node: what vanished between commit and tree left holes in both numberings', () => {
  expect(pendingVerdicts).toContain(verdictOf('pending_delete'))
  expect(pendingVerdicts).toContain(verdictOf('pending_delete_node'))
})

describe('tiles, each in turn', () => {
  test('tile, tile_delete: a forged one and a missing one are found where they lie', async () => {
    const tiles = await sql<{ level: number; index: number }>(
      'select level, index from log_tile order by 1, 2',
    )
    expect(tiles.length).toBeGreaterThanOrEqual(2)
    for (const { index } of tiles) {
      const at = Number(index) * 256
      await sql(
        'update log_tile set hashes = set_byte(hashes, 64, get_byte(hashes, 64) # 1) where index = $1',
        [index],
      )
      expect((await verify()).findings).toMatchObject([{ verdict: verdictOf('tile'), position: at + 2 }])
      await sql('delete from log_tile where index = $1', [index])
      expect((await verify()).findings).toMatchObject([{ verdict: verdictOf('tile_delete'), position: at }])
      await sql('insert into log_tile select * from kept_log_tile where index = $1', [index])
    }
  })
  test.each([
    [0, 7],
    [1, 0],
    [1, 3],
    [2, 0],
    [5, 0],
  ])('tile_plant: one of level %i at %i is found', async (level, index) => {
    await sql('insert into log_tile select workspace_id, $1, $2, hashes from log_tile limit 1', [
      level,
      index,
    ])
    const { findings } = await verify()
    expect(findings).toMatchObject([
      { verdict: verdictOf('tile_plant'), position: index * 256 ** (level + 1) },
    ])
  })
})

test('tiles of level 1: a forged and a missing one are found in a ledger that has one', async () => {
  const big = await createWorld()
  try {
    await fillLedger(big.node, big.workspaceId, 66_000)
    await big.settle()
    const run = async () => {
      const options = { databases: big.node.databases, workspaceId: big.workspaceId }
      const { findings } = await verifyLedger(options)
      return findings.map(({ verdict, position }) => [verdict, position])
    }
    expect(await run()).toEqual([])
    const forge =
      'update log_tile set hashes = set_byte(hashes, 96, get_byte(hashes, 96) # 1) where level = 1'
    await big.asSuperuser(forge)
    expect(await run()).toEqual([['tile_mismatch', 3 * 256]])
    await big.asSuperuser('delete from log_tile where level = 1')
    expect(await run()).toEqual([['tile_missing', 0]])
  } finally {
    await big.end()
  }
}, 120_000)
