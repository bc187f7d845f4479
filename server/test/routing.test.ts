import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { until } from './support/desk.ts'
import { checkReplay } from './support/replay.ts'
import { createWorld, type Person, type World } from './support/world.ts'

let world: World
let billing: string
let sales: string
const people: Person[] = []

beforeAll(async () => {
  world = await createWorld()
  ;[billing, sales] = [await world.department('Billing'), await world.department('Sales')]
  for (const [name, department] of [
    ['Ana', billing],
    ['Ben', billing],
    ['Cho', sales],
  ] as const)
    people.push(await world.person(name, 'agent', [department]))
})
beforeEach(async () => {
  // nobody there, nothing open, nobody's turn: each test brings its own
  await world.asSuperuser(
    "update conversation set status = 'resolved', assignee_id = null, snoozed_until = null",
  )
  await world.asSuperuser(
    "update agent_desk set presence = 'offline', routed_at = null, capacity = null, languages = '{}', changed_by = null",
  )
})
afterAll(() => world.end())

const person = (i: number): Person => people[i] as Person
const arrive = async (...who: Person[]) => {
  for (const one of who) await world.node.hearFrom(await one.caller())
}
const route = () => world.node.keeper.route(world.workspaceId)
const assigneeOf = async (id: string) =>
  (
    await world.asSuperuser<{ assignee_id: string | null }>(
      'select assignee_id from conversation where conversation_id = $1',
      [id],
    )
  )[0]?.assignee_id
const setRouting = (botId: string, changes: object) =>
  world.owner.do('bot.set_routing', {
    botId: botId as never,
    mode: 'online_first',
    departmentId: null,
    fallbackDepartmentId: null,
    ...changes,
  })
const setDesk = (who: Person, capacity: number | null, languages: string[] = []) =>
  world.owner.do('agent.change_desk', { agentId: who.id as never, capacity, languages })

/** Locks a conversation as if a long command were at it; returns what lets it go. */
async function holdRow(id: string): Promise<() => Promise<void>> {
  const client = await world.node.databases.app.connect()
  await client.query('begin')
  await client.query('select from conversation where conversation_id = $1 for update', [id])
  return async () => {
    await client.query('rollback')
    client.release()
  }
}
/** Does a command wait for the lock of this conversation? */
const isAwaited = async (id: string) =>
  (
    await world.asSuperuser(
      `select from pg_locks l join conversation c on l.page = (c.ctid::text::point)[0] and l.tuple = (c.ctid::text::point)[1]
       where c.conversation_id = $1 and l.locktype = 'tuple' and l.relation = 'conversation'::regclass`,
      [id],
    )
  ).length > 0

describe('the queue', () => {
  test('goes to whoever comes online, with the rule as actor, its choice and everybody it considered', async () => {
    const talk = await world.conversation()
    expect(await route()).toBe(0)
    await arrive(person(0))
    await until(async () => (await assigneeOf(talk.id)) === person(0).id)
    const entry = (await world.entries({ conversation: talk.id })).at(-1)
    expect(entry).toMatchObject({
      event: 'conversation.assigned',
      actor: { kind: 'rule' },
      via: { source: 'rule' },
      data: {
        from: null,
        to: person(0).id,
        cause: 'routed',
        mode: 'online_first',
        considered: 1,
        candidates: [{ id: person(0).id, presence: 'online', load: 0, capacity: 10 }],
      },
    })
    await checkReplay(world, talk.id)
    expect((await person(0).ask('log.search', { conversation: [talk.id] as never })).items).toHaveLength(1)
  })

  test('never fills anybody beyond their capacity, however many open at once and however many nodes route', async () => {
    await setDesk(person(0), 3)
    await setDesk(person(1), 4)
    const talks = await Promise.all(Array.from({ length: 24 }, () => world.conversation()))
    const other = world.addNode()
    await arrive(person(0), person(1))
    await Promise.all([
      route(),
      other.keeper.route(world.workspaceId),
      route(),
      other.keeper.route(world.workspaceId),
    ])
    await until(async () => {
      const held = await Promise.all(talks.map(talk => assigneeOf(talk.id)))
      return held.filter(id => id !== null).length === 7
    })
    const held = await Promise.all(talks.map(talk => assigneeOf(talk.id)))
    expect([0, 1].map(i => held.filter(id => id === person(i).id).length)).toEqual([3, 4])
    const routed = (await world.entries({ event: 'conversation.assigned' })).filter(entry =>
      talks.some(talk => talk.id === entry.conversationId),
    )
    expect(routed).toHaveLength(7)
    for (const talk of talks) await checkReplay(world, talk.id)
    // a place that becomes free is filled again
    const done = talks.find((_, i) => held[i] === person(0).id)
    await person(0).do('conversation.change_status', {
      conversationId: done?.id as never,
      status: 'resolved',
    })
    await until(async () => {
      const now = await Promise.all(talks.map(talk => assigneeOf(talk.id)))
      return now.filter(id => id !== null).length === 8
    })
  })

  test('is served by urgency, then by waiting', async () => {
    const [late, early, urgent] = [
      await world.conversation(),
      await world.conversation(),
      await world.conversation(),
    ]
    await world.asSuperuser(
      "update conversation set waiting_since = now() - interval '1 hour' where conversation_id = $1",
      [early.id],
    )
    await world.asSuperuser('update conversation set waiting_since = now() where conversation_id <> $1', [
      early.id,
    ])
    await world.owner.do('conversation.set_priority', {
      conversationId: urgent.id as never,
      priority: 'urgent',
    })
    for (const [capacity, expected] of [
      [1, urgent],
      [2, early],
      [3, late],
    ] as const) {
      await setDesk(person(0), capacity)
      await arrive(person(0))
      await until(async () => (await assigneeOf(expected.id)) === person(0).id)
    }
  })

  test('keeps that order when room is lost and made again while it is being served', async () => {
    const [taken, early, late] = [
      await world.conversation(),
      await world.conversation(),
      await world.conversation(),
    ]
    const resolve = "update conversation set status = 'resolved' where conversation_id = $1"
    await world.asSuperuser(resolve, [taken.id])
    await world.asSuperuser(
      "update conversation set waiting_since = now() - interval '1 hour' where conversation_id = $1",
      [early.id],
    )
    await setDesk(person(0), 1)
    const held = await Promise.all([early, late].map(({ id }) => holdRow(id)))
    await arrive(person(0))
    const routing = route()
    await until(() => isAwaited(early.id))
    // somebody else takes the only place
    await world.asSuperuser(
      "update conversation set status = 'in_progress', assignee_id = $2 where conversation_id = $1",
      [taken.id, person(0).id],
    )
    await held[0]?.()
    await Promise.race([routing, until(() => isAwaited(late.id))])
    await setDesk(person(0), 2)
    await held[1]?.()
    await until(async () => (await assigneeOf(early.id)) === person(0).id)
    expect(await assigneeOf(late.id)).toBeNull()
  })

  test('stays where nobody is to be found: manual, closed, snoozed, put back by the only one there', async () => {
    await arrive(person(0))
    const manual = await world.conversation()
    await setRouting(manual.botId, { mode: 'manual' })
    const closed = await world.conversation()
    await setRouting(closed.botId, { departmentId: billing })
    await world.owner.do('setting.change', {
      key: 'desk.business_hours',
      value: JSON.stringify({ [closed.botId]: { zone: 'UTC', week: {} } }),
    })
    expect(await route()).toBe(0)
    await world.owner.do('setting.change', { key: 'desk.business_hours', value: '' })
    await until(async () => (await assigneeOf(closed.id)) === person(0).id)
    await person(0).do('conversation.assign', { conversationId: closed.id as never, agentId: null })
    expect(await route()).toBe(0)
    await arrive(person(1))
    await until(async () => (await assigneeOf(closed.id)) === person(1).id)
    expect(await assigneeOf(manual.id)).toBeNull()
    await checkReplay(world, closed.id)
  })

  test('goes to the fallback department when nobody at home is online, and says so', async () => {
    const talk = await world.conversation()
    await setRouting(talk.botId, { departmentId: billing, fallbackDepartmentId: sales })
    await arrive(person(2))
    await until(async () => (await assigneeOf(talk.id)) === person(2).id)
    const story = await world.entries({ conversation: talk.id })
    expect(story.map(entry => [entry.event, entry.actor.kind, entry.reason?.code ?? null])).toEqual([
      ['conversation.transferred', 'rule', 'nobody_online'],
      ['conversation.assigned', 'rule', null],
    ])
    expect(await checkReplay(world, talk.id)).toMatchObject({ departmentId: sales })
  })
})

describe('a bot’s mode', () => {
  const two = async (mode: string, botOf?: { botId: string }) => {
    const talk = await world.conversation()
    if (botOf)
      await world.asSuperuser('update conversation set bot_id = $2 where conversation_id = $1', [
        talk.id,
        botOf.botId,
      ])
    await setRouting(botOf?.botId ?? talk.botId, { mode })
    return talk
  }

  test('language prefers who speaks the customer’s, sticky who held them last', async () => {
    await setDesk(person(1), null, ['ru'])
    const russian = await two('language')
    await world.asSuperuser("update customer set language = 'ru-RU' where customer_id = $1", [
      russian.customerId,
    ])
    const again = await two('sticky', russian)
    await world.asSuperuser(
      "update conversation set customer_id = $2, assignee_id = null, opened_at = now() + interval '1 second' where conversation_id = $1",
      [again.id, russian.customerId],
    )
    await setRouting(russian.botId, { mode: 'language' })
    await world.asSuperuser("update conversation set status = 'pending' where conversation_id = $1", [
      again.id,
    ])
    await arrive(person(0), person(1))
    await until(async () => (await assigneeOf(russian.id)) === person(1).id)
    await setDesk(person(1), null, [])
    await setRouting(russian.botId, { mode: 'sticky' })
    await world.asSuperuser("update conversation set status = 'in_progress' where conversation_id = $1", [
      again.id,
    ])
    await route()
    await until(async () => (await assigneeOf(again.id)) === person(1).id)
  })

  test('is an entry with its before and after, and refuses departments and bots that are not there', async () => {
    const talk = await world.conversation()
    await setRouting(talk.botId, { mode: 'least_busy', departmentId: sales })
    expect((await world.entries({ event: 'bot.routing_changed', bot: talk.botId })).at(-1)?.data).toEqual({
      from: { mode: 'online_first', departmentId: null, fallbackDepartmentId: null },
      to: { mode: 'least_busy', departmentId: sales, fallbackDepartmentId: null },
    })
    await expect(setRouting(talk.botId, { departmentId: talk.id })).rejects.toMatchObject({
      code: 'department.not_found',
    })
    await expect(setRouting(talk.id, {})).rejects.toMatchObject({ code: 'bot.not_found' })
    const { items } = await person(0).ask('bot.routing')
    expect(items.find(item => item.botId === talk.botId)).toMatchObject({
      mode: 'least_busy',
      departmentId: sales,
    })
  })
})

test('the board counts what its reader may see', async () => {
  const sue = await world.person('Sue', 'supervisor', [sales])
  await world.owner.do('department.set_lead', {
    departmentId: sales as never,
    agentId: sue.id as never,
    lead: true,
  })
  const [theirs, others] = [
    await world.conversation({ department: sales, assignee: person(2).id, name: 'Sam Sales' }),
    await world.conversation({ department: billing, assignee: person(0).id, name: 'Bill Billing' }),
  ]
  await world.asSuperuser(
    "update conversation set waiting_since = now() - interval '5 minutes' where conversation_id = any($1)",
    [[theirs.id, others.id]],
  )
  const board = await sue.ask('desk.board')
  expect(board.waits.map(wait => wait.customerName)).toEqual(['Sam Sales'])
  expect(board.people.map(one => one.id).sort()).toEqual([person(2).id, sue.id].sort())
  expect(board.queues.map(queue => queue.name)).toEqual([null, 'Sales'])
  expect(board).toMatchObject({ open: 1, waiting: 1 })
  expect((await world.owner.ask('desk.board')).open).toBe(2)
  await expect(person(0).ask('desk.board')).rejects.toMatchObject({ code: 'permission.denied' })
})
