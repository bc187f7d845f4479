import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import ru from '../../../../web/src/i18n/ru.json' with { type: 'json' }
import zh from '../../../../web/src/i18n/zh.json' with { type: 'json' }
import { until } from '../../../test/support/desk.ts'
import type { ExportNodeTask } from '../../../test/support/export-node.ts'
import { readByArrow } from '../../../test/support/read-parquet.ts'
import { readZip } from '../../../test/support/read-zip.ts'
import { createWorld, type Person, TEST_SECRET_BYTES, type World } from '../../../test/support/world.ts'
import { findXesFaults } from '../../../test/support/xes-rules.ts'
import { operatorCaller } from '../../command/caller.ts'
import { createHttpServer } from '../../edges/http/server.ts'
import { importFile } from '../imports/index.ts'
import { csvCell } from './csv.ts'
import { ExportKeeper, exportPath } from './index.ts'
import { checkLink, makeLink } from './link.ts'
import { nextRun, previousPeriod } from './rhythm.ts'
import { NOTHING_WRITTEN, type WrittenSoFar, writeExport } from './write-export.ts'

let world: World
let talk: { id: string; customerId: string }
let admin: Person

beforeAll(async () => {
  world = await createWorld()
  admin = await world.person('Ada', 'admin')
  talk = await world.conversation({ name: 'Carla' })
  for (const text of ['=cmd|calc', '+49 30', 'two\nlines, "quoted"', '你好，世界', '<b>&amp;</b> \u0007'])
    await world.owner.do('note.add', { conversationId: talk.id as never, text })
  await world.owner.do('note.add', { conversationId: talk.id as never, text: 'mine', scope: 'private' })
  await world.settle()
})
afterAll(() => world.end())

type Asked = Parameters<typeof world.owner.do<'export.request'>>[1]

/** Asks for an export and waits for its file. */
async function make(asked: Asked, person = world.owner) {
  const { export: made } = await person.do('export.request', asked)
  const done = await until(async () => {
    const state = await person.ask('export.get', { id: made.id })
    return state.export.state === 'waiting' || state.export.state === 'running' ? null : state
  })
  const path = exportPath(join(world.dataDir, 'exports'), world.workspaceId, made.id, asked.format)
  return { id: made.id, path, ...done }
}
const filter = () => ({ conversation: talk.id as never })

describe('what is in the file', () => {
  test('ndjson holds exactly what log.search shows this reader, oldest first, and the manifest fits it', async () => {
    const shown = await world.entries(filter())
    const { path, manifest, export: made } = await make({ format: 'ndjson', filter: filter() })
    const lines = readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(lines).toEqual(shown)
    expect(lines).toHaveLength(6)
    expect(made).toMatchObject({ state: 'done', rows: 6, truncated: false, own: true })
    expect(manifest).toMatchObject({
      rows: 6,
      sha256: made.sha256,
      firstPosition: shown[0]?.position,
      lastPosition: shown.at(-1)?.position,
      filter: { conversation: [talk.id] },
      words: false,
      requestedBy: { kind: 'agent', id: world.owner.id, name: 'Olga Owner' },
    })
    expect(String(manifest?.checkpoint)).toContain('desk.example/log/')
    const entries = await world.entries({ subject: made.id })
    expect(entries.map(entry => entry.event)).toEqual(['export.requested', 'export.completed'])
    expect(entries[1]?.data).toMatchObject({ rows: 6, sha256: made.sha256 })
    expect(manifest?.requestEntry).toBe(entries[0]?.id)
  })

  test('the manifest of a file without rows says what log it was taken from, every value asked for, and that there were words', async () => {
    const conversations = Array.from({ length: 30 }, () => crypto.randomUUID())
    const { manifest, export: made } = await make({
      format: 'ndjson',
      filter: { conversation: conversations as never, q: 'unheard' },
    })
    expect(made).toMatchObject({ rows: 0, words: true })
    expect(manifest).toMatchObject({ rows: 0, words: true, filter: { conversation: conversations } })
    expect(JSON.stringify(manifest)).not.toContain('unheard')
    const size = await until(async () => {
      const { manifest: now } = await world.owner.ask('export.get', { id: made.id })
      return now?.checkpoint ? Number(String(now.checkpoint).split('\n')[1]) : null
    })
    expect(size).toBeGreaterThanOrEqual(Number(manifest?.logSize))
  })

  test('a private note is its author’s alone here as well, and withheld parts hold no word', async () => {
    const texts = async (person: Person, parts: 'open' | 'withheld') => {
      const { path } = await make({ format: 'ndjson', filter: filter(), parts }, person)
      return readFileSync(path, 'utf8')
    }
    expect(await texts(world.owner, 'open')).toContain('"mine"')
    const hers = await texts(admin, 'open')
    expect(hers).not.toContain('"mine"')
    expect(hers).toContain('你好，世界')
    const withheld = await texts(world.owner, 'withheld')
    for (const word of ['你好', 'calc', 'Olga']) expect(withheld).not.toContain(word)
  })

  test('csv is harmless to spreadsheets, and begins with its mark and heads in the reader’s language', async () => {
    const { path } = await make({ format: 'csv', filter: filter(), bom: true, language: 'ru' })
    const text = readFileSync(path, 'utf8')
    expect(text.startsWith('\ufeffПозиция,Запись,Время (UTC)')).toBe(true)
    expect(text).toContain('Событие,Что произошло,')
    expect(text).toContain(`note.added,${ru.eventName.note.added},`)
    const plain = await make({ format: 'csv', filter: filter() })
    expect(readFileSync(plain.path, 'utf8')).toMatch(/^position,.*,event,outcome,/)
    expect(text).toContain(",'=cmd|calc,")
    expect(text).toContain(",'+49 30,")
    expect(text).toContain('"two\nlines, ""quoted"""')
  })

  const BLNS = new URL('../../../../../shared/data/text/blns.json', import.meta.url)
  const XSS = new URL('../../../../../shared/data/badinput/xss-payloads.txt', import.meta.url)
  const payloads = new URL('../../../../../shared/data/badinput/csv-injection-payloads.txt', import.meta.url)
  if (!existsSync(payloads))
    process.stderr.write('SKIPPED: ../shared/data is absent, no real formulas and hostile texts are tried\n')
  test.skipIf(!existsSync(payloads))('no formula of the collected ones survives in a cell', () => {
    const lines = readFileSync(payloads, 'utf8')
      .split('\n')
      .filter(line => line.trim() !== '')
    expect(lines.length).toBeGreaterThan(4)
    // what does not begin like a formula is a text to every spreadsheet
    for (const line of [...lines.filter(each => /^[=+\-@]/.test(each)), '\t=1', ' @x', '＝1+1', '-2'])
      expect(csvCell(line)).toMatch(/^"?'/)
    expect(csvCell('a=b')).toBe('a=b')
  })

  test('xes is one trace a conversation with all of its events, in well-formed XML', async () => {
    const { path, export: made } = await make({ format: 'xes', filter: {} })
    const text = readFileSync(path, 'utf8')
    expect(text.match(/<trace>/g)).toHaveLength(1)
    expect(text.match(/<event>/g)).toHaveLength(made.rows)
    expect(text).toContain('key="text" value="&lt;b&gt;&amp;amp;&lt;/b&gt; \ufffd"')
    expect(text).not.toContain('\u0007')
    expect(text).toContain('<string key="data.scope" value="private"/>')
    expect(text).toContain('<string key="source" value="')
    expect(findXesFaults(text)).toEqual([])
    const ids = [...text.matchAll(/<event>.*?<id key="identity:id" value="([^"]+)"\/>/g)].map(([, id]) => id)
    expect(ids).toEqual((await world.entries()).filter(each => each.conversationId).map(each => each.id))
  })

  test('xes is valid by IEEE 1849 with whatever people write, empty, with parts withheld and cut off', async () => {
    const hostile = await world.conversation({ name: ']]><log xes.version="&quot;' })
    const naughty = existsSync(BLNS) ? (JSON.parse(readFileSync(BLNS, 'utf8')) as string[]) : []
    const xss = existsSync(XSS) ? readFileSync(XSS, 'utf8').split('\n') : []
    const texts = [
      '--><!DOCTYPE a>',
      '"/><trace/>',
      '\u0001\ufffe\r\n\t',
      '\ud83d',
      ...naughty,
      ...xss.slice(0, 1_500),
    ]
    for (let i = 0; i < texts.length; i += 60) {
      const text = texts
        .slice(i, i + 60)
        .join('\n')
        .slice(0, 4_000)
        .toWellFormed()
      await world.owner.do('note.add', { conversationId: hostile.id as never, text })
    }
    await world.settle()
    const asked = { format: 'xes' as const, filter: { conversation: hostile.id as never } }
    const files = {
      hostile: await make(asked),
      withheld: await make({ ...asked, parts: 'withheld' }),
      empty: await make({ format: 'xes', filter: { event: 'csat.*' } }),
    }
    await world.owner.do('setting.change', { key: 'export.max_rows', value: 2 })
    const cut = await make(asked)
    await world.owner.do('setting.change', { key: 'export.max_rows', value: 1_000_000 })
    for (const { path } of [...Object.values(files), cut])
      expect(findXesFaults(readFileSync(path, 'utf8'))).toEqual([])
    expect(files.hostile.export.rows).toBe(Math.ceil(texts.length / 60))
    expect(readFileSync(files.withheld.path, 'utf8')).not.toContain('DOCTYPE')
    expect(files.empty.export.rows).toBe(0)
    expect(readFileSync(cut.path, 'utf8')).toContain('<int key="truncated" value="2"/>')
    const words = readFileSync(files.hostile.path, 'utf8')
    const broken: [string, string, string][] = [
      ['"1849.2016"', '"1849-2016"', 'xes.version is no decimal'],
      ['keys="org:resource"', 'keys="org:role"', 'classifier Resource over org:role, which is not declared'],
      [
        '<extension name="Identity"',
        '<trace/><extension name="Identity"',
        'extension stands too late in log',
      ],
      ['key="position" value="', 'key="position" value="1.', 'value of int position'],
      ['<event><string key="concept:name"', '<event><string key="outcome"', 'outcome twice in event'],
    ]
    for (const [was, is, fault] of broken) expect(findXesFaults(words.replace(was, is))).toContain(fault)
  })

  test('parquet and xlsx hold the same rows', async () => {
    const parquet = await make({ format: 'parquet', filter: filter() })
    const { rows } = await readByArrow(parquet.path)
    expect(rows.map(row => row.text)).toEqual(
      (await world.entries(filter())).map(entry => (entry.parts.text as { value: string }).value),
    )
    expect(rows[0]).toMatchObject({ event: 'note.added', actorName: 'Olga Owner', conversationId: talk.id })
    expect(typeof rows[0]?.position).toBe('number')
    const xlsx = await make({ format: 'xlsx', filter: filter(), language: 'zh' })
    const sheet = (await readZip(xlsx.path)).get('xl/worksheets/sheet1.xml') ?? ''
    expect(sheet.match(/<row>/g)).toHaveLength(7)
    expect(sheet).toContain('>事件<')
    expect(sheet).toContain(`>${zh.eventName.note.added}<`)
    expect(sheet).toContain('>=cmd|calc<')
  })

  test('a file that a limit cut off says so in its last row', async () => {
    await world.owner.do('setting.change', { key: 'export.max_rows', value: 3 })
    const csv = await make({ format: 'csv', filter: filter() })
    expect(csv.export).toMatchObject({ rows: 3, truncated: true })
    expect(readFileSync(csv.path, 'utf8').trimEnd().split('\r\n').at(-1)).toContain('export.truncated')
    const ndjson = await make({ format: 'ndjson', filter: filter() })
    expect(JSON.parse(readFileSync(ndjson.path, 'utf8').trimEnd().split('\n').at(-1) ?? '')).toEqual({
      truncated: { rows: 3 },
    })
    await world.owner.do('setting.change', { key: 'export.max_rows', value: 1_000_000 })
  })
})

describe('who may have it', () => {
  test('agents, supervisors and auditors may not export', async () => {
    for (const role of ['agent', 'supervisor', 'auditor'] as const) {
      const person = await world.person(`Nobody ${role}`, role)
      await expect(person.do('export.request', { format: 'csv', filter: {} })).rejects.toMatchObject({
        code: 'permission.denied',
      })
    }
  })

  test('only who asked downloads it, by session or by a link of ten minutes; each download is an entry', async () => {
    const { id, link, export: made } = await make({ format: 'ndjson', filter: filter() })
    expect((await admin.ask('export.get', { id })).link).toBeNull()
    const server = await createHttpServer(world.node, { publicUrl: undefined, webRoot: null })
    try {
      const get = (url: string, token?: string) =>
        server.inject({ url, headers: token ? { authorization: `Bearer ${token}` } : {} })
      const path = `/api/export.download?id=${id}`
      expect((await get(path)).statusCode).toBe(401)
      expect((await get(path, admin.token)).json().error.code).toBe('export.not_found')
      const own = await get(path, world.owner.token)
      expect([own.statusCode, own.rawPayload.length]).toEqual([200, made.bytes])
      expect((await get(link ?? '')).statusCode).toBe(200)
      expect((await get((link ?? '').replace(id, talk.id))).json().error.code).toBe('export.link_expired')
    } finally {
      await server.close()
    }
    const downloads = await world.entries({ event: 'export.downloaded', subject: id })
    expect(downloads.map(entry => [entry.data.by, entry.actor.id])).toEqual([
      ['session', world.owner.id],
      ['link', world.owner.id],
    ])
  })

  test('a link is over after its time, and stands for nothing but its file', () => {
    const { secret } = world.node.options
    const link = new URLSearchParams(makeLink(secret, 'w', 'e', 0).split('?')[1])
    const read = { workspace: 'w', id: 'e', until: Number(link.get('until')), key: link.get('key') ?? '' }
    expect(checkLink(secret, read, 599_000)).toBe(true)
    expect(checkLink(secret, read, 601_000)).toBe(false)
    expect(checkLink(secret, { ...read, id: 'f' }, 0)).toBe(false)
    expect(checkLink(secret, { ...read, until: read.until + 1 }, 0)).toBe(false)
  })

  test('whoever lost their seat since they asked gets no file', async () => {
    const leaver = await world.person('Lea Leaver', 'admin')
    const { id } = (
      await leaver.do('export.schedule', { format: 'csv', filter: {}, name: 'weekly', every: 'weekly' })
    ).schedule
    await world.owner.do('agent.deactivate', { agentId: leaver.id as never } as never)
    await world.asSuperuser(
      "update export_schedule set next_at = now() - interval '1 second' where schedule_id = $1",
      [id],
    )
    await world.node.exportKeeper.workOnce()
    const failed = await until(async () => (await world.entries({ event: 'export.failed' })).at(-1))
    expect(failed.data).toEqual({ code: 'permission.denied' })
    await world.owner.do('export.unschedule', { id })
  })
})

describe('over time', () => {
  test('a schedule exports the period before, once', async () => {
    const { schedule } = await world.owner.do('export.schedule', {
      format: 'ndjson',
      filter: { event: 'note.*' },
      name: 'nightly',
      every: 'daily',
    })
    await world.asSuperuser(
      "update export_schedule set next_at = now() - interval '1 second' where schedule_id = $1",
      [schedule.id],
    )
    await Promise.all([world.node.exportKeeper.workOnce(), world.node.exportKeeper.workOnce()])
    const requested = (await world.entries({ event: 'export.requested' })).filter(
      entry => entry.data.scheduleId === schedule.id,
    )
    expect(requested).toHaveLength(1)
    const { from, to } = (requested[0]?.data.filter ?? {}) as { from?: string[]; to?: string[] }
    expect(Date.parse(to?.[0] ?? '') - Date.parse(from?.[0] ?? '')).toBe(86_400_000)
    expect((await world.owner.ask('export.schedules')).items).toMatchObject([
      { name: 'nightly', createdBy: 'Olga Owner' },
    ])
    await world.owner.do('export.unschedule', { id: schedule.id })
  })

  test('periods are whole days, weeks from Monday and months', () => {
    const now = '2026-03-01T00:10:00.000000Z' // a Sunday
    expect(previousPeriod('daily', now)).toEqual({
      from: '2026-02-28T00:00:00.000000Z',
      to: '2026-03-01T00:00:00.000000Z',
    })
    expect(previousPeriod('weekly', now)).toEqual({
      from: '2026-02-16T00:00:00.000000Z',
      to: '2026-02-23T00:00:00.000000Z',
    })
    expect(previousPeriod('monthly', now)).toEqual({
      from: '2026-02-01T00:00:00.000000Z',
      to: '2026-03-01T00:00:00.000000Z',
    })
    expect(nextRun('monthly', now)).toBe('2026-04-01T00:05:00.000000Z')
    expect(nextRun('weekly', now)).toBe('2026-03-02T00:05:00.000000Z')
  })

  test('a file whose time is over is removed, on record', async () => {
    const { id, path } = await make({ format: 'csv', filter: filter() })
    expect(existsSync(path)).toBe(true)
    await world.asSuperuser(
      "update export set expires_at = now() - interval '1 second' where export_id = $1",
      [id],
    )
    await world.node.exportKeeper.workOnce()
    expect(existsSync(path)).toBe(false)
    expect((await world.entries({ event: 'export.removed', subject: id })).at(-1)?.data).toEqual({
      cause: 'expired',
    })
    expect((await world.owner.ask('export.get', { id })).export.state).toBe('removed')
  })

  test('one that is cancelled is over and leaves no file', async () => {
    await world.node.exportKeeper.stop()
    const { export: made } = await world.owner.do('export.request', { format: 'csv', filter: {} })
    await world.owner.do('export.cancel', { id: made.id })
    await expect(world.owner.do('export.cancel', { id: made.id })).rejects.toMatchObject({
      code: 'export.over',
    })
    expect((await world.owner.ask('export.get', { id: made.id })).export.state).toBe('cancelled')
    const files = readdirSync(join(world.dataDir, 'exports'), { recursive: true }).map(String)
    expect(files.filter(name => name.includes(made.id))).toEqual([])
  })
})

test('an erasure removes the files in which somebody could be, and leaves the others', async () => {
  world.node.exportKeeper.stop()
  const keeper = new ExportKeeper(world.node.exportPort)
  const other = await world.conversation({ name: 'Otto Other' })
  await world.owner.do('note.add', { conversationId: other.id as never, text: 'of Otto' })
  await world.settle()
  const ask = async (conversation: string) =>
    (await world.owner.do('export.request', { format: 'csv', filter: { conversation } })).export.id
  const ids = [await ask(other.id), await ask(talk.id)]
  await keeper.workOnce()
  const request = await world.owner.do('privacy.open_request', {
    customerId: other.customerId as never,
    kind: 'erasure',
    channel: 'letter',
  })
  await world.owner.do('privacy.request_erasure', { requestId: request.request.id })
  await admin.do('privacy.erase_subject', { requestId: request.request.id })
  const paths = ids.map(id => exportPath(join(world.dataDir, 'exports'), world.workspaceId, id, 'csv'))
  expect(paths.map(path => existsSync(path))).toEqual([false, true])
  expect((await world.owner.ask('export.get', { id: ids[0] as never })).export).toMatchObject({
    state: 'removed',
    code: 'erasure',
  })
})

const PROGRAM = fileURLToPath(new URL('../../../test/support/export-node.ts', import.meta.url))

describe('a long one', () => {
  const ROWS = 6_000
  beforeAll(async () => {
    const file = join(world.dataDir, 'history.ndjson')
    const lines = Array.from({ length: ROWS }, (_, i) =>
      JSON.stringify({
        at: new Date(1_700_000_000_000 + i * 1_000).toISOString(),
        event: i % 2 ? 'message.sent' : 'message.received',
        conversation: `talk ${i % 50}`,
        customer: `customer ${i % 50}`,
        actor: i % 2 ? { kind: 'agent', key: 'a' } : { kind: 'customer', key: `customer ${i % 50}` },
        text: `text ${i}`,
      }),
    )
    writeFileSync(file, `${lines.join('\n')}\n`)
    mkdirSync(join(world.dataDir, 'imports'), { recursive: true })
    await importFile(world.node, {
      file,
      folder: join(world.dataDir, 'imports'),
      caller: operatorCaller(world.workspaceId),
    })
    await world.settle()
    await world.node.exportKeeper.stop() // here we say who writes
  })

  test.each(['csv', 'ndjson'] as const)(
    '%s that broke off goes on where it was, and is the same file',
    async format => {
      const { size } = await world.owner.ask('ledger.state')
      const job = (path: string) => ({
        format,
        options: { bom: false },
        path: join(world.dataDir, path),
        rowsMax: 1_000_000,
        ask: {
          viewer: operatorCaller(world.workspaceId),
          filter: { event: ['message.*'] },
          parts: 'open' as const,
          size,
        },
      })
      const { stream } = world.node.exportPort
      const whole = await writeExport(stream, job('whole'), NOTHING_WRITTEN, async () => {})
      expect(whole.rows).toBe(ROWS)
      let kept: WrittenSoFar = NOTHING_WRITTEN
      const broken = writeExport(
        stream,
        job('broken'),
        NOTHING_WRITTEN,
        async so => {
          if (kept.rows > 0) throw new Error('the node dies')
          kept = so
        },
        0,
      )
      await expect(broken).rejects.toThrow('the node dies')
      expect(kept.rows).toBeLessThan(ROWS)
      const again = await writeExport(stream, job('broken'), kept, async () => {})
      expect(again).toEqual(whole)
    },
  )

  test('files whose server is killed in the middle are finished by another node, byte for byte as without', {
    timeout: 240_000, // a process has to start, on whatever machine this is
  }, async () => {
    const formats = ['ndjson', 'csv', 'xes', 'parquet'] as const
    type Made = { id: string; format: (typeof formats)[number] }
    const askAll = async (): Promise<Made[]> => {
      const made: Made[] = []
      for (const format of formats) {
        const asked = await world.owner.do('export.request', { format, filter: { event: ['message.*'] } })
        made.push({ id: asked.export.id, format })
      }
      return made
    }
    const of = ({ id }: Made) => world.owner.ask('export.get', { id: id as never })
    const fileOf = ({ id, format }: Made) =>
      readFileSync(exportPath(join(world.dataDir, 'exports'), world.workspaceId, id, format))
    const keeper = new ExportKeeper(world.node.exportPort)
    const whole = await askAll()
    await keeper.workOnce()
    const broken = await askAll()
    const task: ExportNodeTask = {
      targets: world.node.options.targets,
      secret: TEST_SECRET_BYTES.toString('hex'),
      dataDir: world.dataDir,
      files: formats.length,
    }
    const child = spawn(process.execPath, [PROGRAM, JSON.stringify(task)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    try {
      for (const each of broken)
        await until(async () => ((await of(each)).export.rows > 0 ? true : null), 180_000)
    } finally {
      child.kill('SIGKILL')
    }
    const hold = (interval: string) =>
      world.asSuperuser<{ id: string; bytes: number }>(
        `update export_progress set held_until = now() + $2::interval where export_id = any($1::uuid[])
          returning export_id as id, bytes::float8 as bytes`,
        [broken.map(({ id }) => id), interval],
      )
    await hold('1 hour')
    await keeper.workOnce()
    for (const each of broken) expect((await of(each)).export.state).toBe('running') // it could still be alive
    const left = new Map((await hold('-1 second')).map(({ id, bytes }) => [id, bytes]))
    await keeper.workOnce()
    for (const [i, each] of broken.entries()) {
      const same = whole[i] as Made
      expect((left.get(each.id) ?? 0) > 0, each.format).toBe(each.format !== 'parquet')
      const [first, second] = [await of(same), await of(each)]
      expect(second.export).toMatchObject({ state: 'done', rows: ROWS, sha256: first.export.sha256 })
      const { firstPosition, lastPosition } = first.manifest ?? {}
      expect(second.manifest).toMatchObject({ rows: ROWS, firstPosition, lastPosition, truncated: false })
      const file = fileOf(each)
      expect(file.equals(fileOf(same)), each.format).toBe(true)
      expect(createHash('sha256').update(file).digest('hex')).toBe(second.manifest?.sha256)
      if (each.format === 'xes') expect(findXesFaults(file.toString('utf8'))).toEqual([])
      expect((await world.entries({ subject: each.id })).map(entry => entry.event)).toEqual([
        'export.requested',
        'export.completed',
      ])
    }
  })
})
