import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDesk, type Desk, until } from '../../../test/support/desk.ts'
import type { Person, TestConversation, World } from '../../../test/support/world.ts'
import { fitsField } from './field-values.ts'

let desk: Desk
let world: World
let ann: Person
let bob: Person
beforeAll(async () => {
  desk = await createDesk()
  world = desk.world
  ann = await world.person('Ann')
  bob = await world.person('Bob')
})
afterAll(() => desk.end())

const customerOf = async (person: Person, talk: TestConversation) =>
  (await person.ask('customer.get', { id: talk.customerId as never })).customer
const about = (talk: TestConversation) => ({ customerId: talk.customerId as never })

describe('nickname and remark', () => {
  test('change with before and after as parts under the customer’s key', async () => {
    const talk = await world.conversation({ assignee: ann.id })
    await ann.do('customer.update_profile', { ...about(talk), nickname: 'Chef', remark: 'Calls at night' })
    await ann.do('customer.update_profile', { ...about(talk), nickname: null })
    await expect(
      ann.do('customer.update_profile', { ...about(talk), remark: 'Calls at night' }),
    ).rejects.toMatchObject({ code: 'conversation.unchanged' })
    expect(await customerOf(ann, talk)).toMatchObject({
      nickname: null,
      remark: { state: 'open', value: 'Calls at night' },
    })
    const entries = await world.entries({ subject: talk.customerId, event: 'customer.profile_updated' })
    expect(entries.map(entry => [entry.data.fields, entry.parts])).toEqual([
      [
        ['nickname', 'remark'],
        {
          nicknameAfter: { state: 'open', value: 'Chef' },
          remarkAfter: { state: 'open', value: 'Calls at night' },
        },
      ],
      [['nickname'], { nicknameBefore: { state: 'open', value: 'Chef' } }],
    ])
    expect(entries[0]).toMatchObject({ conversationId: talk.id, customerId: talk.customerId })
  })

  test('are out of reach for whoever does not see the customer, and withheld from auditors', async () => {
    const talk = await world.conversation({ assignee: ann.id })
    await ann.do('customer.update_profile', { ...about(talk), remark: 'secret' })
    await expect(bob.ask('customer.get', { id: talk.customerId as never })).rejects.toMatchObject({
      code: 'customer.not_found',
    })
    for (const attempt of [
      () => bob.do('customer.update_profile', { ...about(talk), remark: 'x' }),
      () => bob.do('customer.block', about(talk)),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'customer.not_found' })
    const otto = await world.person('Otto', 'auditor')
    expect(await customerOf(otto, talk)).toMatchObject({ name: null, remark: { state: 'withheld' } })
    const offered = await otto.ask('canned_reply.list', { conversationId: talk.id as never })
    expect(offered.items.every(item => item.rendered === null)).toBe(true)
  })
})

describe('fields', () => {
  test('are defined, changed, filled in, emptied and deleted, each with before and after', async () => {
    const talk = await world.conversation()
    const { field } = await world.owner.do('field.define', {
      key: 'tier',
      name: 'Tier',
      kind: 'choice',
      options: ['gold', 'silver'],
    })
    const place = { ...about(talk), fieldId: field.id }
    await ann.do('customer.set_field', { ...place, value: 'gold' })
    await ann.do('customer.set_field', { ...place, value: 'silver' })
    await expect(ann.do('customer.set_field', { ...place, value: 'lead' })).rejects.toMatchObject({
      code: 'field.value_not_valid',
      details: { kind: 'choice' },
    })
    await ann.do('customer.set_field', { ...place, value: null })
    await ann.do('customer.set_field', { ...place, value: 'gold' })
    await world.owner.do('field.change', { fieldId: field.id, name: 'Level', options: ['silver'] })
    expect((await customerOf(ann, talk)).fields).toMatchObject([
      { key: 'tier', name: 'Level', value: { state: 'open', value: 'gold' } },
    ])
    await world.owner.do('field.delete', { fieldId: field.id })
    expect((await customerOf(ann, talk)).fields).toEqual([])
    const sets = await world.entries({ subject: talk.customerId, event: 'customer.field_set' })
    const words = (part?: { state: string; value?: string }) => part?.value ?? null
    expect(sets.map(e => [e.data.change, words(e.parts.before), words(e.parts.after)])).toEqual([
      ['set', null, 'gold'],
      ['changed', 'gold', 'silver'],
      ['cleared', 'silver', null],
      ['set', null, 'gold'],
    ])
    const story = await world.entries({ subject: field.id })
    expect(story.map(entry => entry.event)).toEqual(['field.defined', 'field.changed', 'field.deleted'])
    expect(story[1]?.parts).toMatchObject({
      before: { value: '{"options":["gold","silver"]}' },
      after: { value: '{"options":["silver"]}' },
    })
    expect(story[2]?.data).toMatchObject({ customers: 1 })
  })

  test('take only what fits their kind; a link is never anything but http', () => {
    const cases: [Parameters<typeof fitsField>[0], string, boolean][] = [
      ['text', 'Ünïcode 你好 <b>', true],
      ['text', 'two\nlines', false],
      ['number', '-12.50', true],
      ['number', '1e5', false],
      ['number', 'NaN', false],
      ['date', '2024-02-29', true],
      ['date', '2023-02-29', false],
      ['link', 'https://example.org/a?b=c', true],
      ['link', 'javascript:alert(1)', false],
      ['link', ' \u0001javascript:alert(1)', false],
      ['link', 'data:text/html,x', false],
      ['link', 'example.org', false],
    ]
    for (const [kind, value, fits] of cases) expect(fitsField(kind, [], value), `${kind} ${value}`).toBe(fits)
  })

  test('have a key of their own, choices where there are some to make, and are for administrators', async () => {
    await world.owner.do('field.define', { key: 'city', name: 'City', kind: 'text' })
    await expect(
      world.owner.do('field.define', { key: 'city', name: 'Town', kind: 'text' }),
    ).rejects.toMatchObject({ code: 'field.key_taken' })
    for (const wrong of [{ kind: 'choice' as const }, { kind: 'text' as const, options: ['a'] }])
      await expect(
        world.owner.do('field.define', { key: 'other', name: 'Other', ...wrong }),
      ).rejects.toMatchObject({ code: 'input.invalid' })
    await expect(ann.do('field.define', { key: 'mine', name: 'Mine', kind: 'text' })).rejects.toMatchObject({
      code: 'permission.denied',
    })
  })

  test('and nickname fill canned replies', async () => {
    const talk = await world.conversation({ name: 'Carla' })
    const { field } = await world.owner.do('field.define', { key: 'plan', name: 'Plan', kind: 'text' })
    const { cannedReply } = await world.owner.do('canned_reply.create', {
      title: 'Plan',
      folder: null,
      shortcut: null,
      departmentId: null,
      text: '{{customer.nickname|you}}: {{field.plan|none}}',
    })
    const rendered = async () =>
      (await ann.ask('canned_reply.list', { conversationId: talk.id as never })).items.find(
        item => item.id === cannedReply.id,
      )?.rendered
    expect(await rendered()).toBe('you: none')
    await ann.do('customer.update_profile', { ...about(talk), nickname: 'C' })
    await ann.do('customer.set_field', { ...about(talk), fieldId: field.id, value: '{{agent.name}}' })
    expect(await rendered()).toBe('C: {{agent.name}}')
    await world.owner.do('field.delete', { fieldId: field.id })
    expect(await rendered()).toBe('C: none')
  })
})

describe('blocking', () => {
  test('a blocked customer’s messages are kept and marked, wait for nobody and reopen nothing, until unblocked', async () => {
    desk.addGateway()
    const bot = await desk.connect()
    const customer = desk.telegram.createUser({ firstName: 'Mallory' })
    customer.say(bot, 'before')
    const [talk] = await until(async () => {
      const found = await desk.conversations()
      return (
        found.some(item => item.customer.name === 'Mallory') &&
        found.filter(c => c.customer.name === 'Mallory')
      )
    })
    if (!talk) throw new Error('no conversation')
    expect(talk.waitingSince).not.toBeNull()
    await ann.do('customer.block', { customerId: talk.customer.id })
    await expect(ann.do('customer.block', { customerId: talk.customer.id })).rejects.toMatchObject({
      code: 'customer.already_blocked',
    })
    const state = async () => (await world.owner.ask('conversation.get', { id: talk.id })).conversation
    expect(await state()).toMatchObject({ waitingSince: null, customer: { blocked: true } })
    await world.owner.do('conversation.change_status', { conversationId: talk.id, status: 'resolved' })
    customer.say(bot, 'while blocked')
    await until(async () => (await desk.messages(talk.id)).length === 2)
    expect(await state()).toMatchObject({ waitingSince: null, status: 'resolved' })
    await ann.do('customer.unblock', { customerId: talk.customer.id })
    customer.say(bot, 'after')
    await until(async () => (await desk.messages(talk.id)).length === 3)
    expect(await state()).toMatchObject({ status: 'in_progress', customer: { blocked: false } })
    expect((await state()).waitingSince).not.toBeNull()
    const received = await world.entries({ conversation: talk.id, event: 'message.received' })
    expect(received.map(entry => entry.data.whileBlocked)).toEqual([false, true, false])
    const blocks = await world.entries({
      subject: talk.customer.id,
      event: ['customer.blocked', 'customer.unblocked'],
    })
    expect(blocks.map(entry => [entry.event, entry.data.stoppedWaiting])).toEqual([
      ['customer.blocked', 1],
      ['customer.unblocked', undefined],
    ])
  })
})
