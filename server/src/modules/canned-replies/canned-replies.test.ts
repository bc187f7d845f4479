import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CommandInput } from '@tracedesk/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type Person, type World } from '../../../test/support/world.ts'
import { renderTemplate } from './render.ts'

const NAUGHTY = join(import.meta.dirname, '../../../../../shared/data/text/blns.json')
if (!existsSync(NAUGHTY)) process.stderr.write('SKIPPED: ../shared/data is absent\n')

let world: World
let sales: string
let sue: Person
let ann: Person
let bob: Person
beforeAll(async () => {
  world = await createWorld()
  sales = await world.department('Sales')
  sue = await world.person('Sue', 'supervisor', [sales])
  ann = await world.person('Ann', 'agent', [sales])
  bob = await world.person('Bob')
})
afterAll(() => world.end())

type Reply = CommandInput<'canned_reply.create'>
const reply = (changes: Partial<Reply> = {}): Reply => ({
  title: 'Hello',
  folder: null,
  shortcut: null,
  departmentId: null,
  text: 'Hello!',
  ...changes,
})

test('a reply is made, changed and removed, with its words before and after in the log', async () => {
  const made = await sue.do(
    'canned_reply.create',
    reply({ shortcut: 'Hi', folder: 'Greetings', text: 'One' }),
  )
  const { id } = made.cannedReply
  await sue.do('canned_reply.update', { cannedReplyId: id, version: 1, ...reply({ text: 'Two' }) })
  await expect(
    sue.do('canned_reply.update', { cannedReplyId: id, version: 1, ...reply({ text: 'Three' }) }),
  ).rejects.toMatchObject({ code: 'version.outdated' })
  await sue.do('canned_reply.delete', { cannedReplyId: id })
  const entries = await world.entries({ subject: id })
  expect(entries.map(entry => entry.event)).toEqual([
    'canned_reply.created',
    'canned_reply.updated',
    'command.refused',
    'canned_reply.deleted',
  ])
  expect(entries[1]).toMatchObject({
    data: {
      version: 2,
      from: { folder: 'Greetings', shortcut: 'hi', length: 3 },
      to: { folder: null, shortcut: null },
    },
    parts: { before: { value: 'One' }, after: { value: 'Two' } },
  })
})

test('two supervisors changing one reply at once end in one order, none lost', async () => {
  const made = await sue.do('canned_reply.create', reply())
  const { id } = made.cannedReply
  const results = await Promise.allSettled(
    [sue, world.owner].map((person, index) =>
      person.do('canned_reply.update', { cannedReplyId: id, version: 1, ...reply({ text: `by ${index}` }) }),
    ),
  )
  expect(results.map(result => result.status).sort()).toEqual(['fulfilled', 'rejected'])
  const [change] = await world.entries({ subject: id, event: 'canned_reply.updated' })
  const listed = (await ann.ask('canned_reply.list')).items.find(item => item.id === id)
  expect(change?.parts.after).toMatchObject({ value: listed?.text })
})

test('a shortcut is taken once, also when two take it at the same moment', async () => {
  const results = await Promise.allSettled(
    ['a', 'b'].map(text => sue.do('canned_reply.create', reply({ shortcut: 'once', text }))),
  )
  const refused = results.flatMap(result => (result.status === 'rejected' ? [result.reason] : []))
  expect(refused).toMatchObject([{ code: 'canned_reply.shortcut_taken', details: { shortcut: 'once' } }])
})

test('a reply of a department is for its members, and for whoever sees all', async () => {
  const made = await sue.do(
    'canned_reply.create',
    reply({ departmentId: sales as never, title: 'Sales only' }),
  )
  const { id } = made.cannedReply
  const sees = async (person: Person) =>
    (await person.ask('canned_reply.list')).items.some(item => item.id === id)
  expect([await sees(ann), await sees(bob), await sees(world.owner)]).toEqual([true, false, true])
  const talk = await world.conversation()
  await expect(
    bob.do('message.send', { conversationId: talk.id as never, text: 'x', cannedReplyId: id }),
  ).rejects.toMatchObject({ code: 'canned_reply.not_found' })
  const other = await world.department('Other')
  await expect(sue.do('canned_reply.create', reply({ departmentId: other as never }))).rejects.toMatchObject({
    code: 'department.not_found',
  })
  await expect(ann.do('canned_reply.create', reply())).rejects.toMatchObject({ code: 'permission.denied' })
})

describe('variables', () => {
  test('are filled in by the server for the conversation at hand, with words for what is missing', async () => {
    const made = await sue.do(
      'canned_reply.create',
      reply({
        text: 'Dear {{customer.name}} (@{{ customer.username | no name }}), {{agent.name}} of {{bot.name}}{{customer.username}}',
      }),
    )
    const talk = await world.conversation({ name: 'Carla {{agent.name}}\n\u202eevil' })
    const { items } = await ann.ask('canned_reply.list', { conversationId: talk.id as never })
    expect(items.find(item => item.id === made.cannedReply.id)?.rendered).toBe(
      'Dear Carla {{agent.name}}  evil (@no name), Ann of Test bot',
    )
    await expect(
      bob.ask('canned_reply.list', {
        conversationId: (await world.conversation({ assignee: ann.id })).id as never,
      }),
    ).rejects.toMatchObject({ code: 'conversation.not_found' })
  })

  test('other than those of the list are refused when the reply is saved', async () => {
    for (const [text, variable] of [
      ['{{customer.telegramId}}', 'customer.telegramId'],
      ['{{constructor}}', 'constructor'],
      ['{{__proto__.x}}', '__proto__.x'],
      ['{{customer.name', '{{customer.name'],
      ['{{customer.name|{{agent.name}}}}', '{{customer.name|}}'],
    ] as const)
      await expect(sue.do('canned_reply.create', reply({ text }))).rejects.toMatchObject({
        code: 'canned_reply.variable_unknown',
        details: { variable },
      })
  })

  test.skipIf(!existsSync(NAUGHTY))('hostile names stay words', () => {
    for (const name of JSON.parse(readFileSync(NAUGHTY, 'utf8')) as string[]) {
      const rendered = renderTemplate('<{{customer.name|-}}>', new Map([['customer.name', name]]))
      expect(rendered.startsWith('<') && rendered.endsWith('>') && !/[\n\u202e]/.test(rendered), name).toBe(
        true,
      )
    }
  })

  test('a template of nothing but brackets is read in little time', () => {
    const begun = performance.now()
    renderTemplate('{{a|'.repeat(1_024), new Map())
    renderTemplate(`{{${' '.repeat(4_000)}`, new Map())
    expect(performance.now() - begun).toBeLessThan(500)
  })
})

test('what was sent says which reply and version it came from, whether it was changed, and what was offered', async () => {
  const made = await sue.do('canned_reply.create', reply({ text: 'Thank you, {{customer.name}}.' }))
  const other = await sue.do('canned_reply.create', reply({ text: 'Other' }))
  const { id } = made.cannedReply
  const talk = await world.conversation({ name: 'Carla' })
  const use = {
    conversationId: talk.id as never,
    cannedReplyId: id,
    offered: [id, other.cannedReply.id],
  }
  await ann.do('message.send', { ...use, text: 'Thank you, Carla.' })
  await ann.do('message.send', { ...use, text: 'Thank you so much, Carla.' })
  await ann.do('message.send', { conversationId: talk.id as never, text: 'by hand' })
  const sent = await world.entries({ conversation: talk.id, event: 'message.sent' })
  expect(sent.map(entry => entry.data.cannedReply)).toEqual([
    { key: id, version: 1, edited: false, offered: [id, other.cannedReply.id] },
    { key: id, version: 1, edited: true, offered: [id, other.cannedReply.id] },
    null,
  ])
  const usage = async (person: Person) =>
    (await person.ask('canned_reply.usage', {})).items.filter(item => item.id === id)
  expect(await usage(ann)).toEqual([{ id, sent: 2, edited: 1 }])
  expect(await usage(bob)).toEqual([])
})
