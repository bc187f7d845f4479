import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld, type World } from './support/world.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.end())

test('setting up a workspace leaves its first entries in order, proved by a signed head', async () => {
  const entries = await world.entries()
  expect(entries.map(entry => entry.event)).toEqual([
    'workspace.created',
    'ledger.epoch_started',
    'agent.invited',
    'agent.joined',
    'session.signed_in',
  ])
  expect(entries.map(entry => entry.position)).toEqual([0, 1, 2, 3, 4])
  expect(entries[4]?.actor).toMatchObject({
    kind: 'agent',
    role: 'owner',
    name: { state: 'open', value: 'Olga Owner' },
  })
  expect(entries[4]?.parts.ip).toEqual({ state: 'open', value: '192.0.2.1' })
  const state = await world.owner.ask('ledger.state')
  expect(state.signed?.size).toBeGreaterThanOrEqual(5)
  expect(state.signerProblem).toBeNull()
})

test('handing over a resolved conversation is refused, and the refusal is in the log', async () => {
  const [maya, omar] = [await world.person('Maya'), await world.person('Omar')]
  const talk = await world.conversation({ status: 'resolved', assignee: maya.id })
  await expect(
    maya.do('conversation.assign', { conversationId: talk.id as never, agentId: omar.id as never }),
  ).rejects.toMatchObject({ code: 'conversation.resolved' })
  const about = await world.entries({ conversation: talk.id })
  expect(about.at(-1)).toMatchObject({
    event: 'command.refused',
    outcome: 'refused',
    actor: { id: maya.id },
    data: { name: 'conversation.assign', code: 'conversation.resolved' },
  })
})

test('sending queues a message, takes the conversation, and both are entries with the words under the customer’s key', async () => {
  const ada = await world.person('Ada')
  const talk = await world.conversation()
  const { message } = await ada.do('message.send', {
    conversationId: talk.id as never,
    text: 'Hello 你好 <b>',
  })
  const about = await world.entries({ conversation: talk.id })
  expect(about.map(entry => entry.event)).toEqual(['conversation.assigned', 'message.sent'])
  expect(about[1]).toMatchObject({
    subject: { kind: 'message', id: message.id },
    parts: { text: { state: 'open', value: 'Hello 你好 <b>' } },
  })
  const { items } = await ada.ask('conversation.messages', { id: talk.id as never })
  expect(items).toMatchObject([
    { text: { state: 'open', value: 'Hello 你好 <b>' }, state: 'queued', author: { name: 'Ada' } },
  ])
  const { items: list } = await ada.ask('conversation.list', { assignee: 'me' })
  expect(list).toMatchObject([
    { id: talk.id, assignee: { name: 'Ada' }, lastMessage: { preview: { state: 'open' } } },
  ])
})

test('the same Idempotency-Key gives the same answer once, and another input under it is refused', async () => {
  const talk = await world.conversation()
  const send = () =>
    world.owner.do(
      'message.send',
      { conversationId: talk.id as never, text: 'once' },
      { idempotencyKey: 'key-1' },
    )
  const [first, second] = await Promise.all([send(), send()])
  expect(second).toEqual(first)
  await expect(
    world.owner.do(
      'message.send',
      { conversationId: talk.id as never, text: 'other' },
      { idempotencyKey: 'key-1' },
    ),
  ).rejects.toMatchObject({ code: 'idempotency.key_reused' })
  expect((await world.entries({ conversation: talk.id, event: 'message.sent' })).length).toBe(1)
})

test('words are found in the log in any script', async () => {
  const talk = await world.conversation()
  for (const text of [
    'Посылка пришла вчера',
    '您的包裹已经到达',
    'La factura está pagada',
    'فاتورة الشهر الماضي',
  ])
    await world.owner.do('message.send', { conversationId: talk.id as never, text })
  await world.settle()
  while ((await world.node.textIndex.indexOnce(world.workspaceId)) > 0);
  for (const [q, count] of [
    ['посылка', 1],
    ['包裹', 1],
    ['factura esta', 1],
    ['فاتورة', 1],
    ['nothing like it', 0],
  ] as const)
    expect((await world.entries({ q, conversation: talk.id })).length, q).toBe(count)
})
