import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createDesk, type Desk, until } from './support/desk.ts'
import { checkReplay } from './support/replay.ts'
import { PEOPLE } from './support/replay-people.ts'
import { checkTables } from './support/replay-tables.ts'
import type { Person } from './support/world.ts'

vi.setConfig({ testTimeout: 60_000 })

let desk: Desk
let maya: Person
let sue: Person

beforeAll(async () => {
  desk = await createDesk()
  maya = await desk.world.person('Maya', 'agent')
  sue = await desk.world.person('Sue', 'supervisor')
})
afterAll(() => desk.end())

/** A department with Maya in it and Sue leading it. */
async function department(name: string): Promise<never> {
  const id = (await desk.world.department(name)) as never
  for (const { id: agentId } of [maya, sue])
    await desk.owner.do('department.add_member', { departmentId: id, agentId: agentId as never })
  await desk.owner.do('department.set_lead', { departmentId: id, agentId: sue.id as never, lead: true })
  return id
}
const remove = (departmentId: never) => desk.owner.do('department.delete', { departmentId })
const resolve = (id: string) =>
  desk.owner.do('conversation.change_status', { conversationId: id as never, status: 'resolved' })
const namesOf = async (input = {}) =>
  (await desk.owner.ask('department.list', input)).items.map(({ name }) => name)

describe('a department that is taken away', () => {
  test('is refused while something leads there, and the answer counts what', async () => {
    const id = await department('Returns')
    const talk = await desk.world.conversation({ department: id })
    const { cannedReply } = await desk.owner.do('canned_reply.create', {
      ...{ title: 'Sizes', folder: null, shortcut: null, departmentId: id, text: 'Up to 52.' },
    })
    const routing = { mode: 'online_first' as const, departmentId: null, fallbackDepartmentId: id }
    await desk.owner.do('bot.set_routing', { botId: talk.botId as never, ...routing })
    const offered = await desk.world.conversation({ assignee: maya.id })
    await maya.do('conversation.transfer', {
      ...{ conversationId: offered.id as never, toDepartmentId: id, reasonCode: 'skill' },
    })
    const counts = { conversations: 1, offers: 1, bots: 1, cannedReplies: 1 }
    await expect(remove(id)).rejects.toMatchObject({ code: 'department.in_use', details: counts })
    expect((await desk.entries('command.refused')).at(-1)).toMatchObject({
      subject: { kind: 'department', id },
      data: { name: 'department.delete', code: 'department.in_use' },
    })

    await resolve(talk.id)
    await maya.do('conversation.decline', { conversationId: offered.id as never })
    await desk.owner.do('bot.set_routing', {
      ...{ botId: talk.botId as never, ...routing, fallbackDepartmentId: null },
    })
    await expect(remove(id)).rejects.toMatchObject({
      details: { conversations: 0, offers: 0, bots: 0, cannedReplies: 1 },
    })
    await desk.owner.do('canned_reply.delete', { cannedReplyId: cannedReply.id })
    await remove(id)
  })

  test('is gone from every choice, its name is free, and who led it then still reads that time', async () => {
    const id = await department('Claims')
    const talk = await desk.world.conversation({ department: id, assignee: maya.id })
    await maya.do('conversation.pin', { conversationId: talk.id as never, scope: 'mine' })
    await resolve(talk.id)
    await remove(id)
    expect(await namesOf()).not.toContain('Claims')
    expect(await namesOf({ deleted: 'with' })).toContain('Claims')
    const targets = await desk.owner.ask('conversation.transfer_targets')
    expect(targets.departments.map(each => each.id)).not.toContain(id)
    expect((await maya.ask('session.me')).departments.map(each => each.id)).not.toContain(id)
    const gone = { code: 'department.not_found' }
    const open = await desk.world.conversation({ assignee: maya.id })
    await expect(
      maya.do('conversation.transfer', {
        ...{ conversationId: open.id as never, toDepartmentId: id, reasonCode: 'skill' },
      }),
    ).rejects.toMatchObject(gone)
    await expect(remove(id)).rejects.toMatchObject(gone)
    await expect(
      desk.owner.do('department.add_member', { departmentId: id, agentId: maya.id as never }),
    ).rejects.toMatchObject(gone)
    await expect(
      desk.owner.do('bot.set_routing', {
        ...{ botId: talk.botId as never, mode: 'manual', departmentId: id, fallbackDepartmentId: null },
      }),
    ).rejects.toMatchObject(gone)

    const about = await desk.world.entries({ subject: id, outcome: 'done' })
    expect(about.at(-1)).toMatchObject({
      event: 'department.deleted',
      actor: { id: desk.owner.id },
      subject: { kind: 'department', id },
      data: { name: 'Claims', members: 2, leads: 1 },
    })
    const left = about.filter(({ event }) => event === 'department.member_removed')
    expect(left.map(({ data }) => [data.agentId, data.wasLead]).sort()).toEqual(
      [
        [maya.id, false],
        [sue.id, true],
      ].sort(),
    )
    const seen = await sue.ask('log.search', { conversation: talk.id as never, limit: 50 })
    expect(seen.items.map(({ event }) => event)).toContain('conversation.pinned')
    await department('Stays')
    await checkTables(
      desk.world,
      PEOPLE.filter(({ table }) => table.startsWith('department')),
    )

    const again = await desk.owner.do('department.create', { name: 'claims' })
    expect(again.department.id).not.toBe(id)
  })

  test('and a conversation sent there in the same moment: one of the two is refused, nothing lies where nobody looks', async () => {
    const other = desk.world.addNode()
    for (let round = 0; round < 4; round++) {
      const id = await department(`Moment ${round}`)
      const talk = await desk.world.conversation({ department: id })
      await resolve(talk.id)
      const [reopen, drop] = ['conversation.change_status', 'department.delete'].map(name =>
        other.commandsByName.get(name),
      )
      if (!reopen || !drop) throw new Error('a command is not there')
      const caller = await desk.owner.caller()
      const about = { conversationId: talk.id as never, status: 'in_progress' }
      const [reopened, dropped] = await Promise.allSettled([
        desk.world.node.door.execute(reopen, caller, about),
        other.door.execute(drop, caller, { departmentId: id }),
      ])
      expect(reopened.status).toBe('fulfilled')
      const [row] = await desk.world.asSuperuser<{ department: string | null }>(
        'select department_id as department from conversation where conversation_id = $1',
        [talk.id],
      )
      expect(row?.department).toBe(dropped.status === 'fulfilled' ? null : id)
      await checkReplay(desk.world, talk.id, { departmentId: id })
    }
  })
})

test('a resolved conversation goes on where a new one would, when its department or its holder is gone', async () => {
  desk.addGateway()
  const bot = await desk.connect()
  const id = await department('Exchange')
  const leaver = await desk.world.person('Lee', 'agent', [id])
  const carla = desk.telegram.createUser({ firstName: 'Carla' })
  carla.say(bot, 'first')
  const talkOf = async () => (await desk.conversations()).find(({ customer }) => customer.name === 'Carla')
  const talk = await until(talkOf)
  const about = { conversationId: talk.id }
  await desk.owner.do('conversation.transfer', { ...about, toDepartmentId: id, reasonCode: 'skill' })
  await desk.owner.do('conversation.assign', { ...about, agentId: leaver.id as never })
  await resolve(talk.id)
  await desk.owner.do('agent.deactivate', { agentId: leaver.id as never })
  await remove(id)

  carla.say(bot, 'second')
  await until(async () => (await talkOf())?.status === 'in_progress')
  expect(await talkOf()).toMatchObject({ id: talk.id, department: null, assignee: null })
  await checkReplay(desk.world, talk.id)
  const told = (await desk.world.entries({ conversation: talk.id })).slice(-4)
  expect(told.map(({ event }) => event)).toEqual([
    'conversation.reopened',
    'conversation.transferred',
    'conversation.assigned',
    'message.received',
  ])
  expect(told[1]).toMatchObject({
    actor: { kind: 'system' },
    reason: { code: 'department_deleted' },
    data: { from: { agentId: leaver.id, departmentId: id }, to: { agentId: leaver.id, departmentId: null } },
  })
  expect(told[2]).toMatchObject({ data: { from: leaver.id, to: null, cause: 'deactivated' } })
})

test('who resolves by mistake and takes it back finds the customer waiting as long as they have', async () => {
  const bot = await desk.connect()
  const dan = desk.telegram.createUser({ firstName: 'Dan' })
  dan.say(bot, 'anybody there?')
  const talkOf = async () => (await desk.conversations()).find(({ customer }) => customer.name === 'Dan')
  const before = await until(talkOf)
  expect(before.waitingSince).toEqual(expect.any(String))
  const about = { conversationId: before.id }
  await resolve(before.id)
  expect(await talkOf()).toMatchObject({ status: 'resolved', waitingSince: null })
  await desk.owner.do('conversation.change_status', { ...about, status: 'in_progress' })
  expect(await talkOf()).toMatchObject({ status: 'in_progress', waitingSince: before.waitingSince })
  expect((await desk.world.entries({ conversation: before.id })).slice(-2)).toMatchObject([
    { event: 'conversation.status_changed', data: { from: 'in_progress', to: 'resolved' } },
    {
      event: 'conversation.reopened',
      data: { from: 'resolved', to: 'in_progress', by: 'agent', waitingSince: before.waitingSince },
    },
  ])

  // answered and resolved, there is nobody waiting to bring back
  await desk.owner.do('message.send', { ...about, text: 'yes' })
  await resolve(before.id)
  await desk.owner.do('conversation.change_status', { ...about, status: 'in_progress' })
  expect(await talkOf()).toMatchObject({ waitingSince: null })
  expect(
    (await desk.world.entries({ conversation: before.id, event: 'conversation.reopened' })).at(-1),
  ).toMatchObject({
    data: { waitingSince: null },
  })
})
