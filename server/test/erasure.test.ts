import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import type { CommandInput, Entry } from '@tracedesk/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operatorCaller } from '../src/command/caller.ts'
import { createSamplePng } from '../src/demo/telegram/image.ts'
import { createLog } from '../src/kernel/log.ts'
import { verifyLedger } from '../src/ledger/verify.ts'
import { ArchiveKeeper } from '../src/modules/archive/index.ts'
import { exportPath } from '../src/modules/exports/index.ts'
import { openNamedStore } from '../src/modules/files/index.ts'
import { importFile } from '../src/modules/imports/index.ts'
import type { TracedeskNode } from '../src/node.ts'
import { createDesk, type Desk, until } from './support/desk.ts'
import { dumpFiles, dumpTables, isNamedIn } from './support/dump.ts'
import { readZip } from './support/read-zip.ts'
import { WebReceiver } from './support/receivers.ts'
import { type Person, TEST_SECRET } from './support/world.ts'

/** Made up so that no word of the schema, the catalogue or the demo holds them. */
const NAME = 'Zulmira Quexabe'
const SECOND = 'Zulmira Vyxnor'
const WORDS = ['plomvax', 'grunzidorn', 'kvetchule']
const MONTH = '2020-05'

let desk: Desk
let bot: Awaited<ReturnType<Desk['connect']>>
let other: Awaited<ReturnType<Desk['connect']>>
let admin: Person
let archiveFolder: string
let archiveNode: TracedeskNode
let receiver: WebReceiver
let numbers: number[] = []
/** Every line the server logged, at the level that says most. */
const told: string[] = []
const accounts: string[] = []
let conversations: string[] = []

beforeAll(async () => {
  desk = await createDesk({
    log: createLog('trace', { write: line => void told.push(line) }),
    allowPrivateTargets: true,
    streamTiming: { firstPauseMs: 20, longestPauseMs: 60, lookMs: 25, leaseMs: 3_000 },
  })
  desk.addGateway()
  bot = await desk.connect()
  other = await desk.connect('Second desk')
  admin = await desk.world.person('Ada Admin', 'admin')
  archiveFolder = mkdtempSync(join(tmpdir(), 'tracedesk-erasure-'))
  archiveNode = desk.world.addNode(desk.world.dataDir, {
    archive: await openNamedStore(`file://${archiveFolder}`),
  })
  await archiveNode.archiveKeeper.stop()
  archiveNode.privacyKeeper.start()
  receiver = await new WebReceiver().listen()
  receiver.answer = () => 400
})
afterAll(async () => {
  receiver?.close()
  await desk?.end()
  rmSync(archiveFolder, { recursive: true, force: true })
})

const inDesk = <N extends Parameters<Person['do']>[0]>(name: N, input: unknown) =>
  desk.owner.do(name, input as CommandInput<N>)

async function makeExport(format: 'ndjson' | 'csv'): Promise<string> {
  const { export: made } = await desk.owner.do('export.request', {
    format,
    filter: {},
    parts: 'open',
  } as never)
  await until(async () => (await desk.owner.ask('export.get', { id: made.id })).export.state === 'done')
  return exportPath(join(desk.world.dataDir, 'exports'), desk.world.workspaceId, made.id, format)
}

/** Every file of the installation, packed ones opened: DATA_DIR, and the archive beside it. */
async function* everyFile(): AsyncGenerator<{ file: string; bytes: Buffer }> {
  for (const folder of [desk.world.dataDir, archiveFolder])
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const file = join(entry.parentPath, entry.name)
      const bytes = readFileSync(file)
      yield { file, bytes }
      if (file.endsWith('.gz')) yield { file, bytes: gunzipSync(bytes) }
      if (file.endsWith('.zip'))
        for (const [name, text] of await readZip(file))
          yield { file: `${file}/${name}`, bytes: Buffer.from(text) }
    }
}

const needles = (): string[] => [NAME, SECOND, 'Zulmira', 'Quexabe', ...WORDS, ...numbers.map(String)]

/**
 * What an agent typed for themselves lies under their own key: words they searched for, names of their views, reasons.
 * It is no part of the person's, and shown to whoever may see what that agent did.
 */
const AGENTS_OWN = [
  'log.viewed q',
  'log_view.created name',
  'log_view.created q',
  'export.scheduled q',
].concat(['log.revealed reasonText', 'conversation.transferred reasonText'])

/** Where anything of the person is found in an export of all there is, but for what agents typed for themselves. */
function tracesInExport(path: string): string[] {
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean)
  expect(lines.length).toBeGreaterThan(100)
  return lines.flatMap(line => {
    const entry = JSON.parse(line) as Entry
    const parts = Object.entries(entry.parts).filter(
      ([name]) => !AGENTS_OWN.includes(`${entry.event} ${name}`),
    )
    const told = JSON.stringify({ ...entry, parts: Object.fromEntries(parts) })
    return needles().flatMap(needle => (told.includes(needle) ? [`${entry.event}: ${needle}`] : []))
  })
}

/** Where anything of the person is found, as `place: needle`. */
async function findTraces(): Promise<string[]> {
  const traces: string[] = []
  for await (const { table, text } of dumpTables(desk.world))
    for (const needle of needles()) if (isNamedIn(text, needle)) traces.push(`${table}: ${needle}`)
  for await (const { file, bytes } of everyFile())
    for (const needle of needles()) if (bytes.includes(needle)) traces.push(`${file}: ${needle}`)
  return traces
}

const talkOf = (customer: string) =>
  until(async () => (await desk.conversations()).find(talk => talk.customer.name === customer))

async function live(): Promise<void> {
  const first = desk.telegram.createUser({ firstName: 'Zulmira', lastName: 'Quexabe', username: 'zulmira_q' })
  const second = desk.telegram.createUser({ firstName: 'Zulmira', lastName: 'Vyxnor' })
  numbers = [first.id, second.id]
  first.say(bot, `hello, ${WORDS[0]}`)
  first.sendPhoto(bot, createSamplePng(30, 20), { caption: `the ${WORDS[0]} photo` })
  second.say(other, `it is me again, ${WORDS[1]}`)
  const [a, b] = [await talkOf(NAME), await talkOf(SECOND)]
  await until(async () => (await desk.messages(a.id)).some(each => each.files[0]?.state === 'stored'))
  conversations = [a.id, b.id]
  accounts.push(a.customer.id, b.customer.id)
}

/** Everything a desk does with a customer that could leave something of them somewhere. */
async function workWith(): Promise<void> {
  const [talk, second] = conversations
  await desk.send(talk ?? '', `Dear ${NAME}, noted ${WORDS[0]}`)
  await inDesk('note.add', { conversationId: talk, text: `${NAME} rang about ${WORDS[1]}`, scope: 'team' })
  await inDesk('note.add', { conversationId: second, text: `${WORDS[1]}, for my eyes`, scope: 'private' })
  for (const customerId of accounts) {
    await inDesk('customer.update_profile', { customerId, nickname: `Z-${WORDS[0]}`, remark: `${WORDS[1]}!` })
    await inDesk('consent.give', { customerId, purpose: 'marketing', channel: 'letter' })
  }
  const { field } = (await inDesk('field.define', { key: 'town', name: 'Town', kind: 'text' })) as {
    field: { id: string }
  }
  for (const customerId of accounts)
    await inDesk('customer.set_field', { customerId, fieldId: field.id, value: `${WORDS[2]}-ville` })
  const { cannedReply } = (await inDesk('canned_reply.create', {
    title: 'Hello',
    shortcut: 'hello',
    text: 'Dear {{customer.name}}, thank you',
    folder: null,
    departmentId: null,
  })) as { cannedReply: { id: string } }
  await inDesk('message.send', {
    conversationId: second,
    text: `Dear ${SECOND}, thank you`,
    cannedReplyId: cannedReply.id,
  })
  await inDesk('stream.create', {
    name: 'Refused',
    kind: 'webhook',
    address: receiver.url,
    parts: 'open',
    filter: { event: ['customer.*', 'message.*'] },
  })
}

/** A file that somebody gave in the console and did not import. */
const giveFile = () =>
  desk.world.node.uploads.keep(
    desk.world.workspaceId,
    'given.ndjson',
    Readable.from([Buffer.from(`{"actor":{"name":"${NAME}"}}`)]),
  )

/** History from elsewhere, of a month that is over: it is archived with its parts. */
async function remember(): Promise<void> {
  const lines = Array.from({ length: 300 }, (_, i) => ({
    at: `${MONTH}-${String(1 + (i % 28)).padStart(2, '0')}T10:00:00Z`,
    event: 'message.received',
    conversation: 'old',
    actor: { kind: 'customer', key: 'z', name: NAME },
    text: `${WORDS[2]} number ${i}`,
  }))
  const given = mkdtempSync(join(tmpdir(), 'tracedesk-given-'))
  writeFileSync(join(given, 'old.ndjson'), lines.map(line => `${JSON.stringify(line)}\n`).join(''))
  await importFile(desk.world.node, {
    file: join(given, 'old.ndjson'),
    folder: join(desk.world.dataDir, 'imports'),
    caller: operatorCaller(desk.world.workspaceId),
  })
  rmSync(given, { recursive: true })
  const imported = (await desk.conversations()).find(
    talk => talk.customer.name === NAME && !conversations.includes(talk.id),
  )
  if (!imported) throw new Error('the imported conversation is not there')
  accounts.push(imported.customer.id)
  conversations.push(imported.id)
}

/**
 * Everything the team keeps and says of the person beside the conversation: a case, views and schedules that look for
 * them, what was searched for, revealed and handed over with reasons, answers kept for whoever asks twice.
 */
async function writeAbout(): Promise<void> {
  const [main] = accounts
  const [talk, second] = conversations
  const about = { title: `${NAME} complains of ${WORDS[0]}`, text: `says ${WORDS[1]}` }
  const { dispute } = await desk.owner.do('dispute.open', { customerId: main, ...about } as never)
  const disputeId = dispute.id
  await inDesk('dispute.annotate', { disputeId, text: `${NAME} was promised ${WORDS[2]}` })
  await inDesk('dispute.check_claim', { disputeId, claim: { kind: 'promised', words: [WORDS[0]] } })
  await inDesk('dispute.decide', { disputeId, outcome: 'dismissed', reason: `${WORDS[1]} was not said` })
  await inDesk('dispute.close', { disputeId, reason: `${NAME} agrees`, releaseHold: true })
  const filter = { q: WORDS[0], customer: [main] }
  await inDesk('log_view.create', { name: `About ${NAME}`, filter, shared: true })
  const monthly = { format: 'csv', parts: 'withheld', every: 'monthly', name: 'Monthly', filter: { q: NAME } }
  await inDesk('export.schedule', monthly)
  await inDesk('log_view.create', { name: `${NAME.toUpperCase()}!`, filter: {}, shared: false })
  await inDesk('log_view.create', { name: 'Refusals', filter: { outcome: 'refused' }, shared: true })
  await inDesk('export.schedule', { ...monthly, name: 'Weekly', every: 'weekly', filter: {} })
  await desk.owner.ask('log.search', { q: WORDS[1] })
  const auditor = await desk.world.person('Ruth Reveals', 'auditor')
  await auditor.do('log.reveal', {
    conversationId: talk as never,
    reason: `${NAME} asks what ${WORDS[0]} is`,
  })
  await inDesk('conversation.transfer', {
    conversationId: second,
    toAgentId: admin.id,
    reasonCode: 'skill',
    reasonText: `${SECOND} speaks of ${WORDS[1]} only`,
  })
  await desk.owner.do('note.add', { conversationId: talk as never, text: `twice ${WORDS[0]}` } as never, {
    idempotencyKey: 'asked twice',
  })
}

const archived = async () =>
  archiveNode.queries.run(
    archiveNode.queriesByName.get('archive.entries') as never,
    await desk.owner.caller(),
    { month: MONTH, event: 'message.*', limit: 200 },
  ) as Promise<{ items: { entry: Entry; proof: string }[] }>

async function archive(): Promise<void> {
  for (let i = 0; i < 260; i++) await inDesk('label.create', { name: `label ${i}`, colour: '#aabbcc' })
  await desk.world.settle()
  const { node, workspaceId } = desk.world
  const command = (name: string) => archiveNode.commandsByName.get(name) as never
  await archiveNode.door.execute(command('archive.set_policy'), await desk.owner.caller(), {
    enabled: false,
    afterDays: 0,
    required: false,
    withParts: true,
    lockDays: null,
  })
  while ((await node.textIndex.indexOnce(workspaceId)) > 0);
  while ((await node.rollup.countOnce(workspaceId)) > 0);
  await archiveNode.door.execute(command('archive.request'), await desk.owner.caller(), { month: MONTH })
  await new ArchiveKeeper(archiveNode.archivePort).workOnce()
}

describe('a person of three joined accounts, with files, exports, an archive and a stream', () => {
  test('is found in many places before, in none after, and the log verifies', {
    timeout: 60_000,
  }, async () => {
    await live()
    await workWith()
    await remember()
    const [main, ...rest] = accounts
    for (const customerId of rest) await inDesk('customer.merge', { customerId, intoCustomerId: main })
    await writeAbout()
    await archive()
    expect((await archived()).items[0]?.entry.parts.text).toMatchObject({ state: 'open' })
    await makeExport('ndjson')
    await makeExport('csv')
    await inDesk('evidence.bundle', { conversationId: conversations[0] })
    const { request: access } = await desk.owner.do('privacy.open_request', {
      customerId: accounts[1] as never,
      kind: 'access',
      channel: 'email',
    })
    const { file } = await desk.owner.do('privacy.export_subject', { requestId: access.id, language: 'zh' })
    const packed = await readZip(
      join(desk.world.dataDir, 'privacy', desk.world.workspaceId, accounts[1] ?? '', `${file.id}.zip`),
    )
    for (const word of [NAME, SECOND, ...WORDS]) expect(packed.get('data.json')).toContain(word)

    await giveFile()

    const before = await findTraces()
    const placesOf = (traces: string[]) => traces.map(trace => trace.slice(0, trace.lastIndexOf(':')))
    expect(placesOf(before)).toEqual(
      expect.arrayContaining([
        'customer',
        'customer_field',
        expect.stringContaining('.ndjson'),
        expect.stringContaining('.csv'),
        expect.stringContaining('data.json'),
        expect.stringContaining('uploads'),
      ]),
    )
    for (const needle of needles())
      expect(
        before.some(trace => trace.endsWith(`: ${needle}`)),
        `${needle} is there to be found`,
      ).toBe(true)

    const { request } = await desk.owner.do('privacy.open_request', {
      customerId: accounts[1] as never,
      kind: 'erasure',
      channel: 'email',
    })
    const twin = await desk.owner.do('privacy.open_request', {
      customerId: main as never,
      kind: 'erasure',
      channel: 'letter',
    })
    await desk.owner.do('privacy.request_erasure', { requestId: request.id })
    await admin.do('privacy.erase_subject', { requestId: request.id })

    expect(await findTraces()).toEqual([])
    // what looked for them or bore their name is offered to nobody any more, and what did not is
    expect((await desk.owner.ask('log_view.list', {})).items.map(({ name }) => name)).toEqual(['Refusals'])
    expect((await desk.owner.ask('export.schedules', {})).items.map(({ name }) => name)).toEqual(['Weekly'])
    const counted = await desk.world.entries({ event: 'privacy.subject_erased' })
    expect(counted.reduce((sum, { data }) => sum + Number(data.views), 0)).toBe(3)
    expect(tracesInExport(await makeExport('ndjson'))).toEqual([])
    const letters = await desk.world.asSuperuser<{ n: number }>(
      'select count(*)::int as n from stream_letter',
    )
    expect(letters[0]?.n, 'entries were laid aside for the stream').toBeGreaterThan(0)
    const raw = numbers.map(number => {
      const bytes = Buffer.alloc(8)
      bytes.writeBigInt64LE(BigInt(number))
      return bytes
    })
    for await (const { file: name, bytes } of dumpFiles(desk.world))
      for (const needle of [...needles(), ...raw])
        expect(bytes.includes(needle), `${needle.toString()} in ${name}`).toBe(false)
    // neither do the lines tell that the server and its gateway wrote, before or after
    const lines = [...told, ...desk.logged].join('\n')
    expect(lines.length).toBeGreaterThan(0)
    for (const needle of needles()) expect(lines.includes(needle), needle).toBe(false)

    // another node hears of the destroyed key within seconds
    const read = await until(async () => {
      const page = await archived()
      return page.items[0]?.entry.parts.text?.state === 'erased' && page
    })
    expect(new Set(read.items.map(({ proof }) => proof))).toEqual(new Set(['proven']))
    const open = (await desk.owner.ask('privacy.requests', { state: 'open' })).items
    expect(open.map(({ id, erasedAt }) => [id, erasedAt !== null])).toEqual([[access.id, true]])
    expect(open.some(({ id }) => id === twin.request.id)).toBe(false)
    await desk.world.settle()
    const report = await verifyLedger({
      databases: desk.world.node.databases,
      workspaceId: desk.world.workspaceId,
      signerFolder: join(desk.world.dataDir, 'signer'),
      secret: TEST_SECRET,
      openParts: true,
    } as never)
    expect(report).toMatchObject({ verdict: 'ok', findings: [] })
  })
})
