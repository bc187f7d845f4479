import type { BoardFigure } from '@tracedesk/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld, type Person, type World } from './support/world.ts'

let world: World
let sales: string
let cho: Person

beforeAll(async () => {
  world = await createWorld()
  sales = await world.department('Sales')
  cho = await world.person('Cho', 'agent', [sales])
})
afterAll(() => world.end())

test('who leads a department sees what is given to somebody there, also out of the queue of nobody', async () => {
  const lea = await world.person('Lea', 'supervisor', [sales])
  const leads = { departmentId: sales as never, agentId: lea.id as never, lead: true }
  await world.owner.do('department.set_lead', leads)
  const talk = await world.conversation({ name: 'Nora Nobody' })
  const given = { conversationId: talk.id as never, agentId: cho.id as never }
  await world.owner.do('conversation.assign', given)
  const held = await lea.ask('desk.board_entries', { figure: 'held', of: cho.id })
  expect(held.items.find(({ conversation }) => conversation?.id === talk.id)?.entry).toMatchObject({
    event: 'conversation.assigned',
    data: { from: null, to: cho.id },
  })
  await expect(cho.ask('desk.board_entries', { figure: 'open' })).rejects.toMatchObject({
    code: 'permission.denied',
  })
  await world.owner.do('conversation.change_status', {
    conversationId: talk.id as never,
    status: 'resolved',
  })
})

test('each number of the board opens the entries it counts, one for each', async () => {
  const talks = await Promise.all(
    ['Una', 'Ulf', 'Uri'].map(name => world.conversation({ name, department: sales })),
  )
  for (const { botId } of talks) {
    const nobody = { departmentId: null, fallbackDepartmentId: null }
    // nothing moves while we count
    await world.owner.do('bot.set_routing', { botId: botId as never, mode: 'manual', ...nobody })
  }
  await world.node.hearFrom(await cho.caller())
  const [una, ulf, uri] = talks.map(({ id }) => ({ conversationId: id as never })) as [
    { conversationId: never },
    { conversationId: never },
    { conversationId: never },
  ]
  await world.owner.do('conversation.assign', { ...una, agentId: cho.id as never })
  const until = new Date(Date.now() + 3_600_000).toISOString()
  await world.owner.do('conversation.snooze', { ...ulf, until })
  await world.owner.do('conversation.change_status', { ...uri, status: 'resolved' })
  await world.owner.do('conversation.change_status', { ...uri, status: 'in_progress' })

  await world.asSuperuser(
    "update conversation set waiting_since = now() - interval '5 minutes' where conversation_id = any($1)",
    [[una.conversationId, uri.conversationId]],
  )

  const board = await world.owner.ask('desk.board')
  expect(
    Math.min(board.open - 3, board.waiting - 2, board.late - 2, board.snoozed - 1),
  ).toBeGreaterThanOrEqual(0)
  const entriesOf = async (figure: BoardFigure, of?: string) =>
    (await world.owner.ask('desk.board_entries', { figure, limit: 200, ...(of ? { of } : {}) })).items
  const online = board.people.filter(({ state }) => state === 'online')
  expect(await entriesOf('online')).toHaveLength(online.length)
  expect(online.length).toBeGreaterThan(0)
  for (const figure of ['open', 'waiting', 'late', 'snoozed', 'offered'] as const)
    expect.soft(await entriesOf(figure), figure).toHaveLength(board[figure])
  for (const queue of board.queues) {
    expect.soft(await entriesOf('queue', queue.id ?? undefined)).toHaveLength(queue.queueLength)
    expect.soft(await entriesOf('present', queue.id ?? undefined)).toHaveLength(queue.online)
  }
  for (const seat of board.people)
    expect.soft(await entriesOf('held', seat.id), seat.name).toHaveLength(seat.load)

  const entryOf = async (figure: BoardFigure, id: string, of?: string) =>
    (await entriesOf(figure, of)).find(({ conversation }) => conversation?.id === id)?.entry
  expect(await entryOf('held', una.conversationId, cho.id)).toMatchObject({
    event: 'conversation.assigned',
    data: { to: cho.id },
  })
  expect((await entryOf('snoozed', ulf.conversationId))?.event).toBe('conversation.snoozed')
  expect((await entryOf('open', uri.conversationId))?.event).toBe('conversation.reopened')
  // page by page it is the same list, and each look is on record
  const first = await world.owner.ask('desk.board_entries', { figure: 'open', limit: 1 })
  const cursor = first.nextCursor ?? ''
  const second = await world.owner.ask('desk.board_entries', { figure: 'open', limit: 1, cursor })
  const both = [...first.items, ...second.items].map(({ conversation }) => conversation?.id)
  expect(both).toEqual((await entriesOf('open')).slice(0, 2).map(({ conversation }) => conversation?.id))
  const looks = (await world.entries({ event: 'log.viewed' })).filter(
    ({ data }) => data.query === 'desk.board_entries',
  )
  expect(looks.at(-1)?.data).toMatchObject({ filter: { figure: ['open'] }, scope: 'all' })
})
