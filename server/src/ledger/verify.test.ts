import {
  decodeLeaf,
  encodeLeaf,
  generateSigner,
  hashLeaf,
  type Leaf,
  signNote,
  TileBuilder,
} from '@tracedesk/proof/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, TEST_SECRET, type World } from '../../test/support/world.ts'
import { newId } from '../kernel/id.ts'
import { SubjectKeys } from './subject-keys.ts'
import { type LedgerReport, type VerifyOptions, verifyLedger } from './verify.ts'

const TABLES = [
  'log_entry',
  'log_part',
  'log_tile',
  'log_head',
  'log_checkpoint',
  'log_signer',
  'log_counter',
  'log_pending',
  'log_rejected',
  'subject_key',
]

let world: World
let size: number

beforeAll(async () => {
  world = await createWorld()
  const talk = await world.conversation({ name: 'Carla', assignee: world.owner.id })
  for (let i = 0; i < 560; i++)
    await world.owner.do('label.create', { name: `label ${i}`, colour: '#aabbcc' })
  for (let i = 0; i < 12; i++)
    await world.owner.do('note.add', { conversationId: talk.id as never, text: `note ${i}`, scope: 'team' })
  await world.settle()
  // from here on only the tests touch the ledger
  await world.node.sequencer.stop()
  await world.node.checkpoints.stop()
  for (const table of TABLES) await world.asSuperuser(`create table kept_${table} as select * from ${table}`)
  size = await count('log_entry')
})
afterAll(() => world.end())

afterEach(async () => {
  const restore = TABLES.map(table => {
    const overriding = table === 'log_pending' ? 'overriding system value' : ''
    return `insert into ${table} ${overriding} select * from kept_${table}`
  })
  await world.asSuperuser([`truncate ${TABLES.join(', ')}`, ...restore].join('; '))
})

const count = async (table: string) =>
  Number((await world.asSuperuser<{ n: number }>(`select count(*) as n from ${table}`))[0]?.n)

const verify = (options: Partial<VerifyOptions> = {}) =>
  verifyLedger({
    databases: world.node.databases,
    workspaceId: world.workspaceId,
    signerFolder: `${world.dataDir}/signer`,
    secret: TEST_SECRET,
    ...options,
  })

const found = (report: LedgerReport) =>
  report.findings.map(({ verdict, position }) =>
    position === undefined ? verdict : `${verdict} ${position}`,
  )

/** Changes the database as its administrator could, and expects exactly this of the next verification. */
async function expectAfter(
  statement: string,
  expected: string[],
  values: unknown[] = [],
): Promise<LedgerReport> {
  await world.asSuperuser(statement, values)
  const report = await verify()
  expect(found(report)).toEqual(expected)
  expect(report.verdict).toBe(expected[0]?.split(' ')[0])
  return report
}

const changeByte = (at: number) =>
  `update log_entry set leaf = set_byte(leaf, position(convert_to('"nonce":"', 'UTF8') in leaf) + 9, case get_byte(leaf, position(convert_to('"nonce":"', 'UTF8') in leaf) + 9) when 48 then 49 else 48 end) where position = ${at}`

const copyOf100To = (at: number) =>
  `insert into log_entry select workspace_id, gen_random_uuid(), ${at}, at, recorded_at, event, version, outcome, reach, actor_kind, actor_id, subject_kind, subject_id, conversation_id, customer_id, bot_id, agent_ids, department_ids, source, leaf from log_entry where position = 100`

test('an untouched ledger is found to be right, parts opened', async () => {
  const report = await verify({ openPartsWith: new SubjectKeys(TEST_SECRET) })
  expect(report.findings).toEqual([])
  expect(report).toMatchObject({ verdict: 'ok', size, checkedEntries: size, findingCount: 0 })
  expect(size).toBeGreaterThan(2 * 256)
  expect(report.checkpoint?.size).toBe(size)
  expect(report.checkedParts).toBe(await count('log_part'))
  expect(report.remarks).toEqual([])
})

describe('leaves', () => {
  test('a changed byte is found at its position', () =>
    expectAfter(changeByte(77), ['leaf_changed 77']).then())
  test('a changed byte in the last leaves, which no tile covers yet, is narrowed down by what was signed', async () => {
    await world.asSuperuser(changeByte(size - 2))
    const report = await verify()
    expect(report.verdict).toBe('leaf_changed')
    const [first] = report.findings
    expect(first?.position).toBeGreaterThanOrEqual(512)
    expect(first?.position).toBeLessThanOrEqual(size - 2)
  })
  test('a leaf that is no leaf is found', async () => {
    const report = await expectAfter(`update log_entry set leaf = 'nonsense' where position = 40`, [
      'leaf_malformed 40',
      'leaf_changed 40',
    ])
    expect(report.findings[0]?.entryId).toMatch(/^[0-9a-f-]{36}$/)
  })
  test('a row that was taken away is found', () =>
    expectAfter('delete from log_entry where position = 300', ['leaf_missing 300']).then())
  test('the last row taken away is found', () =>
    expectAfter(`delete from log_entry where position = ${size - 1}`, [
      `leaf_missing ${size - 1}`,
      'conversation_counter_wrong',
      'part_surplus',
    ]).then())
  test('a row put between others is found', () =>
    expectAfter(copyOf100To(100), ['leaf_duplicate 100']).then())
  test('a row beyond the head is found', () =>
    expectAfter(copyOf100To(size + 3), [`leaf_surplus ${size + 3}`]).then())
  test('two leaves that changed places are found', () =>
    expectAfter('update log_entry set position = 250 - position where position in (120, 130)', [
      'leaf_moved 120',
      'leaf_moved 130',
    ]).then())
})

describe('columns', () => {
  const columns = [
    ['at', `at + interval '1 microsecond'`],
    ['recorded_at', `'infinity'`],
    ['event', `'label.deleted'`],
    ['version', '2'],
    ['outcome', `'refused'`],
    ['reach', `'administration'`],
    ['actor_kind', `'system'`],
    ['actor_id', 'null'],
    ['subject_kind', `'note'`],
    ['subject_id', `'another'`],
    ['conversation_id', 'gen_random_uuid()'],
    ['customer_id', 'gen_random_uuid()'],
    ['bot_id', 'gen_random_uuid()'],
    ['agent_ids', `array[gen_random_uuid()]`],
    ['agent_ids', `'{}'`],
    ['department_ids', `array[gen_random_uuid(), gen_random_uuid()]`],
    ['source', `'import'`],
    ['entry_id', 'gen_random_uuid()'],
  ]
  test.each(columns)('a changed %s (%s) is found', async (column, value) => {
    const report = await expectAfter(`update log_entry set ${column} = ${value} where position = 200`, [
      'column_mismatch 200',
    ])
    expect(report.findings[0]?.detail).toContain(`${column} is `)
  })
})

describe('tree', () => {
  test('a changed tile is found, and told from a changed leaf', () =>
    expectAfter(
      `update log_tile set hashes = set_byte(hashes, 32 * 9, get_byte(hashes, 32 * 9) # 1) where level = 0 and index = 1`,
      ['tile_mismatch 265'],
    ).then())
  test('a missing tile is found', () =>
    expectAfter('delete from log_tile where level = 0 and index = 1', ['tile_missing 256']).then())
  test('a tile beyond the tree is found', () =>
    expectAfter(`insert into log_tile select workspace_id, 0, 7, hashes from log_tile limit 1`, [
      'tile_surplus 1792',
    ]).then())
  test('another root in the head is found', async () => {
    await world.asSuperuser(`update log_head set root = sha256('x')`)
    expect((await verify()).verdict).toBe('head_mismatch')
  })
  test('a head that claims more leaves is found', async () => {
    await world.asSuperuser(`update log_head set size = size + 1`)
    expect(found(await verify())).toContain(`leaf_missing ${size}`)
  })
  test('a tree cut back to an earlier, honest state is found by what was signed and by the signer', async () => {
    await cutBackTo(500)
    const report = await verify()
    expect(report.findings.map(finding => finding.verdict)).toContain('tree_shrunk')
    expect(report.findings.some(finding => finding.detail.startsWith('the signer remembers'))).toBe(true)
    expect(report.findings[0]?.position).toBe(500)
  })
  test('it is found by the signer alone when the checkpoints are taken away as well', async () => {
    await cutBackTo(500)
    await world.asSuperuser('delete from log_checkpoint where size > 500')
    expect(found(await verify()).filter(f => f.startsWith('tree_shrunk'))).toEqual(['tree_shrunk 500'])
  })
  test('a whole history rewritten in database and tiles is found by what was signed', async () => {
    await rewrite(50)
    const report = await verify()
    expect(report.verdict).toBe('checkpoint_mismatch')
    const [first] = report.findings
    expect(first?.position).toBeLessThanOrEqual(50)
    await world.asSuperuser('delete from log_checkpoint')
    expect((await verify()).verdict).toBe('signer_mismatch')
  })
  test('a workspace without a ledger is named', async () => {
    await world.asSuperuser('delete from log_head')
    expect((await verify()).verdict).toBe('ledger_missing')
  })
})

describe('signatures', () => {
  test('a checkpoint signed by another key is found', async () => {
    const { skey, vkey } = await generateSigner(await originOf())
    const newest = await newestNote()
    const note = await signNote(`${newest.split('\n\n')[0]}\n`, [skey])
    await expectAfter(
      'update log_checkpoint set note = $1, vkey = $2 where size = $3',
      ['checkpoint_other_key'],
      [note, vkey, size],
    )
  })
  test('a ledger that names another key is found by the signer', async () => {
    const { vkey } = await generateSigner(await originOf())
    await world.asSuperuser('update log_signer set vkey = $1', [vkey])
    expect(found(await verify())).toContain('signer_other_key')
  })
  test('a signature that does not fit its text is found', () =>
    expectAfter(
      `update log_checkpoint set note = replace(note, E'\\n' || size || E'\\n', E'\\n' || (size - 1) || E'\\n') where size = ${'$1'}`,
      ['checkpoint_bad_signature'],
      [size],
    ).then())
  test('a checkpoint that cannot be read is found', () =>
    expectAfter(
      'update log_checkpoint set note = $1 where size = $2',
      ['checkpoint_malformed'],
      ['nonsense', size],
    ).then())
  test('a checkpoint of another log is found', async () => {
    await world.asSuperuser(`update log_head set origin = 'elsewhere/log'`)
    expect((await verify()).verdict).toBe('checkpoint_wrong_origin')
  })
  test('when the signer’s folder cannot be reached, that is said', async () => {
    const report = await verify({ signerFolder: undefined })
    expect(report.verdict).toBe('ok')
    expect(report.remarks[0]).toContain('not reachable')
  })
})

describe('counters', () => {
  test('a counter that was moved on is found', () =>
    expectAfter('update log_counter set count = count + 1', ['conversation_counter_wrong']).then())
  test('a number left out in a conversation is found even in an honest tree', async () => {
    await reencode('note.added', 3, leaf => ({ ...leaf, counters: { ...leaf.counters, conversation: 9 } }))
    const report = await verify()
    expect(report.findings.map(f => f.verdict)).toContain('conversation_gap')
  })
  test('a node that stopped and lacks a number is found; one that runs is only remarked', async () => {
    await reencode('label.created', 5, leaf => ({ ...leaf, counters: { node: 5000 } }))
    const running = await verify()
    expect(running.findings.map(f => f.verdict)).not.toContain('node_gap')
    expect(running.remarks.join()).toContain('did not say that it stopped')
  })
})

describe('parts', () => {
  const aPart = `(select min(entry_id::text)::uuid from log_part where name = 'text')`
  test('a part that was taken away is found', async () => {
    const report = await expectAfter(`delete from log_part where entry_id = ${aPart}`, [
      `part_missing ${await positionOf(aPart)}`,
    ])
    expect(report.findings[0]?.detail).toContain('text')
  })
  test('a part whose key was destroyed without an entry that says so is missing', async () => {
    const position = await positionOf(aPart)
    await world.asSuperuser(
      `update subject_key set wrapped = null, erased_by = (select entry_id from log_entry where position = 3) where owner = (select owner from log_part where entry_id = ${aPart})`,
    )
    await expectAfter(`delete from log_part where entry_id = ${aPart}`, [`part_missing ${position}`])
  })
  test('a part too many is found', () =>
    expectAfter(
      `insert into log_part select workspace_id, gen_random_uuid(), name, at, owner, sealed from log_part where entry_id = ${aPart}`,
      ['part_surplus'],
    ).then())
  test('a part under another owner is found', async () => {
    const position = await positionOf(aPart)
    await expectAfter(`update log_part set owner = 'customer:nobody' where entry_id = ${aPart}`, [
      `part_missing ${position}`,
      `part_surplus ${position}`,
    ])
  })
  test('changed content is found when parts are opened', async () => {
    const position = await positionOf(aPart)
    await world.asSuperuser(
      `update log_part set sealed = set_byte(sealed, 50, get_byte(sealed, 50) # 1) where entry_id = ${aPart}`,
    )
    expect((await verify()).verdict).toBe('ok')
    const report = await verify({ openPartsWith: new SubjectKeys(TEST_SECRET) })
    expect(found(report)).toEqual([`part_mismatch ${position}`])
  })
})

describe('entries on their way', () => {
  const pend = (mac: string, age = '0 s') =>
    world.asSuperuser(
      `insert into log_pending (workspace_id, entry_id, at, recorded_at, event, version, outcome, reach, actor_kind, actor_id, subject_kind, subject_id, agent_ids, department_ids, source, leaf, mac)
       select workspace_id, $1, at, now() - $2::interval, event, version, outcome, reach, actor_kind, actor_id, subject_kind, subject_id, agent_ids, department_ids, source, leaf, ${mac} from log_entry where position = 30`,
      [newId(), age],
    )
  test('one that this installation did not write is found before it reaches the tree', async () => {
    await pend(`'guessed'`)
    expect(found(await verify())).toEqual(['pending_forged'])
  })
  test('one that was put aside stays reported', async () => {
    await world.asSuperuser(
      `insert into log_rejected (workspace_id, entry_id, cause, leaf, mac) values ($1, $2, 'wrong_mac', 'x', 'y')`,
      [world.workspaceId, newId()],
    )
    expect(found(await verify())).toEqual(['entry_rejected'])
  })
  test('one that nobody sequences is found after a minute', async () => {
    await pend(`'guessed'`, '61 s')
    expect(found(await verify())).toEqual(['pending_forged', 'pending_stuck'])
  })
})

test('a hundred findings are kept, all are counted', async () => {
  await world.asSuperuser('update log_entry set version = 7 where position < 150')
  const report = await verify()
  expect(report.findings).toHaveLength(100)
  expect(report.findingCount).toBe(150)
})

const originOf = async () =>
  (await world.asSuperuser<{ origin: string }>('select origin from log_head'))[0]?.origin ?? ''
const newestNote = async () =>
  (await world.asSuperuser<{ note: string }>('select note from log_checkpoint order by size desc limit 1'))[0]
    ?.note ?? ''
const positionOf = async (entry: string) =>
  Number(
    (
      await world.asSuperuser<{ p: number }>(`select position as p from log_entry where entry_id = ${entry}`)
    )[0]?.p,
  )

/** Cuts the ledger back to a state that it really had. */
async function cutBackTo(to: number): Promise<void> {
  const leaves = await world.asSuperuser<{ leaf: Buffer }>(
    `select leaf from log_entry where position < ${to} order by position`,
  )
  const tree = TileBuilder.start()
  for (const { leaf } of leaves) tree.append(hashLeaf(leaf))
  await world.asSuperuser(
    `delete from log_part where entry_id in (select entry_id from log_entry where position >= ${to})`,
  )
  await world.asSuperuser(`delete from log_entry where position >= ${to}`)
  await world.asSuperuser('delete from log_tile where (index + 1) * 256 > $1', [to])
  await world.asSuperuser('delete from log_counter')
  await world.asSuperuser('update log_head set size = $1, root = $2', [to, Buffer.from(tree.root())])
}

/** Changes the leaf at a position and makes tiles and head agree with it again. */
async function rewrite(at: number): Promise<void> {
  await world.asSuperuser(changeByte(at))
  await rebuild()
}

async function rebuild(): Promise<void> {
  const leaves = await world.asSuperuser<{ leaf: Buffer }>('select leaf from log_entry order by position')
  const tree = TileBuilder.start()
  for (const { leaf } of leaves)
    for (const tile of tree.append(hashLeaf(leaf)))
      await world.asSuperuser('update log_tile set hashes = $1 where level = $2 and index = $3', [
        Buffer.from(tile.hashes),
        tile.level,
        tile.index,
      ])
  await world.asSuperuser('update log_head set root = $1', [Buffer.from(tree.root())])
}

/** Re-encodes the nth leaf of an event with something changed, in a tree rebuilt around it. */
async function reencode(event: string, nth: number, change: (leaf: Leaf) => Leaf): Promise<void> {
  const [row] = await world.asSuperuser<{ position: number; leaf: Buffer }>(
    'select position, leaf from log_entry where event = $1 order by position offset $2 limit 1',
    [event, nth],
  )
  if (!row) throw new Error(`no ${event}`)
  const leaf = encodeLeaf(change(decodeLeaf(row.leaf)))
  await world.asSuperuser('update log_entry set leaf = $1 where position = $2', [
    Buffer.from(leaf),
    row.position,
  ])
  await rebuild()
}
