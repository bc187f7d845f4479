import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkReplay } from '../../../test/support/replay.ts'
import { createWorld, type World } from '../../../test/support/world.ts'
import { operatorCaller } from '../../command/caller.ts'
import { verifyLedger } from '../../ledger/verify.ts'
import { type ImportOptions, importFile } from './index.ts'

let world: World
let folder: string
let files = 0

beforeAll(async () => {
  world = await createWorld()
  folder = mkdtempSync(join(tmpdir(), 'tracedesk-import-'))
})
afterAll(async () => {
  await world.end()
  rmSync(folder, { recursive: true, force: true })
})

const MAYA = { kind: 'agent', key: 'maya', name: 'Maya of old' }
const CARLA = { kind: 'customer', key: 'carla', name: 'Carla of old' }

/** A line that is right, but for what is given. */
const line = (rest: object = {}): object => ({
  at: '2020-05-13T13:14:24Z',
  event: 'message.received',
  conversation: 'c-1',
  actor: CARLA,
  text: 'hello',
  ...rest,
})

function writeFile(lines: (object | string | Buffer)[]): string {
  const file = join(folder, `${files++}.ndjson`)
  const bytes = lines.map(each =>
    Buffer.isBuffer(each) ? each : Buffer.from(typeof each === 'string' ? each : JSON.stringify(each)),
  )
  writeFileSync(file, Buffer.concat(bytes.flatMap(each => [each, Buffer.from('\n')])))
  return file
}

const importLines = (lines: (object | string | Buffer)[], options: Partial<ImportOptions> = {}) =>
  importFile(world.node, {
    file: writeFile(lines),
    folder: join(world.dataDir, 'imports'),
    caller: operatorCaller(world.workspaceId),
    ...options,
  })

const rejectsOf = (file: string | null) =>
  readFileSync(file ?? '', 'utf8')
    .trim()
    .split('\n')
    .map(each => JSON.parse(each) as { line: number; cause: string; detail: string })

const conversationOf = async (customer: string) => {
  const { items } = await world.owner.ask('conversation.list', { limit: 200 })
  const found = items.find(item => item.customer.name === customer)
  if (!found) throw new Error(`no conversation of ${customer}`)
  return found
}

const verify = () =>
  verifyLedger({
    databases: world.node.databases,
    workspaceId: world.workspaceId,
    signerFolder: join(world.dataDir, 'signer'),
    openPartsWith: world.node.keys,
  })

test('a conversation of the past opens in the inbox as its lines left it', async () => {
  const result = await importLines([
    line({ event: 'conversation.opened', text: undefined, department: 'Flights' }),
    line({ at: '2020-05-13T13:15:00+02:00', text: 'Wann fliege ich? ✈️' }),
    line({ event: 'conversation.assigned', actor: MAYA, text: undefined, at: '2020-05-13T13:16:00Z' }),
    line({
      event: 'message.sent',
      actor: MAYA,
      text: 'At noon.',
      at: '2020-05-13T13:17:00.123456Z',
      data: { cannedReply: { key: 'noon', edited: false, offered: ['noon', 'bye'] } },
    }),
    line({ event: 'note.added', actor: MAYA, text: 'in a hurry', at: '2020-05-13T13:18:00Z' }),
    line({
      event: 'customer.label_added',
      actor: MAYA,
      text: undefined,
      data: { label: 'Traveller' },
      at: '2020-05-13T13:19:00Z',
    }),
    line({
      event: 'crm.ticket_scored',
      actor: { kind: 'system', key: 'crm' },
      text: undefined,
      data: { score: 7.5 },
      at: '2020-05-13T13:20:00Z',
    }),
    line({
      event: 'conversation.status_changed',
      actor: MAYA,
      text: undefined,
      data: { to: 'resolved' },
      at: '2020-05-13T13:21:00Z',
    }),
  ])
  expect(result).toMatchObject({ state: 'completed', lines: 8, imported: 8, rejected: 0, rejectsFile: null })

  const conversation = await conversationOf('Carla of old')
  expect(conversation).toMatchObject({
    status: 'resolved',
    assignee: { name: 'Maya of old' },
    department: { name: 'Flights' },
    labels: [{ name: 'Traveller' }],
    lastMessage: { direction: 'out', at: '2020-05-13T13:17:00.123456Z' },
  })
  const { items } = await world.owner.ask('conversation.messages', { id: conversation.id })
  expect(items.map(item => [item.at, item.state, item.text])).toEqual([
    ['2020-05-13T11:15:00.000000Z', 'received', { state: 'open', value: 'Wann fliege ich? ✈️' }],
    ['2020-05-13T13:17:00.123456Z', 'delivered', { state: 'open', value: 'At noon.' }],
  ])
})

test('its entries say when it happened, who did it, and that they were imported', async () => {
  const { id } = await conversationOf('Carla of old')
  // that somebody looked at it meanwhile is an entry of its own
  const entries = (await world.entries({ conversation: id })).filter(entry => entry.event !== 'message.read')
  expect(entries).toHaveLength(8)
  const sent = entries.find(entry => entry.event === 'message.sent')
  expect(sent).toMatchObject({
    at: '2020-05-13T13:17:00.123456Z',
    actor: { kind: 'agent', name: { state: 'open', value: 'Maya of old' } },
    data: { cannedReply: { key: 'noon', edited: false, offered: ['noon', 'bye'] } },
    via: { source: 'import' },
  })
  expect(Date.parse(sent?.recordedAt ?? '')).toBeGreaterThan(Date.now() - 60_000)
  const scored = entries.find(entry => entry.event === 'import.activity')
  expect(scored).toMatchObject({
    data: { activity: 'crm.ticket_scored' },
    parts: { detail: { state: 'open', value: '{"score":7.5}' } },
  })
  const started = (await world.entries({ event: ['import.started'] as never })).at(-1)
  expect(entries.every(entry => entry.causedBy === started?.id)).toBe(true)
})

test('agents of the past hold closed seats nobody can sign in to; a mapping gives their work to somebody here', async () => {
  const { items } = await world.owner.ask('agent.list', {})
  expect(items.find(item => item.name === 'Maya of old')).toMatchObject({
    state: 'deactivated',
    role: 'agent',
  })

  await importLines(
    [
      line({
        conversation: 'mapped',
        customer: 'mara',
        event: 'message.sent',
        actor: { kind: 'agent', key: 'omar' },
      }),
    ],
    { agents: new Map([['omar', world.owner.id]]) },
  )
  const [entry] = (await world.entries({ actor: world.owner.id as never })).filter(
    each => each.via.source === 'import',
  )
  expect(entry?.event).toBe('message.sent')
})

describe('bad lines', () => {
  const causes: [string, object | string | Buffer, string][] = [
    ['what is no JSON', '{"at": ', 'not_json'],
    ['words that are no JSON', 'Zelda wrote', 'not_json'],
    ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'not_utf8'],
    ['an unknown member', line({ colour: 'red' }), 'line_malformed'],
    ['a missing member', { ...line(), conversation: undefined }, 'line_malformed'],
    ['a time without a zone', line({ at: '2020-05-13T13:14:24' }), 'line_malformed'],
    ['an event without a dot', line({ event: 'message' }), 'line_malformed'],
    ['a time to come', line({ at: '2099-01-01T00:00:00Z' }), 'at_in_future'],
    ['a time before 1990', line({ at: '1989-12-31T23:59:59Z' }), 'at_too_early'],
    ['a text that is too long', line({ text: 'x'.repeat(16_385) }), 'line_malformed'],
    [
      'a lone surrogate',
      '{"at":"2020-05-13T13:14:24Z","event":"a.b","conversation":"c","actor":{"kind":"system","key":"s"},"text":"\\ud800"}',
      'line_malformed',
    ],
    [
      'data that does not fit',
      line({ event: 'conversation.status_changed', data: { to: 'lost' } }),
      'data_malformed',
    ],
    [
      'facts too large for a leaf',
      line({
        event: 'message.sent',
        actor: MAYA,
        data: {
          cannedReply: {
            key: 'k',
            edited: true,
            offered: Array.from({ length: 60 }, (_, i) => `${i}`.padEnd(100, 'x')),
          },
        },
      }),
      'entry_too_large',
    ],
    ['a line of more than a megabyte', 'x'.repeat(1024 * 1024 + 1), 'line_too_long'],
  ]
  test('are named with number and cause, and cost none of the good ones', async () => {
    const lines = causes.flatMap(([, bad], i) => [bad, line({ conversation: 'good', text: `good ${i}` })])
    const result = await importLines(lines)
    expect(result).toMatchObject({
      lines: 2 * causes.length,
      imported: causes.length,
      rejected: causes.length,
    })
    expect(rejectsOf(result.rejectsFile).map(each => [each.line, each.cause])).toEqual(
      expect.arrayContaining(causes.map(([, , cause], i) => [2 * i + 1, cause])),
    )
    const file = readFileSync(result.rejectsFile ?? '', 'utf8')
    expect(file, 'a rejected line is not repeated').not.toContain('Zelda')
    const completed = (await world.entries({ event: ['import.completed'] as never })).at(-1)
    expect(completed?.data).toEqual({
      lines: 2 * causes.length,
      imported: causes.length,
      repeated: 0,
      rejected: causes.length,
    })
  })
  test('blank lines and a byte order mark are no lines', async () => {
    const result = await importLines([
      Buffer.concat([
        Buffer.from([0xef, 0xbb, 0xbf]),
        Buffer.from(JSON.stringify(line({ text: 'after the mark' }))),
      ]),
      '',
      '   ',
    ])
    expect(result).toMatchObject({ lines: 3, imported: 1, rejected: 0 })
  })
  test('an empty file is an import of nothing', async () => {
    const file = join(folder, 'empty.ndjson')
    writeFileSync(file, '')
    expect(await importLines([], { file })).toMatchObject({ state: 'completed', lines: 0, imported: 0 })
  })
})

test('the same file again adds nothing, under whatever name', async () => {
  const lines = [line({ conversation: 'once', text: 'only once' })]
  expect(await importLines(lines)).toMatchObject({ state: 'completed', imported: 1 })
  expect(await importLines(lines)).toMatchObject({ state: 'known', imported: 0, repeated: 1 })
})

test('a second file goes on with a conversation, also one that somebody has worked on meanwhile', async () => {
  await importLines([line({ conversation: 'long', customer: 'lena', text: 'one' })])
  const { id } = await conversationOf('lena')
  await world.owner.do('note.add', { conversationId: id, text: 'from today', scope: 'team' })
  await importLines([
    line({ conversation: 'long', customer: 'lena', text: 'two', at: '2020-06-01T00:00:00Z' }),
    line({ conversation: 'long', customer: 'lena', text: 'zero', at: '2019-06-01T00:00:00Z' }),
  ])
  expect((await conversationOf('lena')).lastMessage?.at).toBe('2020-06-01T00:00:00.000000Z')
  expect(await world.entries({ conversation: id })).toHaveLength(4)
  // each line stands where it happened, whichever file brought it
  const { items } = await world.owner.ask('conversation.timeline', { id })
  const told = items.map(item => (item.type === 'message' ? item.message.text : item.entry.event))
  const words = (value: string) => ({ state: 'open', value })
  expect(told).toEqual([words('zero'), words('one'), words('two'), 'note.added'])
})

test('work on the same conversations during an import stops neither', async () => {
  await importLines([line({ conversation: 'busy', customer: 'bea', text: 'first' })])
  const { id } = await conversationOf('bea')
  const many = Array.from({ length: 12_000 }, (_, i) =>
    line({ conversation: 'busy', customer: 'bea', text: `${i}`, at: new Date(1.6e12 + i).toISOString() }),
  )
  // after each batch, while the next one is made ready from what the conversation was
  const work: Promise<unknown>[] = []
  const result = await importLines(many, {
    onProgress: () =>
      void work.push(
        world.owner.do('note.add', { conversationId: id, text: `note ${work.length}`, scope: 'team' }),
      ),
  })
  await Promise.all(work)
  const notes = work.length
  expect(result).toMatchObject({ imported: 12_000, rejected: 0 })
  expect(notes).toBeGreaterThan(0)
  const [row] = await world.asSuperuser<{ count: number }>(
    'select count from log_counter where chain_id = $1',
    [id],
  )
  expect(row?.count).toBe(1 + 12_000 + notes)
})

test('a department that is deleted while an import fills it is left by nobody: what goes on lies elsewhere', async () => {
  const old = await world.department('Old flights')
  const resolve = { event: 'conversation.status_changed', text: undefined, data: { to: 'resolved' } }
  const early = { conversation: 'gone-early', customer: 'gail', department: 'Old flights' }
  await importLines([line(early), line({ ...early, ...resolve, department: undefined, actor: MAYA })])
  const before = await conversationOf('gail')
  expect(before).toMatchObject({ status: 'resolved', department: { id: old } })

  // nothing that is open leads there, so it goes, while two batches that have nothing to do with it are taken in
  const others = Array.from({ length: 14_000 }, (_, i) => line({ conversation: `other-${i % 9}` }))
  const late = Array.from({ length: 2_000 }, (_, i) =>
    line({ ...early, conversation: `gone-${i % 9}`, customer: 'gus' }),
  )
  const again = { ...early, department: undefined, event: 'conversation.reopened', text: undefined }
  let deleted: Promise<unknown> | undefined
  const result = await importLines(
    [line({ ...early, ...resolve, actor: MAYA }), ...others, ...late, line({ ...again, actor: MAYA })],
    {
      onProgress: () => {
        deleted ??= world.owner.do('department.delete', { departmentId: old as never })
      },
    },
  )
  await deleted
  expect(result).toMatchObject({ imported: 16_002, rejected: 0 })
  const stranded = await world.asSuperuser(
    "select from conversation where department_id = $1 and status <> 'resolved'",
    [old],
  )
  expect(stranded).toEqual([])
  // the rest found no such department any more and came into a new one of that name
  const [named] = await world.asSuperuser<{ n: number }>(
    `select count(*)::int as n from conversation c join department d using (workspace_id, department_id)
     where d.name = 'Old flights' and d.deleted_at is null and c.status <> 'resolved'`,
  )
  expect(named?.n).toBe(9)
  // what lay there before and goes on says that it left, and why
  const after = await conversationOf('gail')
  expect(after).toMatchObject({ id: before.id, status: 'in_progress', department: null })
  expect((await world.entries({ conversation: after.id })).at(-1)).toMatchObject({
    event: 'conversation.transferred',
    actor: { kind: 'import' },
    data: { from: { departmentId: old }, to: { departmentId: null } },
    reason: { code: 'department_deleted' },
  })
  await checkReplay(world, after.id)
})

test('an interrupted import says so and is gone on with', async () => {
  const lines = Array.from({ length: 11_000 }, (_, i) =>
    line({ conversation: `int-${i % 50}`, customer: 'ina', text: `${i}` }),
  )
  const file = writeFile(lines)
  const stop = new AbortController()
  const broken = await importLines([], { file, signal: stop.signal, onProgress: () => stop.abort() })
  expect(broken.state).toBe('interrupted')
  expect(broken.imported).toBeLessThan(11_000)
  expect(await importLines([], { file })).toMatchObject({ state: 'completed', imported: 11_000 })
})

test('a file that is not there is the caller’s error, and nothing was begun', async () => {
  const before = (await world.entries({ event: ['import.started'] as never })).length
  await expect(importLines([], { file: join(folder, 'none.ndjson') })).rejects.toMatchObject({
    code: 'ENOENT',
  })
  expect((await world.entries({ event: ['import.started'] as never })).length).toBe(before)
  expect(existsSync(join(folder, 'none.ndjson'))).toBe(false)
})

test('nothing of an erased customer is taken in again', async () => {
  await importLines([line({ conversation: 'gone', actor: { kind: 'customer', key: 'greta' } })])
  const { customer } = await conversationOf('greta')
  await world.asSuperuser('update subject_key set wrapped = null where owner = $1', [
    `customer:${customer.id}`,
  ])
  world.node.keys.forget(world.workspaceId, `customer:${customer.id}`)
  const result = await importLines([
    line({ conversation: 'gone', actor: { kind: 'customer', key: 'greta' }, text: 'again' }),
    line({ conversation: 'other', customer: 'olaf', text: 'somebody else' }),
  ])
  expect(result).toMatchObject({ imported: 1, rejected: 1 })
  expect(rejectsOf(result.rejectsFile)).toMatchObject([{ line: 1, cause: 'person_erased' }])
})

test('what still waits for the tree when a file goes on with its conversation stands before it', async () => {
  await importLines([line({ conversation: 'waiting', customer: 'wanda', text: 'one' })])
  const { id } = await conversationOf('wanda')
  await world.settle()
  await world.node.sequencer.stop()
  await world.owner.do('note.add', { conversationId: id, text: 'not in the tree yet', scope: 'team' })
  await importLines([line({ conversation: 'waiting', customer: 'wanda', text: 'two' })])
  const { rows } = await world.node.databases.readPool.query<{ event: string }>(
    'select event from log_entry where conversation_id = $1 order by position',
    [id],
  )
  expect(rows.map(row => row.event)).toEqual(['message.received', 'note.added', 'message.received'])
  expect((await verify()).verdict).toBe('ok')
})

test('after all this the ledger verifies', async () => {
  await world.settle()
  const report = await verify()
  expect(report.findings).toEqual([])
  expect(report.verdict).toBe('ok')
})
