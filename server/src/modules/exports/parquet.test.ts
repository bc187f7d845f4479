import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Entry, Part } from '@tracedesk/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readByArrow } from '../../../test/support/read-parquet.ts'
import { COLUMNS } from './columns.ts'
import { writeParquet } from './parquet.ts'

const BLNS = new URL('../../../../../shared/data/text/blns.json', import.meta.url)
if (!existsSync(BLNS))
  process.stderr.write('SKIPPED: ../shared/data is absent, few hostile texts are in the Parquet file\n')

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tracedesk-parquet-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const uuid = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`
const AT = '2026-03-10T14:03:27.123456Z'

/** An entry in which everything that may be absent is: or, with `text`, nothing is. */
function entryOf(position: number, text: string | null): Entry {
  const part: Part | null = text === null ? null : { state: 'open', value: text }
  const id = text === null ? null : uuid(7)
  return {
    position: text === null ? null : position,
    id: uuid(position),
    at: AT,
    recordedAt: AT,
    event: 'note.added',
    version: 1,
    outcome: 'done',
    actor: { kind: 'agent', id, name: part, role: text === null ? null : 'agent', departments: [] },
    onBehalfOf: id,
    causedBy: id,
    subject: { kind: 'note', id: id as string, name: part },
    conversationId: id,
    customerId: id,
    customerName: part,
    botId: id,
    data: text === null ? {} : { said: text },
    parts: part === null ? {} : { text: part, before: part },
    reason: text === null ? null : { code: 'because', text: null },
    via: { source: 'console', requestId: null, sessionId: null, ip: part, userAgent: null, nodeId: null },
  }
}

async function write(name: string, entries: readonly Entry[], truncated: number | null = null) {
  const path = join(folder, name)
  const writer = await writeParquet(path)
  for (let i = 0; i < entries.length; i += 2_000)
    await writer.write(entries.slice(i, i + 2_000).map(entry => ({ entry, position: entry.position ?? 0 })))
  await writer.finish(truncated)
  await writer.close()
  return readByArrow(path)
}

/** What a reader should get for an entry, from the columns themselves. */
const wanted = (entry: Entry) => Object.fromEntries(COLUMNS.map(({ name, of }) => [name, of(entry)] as const))

test('another reader gets every column with its type, every text as it was written, and nothing where there is nothing', async () => {
  const naughty = existsSync(BLNS) ? (JSON.parse(readFileSync(BLNS, 'utf8')) as string[]) : []
  const texts = [
    '',
    'a\u0000b',
    '\u{1f9d1}\u200d\u{1f680}',
    '\ufeff',
    '=1+1',
    '你好，世界',
    '"\r\n\t\\',
    ...naughty,
  ]
  // the decoder of this test takes a mark at the beginning of a text away
  const kept = texts.filter(text => !text.startsWith('\ufeff'))
  const entries = [...kept, null, 'last'].map((text, i) => entryOf(i, text))
  const { columns, rows, groups } = await write('hostile.parquet', entries)
  const typeOf: Record<string, string> = { position: 'integer', at: 'time UTC', recordedAt: 'time UTC' }
  expect(columns).toEqual(COLUMNS.map(({ name }) => `${name} ${typeOf[name] ?? 'text'}?`))
  expect(rows).toEqual(entries.map(wanted))
  expect(rows.at(-2)).toMatchObject({ position: null, actorName: null, text: null, ip: null, data: '{}' })
  expect(groups).toBe(1)
})

test('a large one is in groups of rows, and is read as one table', async () => {
  const entries = Array.from({ length: 45_000 }, (_, i) => entryOf(i, i % 3 === 0 ? null : `text ${i}`))
  const { rows, groups } = await write('large.parquet', entries)
  expect(groups).toBe(3)
  expect(rows).toHaveLength(entries.length)
  for (const i of [0, 1, 19_999, 20_000, 40_001, 44_999]) expect(rows[i]).toEqual(wanted(entries[i] as Entry))
})

test('without an entry it is a table without rows; cut off, its last row says so', async () => {
  expect(await write('empty.parquet', [])).toMatchObject({ rows: [], columns: { length: COLUMNS.length } })
  const { rows } = await write('cut.parquet', [entryOf(1, 'one')], 1)
  expect(rows.map(row => [row.event, row.data])).toEqual([
    ['note.added', '{"said":"one"}'],
    ['export.truncated', '{"rows":1}'],
  ])
})
