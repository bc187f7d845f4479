import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SimulatedBot } from '../src/demo/telegram/index.ts'
import { createDesk, type Desk, until } from './support/desk.ts'
import type { Person } from './support/world.ts'

let desk: Desk
let bot: SimulatedBot & { botId: string }
let maya: Person
let omar: Person
let sofia: Person
let sales: string

beforeAll(async () => {
  desk = await createDesk()
  desk.addGateway()
  bot = await desk.connect()
  await desk.owner.do('bot.set_routing', {
    botId: bot.botId as never,
    mode: 'manual',
    departmentId: null,
    fallbackDepartmentId: null,
  })
  sales = await desk.world.department('Sales')
  maya = await desk.world.person('Maya', 'agent', [sales])
  omar = await desk.world.person('Omar')
  sofia = await desk.world.person('Sofia', 'supervisor', [sales])
})
afterAll(() => desk.end())

/** A customer who has written all of this, and their conversation. */
async function customer(firstName: string, ...said: string[]) {
  const who = desk.telegram.createUser({ firstName })
  const say = async (text: string) => {
    who.say(bot, text)
    return until(async () => {
      const found = (await desk.conversations()).find(talk => talk.customer.name === firstName)
      return found && (await desk.texts(found.id)).includes(text) && found
    })
  }
  let talk = await say(said[0] ?? 'hello')
  for (const text of said.slice(1)) talk = await say(text)
  return { talk, say, id: talk.id }
}
const unreadOf = async (person: Person, id: string) =>
  (await person.ask('conversation.get', { id: id as never })).conversation.unread
const open = (person: Person, id: string) => person.ask('conversation.messages', { id: id as never })

describe('reading', () => {
  test('the first look at what a customer wrote is recorded, once for each person and message', async () => {
    const { id, say } = await customer('Rita', 'one', 'two')
    expect(await unreadOf(maya, id)).toBe(2)
    await Promise.all([open(maya, id), open(maya, id), open(maya, id)])
    expect(await unreadOf(maya, id)).toBe(0)
    expect(await unreadOf(omar, id)).toBe(2)
    await say('three')
    expect(await unreadOf(maya, id)).toBe(1)
    await open(maya, id)
    await open(maya, id)
    const entries = await desk.world.entries({ event: 'message.read', conversation: id, actor: maya.id })
    const [, two, three] = (await desk.messages(id)).map(message => message.id)
    expect(entries.map(({ subject, data }) => [subject.id, data])).toEqual([
      [two, { count: 2, previous: null }],
      [three, { count: 1, previous: two }],
    ])
    expect(entries[0]).toMatchObject({ conversationId: id, customerId: expect.any(String), outcome: 'done' })
  })

  test('a workspace may stop recording it; the change is recorded and the badges still count', async () => {
    const { id } = await customer('Rudi', 'one')
    await desk.owner.do('setting.change', { key: 'log.record_reads', value: false })
    await open(maya, id)
    expect(await unreadOf(maya, id)).toBe(0)
    expect(await desk.world.entries({ event: 'message.read', conversation: id })).toEqual([])
    await desk.owner.do('setting.change', { key: 'log.record_reads', value: true })
    const changes = await desk.world.entries({ event: 'setting.changed', subject: 'log.record_reads' })
    expect(changes.map(({ data }) => data)).toEqual([
      { key: 'log.record_reads', from: true, to: false },
      { key: 'log.record_reads', from: false, to: true },
    ])
  })

  test('who may not see a conversation reads nothing, and no reading is recorded', async () => {
    const { id } = await customer('Rolf', 'secret')
    await desk.owner.do('conversation.assign', { conversationId: id, agentId: maya.id as never })
    await expect(open(omar, id)).rejects.toMatchObject({ code: 'conversation.not_found' })
    expect(await desk.world.entries({ event: 'message.read', conversation: id })).toEqual([])
  })
})

describe('finding', () => {
  const find = async (person: Person, q: string) =>
    (await person.ask('conversation.search', { q })).items.map(item => [
      item.conversation.customerName,
      item.kind,
      item.text.state === 'open' ? item.text.value : item.text.state,
    ])
  const eventually = (person: Person, q: string, count: number) =>
    until(async () => {
      const found = await find(person, q)
      return found.length === count && found
    })

  test('words of messages and notes are found in any script, in their newest version, as far as one sees', async () => {
    const { id } = await customer(
      'Sina',
      'Мой заказ потерялся',
      '我的包裹在哪里',
      'طلبي متأخر جدا',
      'Où est mon colis',
    )
    const { note } = await maya.do('note.add', { conversationId: id, text: 'She means parcel KX77' })
    await maya.do('note.add', { conversationId: id, text: 'private KX78', scope: 'private' })
    expect(await eventually(maya, 'заказ', 1)).toEqual([['Sina', 'message', 'Мой заказ потерялся']])
    expect(await eventually(maya, '包裹', 1)).toEqual([['Sina', 'message', '我的包裹在哪里']])
    expect(await eventually(maya, 'متأخر', 1)).toHaveLength(1)
    expect(await eventually(maya, 'ou COLIS', 1)).toEqual([['Sina', 'message', 'Où est mon colis']])
    expect(await eventually(omar, 'kx77', 1)).toEqual([['Sina', 'note', 'She means parcel KX77']])
    expect(await eventually(maya, 'kx78', 1)).toHaveLength(1)
    expect(await find(omar, 'kx78')).toEqual([])

    await maya.do('note.edit', { noteId: note.id, text: 'She means parcel QQ12' })
    expect(await eventually(omar, 'qq12', 1)).toHaveLength(1)
    expect(await find(omar, 'kx77')).toEqual([])
    await maya.do('note.delete', { noteId: note.id })
    expect(await find(omar, 'qq12')).toEqual([])

    await desk.owner.do('conversation.assign', { conversationId: id, agentId: maya.id as never })
    expect(await find(maya, 'заказ')).toHaveLength(1)
    expect(await find(omar, 'заказ')).toEqual([])
    expect(await find(maya, '!!!')).toEqual([])
  })

  test('an auditor, who gets texts withheld, cannot search them', async () => {
    const ruth = await desk.world.person('Ruth', 'auditor')
    await expect(find(ruth, 'anything')).rejects.toMatchObject({ code: 'permission.denied' })
  })
})

describe('views', () => {
  const filter = {
    place: 'departments',
    status: 'any',
    botId: null,
    labelId: null,
    departmentId: null,
    unread: true,
  } as const

  test('a view is its owner’s until a supervisor shares it; each change stands in the log', async () => {
    const { inboxView } = await sofia.do('inbox_view.create', { name: 'Ours', filter })
    const names = async (person: Person) =>
      (await person.ask('inbox_view.list', {})).items.map(view => view.name)
    expect([await names(sofia), await names(maya)]).toEqual([['Ours'], []])
    await sofia.do('inbox_view.share', { inboxViewId: inboxView.id, shared: true })
    expect(await names(maya)).toEqual(['Ours'])
    await expect(
      maya.do('inbox_view.change', { inboxViewId: inboxView.id, name: 'Mine', filter }),
    ).rejects.toMatchObject({ code: 'inbox_view.not_found' })
    await sofia.do('inbox_view.change', { inboxViewId: inboxView.id, name: 'Team', filter })
    await sofia.do('inbox_view.delete', { inboxViewId: inboxView.id })
    expect(await names(maya)).toEqual([])
    const own = await maya.do('inbox_view.create', { name: 'Own', filter })
    await expect(
      maya.do('inbox_view.share', { inboxViewId: own.inboxView.id, shared: true }),
    ).rejects.toMatchObject({ code: 'permission.denied' })
    expect(
      (await desk.world.entries({ event: 'inbox_view.*', actor: sofia.id })).map(({ event }) => event),
    ).toEqual(['inbox_view.created', 'inbox_view.shared', 'inbox_view.changed', 'inbox_view.deleted'])
  })

  test('counts say what each place shows, and lists by department, bot, label and unread agree', async () => {
    const vic = await desk.world.person('Vic', 'agent', [sales])
    const { id, talk } = await customer('Vera', 'one')
    await desk.world.asSuperuser('update conversation set department_id = $1 where conversation_id = $2', [
      sales,
      id,
    ])
    const { label } = await sofia.do('label.create', { name: 'vip' })
    await vic.do('customer.add_label', { customerId: talk.customer.id, labelId: label.id })
    await vic.do('conversation.assign', { conversationId: id, agentId: vic.id as never })
    const idsOf = async (input: object) =>
      (await vic.ask('conversation.list', input as never)).items.map(item => item.id)
    for (const input of [
      { department: 'mine' },
      { label: label.id },
      { bot: bot.botId, assignee: 'me' },
      { unread: 'true', assignee: 'me' },
    ])
      expect(await idsOf(input), JSON.stringify(input)).toEqual([id])
    const before = await vic.ask('inbox.counts', {})
    expect(before).toMatchObject({ mine: 1, departments: 1, unread: 1, pinned: 0 })
    expect(before.waitingSince).not.toBeNull()
    expect(before.queue).toBe((await idsOf({ assignee: 'none', status: 'in_progress' })).length)
    expect(before.all).toBe((await idsOf({ status: 'in_progress' })).length)
    await open(vic, id)
    await vic.do('conversation.pin', { conversationId: id })
    expect(await vic.ask('inbox.counts', {})).toMatchObject({ unread: 0, pinned: 1 })
    expect(await idsOf({ unread: 'true', assignee: 'me' })).toEqual([])
  })
})

test('whoever is called in a team note finds it among their calls, and nobody else does', async () => {
  const { id } = await customer('Nora', 'help')
  await maya.do('note.add', { conversationId: id, text: 'Omar, please look', mentions: [omar.id as never] })
  await desk.owner.do('conversation.assign', { conversationId: id, agentId: maya.id as never })
  const { items } = await omar.ask('note.mentions', {})
  expect(items).toMatchObject([
    { conversationId: id, isVisible: false, customerName: null, text: { value: 'Omar, please look' } },
  ])
  expect((await maya.ask('note.mentions', {})).items).toEqual([])
})

test('a required set of labels is kept with its changes; a label that is deleted is asked for no longer', async () => {
  const [one, two] = await Promise.all(
    ['billing', 'delivery'].map(async name => (await sofia.do('label.create', { name })).label.id),
  )
  if (!one || !two) throw new Error('no labels')
  const { labelSet } = await sofia.do('label_set.create', { name: 'Topic', labelIds: [one] })
  await expect(sofia.do('label_set.create', { name: 'topic', labelIds: [one] })).rejects.toMatchObject({
    code: 'label_set.name_taken',
  })
  await sofia.do('label_set.change', { labelSetId: labelSet.id, name: 'Topic', labelIds: [one, two] })
  await sofia.do('label.delete', { labelId: one })
  expect((await maya.ask('label_set.list', {})).items).toEqual([
    { id: labelSet.id, name: 'Topic', labelIds: [two] },
  ])
  await sofia.do('label_set.delete', { labelSetId: labelSet.id })
  const entries = await desk.world.entries({ event: 'label_set.*' })
  expect(entries.map(({ event, data }) => [event, data])).toEqual([
    ['label_set.created', { to: { name: 'Topic', labelIds: [one] } }],
    [
      'label_set.changed',
      { from: { name: 'Topic', labelIds: [one] }, to: { name: 'Topic', labelIds: [one, two] } },
    ],
    ['label_set.deleted', { from: { name: 'Topic', labelIds: [one, two] } }],
  ])
})

test('two accounts of one person become one customer: one panel, one name, their labels; what either writes comes there', async () => {
  const old = await customer('Olde', 'first account')
  const now = await customer('Newe', 'second account')
  const { label } = await sofia.do('label.create', { name: 'twice' })
  const [from, into] = [old.talk.customer.id, now.talk.customer.id]
  await maya.do('customer.add_label', { customerId: from, labelId: label.id })
  const city = (await desk.owner.do('field.define', { key: 'city', name: 'City', kind: 'text' })).field.id
  const size = (await desk.owner.do('field.define', { key: 'size', name: 'Size', kind: 'text' })).field.id
  for (const [customerId, fieldId, value] of [
    [from, city, 'Riga'],
    [from, size, 'L'],
    [into, size, 'XL'],
  ] as const)
    await maya.do('customer.set_field', { customerId, fieldId, value })
  await maya.do('customer.update_profile', { customerId: from, nickname: 'Oldie', remark: 'calls at night' })
  await maya.do('customer.update_profile', { customerId: into, remark: 'pays late' })
  await sofia.do('customer.merge', { customerId: from, intoCustomerId: into })
  await expect(sofia.do('customer.merge', { customerId: from, intoCustomerId: into })).rejects.toMatchObject({
    code: 'customer.merged',
  })
  await expect(maya.do('customer.add_label', { customerId: from, labelId: label.id })).rejects.toMatchObject({
    code: 'customer.merged',
  })
  const { customer: person, conversations } = await maya.ask('customer.get', { id: from })
  expect(person).toMatchObject({ id: into, name: 'Newe', labels: [{ name: 'twice' }] })
  // what only the old account had came along; where both had something, the person's stayed
  expect(person).toMatchObject({ nickname: { value: 'Oldie' }, remark: { value: 'pays late' } })
  expect(
    person.fields.filter(({ id }) => id === city || id === size).map(({ value }) => value),
  ).toMatchObject([{ value: 'Riga' }, { value: 'XL' }])
  expect(conversations.map(each => each.id).sort()).toEqual([old.id, now.id].sort())
  // one person, two accounts: each is a chat of its own, which says whether conversations can be merged
  const accounts = conversations.map(({ id, accountId }) => [id, accountId])
  expect(Object.fromEntries(accounts)).toEqual({ [old.id]: from, [now.id]: into })
  const other = { conversationId: old.id as never, intoConversationId: now.id as never }
  await expect(sofia.do('conversation.merge', other)).rejects.toMatchObject({
    code: 'conversation.not_same_customer',
  })
  expect((await maya.ask('conversation.get', { id: old.id })).conversation).toMatchObject({
    customer: { id: into, name: 'Newe' },
    labels: [{ name: 'twice' }],
  })
  expect((await maya.ask('conversation.list', { q: 'Olde' })).items.map(each => each.id)).toEqual([old.id])
  await maya.do('customer.block', { customerId: into })
  expect(
    await desk.world.asSuperuser(
      'select from customer where blocked_at is not null and customer_id = any($1)',
      [[from, into]],
    ),
  ).toHaveLength(2)
  const entries = await desk.world.entries({ event: 'customer.merged' })
  expect(entries.map(({ subject, data }) => [subject.id, data])).toEqual([
    [from, { side: 'merged_away', other: into, labelsAdded: [] }],
    [into, { side: 'kept', other: from, labelsAdded: [label.id] }],
  ])
  const cause = { causedBy: entries.at(-1)?.id, subject: { id: into } }
  const changes = await desk.world.entries({ event: ['customer.field_set', 'customer.profile_updated'] })
  expect(changes.slice(-2)).toMatchObject([
    { ...cause, data: { fields: ['nickname'] }, parts: { nicknameAfter: { value: 'Oldie' } } },
    { ...cause, data: { fieldName: 'City', change: 'set' }, parts: { after: { value: 'Riga' } } },
  ])
})
