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

/** Where anything of the person is found in an export of all there is. */
function tracesInExport(path: string): string[] {
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean)
  expect(lines.length).toBeGreaterThan(100)
  return lines.flatMap(line =>
    needles().flatMap(needle => (line.includes(needle) ? [`${line.slice(0, 200)}: ${needle}`] : [])),
  )
}

/** Entries in which colleagues typed the person's name, by event and part. */
const TYPED = [
  'log.viewed q',
  'log_view.created name',
  'log_view.created q',
  'log_view.deleted name',
  'export.scheduled q',
  'export.scheduled name',
  'export.unscheduled name',
  'export.requested q',
  'inbox_view.created name',
  'inbox_view.changed nameBefore',
  'log.revealed reasonText',
  'conversation.transferred reasonText',
  'hold.placed reasonText',
  'hold.released reasonText',
  'dispute.opened ownTitle',
  'dispute.decided ownText',
  'note.added text',
  'privacy.erasure_requested reasonText',
]

/** Of these parts, those that an export of all there is shows open with the person's name or words in them. */
async function typedOpen(): Promise<string[]> {
  await desk.world.settle()
  const entries = readFileSync(await makeExport('ndjson'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line) as Entry)
  const names = entries.flatMap(({ event, parts }) =>
    Object.entries(parts).flatMap(([name, part]) =>
      part.state === 'open' && /Quexabe|Vyxnor|plomvax/i.test(part.value) ? [`${event} ${name}`] : [],
    ),
  )
  return TYPED.filter(typed => names.includes(typed))
}

/** What colleagues typed of somebody else, or could have typed of anybody: none of it may go. */
const KEPT = ['zulmirana quexabeira rang', 'ask zulmira of billing', 'the tall one'] as const

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
  await desk.owner.ask('log.search', { q: `${WORDS[1]} ${NAME}` })
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

async function meetStranger() {
  desk.telegram.createUser({ firstName: 'Ines', lastName: 'Innocent' }).say(bot, 'where is my parcel')
  const talk = await talkOf('Ines Innocent')
  return { id: talk.id, customerId: talk.customer.id }
}

async function lastPosition(): Promise<number> {
  await desk.world.settle()
  const [head] = await desk.world.asSuperuser<{ size: number }>('select size::int as size from log_head')
  return (head?.size ?? 0) - 1
}

/** A part that went reads as erased, by the entry that destroyed it; a note beside somebody else as well. */
async function erasedReads(looked: readonly Entry[]): Promise<void> {
  const by = new Set(looked.map(({ id }) => id))
  const notes = await desk.world.entries({ event: 'note.added' })
  const gone = notes.flatMap(({ parts }) =>
    parts.text?.state === 'erased' && by.has(parts.text.by ?? '') ? [parts.text] : [],
  )
  expect(gone).toHaveLength(1)
}

/** A page of the log that stands open over the person's name; what it showed waits to be told. */
async function leaveOpen(): Promise<void> {
  for (let look = 0; look < 2; look++) await desk.owner.ask('log.tail', { since: 0, q: NAME })
  expect(await desk.world.asSuperuser('select 1 from log_watch where count > 0')).toHaveLength(1)
}

/** Tells what it showed, as happens within a minute. */
async function tellOfOpen(): Promise<void> {
  await desk.world.asSuperuser("update log_watch set told_at = told_at - interval '61 seconds'")
  await desk.world.node.logWatches.tellDue()
  await desk.world.settle()
  const [told] = (await desk.world.entries({ event: 'log.viewed' })).filter(
    ({ data, parts }) => data.query === 'log.tail' && !parts.q,
  )
  expect(told?.data).toMatchObject({ fromPosition: expect.any(Number) })
}

/** What colleagues type about the person where nothing else is theirs: searches, reasons, names of views, other people's cases. */
async function typeOf(stranger: { id: string; customerId: string }): Promise<void> {
  await desk.owner.ask('log.search', { q: `${SECOND} refund` })
  const { logView } = await desk.owner.do('log_view.create', {
    name: NAME,
    filter: {},
    shared: false,
  } as never)
  await inDesk('log_view.delete', { logViewId: logView.id })
  const every = { format: 'csv', parts: 'withheld', every: 'monthly', filter: {} }
  await inDesk('export.schedule', { ...every, name: `All of ${NAME}` })
  const { schedule } = await desk.owner.do('export.schedule', {
    ...every,
    name: `${SECOND}, monthly`,
  } as never)
  await inDesk('export.unschedule', { id: schedule.id })
  const inbox = { place: 'all', status: 'any', botId: null, labelId: null, departmentId: null, unread: false }
  await inDesk('inbox_view.create', { name: `${NAME} and others`, filter: inbox })
  const { inboxView } = await desk.owner.do('inbox_view.create', { name: SECOND, filter: inbox } as never)
  await inDesk('inbox_view.change', { inboxViewId: inboxView.id, name: 'Others', filter: inbox })
  await inDesk('export.request', { format: 'csv', parts: 'open', filter: { q: NAME, event: ['log.viewed'] } })
  const range = { from: '2019-01-01T00:00:00Z', to: '2019-02-01T00:00:00Z' }
  const { hold } = await desk.owner.do('hold.place', {
    ...range,
    cause: 'inquiry',
    reason: `${NAME.toLowerCase()} wrote to the regulator`,
  } as never)
  await inDesk('hold.release', { holdId: hold.id, reason: `nothing of ${SECOND}` })
  const { dispute } = await desk.owner.do('dispute.open', {
    ...range,
    title: 'Quexabe, Zulmira',
  } as never)
  await inDesk('dispute.decide', { disputeId: dispute.id, outcome: 'dismissed', reason: `${NAME} withdrew` })
  await inDesk('dispute.close', { disputeId: dispute.id, reason: 'withdrawn', releaseHold: true })
  await inDesk('note.add', { conversationId: stranger.id, text: `sits beside ${NAME}`, scope: 'team' })
  await inDesk('note.add', { conversationId: stranger.id, text: KEPT[0], scope: 'team' })
  await inDesk('conversation.transfer', {
    conversationId: stranger.id,
    toAgentId: admin.id,
    reasonCode: 'skill',
    reasonText: KEPT[1],
  })
  await desk.owner.ask('log.search', { q: KEPT[2] })
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
    const stranger = await meetStranger()
    await typeOf(stranger)
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
    await leaveOpen()

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
    await desk.owner.do('privacy.request_erasure', {
      requestId: request.id,
      reason: `${NAME} asked by letter`,
    })
    expect(await typedOpen()).toEqual(TYPED)
    await admin.do('privacy.erase_subject', { requestId: request.id })

    const looked = await until(async () => {
      const entries = await desk.world.entries({ event: 'privacy.mentions_erased' })
      return entries.some(({ data }) => data.last) && entries
    })
    const destroyed = looked.reduce((sum, { data }) => sum + Number(data.parts), 0)
    expect(destroyed).toBeGreaterThanOrEqual(TYPED.length)
    expect(looked.map(({ data }) => data.held)).toEqual(looked.map(() => 0))
    await tellOfOpen()
    expect(await findTraces()).toEqual([])
    // what looked for them or bore their name is offered to nobody any more, and what did not is
    expect((await desk.owner.ask('log_view.list', {})).items.map(({ name }) => name)).toEqual(['Refusals'])
    expect((await desk.owner.ask('export.schedules', {})).items.map(({ name }) => name)).toEqual(['Weekly'])
    const counted = await desk.world.entries({ event: 'privacy.subject_erased' })
    expect(counted.reduce((sum, { data }) => sum + Number(data.views), 0)).toBe(5)
    const exported = await makeExport('ndjson')
    expect(tracesInExport(exported)).toEqual([])
    const kept = readFileSync(exported, 'utf8')
    for (const words of KEPT) expect(kept.includes(words), words).toBe(true)
    await makeExport('csv')
    await inDesk('evidence.bundle', { fromPosition: 0, toPosition: await lastPosition() })
    await inDesk('evidence.bundle', { conversationId: stranger.id })
    expect(await findTraces(), 'new exports and bundles').toEqual([])
    await erasedReads(looked)
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
