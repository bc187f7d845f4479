import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RULE_IDS } from '@tracedesk/contracts'
import { hashLeaf, inclusionProof, parseCheckpoint, parseNote, verifyInclusion } from '@tracedesk/proof/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type Person, type World } from '../../../test/support/world.ts'
import { operatorCaller } from '../../command/caller.ts'
import { hashReader, readLeavesOrHashes } from '../../ledger/tree-store.ts'
import { type LedgerReport, verifyLedger } from '../../ledger/verify.ts'
import { importFile } from '../imports/index.ts'
import { createApplyRetention, createRequestByRhythm, RetentionKeeper } from './index.ts'

let world: World
let anna: Person
/** Works only when it is told to; the world's own would do the same beside it. */
let keeper: RetentionKeeper
const MAY = '2020-05'

/** Messages of the past: `count` in each month, in conversations of ten, the odd ones Carla's and the even ones Dora's. */
async function remember(months: readonly string[], count: number): Promise<void> {
  const lines = months.flatMap(month =>
    Array.from({ length: count }, (_, i) => ({
      at: `${month}-${String(1 + (i % 28)).padStart(2, '0')}T10:${String(i % 60).padStart(2, '0')}:00Z`,
      event: 'message.received',
      conversation: `${month}-${i % Math.ceil(count / 10)}`,
      actor: { kind: 'customer', key: i % 2 ? 'carla' : 'dora', name: i % 2 ? 'Carla' : 'Dora' },
      text: `the parcel of ${month} number ${i}`,
    })),
  )
  const file = join(world.dataDir, `${months[0]}.ndjson`)
  writeFileSync(file, lines.map(line => `${JSON.stringify(line)}\n`).join(''))
  const { state, rejected } = await importFile(world.node, {
    file,
    folder: join(world.dataDir, 'imports'),
    caller: operatorCaller(world.workspaceId),
  })
  expect({ state, rejected }).toEqual({ state: 'completed', rejected: 0 })
}

/** The tree has full tiles behind what is old, and whoever reads the log in its order has come by. */
async function catchUp(): Promise<void> {
  for (let i = 0; i < 260; i++)
    await world.owner.do('label.create', { name: `label ${Math.random()}`, colour: '#aabbcc' })
  await world.settle()
  for (;;) {
    await world.node.textIndex.indexOnce(world.workspaceId)
    await world.node.rollup.countOnce(world.workspaceId)
    const [at] = await world.asSuperuser<{ behind: boolean }>(
      `select least((select position from log_text_cursor), (select position from log_rollup_cursor), (select max(size) from log_checkpoint))
         < (select size - size % 256 from log_head) as behind`,
    )
    if (!at?.behind) return
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

beforeAll(async () => {
  world = await createWorld()
  await world.node.retentionKeeper.stop()
  keeper = world.addNode().retentionKeeper
  anna = await world.person('Anna', 'admin')
  await remember([MAY, '2020-06', '2020-07'], 300)
  await catchUp()
})
afterAll(() => world.end())

const verify = (): Promise<LedgerReport> =>
  verifyLedger({ databases: world.node.databases, workspaceId: world.workspaceId })
const verdicts = async () => [...new Set((await verify()).findings.map(({ verdict }) => verdict))]
const setRule = (rule: object) => world.owner.do('retention.set_rule', rule as never)
const countIn = async (month: string, table = 'log_entry') =>
  Number(
    (
      await world.asSuperuser<{ n: string }>(
        `select count(*) as n from ${table} where at >= '${month}-01T00:00:00Z' and at < timestamptz '${month}-01T00:00:00Z' + interval '1 month'`,
      )
    )[0]?.n,
  )
const texts = async (month: string) => {
  const found = await world.entries({
    event: ['message.received'] as never,
    from: `${month}-01T00:00:00Z`,
    to: `${month}-28T23:59:59Z`,
  })
  return new Set(found.map(entry => entry.parts.text?.state))
}

/** Asked for by the owner, approved by Anna, and done. */
async function destroy(): Promise<string> {
  const { run } = await world.owner.do('retention.request', {})
  await anna.do('retention.approve', { runId: run.id })
  await keeper.workOnce()
  await world.settle()
  return run.id
}
const runOf = async (id: string) =>
  (await world.owner.ask('retention.runs', {})).items.find(item => item.id === id)
const removeRules = async () => {
  for (const { id } of (await world.owner.ask('retention.rules', {})).items)
    await world.owner.do('retention.delete_rule', { ruleId: id })
}

describe('rules', () => {
  test('the most specific decides, and what the ledger needs cannot be named', async () => {
    await setRule({ what: 'parts', event: '*', days: 365 })
    await setRule({ what: 'parts', event: 'message.*', days: 365 })
    await setRule({ what: 'parts', event: 'message.received', part: 'text', days: null })
    const { items } = await world.owner.ask('retention.rules', {})
    expect(items.map(({ event, days }) => [event, days])).toEqual([
      ['message.received', null],
      ['message.*', 365],
      ['*', 365],
    ])
    const { items: doomed } = await world.owner.ask('retention.preview', {})
    expect(doomed.filter(({ area }) => area === 'message')).toEqual([])
    for (const event of ['ledger.*', 'retention.applied', 'hold.placed', 'message.unheard_of'])
      await expect(setRule({ what: 'entries', event, days: 30 })).rejects.toMatchObject({
        code: 'retention.class_kept',
      })
    await expect(setRule({ what: 'entries', event: '*', part: 'text', days: 30 })).rejects.toMatchObject({
      code: 'input.invalid',
    })
    await removeRules()
    await expect(world.owner.do('retention.request', {})).rejects.toMatchObject({
      code: 'retention.nothing_due',
    })
  })
})

describe('texts go, facts stay', () => {
  test('nobody destroys alone, and who may not manage cannot even look', async () => {
    await setRule({ what: 'parts', event: 'message.*', part: 'text', days: 365 })
    const { run } = await world.owner.do('retention.request', { reason: 'yearly' })
    await expect(world.owner.do('retention.approve', { runId: run.id })).rejects.toMatchObject({
      code: 'retention.second_person_needed',
    })
    await expect(world.owner.do('retention.request', {})).rejects.toMatchObject({
      code: 'retention.run_open',
    })
    expect((await runOf(run.id))?.mayApprove).toBe(false)
    expect((await anna.ask('retention.runs', {})).items[0]?.mayApprove).toBe(true)
    await anna.do('retention.decline', { runId: run.id })
    const sam = await world.person('Sam', 'supervisor')
    await expect(sam.ask('retention.preview', {})).rejects.toMatchObject({ code: 'permission.denied' })
    await expect(sam.do('retention.request', {})).rejects.toMatchObject({ code: 'permission.denied' })
  })

  test('the rule asks in its rhythm, and two persons still decide', async () => {
    const keeper = world.node.retentionKeeper
    const runs = async () => (await world.owner.ask('retention.runs', {})).items
    const before = (await runs()).length
    await keeper.askOnce(world.workspaceId)
    expect(await runs(), 'without a rhythm nobody asks').toHaveLength(before)
    await world.owner.do('setting.change', { key: 'retention.every_days', value: 30 })
    const inAMonth = Date.now() + 31 * 86_400_000
    await Promise.all([
      keeper.askOnce(world.workspaceId, inAMonth),
      world.addNode().retentionKeeper.askOnce(world.workspaceId, inAMonth),
    ])
    const [asked, ...others] = await runs()
    expect(others).toHaveLength(before)
    expect(asked).toMatchObject({ state: 'requested', byRhythm: true, mayApprove: true })
    const about = { runId: asked?.id as never }
    const [said] = await world.entries({ subject: asked?.id ?? '' })
    expect(said).toMatchObject({
      event: 'retention.requested',
      actor: { kind: 'rule', id: RULE_IDS.retention },
    })
    await world.owner.do('retention.approve', about)
    expect((await runs())[0]).toMatchObject({
      state: 'requested',
      requestedBy: world.owner.id,
      byRhythm: false,
      mayApprove: false,
    })
    await expect(world.owner.do('retention.approve', about)).rejects.toMatchObject({
      code: 'retention.second_person_needed',
    })
    expect((await anna.ask('retention.runs', {})).items[0]?.mayApprove).toBe(true)
    await anna.do('retention.decline', about)
    await world.owner.do('setting.change', { key: 'retention.every_days', value: 0 })
  })

  test('a hold keeps what a rule would destroy, and the preview says so', async () => {
    const { hold } = await world.owner.do('hold.place', {
      from: '2020-06-01T00:00:00Z',
      to: '2020-07-01T00:00:00Z',
      cause: 'legal',
      reason: 'Order 17',
    })
    const preview = await world.owner.ask('retention.preview', {})
    expect(preview.items.map(({ month, count }) => [month, count])).toEqual([
      [MAY, 300],
      ['2020-07', 300],
    ])
    expect(preview.held).toMatchObject([{ holdId: hold.id, kind: 'range', entries: 0, parts: 300 }])
    const runId = await destroy()
    expect(await runOf(runId)).toMatchObject({
      state: 'done',
      parts: 600,
      partsGone: 600,
      entriesGone: 0,
      steps: 2,
    })
    expect(await texts(MAY)).toEqual(new Set(['erased']))
    expect(await texts('2020-06')).toEqual(new Set(['open']))
    expect((await verify()).verdict).toBe('ok')
    await world.owner.do('hold.release', { holdId: hold.id, reason: 'settled' })
  })

  test('what went reads as erased by the entry that says so, and is found by no word', async () => {
    const [entry] = await world.entries({ event: ['message.received'] as never, to: `${MAY}-20T00:00:00Z` })
    const [said] = await world.entries({ event: ['retention.applied'] as never })
    expect(entry?.parts.text).toEqual({ state: 'erased', by: said?.id })
    expect(said).toMatchObject({
      actor: { kind: 'rule' },
      data: { what: 'parts', month: MAY, count: 300, partNames: ['text'], held: 0 },
    })
    const inMonth = (month: string) =>
      world.entries({ q: 'parcel', from: `${month}-01T00:00:00Z`, to: `${month}-28T23:00:00Z` })
    expect(await inMonth(MAY)).toEqual([])
    expect((await inMonth('2020-06')).length).toBe(300)
    const report = await verify()
    expect(report.purged).toEqual({ entries: 0, parts: 600 })
    expect(report.remarks.join()).toContain('600 parts were destroyed on record')
  })
})

describe('whole entries go, hashes stay', () => {
  test('a step that dies half way leaves nothing half destroyed, and another node goes on', async () => {
    await removeRules()
    await setRule({ what: 'entries', event: '*', days: 365 })
    await setRule({ what: 'entries', event: 'customer.*', days: null })
    const before = await countIn(MAY)
    const { run } = await world.owner.do('retention.request', {})
    const { databases, door, options } = world.node
    const parts = { databases, door, log: options.log, workspaces: () => world.node.workspaces() }
    await anna.do('retention.approve', { runId: run.id })
    const dying = new RetentionKeeper({
      ...parts,
      request: createRequestByRhythm(async () => ({ archiveId: null, reach: Number.MAX_SAFE_INTEGER })),
      apply: createApplyRetention({
        recountMonth: async () => {},
        archived: async ({ db }) => {
          await db.getExecutor().executeQuery({
            sql: 'select pg_terminate_backend(pg_backend_pid())',
            parameters: [],
            query: { kind: 'RawNode' },
          } as never)
          throw new Error('unreachable')
        },
      }),
    })
    await expect(dying.workOnce()).rejects.toThrow()
    expect(await countIn(MAY)).toBe(before)
    expect(await runOf(run.id)).toMatchObject({ state: 'running', steps: 0 })
    const second = world.addNode()
    await second.retentionKeeper.stepOnce(world.workspaceId, run.id)
    expect(await runOf(run.id)).toMatchObject({ state: 'running', steps: 1 })
    await second.retentionKeeper.workOnce()
    await world.settle()
    expect(await runOf(run.id)).toMatchObject({ state: 'done', steps: 3 })
  })

  test('verification is green and says what went; younger entries are proven as before', async () => {
    const report = await verify()
    expect(report).toMatchObject({ verdict: 'ok', findings: [] })
    expect(report.purged.entries).toBe(900)
    expect(report.checkedEntries).toBe(report.size - report.purged.entries)
    const { read } = world.node.databases
    const note = await read
      .selectFrom('log_checkpoint')
      .select('note')
      .orderBy('size', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()
    const { size, root } = parseCheckpoint(parseNote(note.note).text)
    for (const index of [3, 400, size - 1]) {
      const [leaf] = await readLeavesOrHashes(read, world.workspaceId, index, index + 1)
      const proof = await inclusionProof(index, size, hashReader(read, world.workspaceId, size))
      const leafHash = leaf?.leaf ? hashLeaf(leaf.leaf) : (leaf?.hash ?? new Uint8Array())
      expect(verifyInclusion({ index, size, leafHash, root }, proof)).toBe('ok')
    }
  })

  test('a bundle of evidence over the range closes what is gone', async () => {
    const { bundle } = await world.owner.do('evidence.bundle', { from: `${MAY}-01T00:00:00Z` } as never)
    const [said] = await world.entries({ subject: bundle.id })
    expect(said).toMatchObject({ event: 'evidence.bundled', data: { closed: 900 } })
  })

  test('counts, parts and words went with them; names in force stayed', async () => {
    expect(await countIn(MAY)).toBeLessThan(10)
    expect(await countIn(MAY, 'log_text')).toBeLessThan(10)
    const { count } = await world.owner.ask('log.count', { to: '2020-12-31T00:00:00Z' })
    // each way of counting tells the same of every day
    const apart = await world.asSuperuser(
      `select * from (select (start at time zone 'UTC')::date as day, sum(n) as n from log_rollup_hour group by 1) h
         full join (select start as day, sum(n) as n from log_rollup_plain where unit = 'day' group by 1) d using (day)
         full join (select start as day, sum(n) as n from log_rollup where unit = 'day' group by 1) f using (day)
       where h.n is distinct from d.n or d.n is distinct from f.n`,
    )
    expect(apart).toEqual([])
    expect(count).toBe((await world.entries({ to: '2020-12-31T00:00:00Z' })).length)
    const { items } = await world.owner.ask('conversation.list', {})
    expect(new Set(items.map(item => JSON.stringify(item.customer.name)))).toContain(JSON.stringify('Carla'))
  })
})

describe('what nobody agreed to', () => {
  test('is refused by the database without an entry', async () => {
    const client = await world.node.databases.app.connect()
    try {
      await client.query('begin')
      await client.query(
        "select purge_log_entries($1, $2, '2020-07-01', array[0]::bigint[], array[decode(repeat('ff', 8192), 'hex')], false)",
        [world.workspaceId, world.workspaceId],
      )
      await expect(client.query('commit')).rejects.toMatchObject({ code: 'TD001' })
    } finally {
      client.release()
    }
    await expect(world.node.databases.app.query('delete from log_entry')).rejects.toThrow('permission denied')
    await expect(world.node.databases.app.query('delete from log_purge')).rejects.toThrow('permission denied')
  })

  test('is named by verification: no entry, another list, no list, and what came back', async () => {
    const kept = 'create table kept_purge as select * from log_purge'
    await world.asSuperuser(kept)
    const restore = async () => {
      await world.asSuperuser('delete from log_purge')
      await world.asSuperuser('insert into log_purge select * from kept_purge')
    }
    await world.asSuperuser('update log_purge set entry_id = gen_random_uuid() where part = $1', [''])
    expect(await verdicts()).toEqual(expect.arrayContaining(['purge_unrecorded', 'leaf_missing']))
    expect((await verify()).verdict).toBe('purge_unrecorded')
    await restore()
    await world.asSuperuser("update log_purge set positions = set_bit(positions, 65535, 1) where part = ''")
    expect(await verdicts()).toContain('purge_unrecorded')
    await restore()
    await world.asSuperuser("delete from log_purge where part = ''")
    expect((await verdicts())[0]).toBe('leaf_missing')
    await restore()
    await world.asSuperuser(
      "delete from log_entry where event = 'label.created' and position = (select min(position) from log_entry where event = 'label.created')",
    )
    expect(await verdicts()).toContain('leaf_missing')
  })
})
