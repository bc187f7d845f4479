import { writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import en from '../../web/src/i18n/en.json' with { type: 'json' }
import ru from '../../web/src/i18n/ru.json' with { type: 'json' }
import zh from '../../web/src/i18n/zh.json' with { type: 'json' }
import { createHttpServer } from '../src/edges/http/server.ts'
import { instantFromMillis } from '../src/kernel/instant.ts'
import { findRoutable, findSilentConversations } from '../src/modules/conversations/index.ts'
import { REJECT_CAUSES } from '../src/modules/imports/index.ts'
import { createWorld, type World } from './support/world.ts'

const MAPPING = {
  format: 'csv',
  at: { column: 'When' },
  event: { column: 'What', values: { Asked: 'message.received' } },
  conversation: { column: 'Ticket' },
  actorKind: { column: 'What', values: { Asked: 'customer' }, ifEmpty: 'agent' },
  actorKey: { column: 'Who' },
} as const
const ROWS = `Ticket,When,What,Who
T1,2021-07-05T10:00:00Z,Asked,ann
T2,2021-07-06T10:00:00Z,Asked,bob
T2,2021-07-06T10:01:00Z,Asked,bob
T2,never,Asked,bob
T2,2021-07-06T10:02:00Z,Asked,
`

let world: World
let server: FastifyInstance
let url: string
beforeAll(async () => {
  world = await createWorld()
  server = await createHttpServer(world.node, { publicUrl: undefined, webRoot: null })
  url = await server.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(async () => {
  await server?.close()
  await world?.end()
})

const give = (
  body: string | Buffer,
  { token = world.owner.token, type = 'application/octet-stream', query = 'name=tickets.csv' } = {},
) =>
  fetch(`${url}/api/import.upload?${query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': type },
    body: Buffer.from(body),
  })
const codeOf = async (response: Response): Promise<[number, string]> => {
  const { error } = (await response.json()) as { error: { code: string } }
  return [response.status, error.code]
}
async function given(body: string | Buffer): Promise<string> {
  const response = await give(body)
  expect(response.status).toBe(200)
  return ((await response.json()) as { uploadId: string }).uploadId
}
const fileOf = (id: string, token = world.owner.token) =>
  fetch(`${url}/api/import.rejects_file?id=${id}`, { headers: { authorization: `Bearer ${token}` } })

/** The status of an upload that only says how long it is; nothing of that length is sent. */
function announce(bytes: number): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    const asking = request(`${url}/api/import.upload?name=large.csv`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${world.owner.token}`,
        'content-type': 'application/octet-stream',
        'content-length': String(bytes),
      },
    })
    asking.on('response', response => {
      let text = ''
      response.on('data', chunk => {
        text += chunk
      })
      response.on('end', () => {
        asking.destroy()
        resolve([response.statusCode ?? 0, JSON.parse(text).error.code])
      })
    })
    asking.on('error', reject)
    asking.flushHeaders()
  })
}

test('an upload that is too large, of another type, nameless, empty-handed or not allowed is refused', async () => {
  expect(await announce(4 * 1024 ** 3 + 1)).toEqual([413, 'input.too_large'])
  expect(await codeOf(await give(ROWS, { type: 'multipart/form-data; boundary=x' }))).toEqual([
    400,
    'input.invalid',
  ])
  expect(await codeOf(await give(ROWS, { query: '' }))).toEqual([400, 'input.invalid'])
  expect(await codeOf(await give(ROWS, { token: 'of-no-use' }))).toEqual([401, 'session.expired'])
  const agent = await world.person('Nosy', 'agent')
  expect(await codeOf(await give(ROWS, { token: agent.token }))).toEqual([403, 'permission.denied'])
  await world.settle()
  expect(await world.entries({ event: ['permission.refused'] })).toMatchObject([
    { actor: { id: agent.id }, data: { name: 'import.upload', permission: 'import.run' } },
  ])
})

test('a file that is no text is kept, and each of its rows is named as one that cannot be read', async () => {
  const uploadId = await given(Buffer.from([0x50, 0x4b, 3, 4, 0xff, 0xfe, 0x2c, 0x0a, 0xff, 0xfe, 0x0a]))
  const { rows } = await world.owner.ask('import.preview', { uploadId, format: 'csv' })
  expect(rows.map(row => row.reject?.cause)).toEqual(['not_utf8'])
})

test('a dry run counts the whole file and changes nothing', async () => {
  const uploadId = await given(ROWS)
  const before = await world.entries({})
  const found = await world.owner.ask('import.dry_run', { uploadId, mapping: JSON.stringify(MAPPING) })
  expect(found).toMatchObject({
    isWhole: true,
    good: 3,
    rejected: 2,
    conversations: 2,
    customers: 2,
    agents: 0,
    from: '2021-07-05T10:00:00.000000Z',
    to: '2021-07-06T10:01:00.000000Z',
    events: [{ event: 'message.received', count: 3 }],
    causes: [
      { cause: 'at_malformed', count: 1, firstLine: 5 },
      { cause: 'value_missing', count: 1, firstLine: 6 },
    ],
  })
  await world.settle()
  expect((await world.entries({})).length).toBe(before.length)
  expect((await world.owner.ask('import.list')).items).toEqual([])
  await expect(world.owner.ask('import.dry_run', { uploadId, mapping: '{}' })).rejects.toMatchObject({
    code: 'input.invalid',
  })
})

test('the lines that were not taken can be carried away, harmless to a spreadsheet, by whoever may import', async () => {
  const uploadId = await given(ROWS)
  const { import: made } = await world.owner.do('import.run', { uploadId, mapping: MAPPING as never })
  const stateOf = async () =>
    (await world.owner.ask('import.list')).items.find(item => item.id === made.id)?.state
  await expect.poll(stateOf, { timeout: 15_000 }).toBe('completed')
  const response = await fileOf(made.id)
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  expect(response.headers.get('content-disposition')).toContain(`tracedesk-import-${made.id}-rejects.csv`)
  expect(await response.text()).toBe(
    'line,cause,detail\r\n5,at_malformed,iso\r\n6,value_missing,actorKey\r\n',
  )
  const path = join(world.dataDir, 'imports', `${made.id}.rejects.ndjson`)
  writeFileSync(path, '{"line":5,"cause":"at_malformed","detail":"=cmd|\'/C calc\'!A0"}\n{"line":6,"cau')
  expect(await (await fileOf(made.id)).text()).toBe(
    "line,cause,detail\r\n5,at_malformed,'=cmd|'/C calc'!A0\r\n",
  )
  const agent = await world.person('Curious', 'agent')
  expect(await codeOf(await fileOf(made.id, agent.token))).toEqual([403, 'permission.denied'])
  expect(await codeOf(await fileOf('00000000-0000-7000-8000-000000000000'))).toEqual([
    404,
    'import.not_found',
  ])
})

test('what was imported waits in no queue and counts on no board, and is found by bot, customer or name', async () => {
  const ticket = `Q${Date.now()}`
  const uploadId = await given(`Ticket,When,What,Who\n${ticket},2021-07-05T10:00:00Z,Asked,${ticket}\n`)
  const { import: made } = await world.owner.do('import.run', { uploadId, mapping: MAPPING as never })
  const stateOf = async () =>
    (await world.owner.ask('import.list')).items.find(item => item.id === made.id)?.state
  await expect.poll(stateOf, { timeout: 15_000 }).toBe('completed')
  // it is open: its source does not say that anybody answered
  const [found] = (await world.owner.ask('conversation.list', { q: ticket, status: 'in_progress' })).items
  expect(found?.status).toBe('in_progress')
  const own = await world.conversation()
  const board = await world.owner.ask('desk.board')
  const queue = (await world.owner.ask('conversation.list', { status: 'in_progress', limit: 200 })).items
  expect(queue.map(({ id }) => id)).toContain(own.id)
  expect(queue.map(({ id }) => id)).not.toContain(found?.id)
  expect((await world.owner.ask('inbox.counts')).queue).toBe(queue.length)
  expect(board.queues.find(({ id }) => id === null)?.queueLength).toBe(queue.length)
  const counted = await world.owner.ask('desk.board_entries', { figure: 'open', limit: 200 })
  expect(counted.items.map(({ conversation }) => conversation?.id)).toContain(own.id)
  expect(counted.items.map(({ conversation }) => conversation?.id)).not.toContain(found?.id)
  // no rule hands it out, and whoever holds it has all their room
  const ida = await world.person('Ida', 'agent')
  await ida.do('presence.change', { state: 'online' })
  const routable = (await findRoutable(world.node.databases.read, world.workspaceId, 100)).map(
    ({ conversationId }) => conversationId,
  )
  expect(routable).toContain(own.id)
  expect(routable).not.toContain(found?.id)
  await world.owner.do('setting.change', { key: 'conversation.auto_resolve_hours', value: 1 })
  const silent = await findSilentConversations(
    world.node.databases.read,
    world.workspaceId,
    instantFromMillis(Date.now()),
    1_000,
  )
  expect(silent).not.toContain(found?.id)
  const loadOf = async () =>
    (await world.owner.ask('desk.board')).people.find(({ id }) => id === world.owner.id)?.load
  const before = await loadOf()
  await world.owner.do('conversation.assign', {
    conversationId: found?.id as never,
    agentId: world.owner.id as never,
  })
  expect(await loadOf()).toBe(before)
  const ofBot = { bot: found?.bot.id as never, status: 'in_progress' as const, limit: 200 }
  expect((await world.owner.ask('conversation.list', ofBot)).items.map(({ id }) => id)).toContain(found?.id)
})

test('an import whose file is gone goes on with the same file given again, and with no other mapping', async () => {
  const lines = Array.from({ length: 30_000 }, (_, i) => `A${i % 9},2021-07-05T10:00:00Z,Asked,c${i % 9}`)
  const text = `Ticket,When,What,Who\n${lines.join('\n')}\n`
  const first = await given(text)
  const { import: made } = await world.owner.do('import.run', { uploadId: first, mapping: MAPPING as never })
  const run = async () => (await world.owner.ask('import.list')).items.find(item => item.id === made.id)
  await expect
    .poll(async () => (await run())?.lines ?? 0, { timeout: 15_000, interval: 20 })
    .toBeGreaterThan(0)
  await world.owner.do('import.stop', { id: made.id })
  const again = await given(text)
  const asked = { uploadId: again, mapping: MAPPING as never }
  await expect(world.owner.do('import.run', asked)).rejects.toMatchObject({ code: 'import.known' })
  await world.node.uploads.remove(world.workspaceId, first)
  expect(await run()).toMatchObject({ state: 'stopped', hasFile: false })
  const other = { ...MAPPING, conversation: { column: 'Who' } }
  await expect(
    world.owner.do('import.run', { uploadId: again, mapping: other as never }),
  ).rejects.toMatchObject({ code: 'import.mapping_differs' })
  expect((await world.owner.do('import.run', asked)).import.id).toBe(made.id)
  await expect.poll(run, { timeout: 30_000 }).toMatchObject({ state: 'completed', imported: 30_000 })
  await world.settle()
  expect(await world.entries({ event: ['import.resumed'] })).toMatchObject([{ subject: { id: made.id } }])
})

test('each cause for not taking a line has words in each language', () => {
  for (const words of [en, zh, ru])
    expect(Object.keys(words.imports.cause).toSorted()).toEqual([...REJECT_CAUSES].toSorted())
})
