import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkReplay } from './support/replay.ts'
import { createWorld, type Person, type World } from './support/world.ts'

let world: World
let billing: string
let sales: string
let maya: Person
let omar: Person
let sue: Person

beforeAll(async () => {
  world = await createWorld()
  ;[billing, sales] = [await world.department('Billing'), await world.department('Sales')]
  maya = await world.person('Maya', 'agent', [billing])
  omar = await world.person('Omar', 'agent', [sales])
  sue = await world.person('Sue', 'supervisor', [sales])
})
afterAll(() => world.end())

const held = async (by: Person, department?: string) => {
  const talk = await world.conversation({ assignee: by.id, ...(department ? { department } : {}) })
  return { ...talk, id: talk.id as never, start: { assigneeId: by.id, departmentId: department ?? null } }
}
const become = (person: Person, state: 'online' | 'away' | 'offline') =>
  person.do('presence.change', { state }).catch(error => {
    if (error.code !== 'conversation.unchanged') throw error
  })

describe('handing over', () => {
  test('to a colleague who is online goes at once, with the reason, who was there and what they hold', async () => {
    await become(omar, 'online')
    const talk = await held(maya, billing)
    const answer = await maya.do('conversation.transfer', {
      conversationId: talk.id,
      toAgentId: omar.id as never,
      reasonCode: 'skill',
      reasonText: 'Knows the customs forms',
    })
    expect(answer).toEqual({ state: 'done' })
    expect((await world.entries({ conversation: talk.id })).at(-1)).toMatchObject({
      event: 'conversation.transferred',
      actor: { id: maya.id },
      reason: { code: 'skill' },
      parts: { reasonText: { state: 'open', value: 'Knows the customs forms' } },
      data: {
        from: { agentId: maya.id, departmentId: billing },
        to: { agentId: omar.id, departmentId: billing },
        state: 'done',
        online: 1,
        members: 1,
        queueLength: 0,
      },
    })
    expect(await checkReplay(world, talk.id, talk.start)).toMatchObject({ assigneeId: omar.id })
  })

  test('to where nobody is online stays with the giver until somebody there accepts', async () => {
    await become(omar, 'offline')
    const talk = await held(maya)
    await expect(omar.ask('conversation.get', { id: talk.id })).rejects.toMatchObject({
      code: 'conversation.not_found',
    })
    const answer = await maya.do('conversation.transfer', {
      conversationId: talk.id,
      toDepartmentId: sales as never,
      reasonCode: 'shift_end',
    })
    expect(answer).toEqual({ state: 'offered' })
    expect(await checkReplay(world, talk.id, talk.start)).toMatchObject({
      assigneeId: maya.id,
      offer: { agentId: null, departmentId: sales },
    })
    const { conversation } = await omar.ask('conversation.get', { id: talk.id })
    expect(conversation).toMatchObject({ assignee: { id: maya.id }, offer: { forMe: true } })
    expect((await omar.ask('conversation.list', { offered: 'me' })).items.map(item => item.id)).toEqual([
      talk.id,
    ])
    await expect(maya.do('conversation.accept', { conversationId: talk.id })).rejects.toMatchObject({
      code: 'conversation.not_offered',
    })
    await omar.do('conversation.accept', { conversationId: talk.id })
    expect(await checkReplay(world, talk.id, talk.start)).toMatchObject({
      assigneeId: omar.id,
      departmentId: sales,
      offer: null,
    })
    const story = await world.entries({ conversation: talk.id })
    const [offered, accepted] = ['conversation.transferred', 'conversation.accepted'].map(event =>
      story.find(entry => entry.event === event),
    )
    expect(offered?.data).toMatchObject({ online: 0, members: 2, state: 'offered' })
    expect(accepted?.causedBy).toBe(offered?.id)
  })

  test('is declined by the target or taken back by the giver, and by nobody else', async () => {
    await become(omar, 'offline')
    for (const [who, by] of [
      [omar, 'target'],
      [maya, 'giver'],
    ] as const) {
      const talk = await held(maya)
      const offer = { conversationId: talk.id, toAgentId: omar.id as never, reasonCode: 'other' }
      await maya.do('conversation.transfer', offer)
      await expect(maya.do('conversation.transfer', offer)).rejects.toMatchObject({
        code: 'conversation.unchanged',
      })
      await expect(sue.do('conversation.decline', { conversationId: talk.id })).rejects.toMatchObject({
        code: 'conversation.not_found',
      })
      await who.do('conversation.decline', { conversationId: talk.id, reasonText: 'Not now' })
      expect((await world.entries({ conversation: talk.id })).at(-1)).toMatchObject({
        event: 'conversation.declined',
        data: { by, offered: { agentId: omar.id, departmentId: null } },
        parts: { reasonText: { value: 'Not now' } },
      })
      expect(await checkReplay(world, talk.id, talk.start)).toMatchObject({
        assigneeId: maya.id,
        offer: null,
      })
    }
  })

  test('does not wait for anybody where the workspace says so', async () => {
    await world.owner.do('setting.change', { key: 'transfer.hold_until_accepted', value: false })
    const talk = await held(maya)
    const answer = await maya.do('conversation.transfer', {
      conversationId: talk.id,
      toAgentId: omar.id as never,
      reasonCode: 'other',
    })
    expect(answer).toEqual({ state: 'done' })
    await world.owner.do('setting.change', { key: 'transfer.hold_until_accepted', value: true })
    expect(await checkReplay(world, talk.id, talk.start)).toMatchObject({ assigneeId: omar.id })
  })

  test('is refused without a reason of the list, without one target, to where it is, and once resolved', async () => {
    const talk = await held(maya)
    const [toAgentId, toDepartmentId] = [omar.id as never, sales as never]
    const transfer = (input: object) =>
      maya.do('conversation.transfer', { conversationId: talk.id, reasonCode: 'other', ...input })
    for (const [input, code] of [
      [{ toAgentId, reasonCode: 'because' }, 'transfer.reason_unknown'],
      [{}, 'input.invalid'],
      [{ toAgentId, toDepartmentId }, 'input.invalid'],
      [{ toAgentId: maya.id }, 'conversation.unchanged'],
      [{ toAgentId: billing }, 'agent.not_found'],
      [{ toDepartmentId: omar.id }, 'department.not_found'],
    ] as const)
      await expect(transfer(input), JSON.stringify(input)).rejects.toMatchObject({ code })
    await maya.do('conversation.change_status', { conversationId: talk.id, status: 'resolved' })
    await expect(transfer({ toAgentId })).rejects.toMatchObject({ code: 'conversation.resolved' })
    const refused = (await world.entries({ conversation: talk.id })).filter(
      entry => entry.event === 'command.refused',
    )
    expect(refused).toHaveLength(7)
    await checkReplay(world, talk.id, talk.start)
  })

  test('resolving ends an offer, and so does giving it to somebody else', async () => {
    await become(omar, 'offline')
    for (const end of [
      (id: never) => maya.do('conversation.change_status', { conversationId: id, status: 'resolved' }),
      (id: never) => maya.do('conversation.assign', { conversationId: id, agentId: sue.id as never }),
    ]) {
      const talk = await held(maya)
      await maya.do('conversation.transfer', {
        conversationId: talk.id,
        toAgentId: omar.id as never,
        reasonCode: 'other',
      })
      await end(talk.id)
      await expect(omar.do('conversation.accept', { conversationId: talk.id })).rejects.toBeDefined()
      expect(await checkReplay(world, talk.id, talk.start)).toMatchObject({ offer: null })
    }
  })
})

test('people acting at once on the same conversation end in one story, and none of their deeds is lost', async () => {
  const talk = await held(maya, billing)
  const about = { conversationId: talk.id }
  const deeds = Array.from({ length: 6 }, (_, i) => [
    () => world.owner.do('conversation.assign', { ...about, agentId: [maya, omar, sue][i % 3]?.id as never }),
    () =>
      world.owner.do('conversation.transfer', {
        ...about,
        toDepartmentId: [billing, sales][i % 2] as never,
        reasonCode: 'other',
      }),
    () =>
      world.owner.do('conversation.change_status', { ...about, status: i % 2 ? 'resolved' : 'in_progress' }),
    () => world.owner.do('conversation.set_priority', { ...about, priority: i % 2 ? 'high' : 'low' }),
    () => world.owner.do('conversation.snooze', { ...about, until: `2030-01-0${i + 1}T00:00:00Z` }),
    () => world.owner.do('conversation.pin', { ...about, scope: i % 2 ? 'mine' : 'shared' }),
    () => world.owner.do('conversation.unpin', { ...about, scope: i % 2 ? 'mine' : 'shared' }),
    () => world.owner.do('conversation.decline', about),
  ]).flat()
  const outcomes = await Promise.allSettled(deeds.map(deed => deed()))
  const done = outcomes.filter(outcome => outcome.status === 'fulfilled').length
  expect(done).toBeGreaterThan(5)
  await checkReplay(world, talk.id, talk.start)
  const story = (await world.entries({ conversation: talk.id })).filter(entry => entry.actor.kind === 'agent')
  expect(story.filter(entry => entry.outcome === 'done').length).toBeGreaterThanOrEqual(done)
  expect(story.filter(entry => entry.outcome === 'refused')).toHaveLength(deeds.length - done)
})

describe('putting aside', () => {
  test('a snooze ends by a person, is refused in the past, and says until when it was', async () => {
    const talk = await held(maya)
    const snooze = (until: string | null) =>
      maya.do('conversation.snooze', { conversationId: talk.id, until })
    await expect(snooze('2020-01-01T00:00:00Z')).rejects.toMatchObject({ code: 'snooze.not_in_future' })
    await expect(snooze(null)).rejects.toMatchObject({ code: 'conversation.unchanged' })
    await snooze('2030-01-01T12:00:00+02:00')
    const listed = async (snoozed: 'true' | 'false') =>
      (await maya.ask('conversation.list', { snoozed })).items.map(item => item.id)
    expect(await listed('true')).toContain(talk.id)
    expect(await listed('false')).not.toContain(talk.id)
    expect(await checkReplay(world, talk.id, talk.start)).toMatchObject({
      snoozedUntil: '2030-01-01T10:00:00.000000Z',
    })
    await snooze(null)
    expect((await world.entries({ conversation: talk.id })).at(-1)).toMatchObject({
      event: 'conversation.woken',
      data: { by: 'agent', until: '2030-01-01T10:00:00.000000Z' },
    })
    await checkReplay(world, talk.id, talk.start)
  })

  test('a snooze ends by its time, once, recorded by the system, with two keepers looking', async () => {
    const talk = await held(maya)
    await maya.do('conversation.snooze', {
      conversationId: talk.id,
      until: new Date(Date.now() + 400).toISOString(),
    })
    await world.node.keeper.sweepOnce()
    expect((await maya.ask('conversation.get', { id: talk.id })).conversation.snoozedUntil).not.toBeNull()
    await new Promise(resolve => setTimeout(resolve, 500))
    const other = world.addNode()
    await Promise.all([world.node.keeper.sweepOnce(), other.keeper.sweepOnce()])
    const woken = (await world.entries({ conversation: talk.id })).filter(
      entry => entry.event === 'conversation.woken',
    )
    expect(woken).toMatchObject([{ actor: { kind: 'system' }, data: { by: 'time' } }])
    await checkReplay(world, talk.id, talk.start)
  })

  test('pins are one’s own or everybody’s, and priority has a before and an after', async () => {
    const talk = await held(maya, billing)
    const about = { conversationId: talk.id }
    await maya.do('conversation.pin', { ...about })
    await world.owner.do('conversation.pin', { ...about, scope: 'shared' })
    await expect(maya.do('conversation.pin', { ...about, scope: 'mine' })).rejects.toMatchObject({
      code: 'conversation.unchanged',
    })
    expect((await maya.ask('conversation.get', { id: talk.id })).conversation.pinned).toEqual({
      own: true,
      shared: true,
    })
    const listed = async (pinned: 'own' | 'shared') =>
      (await world.owner.ask('conversation.list', { pinned })).items.map(item => item.id)
    expect(await listed('own')).not.toContain(talk.id)
    expect(await listed('shared')).toContain(talk.id)
    await maya.do('conversation.unpin', { ...about })
    await maya.do('conversation.set_priority', { ...about, priority: 'urgent' })
    expect((await world.entries({ conversation: talk.id })).at(-1)).toMatchObject({
      event: 'conversation.priority_set',
      data: { from: 'normal', to: 'urgent' },
    })
    expect(await checkReplay(world, talk.id, talk.start)).toMatchObject({
      pinned: true,
      pinnedBy: [],
      priority: 'urgent',
    })
  })

  test('the rule resolves what has been silent, as itself, and not where somebody waits or nothing was set', async () => {
    const [silent, waiting] = [await held(maya), await held(maya)]
    await world.asSuperuser("update conversation set last_message_at = now() - interval '3 hours'")
    await world.asSuperuser('update conversation set waiting_since = now() where conversation_id = $1', [
      waiting.id,
    ])
    await world.node.keeper.sweepOnce()
    await checkReplay(world, silent.id, silent.start)
    await world.owner.do('setting.change', { key: 'conversation.auto_resolve_hours', value: 2 })
    await world.node.keeper.sweepOnce()
    await world.owner.do('setting.change', { key: 'conversation.auto_resolve_hours', value: 0 })
    expect((await world.entries({ conversation: silent.id })).at(-1)).toMatchObject({
      event: 'conversation.status_changed',
      actor: { kind: 'rule' },
      via: { source: 'rule' },
      reason: { code: 'silence' },
      data: { from: 'in_progress', to: 'resolved', rule: 'auto_resolve' },
    })
    expect(await checkReplay(world, silent.id, silent.start)).toMatchObject({ status: 'resolved' })
    expect(await checkReplay(world, waiting.id, waiting.start)).toMatchObject({ status: 'in_progress' })
  })
})

describe('merging', () => {
  const twin = async () => {
    const [first, second] = [await held(maya), await held(maya)]
    await world.asSuperuser(
      'update conversation c set customer_id = o.customer_id, bot_id = o.bot_id, chat_id = null from conversation o where c.conversation_id = $1 and o.conversation_id = $2',
      [second.id, first.id],
    )
    return { first, second }
  }

  test('two conversations of a customer are read as one story, and each keeps its own entries', async () => {
    const { first, second } = await twin()
    await world.owner.do('message.send', { conversationId: first.id, text: 'said in the first' })
    const into = { conversationId: first.id, intoConversationId: second.id }
    await maya.do('conversation.merge', into)
    const { items } = await maya.ask('conversation.messages', { id: second.id })
    expect(items.map(item => item.text)).toEqual([{ state: 'open', value: 'said in the first' }])
    for (const [talk, side] of [
      [first, 'merged_away'],
      [second, 'kept'],
    ] as const) {
      expect((await world.entries({ conversation: talk.id })).at(-1)).toMatchObject({
        event: 'conversation.merged',
        data: { side },
      })
      await checkReplay(world, talk.id, talk.start)
    }
    await expect(maya.do('conversation.merge', into)).rejects.toMatchObject({ code: 'conversation.merged' })
    await expect(
      maya.do('conversation.change_status', { conversationId: first.id, status: 'in_progress' }),
    ).rejects.toMatchObject({ code: 'conversation.merged' })
  })

  test('crosswise at once leaves one of the two open', async () => {
    const { first, second } = await twin()
    const outcomes = await Promise.allSettled([
      maya.do('conversation.merge', { conversationId: first.id, intoConversationId: second.id }),
      maya.do('conversation.merge', { conversationId: second.id, intoConversationId: first.id }),
    ])
    expect(outcomes.map(outcome => outcome.status).sort()).toEqual(['fulfilled', 'rejected'])
    const states = [
      await checkReplay(world, first.id, first.start),
      await checkReplay(world, second.id, second.start),
    ]
    expect(states.map(state => state.status).sort()).toEqual(['in_progress', 'resolved'])
  })

  test('of different customers is refused', async () => {
    const [one, other] = [await held(maya), await held(maya)]
    await expect(
      maya.do('conversation.merge', { conversationId: one.id, intoConversationId: other.id }),
    ).rejects.toMatchObject({ code: 'conversation.not_same_customer' })
  })
})
