import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ImportMapping, requestExport } from '@tracedesk/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { createWorld, type World } from '../../../test/support/world.ts'
import { operatorCaller } from '../../command/caller.ts'
import { exportPath } from '../exports/index.ts'
import { readCsvRows } from './csv-rows.ts'
import { type ImportOptions, importFile } from './index.ts'
import { createInstantReader } from './instants.ts'
import type { Row } from './row.ts'
import { openFile, readRows } from './rows.ts'

const LOGS = fileURLToPath(new URL('../../../../../shared/data/eventlogs/', import.meta.url))
const there = existsSync(LOGS)
if (!there) process.stderr.write(`SKIPPED: no event logs at ${LOGS}; their import is not tested.\n`)

let world: World
let folder: string
let files = 0
beforeAll(async () => {
  world = await createWorld()
  folder = mkdtempSync(join(tmpdir(), 'tracedesk-mapped-'))
})
afterAll(async () => {
  await world.end()
  rmSync(folder, { recursive: true, force: true })
})

const write = (text: string | Buffer, ext: string): string => {
  const file = join(folder, `${files++}.${ext}`)
  writeFileSync(file, text)
  return file
}
const mappingOf = (mapping: z.input<typeof ImportMapping>) => ImportMapping.parse(mapping)
const run = (file: string, mapping: ImportMapping, options: Partial<ImportOptions> = {}, where = world) =>
  importFile(where.node, {
    file,
    folder: join(where.dataDir, 'imports'),
    caller: operatorCaller(where.workspaceId),
    mapping,
    ...options,
  })
const rejectsOf = (file: string | null): { line: number; cause: string; detail: string }[] =>
  readFileSync(file ?? '', 'utf8')
    .trim()
    .split('\n')
    .map(each => JSON.parse(each))
async function rowsOf(rows: AsyncIterable<Row>): Promise<Row[]> {
  const all: Row[] = []
  for await (const row of rows) all.push(row)
  return all
}

const TICKETS = mappingOf({
  format: 'csv',
  csv: { delimiter: ';' },
  at: { column: 'When', format: 'DD.MM.YYYY HH:mm', zone: 'Europe/Riga' },
  event: { column: 'What', values: { Asked: 'message.received', Answered: 'message.sent' } },
  conversation: { column: 'Ticket' },
  customer: { column: 'Client' },
  actorKind: { column: 'What', values: { Asked: 'customer', Answered: 'agent', Escalated: 'agent' } },
  actorKey: { column: 'Who' },
  text: { column: 'Words' },
  department: { value: 'Old desk' },
  data: { level: { column: 'Level' } },
})
const HEAD = 'Ticket;When;What;Client;Who;Words;Level\n'

test('rows become entries by their mapping, and those that cannot are named with line and cause', async () => {
  const file = write(
    `${HEAD}T1;05.07.2021 10:00;Asked;ann;ann;"Where is\nmy parcel?";\n` + // lines 2 and 3
      'T1;05.07.2021 10:05;Answered;ann;omar;On its way;\n' +
      'T1;05.07.2021 10:06;Escalated;ann;omar;;second\n' +
      'T1;31.02.2021 10:06;Escalated;ann;omar;;second\n' +
      'T1;;Escalated;ann;omar;;second\n' +
      'T1;05.07.2021 10:06;Escalated;ann;;;second\n' +
      'T1;05.07.2021 10:06;Escalated;ann;omar;;second;and more\n',
    'csv',
  )
  const mapping = mappingOf({ ...TICKETS, data: {} })
  const result = await run(file, mapping)
  expect(result).toMatchObject({ state: 'completed', imported: 3, rejected: 4 })
  expect(rejectsOf(result.rejectsFile)).toEqual([
    { line: 6, cause: 'at_malformed', detail: 'no such day or time' },
    { line: 7, cause: 'value_missing', detail: 'at' },
    { line: 8, cause: 'value_missing', detail: 'actorKey' },
    { line: 9, cause: 'row_malformed', detail: '8 fields under 7 columns' },
  ])
  await world.settle()
  const entries = await world.entries({ event: ['message.received', 'message.sent', 'import.activity'] })
  expect(entries.map(({ event, at, data }) => [event, at, data.activity])).toEqual([
    ['message.received', '2021-07-05T07:00:00.000000Z', undefined],
    ['message.sent', '2021-07-05T07:05:00.000000Z', undefined],
    ['import.activity', '2021-07-05T07:06:00.000000Z', 'activity.escalated'],
  ])
  expect(entries[0]?.parts.text).toEqual({ state: 'open', value: 'Where is\nmy parcel?' })
  expect((await run(file, mapping)).state).toBe('known')
})

test('an import that was interrupted goes on by the mapping it was begun with, and by no other', async () => {
  const lines = Array.from(
    { length: 12_000 },
    (_, i) => `I${i % 50};05.07.2021 10:00;Escalated;client ${i % 50};omar;;${i}`,
  )
  const file = write(`${HEAD}${lines.join('\n')}\n`, 'csv')
  const stop = new AbortController()
  const first = await run(file, TICKETS, { signal: stop.signal, onProgress: () => stop.abort() })
  expect(first.state).toBe('interrupted')
  expect(first.imported).toBeLessThan(12_000)
  await expect(run(file, mappingOf({ ...TICKETS, text: { value: 'x' } }))).rejects.toMatchObject({
    code: 'import.mapping_differs',
  })
  expect(await run(file, TICKETS)).toMatchObject({ state: 'completed', imported: 12_000, rejected: 0 })
})

test('in the console a file is given, previewed, run and stopped; the mapping is kept and recorded', async () => {
  const { owner, node, workspaceId } = world
  const file = write(
    `${HEAD}C1;05.07.2021 10:00;Escalated;ann;omar;;one\nC1;never;Escalated;ann;omar;;one\n`,
    'csv',
  )
  const { createReadStream } = await import('node:fs')
  const uploadId = await node.uploads.keep(workspaceId, 'tickets.csv', createReadStream(file))
  const bare = await owner.ask('import.preview', { uploadId, format: 'csv', delimiter: ';' })
  expect(bare.columns).toEqual(['Ticket', 'When', 'What', 'Client', 'Who', 'Words', 'Level'])
  const preview = await owner.ask('import.preview', {
    uploadId,
    format: 'csv',
    mapping: JSON.stringify(TICKETS),
  })
  expect(preview.rows.map(row => [row.becomes?.event ?? null, row.reject?.cause ?? null])).toEqual([
    ['activity.escalated', null],
    [null, 'at_malformed'],
  ])
  const wrong = { ...TICKETS, at: { ...TICKETS.at, zone: 'Mars/Olympus' } }
  expect(
    (await owner.ask('import.preview', { uploadId, format: 'csv', mapping: JSON.stringify(wrong) })).problem,
  ).toBe('mapping.at.zone: no such time zone')
  await owner.do('import.save_mapping', { name: 'old desk', mapping: TICKETS })
  expect((await owner.ask('import.mappings')).items).toMatchObject([{ name: 'old desk', mapping: TICKETS }])
  const { import: made } = await owner.do('import.run', { uploadId, mapping: TICKETS })
  await expect
    .poll(async () => (await owner.ask('import.list')).items.find(item => item.id === made.id), {
      timeout: 15_000,
    })
    .toMatchObject({ state: 'completed', fileName: 'tickets.csv', imported: 1, rejected: 1 })
  expect((await owner.ask('import.rejects', { id: made.id })).items).toMatchObject([
    { line: 3, cause: 'at_malformed' },
  ])
  await expect(owner.do('import.stop', { id: made.id })).rejects.toMatchObject({ code: 'import.not_running' })
  await world.settle()
  const [saved] = await world.entries({ event: ['import.mapping_saved'] })
  expect(saved).toMatchObject({
    subject: { name: { value: 'old desk' } },
    data: { from: null, format: 'csv' },
  })
  const agent = await world.person('Nosy', 'agent')
  await expect(agent.ask('import.preview', { uploadId, format: 'csv' })).rejects.toMatchObject({
    code: 'permission.denied',
  })
})

test('a stopped import stays stopped until somebody goes on with it', async () => {
  const { owner, node, workspaceId } = world
  const lines = Array.from(
    { length: 30_000 },
    (_, i) => `S${i % 20};05.07.2021 10:00;Escalated;s ${i % 20};omar;;${i}`,
  )
  const file = write(`${HEAD}${lines.join('\n')}\n`, 'csv')
  const { createReadStream } = await import('node:fs')
  const uploadId = await node.uploads.keep(workspaceId, 'many.csv', createReadStream(file))
  const { import: made } = await owner.do('import.run', { uploadId, mapping: TICKETS })
  const state = async () => (await owner.ask('import.list')).items.find(item => item.id === made.id)
  await expect
    .poll(async () => (await state())?.lines ?? 0, { timeout: 15_000, interval: 20 })
    .toBeGreaterThan(0)
  await owner.do('import.stop', { id: made.id })
  const stopped = await state()
  expect(stopped).toMatchObject({ state: 'stopped' })
  await new Promise(resolve => setTimeout(resolve, 500))
  expect(await state()).toEqual(stopped)
  await owner.do('import.resume', { id: made.id })
  await expect.poll(state, { timeout: 30_000 }).toMatchObject({ state: 'completed', imported: 30_000 })
})

test('local time becomes UTC by the rules of its zone, on both sides of a change of clocks', () => {
  const rome = createInstantReader('YYYY/MM/DD HH:mm:ss.SSS', 'Europe/Rome')
  expect(rome('2013/03/31 01:30:00.250')).toBe('2013-03-31T00:30:00.250000Z')
  expect(rome('2013/03/31 03:30:00.250')).toBe('2013-03-31T01:30:00.250000Z')
  expect(createInstantReader('iso', 'Asia/Shanghai')('2020-01-01 08:00')).toBe('2020-01-01T00:00:00.000000Z')
  expect(createInstantReader('iso', 'UTC')('2020-01-01T00:00:00,5-03:30')).toBe('2020-01-01T03:30:00.500000Z')
  expect(createInstantReader('unix_millis', 'UTC')('1589375664123')).toBe('2020-05-13T13:14:24.123000Z')
  expect(() => rome('2013/13/01 00:00:00.000')).toThrow('at_malformed')
})

test('a log that tries to expand entities, or never ends a tag, is refused without being held in memory', async () => {
  const bomb = `<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><log><trace><event><string key="k" value="&b;"/></event></trace></log>`
  expect(await rowsOf(readRows(write(bomb, 'xes'), { format: 'xes' }))).toEqual([
    { number: 1, cause: 'file_malformed', detail: 'a document type is not allowed' },
  ])
  const undefinedEntity = '<log><trace><event><string key="k" value="&b;"/></event></trace></log>'
  expect(await rowsOf(readRows(write(undefinedEntity, 'xes'), { format: 'xes' }))).toMatchObject([
    { cause: 'file_malformed' },
  ])
  const endless = `<log><trace><event><string key="k" value="${'x'.repeat(9_000_000)}`
  expect(await rowsOf(readRows(write(endless, 'xes'), { format: 'xes' }))).toEqual([
    { number: 1, cause: 'file_malformed', detail: 'a tag or text is too long' },
  ])
  const deep = `<log>${'<string key="a" value="b">'.repeat(100)}`
  expect(await rowsOf(readRows(write(deep, 'xes'), { format: 'xes' }))).toMatchObject([
    { detail: 'nested too deeply' },
  ])
})

test('a quote that never closes ends the reading with a cause; another encoding is read as it is told', async () => {
  const rows = await rowsOf(readCsvRows(await openFile(write('a,b\n1,2\n3,"4\n', 'csv')), {}))
  expect(rows).toEqual([
    {
      number: 2,
      values: new Map([
        ['a', '1'],
        ['b', '2'],
      ]),
    },
    { number: 3, cause: 'file_malformed', detail: 'CSV_QUOTE_NOT_CLOSED' },
  ])
  const cyrillic = Buffer.from([0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2]) // "Привет" in windows-1251
  const file = write(Buffer.concat([Buffer.from('a\n'), cyrillic, Buffer.from('\n')]), 'csv')
  expect(await rowsOf(readCsvRows(await openFile(file), { encoding: 'windows-1251' }))).toEqual([
    { number: 2, values: new Map([['a', 'Привет']]) },
  ])
  expect(await rowsOf(readCsvRows(await openFile(file), {}))).toEqual([
    { number: 2, cause: 'not_utf8', detail: '' },
  ])
})

const ITALIAN = mappingOf({
  format: 'csv',
  at: { column: 'Complete Timestamp', format: 'YYYY/MM/DD HH:mm:ss.SSS', zone: 'Europe/Rome' },
  event: { column: 'Activity' },
  conversation: { column: 'Case ID' },
  customer: { column: 'Case ID' },
  actorKey: { column: 'Resource' },
  data: { activity: { column: 'Activity' }, product: { column: 'product' } },
})
const VOLVO = mappingOf({
  format: 'xes',
  at: { column: 'time:timestamp' },
  event: { column: 'concept:name' },
  conversation: { column: 'case:concept:name' },
  customer: { column: 'case:concept:name' },
  actorKey: { column: 'org:resource' },
  data: {
    'concept:name': { column: 'concept:name' },
    'lifecycle:transition': { column: 'lifecycle:transition' },
    impact: { column: 'impact' },
    'resource country': { column: 'resource country' },
  },
})

describe.runIf(there)('real logs', { timeout: 120_000 }, () => {
  test.each([
    [
      'the Italian help desk',
      'helpdesk_italy.csv.gz',
      ITALIAN,
      { cases: 4_580, events: 21_348, agents: 22, activities: 14 },
    ],
    [
      'BPI 2013 closed problems',
      'bpi2013_closed_problems.xes.gz',
      VOLVO,
      { cases: 1_487, events: 6_660, agents: 585, activities: 4 },
    ],
  ] as const)(
    '%s: cases, events and agents are as published, also in the files exported again',
    async (_, name, mapping, published) => {
      const own = await createWorld()
      try {
        await own.node.textIndex.stop()
        const result = await run(join(LOGS, name), mapping, {}, own)
        expect(result).toMatchObject({ state: 'completed', imported: published.events, rejected: 0 })
        await own.settle()
        const [counts] = await own.asSuperuser(
          `select count(*)::int as events, count(distinct conversation_id)::int as cases,
          count(distinct actor_id)::int as agents, count(distinct convert_from(leaf, 'utf8')::jsonb #>> '{data,activity}')::int as activities
        from log_entry where event = 'import.activity'`,
        )
        expect(counts).toEqual(published)
        for (const format of ['xes', 'csv'] as const)
          expect(await countExported(own, format), format).toEqual(published)
        if (mapping === VOLVO)
          expect(await casesOf(await exported(own, 'xes'), 'detail.')).toEqual(
            await casesOf(join(LOGS, name), ''),
          )
      } finally {
        await own.end()
      }
    },
  )
})

/** Exports what was imported and counts the file by our own import's readers. */
async function countExported(own: World, format: 'csv' | 'xes') {
  const sets = { cases: new Set(), agents: new Set(), activities: new Set() }
  let events = 0
  for await (const row of readRows(await exported(own, format), { format })) {
    if ('cause' in row) throw new Error(row.detail)
    const get = (name: string) => row.values.get(name)
    events++
    sets.cases.add(format === 'xes' ? get('case:concept:name') : get('conversationId'))
    sets.agents.add(format === 'xes' ? get('org:resource') : get('actorId'))
    sets.activities.add(format === 'xes' ? get('concept:name') : JSON.parse(get('data') ?? '{}').activity)
  }
  return { events, cases: sets.cases.size, agents: sets.agents.size, activities: sets.activities.size }
}

/** Exports what was imported; the path of the file. */
async function exported(own: World, format: 'csv' | 'xes'): Promise<string> {
  const { export: made } = await own.owner.do(
    'export.request',
    requestExport.input.parse({ format, filter: { event: 'import.activity' } }) as never,
  )
  await own.node.exportKeeper.workOnce()
  await expect
    .poll(async () => (await own.owner.ask('export.get', { id: made.id })).export.state, { timeout: 60_000 })
    .toBe('done')
  return exportPath(own.node.exportPort.folder, own.workspaceId, made.id, format)
}

/** Each case of an XES log as what was done in it, in its order: activity, transition, when, who, and a kept column. */
async function casesOf(file: string, kept: string): Promise<string[]> {
  const cases = new Map<string | undefined, string[]>()
  for await (const row of readRows(file, { format: 'xes' })) {
    if ('cause' in row) throw new Error(row.detail)
    const get = (name: string) => row.values.get(name)
    const steps = cases.get(get('case:concept:name')) ?? []
    const at = Date.parse(get('time:timestamp') ?? '')
    const what = ['concept:name', 'lifecycle:transition', 'org:resource', `${kept}impact`].map(get)
    cases.set(get('case:concept:name'), [...steps, [...what, at].join('|')])
  }
  return [...cases.values()].map(steps => steps.join(' > ')).sort()
}
