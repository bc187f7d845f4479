import { ROLE_PERMISSIONS, type Role } from '@tracedesk/contracts'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { DeskKeeper } from '../src/edges/desk/keeper.ts'
import { createLog } from '../src/kernel/log.ts'
import { noteShown } from '../src/modules/conversations/index.ts'
import { until } from './support/desk.ts'
import { checkReplay } from './support/replay.ts'
import { createWorld, type Person, type TestConversation, type World } from './support/world.ts'

vi.setConfig({ testTimeout: 60_000 })

let world: World
let sales: string
let admin: Person
let maya: Person
let talk: TestConversation

beforeAll(async () => {
  world = await createWorld()
  sales = await world.department('Sales')
  admin = await world.person('Ada', 'admin')
  maya = await world.person('Maya', 'agent', [sales])
  talk = await world.conversation({ assignee: maya.id, department: sales })
})
afterAll(() => world.end())

const begin = (who: Person, as: Person) =>
  who.do('impersonation.start', { agentId: as.id as never, reasonText: 'she sees no queue' })
const sweep = () => {
  const { databases, door, counter } = world.node
  const log = createLog('silent')
  return new DeskKeeper({ databases, door, log, nodeId: counter.nodeId }).sweepOnce()
}
const last = async (event: string) => (await world.entries({ event })).at(-1)

test('what is done in a colleague’s name carries both, and the colleague finds it in their own log', async () => {
  await begin(admin, maya)
  expect(await last('impersonation.started')).toMatchObject({
    actor: { id: admin.id, role: 'admin' },
    onBehalfOf: null,
    subject: { id: maya.id },
    parts: { reasonText: { state: 'open', value: 'she sees no queue' } },
  })
  const me = await admin.ask('session.me')
  expect(me).toMatchObject({
    agent: { id: maya.id, role: 'agent' },
    scope: 'own',
    impersonation: { by: { id: admin.id, name: 'Ada' } },
  })

  await admin.do('conversation.set_priority', { conversationId: talk.id as never, priority: 'high' })
  await admin.do('conversation.pin', { conversationId: talk.id as never, scope: 'mine' })
  const refused = admin.do('conversation.set_priority', {
    conversationId: talk.id as never,
    priority: 'high',
  })
  await expect(refused).rejects.toMatchObject({ code: 'conversation.unchanged' })
  const both = { actor: { id: admin.id, role: 'admin' }, onBehalfOf: maya.id }
  expect(await last('conversation.priority_set')).toMatchObject(both)
  expect(await last('command.refused')).toMatchObject(both)
  await checkReplay(world, talk.id, { assigneeId: maya.id, departmentId: sales })

  await admin.do('impersonation.end', {})
  expect(await last('impersonation.ended')).toMatchObject({
    actor: { id: admin.id },
    onBehalfOf: null,
    subject: { id: maya.id },
    data: { cause: 'by_person' },
  })
  expect(await admin.ask('session.me')).toMatchObject({ agent: { id: admin.id }, impersonation: null })
  const { items } = await maya.ask('log.search', { actor: admin.id as never, limit: 50 })
  expect(items.map(({ event }) => event).sort()).toEqual([
    'command.refused',
    'conversation.pinned',
    'conversation.priority_set',
    'impersonation.ended',
    'impersonation.started',
  ])
  await expect(admin.do('impersonation.end', {})).rejects.toMatchObject({ code: 'impersonation.none' })
})

test('nobody acts in the name of an equal or of somebody above, and without the permission of nobody at all', async () => {
  const people = new Map<Role, Person>([['owner', world.owner]])
  for (const role of ['admin', 'supervisor', 'auditor'] as const)
    people.set(role, await world.person(`Other ${role}`, role))
  const attempt = (who: Person, as: Person) =>
    begin(who, as).then(
      () => 'done',
      (error: { code: string }) => error.code,
    )
  const of = (role: Role) => people.get(role) as Person
  expect(await attempt(admin, of('owner'))).toBe('agent.rank_too_low')
  expect(await attempt(admin, of('admin'))).toBe('agent.rank_too_low')
  expect(await attempt(admin, admin)).toBe('agent.rank_too_low')
  for (const role of ['supervisor', 'auditor'] as const)
    expect(await attempt(of(role), maya)).toBe('permission.denied')
  expect(await last('permission.refused')).toMatchObject({ data: { name: 'impersonation.start' } })

  // an owner may, in the name of an administrator: and still nothing that takes two persons, or is administration
  expect(await attempt(world.owner, of('admin'))).toBe('done')
  const { permissions } = await world.owner.ask('session.me')
  expect(permissions).toContain('message.send')
  const never = ['impersonation.start', 'privacy.erase_subject', 'agent.change_role', 'setting.change']
  const own = ['agent.change_password', 'two_factor.enable', 'session.revoke', 'presence.change']
  expect(permissions.filter(name => [...never, ...own].includes(name))).toEqual([])
  await world.owner.do('impersonation.end', {})
  const later = await world.person('Leaver', 'agent')
  await world.owner.do('agent.deactivate', { agentId: later.id as never })
  expect(await attempt(admin, later)).toBe('agent.inactive')
})

test('private notes stay private, and what somebody else looked at is not read for the colleague', async () => {
  const conversationId = talk.id as never
  await maya.do('note.add', { conversationId, text: 'mine alone', scope: 'private' })
  await begin(admin, maya)
  expect((await admin.ask('conversation.get', { id: conversationId })).notes).toEqual([])
  const written = admin.do('note.add', { conversationId, text: 'as if', scope: 'private' })
  await expect(written).rejects.toMatchObject({ code: 'impersonation.private_note' })
  const { items } = await admin.ask('log.search', { event: 'note.added' })
  expect(items.map(({ parts }) => parts.text)).toEqual([{ state: 'withheld' }])
  expect((await admin.ask('log.search', { q: 'alone' })).items).toEqual([])

  const seen = { conversationId, messageId: conversationId, at: new Date().toISOString() }
  await noteShown(world.node, await admin.caller(), seen as never)
  const marks = await world.asSuperuser<{ agent_id: string }>('select agent_id from read_mark')
  expect(marks).toEqual([{ agent_id: admin.id }])
  await world.node.hearFrom(await admin.caller())
  const beats = await world.asSuperuser<{ agent_id: string }>('select agent_id from presence_beat')
  expect(beats).toEqual([{ agent_id: admin.id }])
  await admin.do('impersonation.end', {})
  expect((await maya.ask('conversation.get', { id: conversationId })).notes).toHaveLength(1)
})

test('it ends by itself: after an hour, with the session, with the seat', async () => {
  await begin(admin, maya)
  await world.asSuperuser(
    "update impersonation set expires_at = now() - interval '1 second' where ended_at is null",
  )
  expect(await admin.ask('session.me')).toMatchObject({ agent: { id: admin.id }, impersonation: null })
  await sweep()
  expect(await last('impersonation.ended')).toMatchObject({
    actor: { kind: 'system' },
    data: { cause: 'expired' },
  })
  const sue = await world.person('Sue', 'agent')
  await begin(admin, sue)
  await world.owner.do('agent.deactivate', { agentId: sue.id as never })
  expect(await admin.ask('session.me')).toMatchObject({ agent: { id: admin.id } })
  await sweep()
  expect(await last('impersonation.ended')).toMatchObject({
    subject: { id: sue.id },
    data: { cause: 'lapsed' },
  })
  await begin(admin, maya)
  await admin.do('session.sign_out', {})
  expect(await last('session.signed_out')).toMatchObject({ actor: { id: admin.id }, onBehalfOf: maya.id })
  await sweep()
  expect(await world.entries({ event: 'impersonation.ended', subject: maya.id })).toHaveLength(
    (await world.entries({ event: 'impersonation.started', subject: maya.id })).length,
  )
  await sweep() // nothing is ended twice
  const [open] = await world.asSuperuser<{ n: number }>(
    'select count(*)::int as n from impersonation where ended_at is null',
  )
  expect(open?.n).toBe(0)
})

test('what is written in a colleague’s name shows both wherever its author is named', async () => {
  const { id } = await world.conversation({ assignee: maya.id, department: sales })
  const conversationId = id as never
  const hers = await maya.do('message.send', { conversationId, text: 'Morning, Maya here' })
  await begin(world.owner, maya)
  const { message } = await world.owner.do('message.send', { conversationId, text: 'Your parcel is found' })
  await world.owner.do('note.add', {
    conversationId,
    text: 'parcel lay in the hall',
    mentions: [maya.id as never],
  })
  await world.owner.do('impersonation.end', {})
  const both = {
    author: { id: maya.id, name: 'Maya' },
    writtenBy: { id: world.owner.id, name: 'Olga Owner' },
  }

  const { items } = await maya.ask('conversation.messages', { id: conversationId })
  expect(items.find(each => each.id === message.id)).toMatchObject(both)
  expect(items.find(each => each.id === hers.message.id)).toMatchObject({ writtenBy: null })
  expect((await maya.ask('message.versions', { messageId: message.id })).items).toMatchObject([both])
  const { notes } = await maya.ask('conversation.get', { id: conversationId })
  expect(notes).toMatchObject([both])
  const noteId = notes[0]?.id as never
  const hits = await until(async () => {
    const found = await maya.ask('conversation.search', { q: 'parcel' })
    return found.items.length === 2 ? found.items : undefined
  })
  for (const hit of hits) expect(hit).toMatchObject({ agentName: 'Maya', writtenBy: both.writtenBy })

  // words of her own again: nobody else stands beside her
  await maya.do('note.edit', { noteId, text: 'it lay in the shed', mentions: [] })
  expect((await maya.ask('conversation.get', { id: conversationId })).notes).toMatchObject([
    { version: 2, writtenBy: null },
  ])
  await maya.do('note.delete', { noteId })
})

test('it ends at once, by whoever took the ground from under it: a lower role, a higher one for the other, a lost permission', async () => {
  const facts = { scope: 'all' as const, withheld: false, takesConversations: false }
  const permissions = [...ROLE_PERMISSIONS.admin]
  const without = permissions.filter(name => name !== 'impersonation.start')
  const { role } = await world.owner.do('role.create', { name: 'Stand-ins', ...facts, permissions })
  const start = async (name: string) => {
    const acting = await world.person(`Acting ${name}`, role as never)
    const other = await world.person(`Other ${name}`, 'agent')
    await begin(acting, other)
    expect(await acting.ask('session.me')).toMatchObject({ agent: { id: other.id } })
    return { acting, other }
  }
  const ended = async (other: Person) =>
    (await world.entries({ event: 'impersonation.ended', subject: other.id })).map(({ actor, data }) => ({
      by: actor.id,
      cause: data.cause,
    }))
  const byOwner = [{ by: world.owner.id, cause: 'lapsed' }]

  const [low, high, closed, lost] = await Promise.all(['low', 'high', 'closed', 'lost'].map(start))
  if (!low || !high || !closed || !lost) throw new Error('four began')
  await world.owner.do('agent.change_role', { agentId: low.acting.id as never, role: 'agent' })
  await world.owner.do('agent.change_role', { agentId: high.other.id as never, role: 'admin' })
  await world.owner.do('agent.deactivate', { agentId: closed.other.id as never })
  for (const { other } of [low, high, closed]) expect(await ended(other)).toEqual(byOwner)
  expect(await ended(lost.other)).toEqual([])
  await world.owner.do('role.update', {
    role,
    name: 'Stand-ins',
    ...facts,
    permissions: without,
  })
  expect(await ended(lost.other)).toEqual(byOwner)
  expect(await lost.acting.ask('session.me')).toMatchObject({ agent: { id: lost.acting.id } })
  await sweep()
  for (const { other } of [low, high, closed, lost]) expect(await ended(other)).toEqual(byOwner)
})
