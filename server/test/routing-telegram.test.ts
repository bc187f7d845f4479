import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../src/kernel/id.ts'
import { createDesk, type Desk, until } from './support/desk.ts'
import { checkReplay } from './support/replay.ts'

let desk: Desk
let bot: Awaited<ReturnType<Desk['connect']>>

beforeAll(async () => {
  desk = await createDesk()
  desk.addGateway()
  bot = await desk.connect('Harbour Shop')
})
afterAll(() => desk.end())

test('a customer’s first message finds an agent, caused by the opening; their next one wakes what was snoozed', async () => {
  const maya = await desk.world.person('Maya')
  await desk.world.node.hearFrom(await maya.caller())
  const carla = desk.telegram.createUser({ firstName: 'Carla' })
  await carla.say(bot, 'Where is my parcel?')
  const [talk] = await until(async () => {
    const { items } = await maya.ask('conversation.list', { assignee: 'me' })
    return items.length > 0 && items
  })
  if (!talk) throw new Error('no conversation')
  const story = await desk.world.entries({ conversation: talk.id })
  const opened = story.find(entry => entry.event === 'conversation.opened')
  const routed = story.find(entry => entry.event === 'conversation.assigned')
  expect(routed).toMatchObject({ actor: { kind: 'rule' }, data: { cause: 'routed', to: maya.id } })
  expect(routed?.causedBy).toBe(opened?.id)

  await maya.do('conversation.snooze', { conversationId: talk.id, until: '2099-01-01T00:00:00Z' })
  await carla.say(bot, 'Hello?')
  await until(async () => {
    const { conversation } = await maya.ask('conversation.get', { id: talk.id })
    return conversation.snoozedUntil === null
  })
  const woken = (await desk.world.entries({ conversation: talk.id })).find(
    entry => entry.event === 'conversation.woken',
  )
  expect(woken).toMatchObject({ actor: { kind: 'customer' }, data: { by: 'customer' } })
  expect(await checkReplay(desk.world, talk.id)).toMatchObject({ assigneeId: maya.id, snoozedUntil: null })
})

test('with two hundred people online the entry still fits, and says how many there were', async () => {
  const ids = Array.from({ length: 200 }, () => newId())
  const w = desk.world.workspaceId
  await desk.world.asSuperuser(
    `insert into agent (workspace_id, agent_id, name, email, role, state, named_by, created_at)
     select $1, id, 'Agent', id::text || '@desk.example', 'agent', 'active', id, now() from unnest($2::uuid[]) as t (id)`,
    [w, ids],
  )
  await desk.world.asSuperuser(
    `insert into agent_desk (workspace_id, agent_id, presence, changed_by, since) select $1, id, 'online', 'person', now() from unnest($2::uuid[]) as t (id)`,
    [w, ids],
  )
  const ines = desk.telegram.createUser({ firstName: 'Ines' })
  await ines.say(bot, 'Anybody there?')
  const entry = await until(async () =>
    (await desk.entries('conversation.assigned')).find(each => Number(each.data.considered) > 100),
  )
  expect(entry.data).toMatchObject({ cause: 'routed', considered: 201 })
  expect(entry.data.candidates).toHaveLength(16)
  await checkReplay(desk.world, entry.conversationId ?? '')
})

test('every one of thirty customers who write at once gets a conversation, each once and each with somebody', async () => {
  const before = (await desk.entries('conversation.opened')).length
  for (let i = 0; i < 30; i++) void desk.telegram.createUser({ firstName: `Person ${i}` }).say(bot, 'hello')
  await until(async () => (await desk.entries('conversation.assigned')).length >= before + 30)
  const opened = await desk.entries('conversation.opened')
  expect(opened).toHaveLength(before + 30)
  expect((await desk.entries('command.failed')).map(entry => entry.data)).toEqual([])
})
