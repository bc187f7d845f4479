import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { operatorCaller } from '../src/command/caller.ts'
import { type EmbeddedDatabase, startEmbedded } from '../src/db/embedded/index.ts'
import { migrate, schemaVersion } from '../src/db/migrate.ts'
import { prepareRoles, targetFromUrl } from '../src/db/roles.ts'
import { startSimulatedTelegram } from '../src/demo/telegram/index.ts'
import { SubjectKeys } from '../src/ledger/subject-keys.ts'
import { verifyLedger } from '../src/ledger/verify.ts'
import { exportPath } from '../src/modules/exports/index.ts'
import { importFile } from '../src/modules/imports/index.ts'
import { Desk, until } from './support/desk.ts'
import { findOlderPostgres } from './support/older-postgres.ts'
import { type Person, TEST_SECRET, World } from './support/world.ts'

// whole clusters are made here, one after the other, on a machine that may be busy
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const IMPORTED = 320

for (const major of [15, 16, 17] as const) {
  const pgBin = findOlderPostgres(major)
  describe.skipIf(pgBin === null)(`PostgreSQL ${major} from elsewhere`, () => {
    let folder: string
    let server: EmbeddedDatabase
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), `tracedesk-pg${major}-`))
      chmodSync(folder, 0o711)
      server = await startEmbedded({ dataDir: join(folder, 'data'), pgBin: pgBin ?? '', durable: false })
    })
    afterAll(async () => {
      await server?.stop()
      rmSync(folder, { recursive: true, force: true })
    })

    test.each([
      ['who may create roles: each part of the desk works as a user of its own', 'createrole', true],
      ['who may not: everything works as that one user', 'nocreaterole', false],
    ] as const)('carries a whole desk for a user %s', async (_, right, separated) => {
      expect(server.major).toBe(major)
      const desk = await openDesk(server, right)
      try {
        expect(desk.world.targets.separated).toBe(separated)
        const talk = await haveDialogue(desk)
        await importHistory(desk.world)
        await expectProof(desk.world)
        const admin = await desk.world.person('Ada', 'admin')
        await exportLog(desk.world)
        await erase(desk, admin, talk.customerId)
        await retain(desk.world, admin)
        await expectProof(desk.world)
      } finally {
        await desk.end()
      }
    })
  })
}

/** A desk on a new database of that server, which a user who is no superuser owns and gives by `DATABASE_URL`. */
async function openDesk(server: EmbeddedDatabase, right: string): Promise<Desk> {
  const name = `desk_${right}`
  const asSuperuser = async (...statements: string[]) => {
    const client = new pg.Client({ ...server.connection, database: 'postgres' })
    await client.connect()
    for (const statement of statements) await client.query(statement)
    await client.end()
  }
  await asSuperuser(
    `create role ${name} login ${right} password 'plain'`,
    `create database ${name} owner ${name}`,
  )
  const { host, port } = server.connection
  const given = targetFromUrl(
    `postgres://${name}:plain@localhost:${port}/${name}?host=${encodeURIComponent(host)}`,
  )
  const targets = await prepareRoles(given, TEST_SECRET, `tracedesk_${right}`)
  expect(await migrate(targets)).toMatchObject({ from: 0, to: schemaVersion() })
  expect(await migrate(targets)).toMatchObject({ from: schemaVersion() })
  const world = new World({
    connection: { ...server.connection, database: name },
    targets,
    drop: async () => {},
  })
  return new Desk(await world.begin(), await startSimulatedTelegram({ limits: false }))
}

async function haveDialogue(desk: Desk): Promise<{ id: string; customerId: string }> {
  desk.addGateway()
  const bot = await desk.connect()
  const user = desk.telegram.createUser({ firstName: 'Carla' })
  user.say(bot, 'where is parcel 4711? 包裹在哪里')
  const talk = await until(async () => (await desk.conversations())[0])
  await desk.send(talk.id, 'on its way')
  expect((await user.waitForReply(bot)).text).toBe('on its way')
  const conversationId = talk.id as never
  await desk.owner.do('note.add', { conversationId, text: 'asked twice' })
  await desk.owner.do('conversation.change_status', { conversationId, status: 'resolved' })
  await until(async () => (await desk.entries('message.delivered')).length === 1)
  const { world } = desk
  while ((await world.node.textIndex.indexOnce(world.workspaceId)) > 0);
  for (const q of ['parcel', '包裹'])
    expect((await desk.owner.ask('log.search', { q })).items, q).toMatchObject([
      { event: 'message.received' },
    ])
  return { id: talk.id, customerId: talk.customer.id }
}

async function importHistory(world: World): Promise<void> {
  const lines = Array.from({ length: IMPORTED }, (_, i) => ({
    at: `2020-05-${String(1 + (i % 28)).padStart(2, '0')}T10:00:00Z`,
    event: 'message.received',
    conversation: `c${i % 20}`,
    actor: { kind: 'customer', key: `k${i % 20}`, name: 'Dora' },
    text: `old words ${i}`,
  }))
  const file = join(world.dataDir, 'history.ndjson')
  writeFileSync(file, lines.map(line => `${JSON.stringify(line)}\n`).join(''))
  const done = await importFile(world.node, {
    file,
    folder: join(world.dataDir, 'imports'),
    caller: operatorCaller(world.workspaceId),
  })
  expect(done).toMatchObject({ state: 'completed', imported: IMPORTED, rejected: 0 })
}

async function expectProof(world: World): Promise<void> {
  await world.settle()
  const report = await verifyLedger({
    databases: world.node.databases,
    workspaceId: world.workspaceId,
    signerFolder: join(world.dataDir, 'signer'),
    secret: TEST_SECRET,
    openPartsWith: new SubjectKeys(TEST_SECRET),
  })
  expect(report).toMatchObject({ verdict: 'ok', findings: [] })
  expect(report.checkedEntries).toBeGreaterThan(IMPORTED)
}

async function exportLog(world: World): Promise<void> {
  const { export: made } = await world.owner.do('export.request', {
    format: 'ndjson',
    filter: { event: ['message.*'] as never },
  })
  const done = await until(async () => {
    const { export: state } = await world.owner.ask('export.get', { id: made.id })
    return state.state === 'waiting' || state.state === 'running' ? null : state
  })
  expect(done).toMatchObject({ state: 'done' })
  const path = exportPath(join(world.dataDir, 'exports'), world.workspaceId, made.id, 'ndjson')
  const rows = readFileSync(path, 'utf8').trimEnd().split('\n')
  expect(rows).toHaveLength(IMPORTED + 3) // what Carla wrote, the answer, and that it was delivered
}

async function erase(desk: Desk, admin: Person, customerId: string): Promise<void> {
  const { request } = await desk.owner.do('privacy.open_request', {
    customerId: customerId as never,
    kind: 'erasure',
    channel: 'email',
  })
  await desk.owner.do('privacy.request_erasure', { requestId: request.id })
  const { erased } = await admin.do('privacy.erase_subject', { requestId: request.id })
  const [said] = await desk.world.entries({
    customer: customerId as never,
    event: 'message.received' as never,
  })
  expect(said?.parts.text).toEqual({ state: 'erased', by: erased.entryId })
}

async function retain(world: World, admin: Person): Promise<void> {
  for (;;) {
    await world.settle()
    await world.node.textIndex.indexOnce(world.workspaceId)
    if ((await world.node.rollup.countOnce(world.workspaceId)) === 0) break
  }
  const rule = { what: 'parts', event: 'message.*', part: 'text', days: 365 } as const
  await world.owner.do('retention.set_rule', rule as never)
  const { run } = await world.owner.do('retention.request', {})
  // the node's own keeper looks every quarter of a minute only
  await world.node.retentionKeeper.stop()
  await admin.do('retention.approve', { runId: run.id })
  await world.addNode().retentionKeeper.workOnce()
  await until(async () =>
    (await world.owner.ask('retention.runs', {})).items.find(
      ({ id, state }) => id === run.id && state === 'done',
    ),
  )
  const old = await world.entries({ to: '2020-12-31T00:00:00Z', event: 'message.received' as never })
  expect(old).toHaveLength(IMPORTED)
  // what lies behind a full tile goes, what the right edge of the tree still needs stays
  const gone = old.filter(({ parts }) => parts.text?.state === 'erased')
  expect(gone.length).toBeGreaterThan(200)
  expect(Math.max(...gone.map(({ position }) => position ?? 0))).toBeLessThan(256)
}
