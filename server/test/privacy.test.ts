import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CATALOGUE } from '@tracedesk/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operatorCaller } from '../src/command/caller.ts'
import { verifyLedger } from '../src/ledger/verify.ts'
import { createDesk, type Desk, until } from './support/desk.ts'
import { dumpFiles, dumpTables, isNamedIn } from './support/dump.ts'
import { readZip } from './support/read-zip.ts'
import { checkReplay } from './support/replay.ts'
import { type Person, TEST_SECRET } from './support/world.ts'

let desk: Desk
let bot: Awaited<ReturnType<Desk['connect']>>
let admin: Person
let agent: Person

beforeAll(async () => {
  desk = await createDesk()
  desk.addGateway()
  bot = await desk.connect()
  admin = await desk.world.person('Ada Admin', 'admin')
  agent = await desk.world.person('Gwen Agent')
})
afterAll(() => desk.end())

/** A customer who wrote, and their conversation. */
async function meet(firstName: string, ...texts: string[]) {
  const user = desk.telegram.createUser({ firstName })
  for (const text of texts) user.say(bot, text)
  const talk = await until(async () =>
    (await desk.conversations()).find(each => each.customer.name === firstName),
  )
  await until(async () => (await desk.texts(talk.id)).length >= texts.length)
  return { user, id: talk.id, customerId: talk.customer.id }
}

const open = async (customerId: string, kind: 'access' | 'rectification' | 'restriction' | 'erasure') =>
  (await desk.owner.do('privacy.open_request', { customerId: customerId as never, kind, channel: 'email' }))
    .request.id

async function verify() {
  await desk.world.settle()
  return verifyLedger({
    databases: desk.world.node.databases,
    workspaceId: desk.world.workspaceId,
    signerFolder: join(desk.world.dataDir, 'signer'),
    secret: TEST_SECRET,
    openParts: true,
  } as never)
}

describe('erasure', () => {
  const NAME = 'Quirinia Xylophonova'
  const WORDS = 'my passport is 4711-zaphod'

  test('leaves not one byte of name, words or Telegram number in a full dump, and the log verifies', async () => {
    const { user, id, customerId } = await meet(NAME, WORDS, 'and again: zaphod')
    const { world } = desk
    await desk.send(id, `Dear ${NAME}, noted zaphod`)
    await desk.owner.do('note.add', { conversationId: id as never, text: 'zaphod rang twice' })
    await desk.owner.do('customer.update_profile', {
      customerId: customerId as never,
      nickname: 'Quiri-zaphod',
      remark: 'speaks of zaphod',
    })
    const { field } = await desk.owner.do('field.define', { key: 'city', name: 'City', kind: 'text' })
    await desk.owner.do('customer.set_field', {
      customerId: customerId as never,
      fieldId: field.id,
      value: 'Zaphodville',
    })
    await desk.owner.do('consent.give', {
      customerId: customerId as never,
      purpose: 'marketing',
      channel: 'letter',
    })
    desk.telegram.injectUpdate(bot, { unknown_thing: { from: { id: user.id, first_name: NAME } } } as never)
    await until(async () => (await desk.entries('update.kept')).length > 0)
    await world.settle()
    while ((await world.node.textIndex.indexOnce(world.workspaceId)) > 0);
    await desk.owner.do('evidence.bundle', { conversationId: id as never })
    const access = await open(customerId, 'access')
    await desk.owner.do('privacy.export_subject', { requestId: access, language: 'ru' })
    expect((await desk.owner.ask('log.search', { q: 'zaphod' })).items.length).toBeGreaterThan(3)

    const before = []
    for await (const { text } of dumpTables(world)) if (isNamedIn(text, NAME)) before.push(text)
    expect(before.length, 'the dump finds what is there').toBeGreaterThan(0)
    const requestId = await open(customerId, 'erasure')
    await desk.owner.do('privacy.request_erasure', { requestId })
    const { erased } = await admin.do('privacy.erase_subject', { requestId })
    expect(erased.parts).toBeGreaterThan(8)

    await world.settle()
    const needles = [NAME, 'Quirinia', 'zaphod', 'Zaphodville', '4711-', String(user.id)]
    let tables = 0
    for await (const { table, text } of dumpTables(world)) {
      tables++
      for (const needle of needles) expect(isNamedIn(text, needle), `${needle} in ${table}`).toBe(false)
    }
    expect(tables).toBeGreaterThan(40)
    const number = Buffer.alloc(8)
    number.writeBigInt64LE(BigInt(user.id))
    for await (const { file, bytes } of dumpFiles(world))
      for (const needle of [...needles, number])
        expect(bytes.includes(needle), `${needle.toString()} in ${file}`).toBe(false)
    for (const folder of ['bundles', 'privacy'])
      expect(
        readdirSync(join(world.dataDir, folder), { recursive: true }).filter(name =>
          String(name).endsWith('.zip'),
        ),
      ).toEqual([])

    expect(await verify()).toMatchObject({ verdict: 'ok', findings: [] })
    const received = (await world.entries({ conversation: id, event: 'message.received' })).at(0)
    expect(received?.parts.text).toEqual({ state: 'erased', by: erased.entryId })
    expect((await world.entries({ event: 'privacy.subject_erased' })).at(-1)).toMatchObject({
      actor: { id: admin.id },
      subject: { id: customerId },
      data: { secondPerson: true, conversations: 1, exports: 2, keys: 2 },
    })
    expect((await desk.owner.ask('log.search', { q: 'zaphod' })).items).toEqual([])
    expect(await checkReplay(world, id)).toMatchObject({ status: 'resolved' })
    expect(world.node.erasures.list(world.workspaceId)).toContainEqual(
      expect.objectContaining({ owner: `customer:${customerId}`, entryId: erased.entryId }),
    )
    expect((await desk.owner.ask('privacy.subject', { id: customerId as never })).name).toEqual({
      state: 'erased',
      by: erased.entryId,
    })
  })

  test('whoever was erased and writes again is somebody new', async () => {
    const { user, customerId } = await meet('Rita Returns', 'first life')
    const requestId = await open(customerId, 'erasure')
    await desk.owner.do('privacy.request_erasure', { requestId })
    await admin.do('privacy.erase_subject', { requestId })
    user.say(bot, 'second life')
    const talk = await until(async () =>
      (await desk.conversations()).find(each => each.customer.name === 'Rita Returns'),
    )
    expect(talk.customer.id).not.toBe(customerId)
    expect(await desk.texts(talk.id)).toEqual(['second life'])
  })

  test('takes two persons: not the same one twice, not a program, and not without having been asked', async () => {
    const { customerId } = await meet('Tom Twice', 'hello')
    const requestId = await open(customerId, 'erasure')
    await expect(admin.do('privacy.erase_subject', { requestId })).rejects.toMatchObject({
      code: 'privacy.erasure_not_requested',
    })
    await desk.owner.do('privacy.request_erasure', { requestId })
    await expect(desk.owner.do('privacy.erase_subject', { requestId })).rejects.toMatchObject({
      code: 'privacy.second_person_needed',
    })
    const erase = desk.world.node.commandsByName.get('privacy.erase_subject')
    await expect(
      desk.world.node.door.execute(erase as never, operatorCaller(desk.world.workspaceId), { requestId }),
    ).rejects.toMatchObject({ code: 'privacy.second_person_needed' })
    await expect(agent.do('privacy.erase_subject', { requestId })).rejects.toMatchObject({
      code: 'permission.denied',
    })
    expect((await desk.owner.ask('privacy.subject', { id: customerId as never })).erasedAt).toBeNull()
  })

  test('is refused whole while a hold keeps any of it, and says which', async () => {
    const { id, customerId } = await meet('Hilda Held', 'keep this')
    const { hold } = await desk.owner.do('hold.place', {
      conversationId: id as never,
      cause: 'legal',
      reason: 'Case 12',
    } as never)
    const requestId = await open(customerId, 'erasure')
    await desk.owner.do('privacy.request_erasure', { requestId })
    await expect(admin.do('privacy.erase_subject', { requestId })).rejects.toMatchObject({
      code: 'privacy.held',
      details: { holds: [hold.id] },
    })
    expect(await desk.texts(id)).toEqual(['keep this'])
    expect((await desk.world.entries({ event: 'privacy.erasure_held' })).at(-1)?.data).toMatchObject({
      holds: [hold.id],
    })
    await desk.owner.do('hold.release', { holdId: hold.id, reason: 'Case closed' })
    await admin.do('privacy.erase_subject', { requestId })
    expect((await desk.owner.ask('privacy.subject', { id: customerId as never })).erasedAt).not.toBeNull()
  })

  test('is refused for every account of a person while a hold keeps one of them', async () => {
    const first = await meet('Vera Main', 'here')
    const second = await meet('Vera Minor', 'and here')
    await desk.owner.do('customer.merge', {
      customerId: second.customerId as never,
      intoCustomerId: first.customerId as never,
    })
    const { hold } = await desk.owner.do('hold.place', {
      conversationId: first.id as never,
      cause: 'legal',
      reason: 'Case 13',
    })
    expect(await desk.owner.ask('privacy.subject', { id: second.customerId as never })).toMatchObject({
      accounts: 2,
      conversations: 2,
      messages: 2,
      holds: [{ id: hold.id }],
    })
    const requestId = await open(second.customerId, 'erasure')
    await desk.owner.do('privacy.request_erasure', { requestId })
    await expect(admin.do('privacy.erase_subject', { requestId })).rejects.toMatchObject({
      code: 'privacy.held',
      details: { holds: [hold.id] },
    })
    expect(await desk.texts(second.id)).toEqual(['and here'])
  })

  test('takes all accounts of a person that were joined', async () => {
    const first = await meet('Mia Main', 'from one telephone')
    const second = await meet('Mia Minor', 'from another telephone')
    await desk.owner.do('customer.merge', {
      customerId: second.customerId as never,
      intoCustomerId: first.customerId as never,
    })
    const requestId = await open(second.customerId, 'erasure')
    await desk.owner.do('privacy.request_erasure', { requestId })
    await admin.do('privacy.erase_subject', { requestId })
    for await (const { table, text } of dumpTables(desk.world))
      expect(isNamedIn(text, 'Mia M'), table).toBe(false)
    const erased = await desk.world.entries({ event: 'privacy.subject_erased' })
    expect(
      erased
        .slice(-2)
        .map(entry => entry.subject.id)
        .sort(),
    ).toEqual([first.customerId, second.customerId].sort())
  })

  test('is made again in a database that was restored and still names the person', async () => {
    const { id, customerId } = await meet('Bea Backup', 'in the backup')
    const requestId = await open(customerId, 'erasure')
    await desk.owner.do('privacy.request_erasure', { requestId })
    await admin.do('privacy.erase_subject', { requestId })
    await desk.world.asSuperuser(
      "update customer set erased_at = null, name = 'Bea Backup', telegram_id = 4242 where customer_id = $1",
      [customerId],
    )
    await desk.world.asSuperuser('update conversation set chat_id = 4242 where conversation_id = $1', [id])
    await desk.world.node.privacyKeeper.finishErasures()
    for await (const { table, text } of dumpTables(desk.world))
      expect(isNamedIn(text, 'Bea Backup'), table).toBe(false)
    expect((await desk.world.entries({ event: 'privacy.subject_erased' })).at(-1)).toMatchObject({
      actor: { kind: 'system' },
      subject: { id: customerId },
      data: { requestId: null },
    })
  })

  test('the database itself refuses a key that is destroyed without an entry', async () => {
    const { app } = desk.world.node.databases
    const { customerId } = await meet('Uma Unrecorded', 'hello')
    await expect(
      app.query('select destroy_subject_key($1, $2, $3, $4, $5)', [
        desk.world.workspaceId,
        `customer:${customerId}`,
        customerId,
        [],
        [],
      ]),
    ).rejects.toMatchObject({ code: 'TD001' })
    await expect(app.query('update subject_key set wrapped = null')).rejects.toMatchObject({ code: '42501' })
    await expect(app.query('delete from log_part')).rejects.toMatchObject({ code: '42501' })
  })

  test('files that others keep go through their erasers, and a failing one undoes the whole erasure', async () => {
    const { id, customerId } = await meet('Fay Files', 'with a file')
    const eraser = {
      counts: 'files' as const,
      erase: async () => Promise.reject(new Error('the store is away')),
    }
    desk.world.node.erasers.push(eraser)
    const requestId = await open(customerId, 'erasure')
    await desk.owner.do('privacy.request_erasure', { requestId })
    await expect(admin.do('privacy.erase_subject', { requestId })).rejects.toThrow('the store is away')
    expect(await desk.texts(id)).toEqual(['with a file'])
    desk.world.node.erasers.pop()
    desk.world.node.erasers.push({ counts: 'files', erase: async () => 3 })
    await admin.do('privacy.erase_subject', { requestId })
    desk.world.node.erasers.pop()
    expect((await desk.world.entries({ event: 'privacy.subject_erased' })).at(-1)?.data).toMatchObject({
      files: 3,
    })
  })
})

describe('restriction', () => {
  test('stops sending, waiting messages, notes and changes, and withholds what was said; lifting gives it back', async () => {
    const { id, customerId } = await meet('Rosa Restricted', 'secret of Rosa')
    await desk.world.settle()
    while ((await desk.world.node.textIndex.indexOnce(desk.world.workspaceId)) > 0);
    await desk.owner.do('privacy.restrict', { customerId: customerId as never, reason: 'disputed' })
    const about = { customerId: customerId as never }
    const tries = [
      desk.owner.do('message.send', { conversationId: id as never, text: 'hello' }),
      desk.owner.do('note.add', { conversationId: id as never, text: 'a note' }),
      desk.owner.do('customer.update_profile', { ...about, nickname: 'R' }),
    ]
    for (const result of await Promise.allSettled(tries))
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'customer.restricted' } })
    const seen = (await agent.ask('conversation.messages', { id: id as never })).items
    expect(seen.map(message => message.text?.state)).toEqual(['withheld'])
    expect((await agent.ask('log.search', { q: 'Rosa' })).items).toEqual([])
    expect((await desk.messages(id)).map(message => message.text?.state)).toEqual(['open'])
    await desk.owner.do('privacy.lift_restriction', about)
    expect((await agent.ask('conversation.messages', { id: id as never })).items[0]?.text?.state).toBe('open')
    await desk.send(id, 'hello again')
  })

  test('what waits to be sent when somebody is restricted is not sent', async () => {
    const { user, id, customerId } = await meet('Sam Stopped', 'hi')
    for (const gateway of desk.gateways.splice(0)) await gateway.stop()
    await desk.send(id, 'this must never arrive')
    await desk.owner.do('privacy.restrict', { customerId: customerId as never })
    desk.addGateway()
    expect((await desk.messages(id)).at(-1)).toMatchObject({ state: 'unreachable' })
    user.say(bot, 'still there?')
    await until(async () => (await desk.messages(id)).length === 3)
    expect(JSON.stringify(desk.telegram.calls())).not.toContain('never arrive')
    expect((await desk.world.entries({ event: 'privacy.restricted' })).at(-1)?.data).toEqual({
      stoppedMessages: 1,
    })
  })
})

describe('access', () => {
  test('the package has everything said, for machines and for people, in the customer’s language', async () => {
    const { id, customerId } = await meet('Пётр Первый', 'где мой заказ?', '<script>alert(1)</script>')
    await desk.send(id, 'В пути')
    const marketing = { customerId: customerId as never, purpose: 'marketing', channel: 'letter' } as const
    await desk.owner.do('consent.give', marketing)
    await desk.world.settle()
    const requestId = await open(customerId, 'access')
    const { file } = await desk.owner.do('privacy.export_subject', { requestId, language: 'ru' })
    const path = join(desk.world.dataDir, 'privacy', desk.world.workspaceId, customerId, `${file.id}.zip`)
    expect(readFileSync(path).length).toBe(file.bytes)
    const members = await readZip(path)
    const data = JSON.parse(members.get('data.json') ?? '')
    expect(data.accounts).toMatchObject([{ id: customerId, name: 'Пётр Первый' }])
    const texts = data.entries.flatMap((entry: { parts: { text?: string } }) => entry.parts.text ?? [])
    expect(texts).toEqual(expect.arrayContaining(['где мой заказ?', '<script>alert(1)</script>', 'В пути']))
    expect(JSON.stringify(data)).not.toContain('Olga Owner')
    const page = members.get('index.html') ?? ''
    expect(page).toContain('<html lang="ru">')
    expect(page).toContain('&lt;script&gt;')
    // what was agreed to and what was recorded is said in their language as well
    expect(page).toContain('рассылка: дано')
    expect(page).toContain('<td>Получено<td>Вы')
    expect(page).not.toMatch(/<td>[a-z_]+[.][a-z_]+<td>/)
    expect(page).not.toContain('<script>')
    const list = async (person: Person) =>
      (await person.ask('privacy.requests', {})).items.find(request => request.id === requestId)?.packageId
    expect([await list(desk.owner), await list(admin)]).toEqual([file.id, null])
  })

  test('a correction stands beside what it corrects, and a request that is closed stays closed', async () => {
    const { customerId } = await meet('Cora Corrected', 'my name is wrong')
    const requestId = await open(customerId, 'rectification')
    await desk.owner.do('privacy.rectify', { requestId, text: 'It is Korra', nickname: 'Korra' })
    await desk.owner.do('privacy.close_request', { requestId, outcome: 'fulfilled', reason: 'done' })
    expect((await desk.world.entries({ event: 'privacy.rectified' })).at(-1)).toMatchObject({
      data: { fields: ['nickname'] },
      parts: { text: { value: 'It is Korra' }, after: { value: '{"nickname":"Korra"}' } },
    })
    await expect(desk.owner.do('privacy.rectify', { requestId, text: 'x' })).rejects.toMatchObject({
      code: 'privacy.request_closed',
    })
  })

  test('a correction from a joined account is made where the desk shows the person, and consent is withdrawn for all of them', async () => {
    const first = await meet('Jo Main', 'one')
    const second = await meet('Jo Minor', 'two')
    for (const { customerId } of [first, second])
      await desk.owner.do('consent.give', {
        customerId: customerId as never,
        purpose: 'marketing',
        channel: 'email',
      })
    await desk.owner.do('customer.merge', {
      customerId: second.customerId as never,
      intoCustomerId: first.customerId as never,
    })
    const requestId = await open(second.customerId, 'rectification')
    await desk.owner.do('privacy.rectify', { requestId, text: 'It is Joanna', nickname: 'Joanna' })
    const { customer } = await desk.owner.ask('customer.get', { id: first.customerId as never })
    expect(customer.nickname).toEqual({ state: 'open', value: 'Joanna' })
    second.user.say(bot, '/withdraw marketing')
    await until(async () => (await desk.entries('consent.withdrawn')).length >= 2)
    expect(
      (await desk.entries('consent.withdrawn'))
        .slice(-2)
        .map(entry => entry.subject.id)
        .sort(),
    ).toEqual([first.customerId, second.customerId].sort())
  })

  test('a request is due in thirty days, and its lateness is recorded once a stage', async () => {
    const { customerId } = await meet('Dan Due', 'hello')
    const { request } = await desk.owner.do('privacy.open_request', {
      customerId: customerId as never,
      kind: 'access',
      channel: 'letter',
    })
    const due = Date.parse(request.dueAt)
    expect(Math.round((due - Date.now()) / 86_400_000)).toBe(30)
    const warn = (days: number) =>
      desk.world.node.privacyKeeper.warnOnce(desk.world.workspaceId, due + days * 86_400_000)
    for (const days of [-8, -6, -5, 1, 2]) await warn(days)
    const stages = (await desk.world.entries({ event: 'privacy.request_due', subject: request.id })).map(
      entry => entry.data.stage,
    )
    expect(stages).toEqual(['soon', 'overdue'])
  })
})

describe('at the bot', () => {
  test.each([
    [
      'ru',
      'Записано: вы согласны на рассылку.',
      /^Записано[.] До .* г[.] мы ответим на просьбу: получить копию/,
    ],
    ['zh-hans', '已记录：您同意“营销”。', /^您的请求已登记：获取您的数据副本。我们将在 .* 之前答复。$/],
  ])('whoever speaks %s is answered so, and told what was noted', async (languageCode, agreed, opened) => {
    const { who } = await desk.customer(bot, {
      firstName: `Speaks ${languageCode}`,
      text: 'hello',
      languageCode,
    })
    for (const [ask, answer] of [
      ['/privacy', expect.stringContaining('/privacy export')],
      ['/consent marketing', agreed],
      ['/privacy export', expect.stringMatching(opened)],
    ]) {
      who.say(bot, ask)
      expect((await who.waitForReply(bot, { timeoutMs: 10_000 })).text).toEqual(answer)
    }
  })

  test('/privacy is answered in the customer’s language, consent is kept, and a request is opened once', async () => {
    const { user, id, customerId } = await meet('Ola Asks', 'hello')
    user.say(bot, '/privacy')
    const answered = (count: number) =>
      until(
        async () => (await desk.messages(id)).filter(message => message.direction === 'out').length === count,
      )
    await answered(1)
    user.say(bot, '/consent marketing')
    await answered(2)
    user.say(bot, '/privacy erase')
    await answered(3)
    user.say(bot, '/privacy@desk_bot erase')
    await answered(4)
    user.say(bot, '/withdraw marketing')
    await answered(5)
    const requests = (await desk.owner.ask('privacy.requests', { limit: 200 })).items
    expect(requests.filter(request => request.customerId === customerId)).toMatchObject([
      { kind: 'erasure', channel: 'telegram', state: 'open' },
    ])
    expect((await desk.owner.ask('privacy.subject', { id: customerId as never })).consents).toMatchObject([
      { purpose: 'marketing', state: 'withdrawn' },
    ])
    const entries = await desk.world.entries({ customer: customerId })
    const sent = entries.filter(entry => entry.event === 'message.sent')
    expect(sent[0]).toMatchObject({ actor: { kind: 'rule' }, via: { source: 'rule' } })
    expect(sent[0]?.causedBy).toBe(entries.filter(entry => entry.event === 'message.received')[1]?.id)
    expect(entries.find(entry => entry.event === 'consent.given')?.actor).toMatchObject({
      kind: 'customer',
      id: customerId,
    })
    expect(user.received(bot).map(({ text }) => text)).toEqual([
      expect.stringContaining('You agree to: nothing'),
      'Noted: you agree to marketing.',
      expect.stringMatching(/^Noted[.] By .* we answer your request for: that your data be erased[.]$/),
      expect.stringContaining('that your data be erased'),
      'Noted: you no longer agree to marketing.',
    ])
    // a person still has to answer
    expect(
      (await desk.owner.ask('conversation.get', { id: id as never })).conversation.waitingSince,
    ).not.toBeNull()
  })
})

test('the data map names every part of the catalogue, and how long the rules in force keep it', async () => {
  await desk.owner.do('retention.set_rule', {
    what: 'parts',
    event: 'message.*',
    botId: null,
    part: 'text',
    days: 90,
  })
  const map = await desk.owner.ask('privacy.data_map')
  const kept = (name: string) => map.parts.find(part => part.name === name && part.owner === 'customer')?.kept
  expect(kept('text')).toEqual({ shortest: 90, longest: null }) // notes are text as well, and have no rule
  const others = map.parts.filter(part => part.events.every(event => !event.startsWith('message.')))
  expect(new Set(others.map(part => part.kept.longest))).toEqual(new Set([null]))
  const mapped = new Set(map.parts.flatMap(part => part.events.map(event => `${event} ${part.name}`)))
  for (const event of CATALOGUE.values())
    for (const name of Object.keys(event.parts)) expect(mapped).toContain(`${event.name} ${name}`)
})
