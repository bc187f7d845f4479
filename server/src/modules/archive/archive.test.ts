import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CommandInput, CommandName, QueryInput, QueryName, QueryOutput } from '@tracedesk/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readByArrow } from '../../../test/support/read-parquet.ts'
import { createWorld, type Person, type World } from '../../../test/support/world.ts'
import { operatorCaller } from '../../command/caller.ts'
import { verifyLedger } from '../../ledger/verify.ts'
import type { TracedeskNode } from '../../node.ts'
import { openNamedStore } from '../files/index.ts'
import { importFile } from '../imports/index.ts'
import { ArchiveKeeper } from './index.ts'

let world: World
let anna: Person
/** A node with an archive. */
let node: TracedeskNode
/** Works only when it is told to. */
let keeper: ArchiveKeeper
let folder: string
const MAY = '2020-05'
const JUNE = '2020-06'

async function remember(months: readonly string[], count: number, name = months[0]): Promise<void> {
  const lines = months.flatMap(month =>
    Array.from({ length: count }, (_, i) => ({
      at: `${month}-${String(1 + (i % 28)).padStart(2, '0')}T10:${String(i % 60).padStart(2, '0')}:00Z`,
      event: 'message.received',
      conversation: `${month}-${i % Math.ceil(count / 10)}`,
      actor: { kind: 'customer', key: i % 2 ? 'carla' : 'dora', name: i % 2 ? 'Carla' : 'Dora' },
      text: `the parcel of ${name} number ${i}`,
    })),
  )
  const file = join(world.dataDir, `${name}.ndjson`)
  writeFileSync(file, lines.map(line => `${JSON.stringify(line)}\n`).join(''))
  const { state, rejected } = await importFile(world.node, {
    file,
    folder: join(world.dataDir, 'imports'),
    caller: operatorCaller(world.workspaceId),
  })
  expect({ state, rejected }).toEqual({ state: 'completed', rejected: 0 })
}

async function catchUp(): Promise<void> {
  for (let i = 0; i < 26; i++)
    await Promise.all(
      Array.from({ length: 10 }, () =>
        world.owner.do('label.create', { name: `label ${Math.random()}`, colour: '#aabbcc' }),
      ),
    )
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

async function run<N extends CommandName>(name: N, input: CommandInput<N>, person = world.owner) {
  const command = node.commandsByName.get(name)
  if (!command) throw new Error(`no ${name}`)
  return (await node.door.execute(command, await person.caller(), input)) as never
}
async function ask<N extends QueryName>(name: N, input: QueryInput<N>, person = world.owner) {
  const query = node.queriesByName.get(name)
  if (!query) throw new Error(`no ${name}`)
  return (await node.queries.run(query, await person.caller(), input)) as QueryOutput<N>
}
const items = async () => (await ask('archive.list', {})).items
const archiveOf = async (month: string) => (await items()).find(item => item.month === month)
const policy = { enabled: false, afterDays: 0, required: false, withParts: true, lockDays: null }

/** All files of the archive, by path below its folder. */
const filesBelow = (): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))

beforeAll(async () => {
  world = await createWorld()
  await world.node.retentionKeeper.stop()
  folder = mkdtempSync(join(tmpdir(), 'tracedesk-archive-'))
  node = world.addNode(world.dataDir, { archive: await openNamedStore(`file://${folder}`) })
  await node.archiveKeeper.stop()
  keeper = new ArchiveKeeper(node.archivePort)
  anna = await world.person('Anna', 'admin')
  await remember([MAY, JUNE, '2020-07'], 300)
  await catchUp()
})
afterAll(async () => {
  await world.end()
  rmSync(folder, { recursive: true, force: true })
})

describe('a closed month', () => {
  test('is written as bundles, sealed parts and a table, each read back and verified, and the log says so', async () => {
    await run('archive.request', { month: MAY })
    await expect(run('archive.request', { month: MAY })).rejects.toMatchObject({ code: 'archive.open' })
    await keeper.workOnce()
    const found = await archiveOf(MAY)
    expect(found).toMatchObject({ state: 'done', entries: expect.any(Number), files: 4, verdict: 'ok' })
    const names = filesBelow().map(path => path.slice(path.lastIndexOf('/') + 1))
    expect(names.sort()).toEqual([
      'bundle-0001.zip',
      'entries.parquet',
      'manifest.json',
      'parts-0001.ndjson.gz',
    ])
    const [said] = await world.entries({ event: ['archive.written'] as never })
    expect(said?.data).toMatchObject({
      month: MAY,
      entries: found?.entries,
      sha256: found?.sha256,
      files: 4,
      checkpoint: { origin: expect.stringContaining('desk.example/log/'), size: expect.any(Number) },
    })
    const [inLog] = await world.asSuperuser<{ n: number }>(
      `select count(*)::int as n from log_entry where at >= '2020-05-01Z' and at < '2020-06-01Z'`,
    )
    expect(found?.entries).toBe(inLog?.n)
    await expect(run('archive.request', { month: MAY })).rejects.toMatchObject({
      code: 'archive.nothing_new',
    })
    const month = new Date().toISOString().slice(0, 7)
    await expect(run('archive.request', { month })).rejects.toMatchObject({ code: 'archive.month_open' })
  })

  test('has every entry in its table, and nobody’s words in any of its files', async () => {
    const path = filesBelow().find(name => name.endsWith('.parquet')) ?? ''
    const { rows } = await readByArrow(path)
    expect(rows.length).toBe((await archiveOf(MAY))?.entries)
    expect(rows.find(row => row.event === 'message.received')?.text).toBe('[withheld]')
    for (const file of filesBelow()) expect(readFileSync(file).includes('parcel')).toBe(false)
  })

  test('is read in the reader’s scope, each entry proven', async () => {
    const page = await ask('archive.entries', { month: MAY, event: 'message.*', limit: 200 })
    expect(page.items.length).toBe(200)
    expect(new Set(page.items.map(({ proof }) => proof))).toEqual(new Set(['proven']))
    expect(page.items[0]?.entry.parts.text).toMatchObject({
      state: 'open',
      value: expect.stringContaining('parcel'),
    })
    const rest = await ask('archive.entries', {
      month: MAY,
      event: 'message.*',
      limit: 200,
      cursor: page.nextCursor ?? '',
    })
    expect(rest.items.length).toBe(100)
    expect(rest.nextCursor).toBeNull()
    const auditor = await world.person('Aude', 'auditor')
    const seen = await ask('archive.entries', { month: MAY, event: 'message.*' }, auditor)
    expect(seen.items[0]?.entry.parts.text).toEqual({ state: 'withheld' })
    const sam = await world.person('Sam', 'supervisor')
    expect((await ask('archive.entries', { month: MAY }, sam)).items).toEqual([])
    expect((await ask('archive.list', {}, sam)).items[0]?.entries).toBeNull()
    const agent = await world.person('Ada', 'agent')
    await expect(ask('archive.entries', { month: MAY }, agent)).rejects.toMatchObject({
      code: 'permission.denied',
    })
    const [view] = (await world.entries({ event: ['log.viewed'] as never })).filter(({ data }) =>
      JSON.stringify(data).includes(MAY),
    )
    expect(view).toBeDefined()
  })

  test('whose files are changed, cut or gone is named by verification', async () => {
    const archiveId = (await archiveOf(MAY))?.id as never
    const good = (await run('archive.verify', { archiveId })) as { verdict: string }
    expect(good.verdict).toBe('ok')
    for (const [ending, verdict] of [
      ['bundle-0001.zip', 'file_changed'],
      ['parts-0001.ndjson.gz', 'file_changed'],
      ['manifest.json', 'manifest_changed'],
    ] as const) {
      const path = filesBelow().find(name => name.endsWith(ending)) ?? ''
      const bytes = readFileSync(path)
      const changed = Buffer.from(bytes)
      changed[Math.floor(bytes.length / 2)] = (changed[Math.floor(bytes.length / 2)] ?? 0) ^ 1
      writeFileSync(path, changed)
      expect(await run('archive.verify', { archiveId })).toMatchObject({ verdict })
      rmSync(path)
      const gone = ending === 'manifest.json' ? 'manifest_missing' : 'file_missing'
      expect(await run('archive.verify', { archiveId })).toMatchObject({ verdict: gone })
      writeFileSync(path, bytes)
    }
    expect(await archiveOf(MAY)).toMatchObject({ verdict: 'manifest_missing' })
    await run('archive.verify', { archiveId })
    expect(await archiveOf(MAY)).toMatchObject({ verdict: 'ok' })
    const said = await world.entries({ event: ['archive.verified'] as never })
    expect(said.length).toBe(8)
  })
})

describe('the work', () => {
  test('is stopped between two files, and goes on on another node where it was', async () => {
    await run('archive.request', { month: JUNE })
    const archiveId = (await archiveOf(JUNE))?.id as never
    let bundles = 0
    const port = {
      ...node.archivePort,
      writeBundle: async (...given: Parameters<typeof node.archivePort.writeBundle>) => {
        bundles += 1
        await node.archivePort.writeBundle(...given)
        await run('archive.stop', { archiveId })
      },
    }
    await new ArchiveKeeper(port).workOnce()
    expect(await archiveOf(JUNE)).toMatchObject({ state: 'stopped' })
    await run('archive.resume', { archiveId })
    const second = world.addNode(world.dataDir, { archive: await openNamedStore(`file://${folder}`) })
    const counting = {
      ...second.archivePort,
      writeBundle: async (...given: Parameters<typeof node.archivePort.writeBundle>) => {
        bundles += 1
        await second.archivePort.writeBundle(...given)
      },
    }
    await new ArchiveKeeper(counting).workOnce()
    expect(await archiveOf(JUNE)).toMatchObject({ state: 'done' })
    expect(bundles).toBe(1)
  })

  test('what comes back changed does not count, and after some attempts somebody has to look', async () => {
    await run('archive.request', { month: '2020-07' })
    const { archive } = node.archivePort
    if (!archive) throw new Error('no archive')
    const lying = {
      ...archive,
      store: {
        put: archive.store.put.bind(archive.store),
        read: async (key: string, from: number, to: number) => {
          const whole: Buffer[] = []
          for await (const piece of await archive.store.read(key, from, to)) whole.push(Buffer.from(piece))
          const bytes = Buffer.concat(whole)
          bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
          return (async function* () {
            yield bytes
          })()
        },
      },
    }
    for (let attempt = 0; attempt < 5; attempt++) {
      await new ArchiveKeeper({ ...node.archivePort, archive: lying }).workOnce()
      await world.asSuperuser('update archive_progress set held_until = now()')
    }
    expect(await archiveOf('2020-07')).toMatchObject({ state: 'failed', code: 'archive.not_verified' })
    await run('archive.resume', { archiveId: (await archiveOf('2020-07'))?.id as never })
    await keeper.workOnce()
    expect(await archiveOf('2020-07')).toMatchObject({ state: 'done' })
  })

  test('the policy asks for what is due, once, and for what comes later into an archived month', async () => {
    await run('archive.set_policy', { ...policy, enabled: true })
    await keeper.askForDue(world.workspaceId)
    await keeper.workOnce()
    const before = (await items()).length
    await keeper.askForDue(world.workspaceId)
    expect((await items()).length).toBe(before)
    await remember([MAY], 20, 'late')
    await world.settle()
    await keeper.askForDue(world.workspaceId)
    await keeper.workOnce()
    const ofMay = (await items()).filter(({ month }) => month === MAY)
    expect(ofMay.length).toBe(2)
    expect(ofMay[0]?.entries).toBeLessThan(40)
    const page = await ask('archive.entries', { month: MAY, event: 'message.received', limit: 200 })
    const rest = await ask('archive.entries', {
      month: MAY,
      event: 'message.received',
      limit: 200,
      cursor: page.nextCursor ?? '',
    })
    expect(page.items.length + rest.items.length).toBe(320)
  })
})

describe('retention', () => {
  const destroy = async () => {
    const { run: asked } = await world.owner.do('retention.request', {})
    await anna.do('retention.approve', { runId: asked.id })
    await node.retentionKeeper.workOnce()
    await world.settle()
  }

  test('destroys what is archived and leaves what is not, when the policy says so', async () => {
    await run('archive.set_policy', { ...policy, required: true })
    await remember(['2020-08'], 300)
    await catchUp()
    await world.owner.do('retention.set_rule', { what: 'entries', event: 'message.*', days: 365 })
    const preview = await world.owner.ask('retention.preview', {})
    expect(preview.items.map(({ month }) => month)).not.toContain('2020-08')
    expect(preview.unarchived).toBe(300)
    await destroy()
    const left = await world.entries({ event: ['message.received'] as never, to: '2020-12-01T00:00:00Z' })
    expect(left.length).toBe(300)
    expect(left.every(({ at }) => at.startsWith('2020-08'))).toBe(true)
    const [said] = await world.entries({ event: ['retention.applied'] as never })
    expect(said?.data.archiveId).toBe((await items()).find(({ month }) => month === said?.data.month)?.id)
    expect((await verifyLedger({ databases: node.databases, workspaceId: world.workspaceId })).verdict).toBe(
      'ok',
    )
  })

  test('what it destroyed is still read from the archive, with its words and proven', async () => {
    const page = await ask('archive.entries', { month: JUNE, event: 'message.received' })
    expect(page.items[0]?.entry.parts.text).toMatchObject({
      state: 'open',
      value: expect.stringContaining('parcel'),
    })
    expect(page.items[0]?.proof).toBe('proven')
    expect(page.items[0]?.entry.customerName).toMatchObject({ state: 'open' })
  })

  test('a month of which it took the most is archived all the same', async () => {
    await run('archive.set_policy', policy)
    await remember(['2020-09'], 300)
    await catchUp()
    // of each conversation some numbers in the middle stay, and none before, between and after
    for (const [from, to] of [
      ['05', '08'],
      ['15', '18'],
    ])
      await world.owner.do('hold.place', {
        from: `2020-09-${from}T00:00:00Z`,
        to: `2020-09-${to}T00:00:00Z`,
        cause: 'legal',
        reason: 'Order 17',
      })
    await destroy()
    await run('archive.request', { month: '2020-09' })
    await keeper.workOnce()
    for (const { id } of (await world.owner.ask('hold.list', {})).items)
      await world.owner.do('hold.release', { holdId: id, reason: 'settled' })
    expect(await archiveOf('2020-09')).toMatchObject({ state: 'done', verdict: 'ok' })
  })
})

describe('an erased person', () => {
  test('is erased in the archive as well: the key is gone, and no file has to be touched', async () => {
    const before = new Map(filesBelow().map(path => [path, readFileSync(path).toString('base64')]))
    const { items: talks } = await world.owner.ask('conversation.list', {})
    const carla = talks.find(talk => JSON.stringify(talk.customer.name).includes('Carla'))?.customer.id
    const { request } = await world.owner.do('privacy.open_request', {
      kind: 'erasure',
      channel: 'letter',
      customerId: carla as never,
    })
    await run('privacy.request_erasure', { requestId: request.id } as never)
    await run('privacy.erase_subject', { requestId: request.id } as never, anna)
    const seen: { owner: string; state: string | undefined }[] = []
    let cursor: string | undefined
    do {
      const page = await ask('archive.entries', {
        month: JUNE,
        event: 'message.received',
        limit: 200,
        ...(cursor ? { cursor } : {}),
      })
      for (const { entry, proof } of page.items) {
        expect(proof).toBe('proven')
        seen.push({ owner: entry.customerId === carla ? 'carla' : 'other', state: entry.parts.text?.state })
      }
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    expect(new Set(seen.filter(({ owner }) => owner === 'carla').map(({ state }) => state))).toEqual(
      new Set(['erased']),
    )
    expect(new Set(seen.filter(({ owner }) => owner === 'other').map(({ state }) => state))).toEqual(
      new Set(['open']),
    )
    for (const [path, bytes] of before) expect(readFileSync(path).toString('base64')).toBe(bytes)
    const archiveId = (await archiveOf(JUNE))?.id as never
    expect(await run('archive.verify', { archiveId })).toMatchObject({ verdict: 'ok' })
  })
})
