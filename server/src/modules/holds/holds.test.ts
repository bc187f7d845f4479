import { defineCommand, holdPlaced } from '@tracedesk/contracts'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createWorld, type Person, type TestConversation, type World } from '../../../test/support/world.ts'
import { defineCommandHandler } from '../../command/define.ts'
import {
  activeHolds,
  type Doomed,
  heldEntrySql,
  heldOwners,
  holdsOn,
  isHeld,
  placeHoldWithin,
} from './index.ts'

let world: World
let carla: TestConversation
let dora: TestConversation
let otto: Person
beforeAll(async () => {
  world = await createWorld()
  carla = await world.conversation({ name: 'Carla' })
  dora = await world.conversation({ name: 'Dora' })
  otto = await world.person('Otto', 'auditor')
  for (const talk of [carla, dora])
    await world.owner.do('message.send', { conversationId: talk.id as never, text: 'hello' })
  await world.settle()
})
afterAll(() => world.end())

const held = (doomed: Doomed) => isHeld(world.node.databases.read, world.workspaceId, doomed)
const customer = ({ customerId }: TestConversation) => ({ customerId })
const conversation = ({ id }: TestConversation) => ({ conversationId: id })
const DAY = 86_400_000
const day = (days: number) => new Date(Date.now() + days * DAY).toISOString()
const TODAY = { from: day(-1), to: day(1) }
const LAST_YEAR = { from: day(-400), to: day(-300) }

/** Places a hold for the time of `inside`. */
async function whileHeld(what: object, inside: () => Promise<void>): Promise<void> {
  const { hold } = await world.owner.do('hold.place', {
    cause: 'legal',
    reason: 'Letter of 3 May',
    ...what,
  } as never)
  try {
    await inside()
  } finally {
    await world.owner.do('hold.release', { holdId: hold.id, reason: 'Settled' })
  }
}

describe('what a hold keeps', () => {
  test('nothing is held while there is no hold', async () => {
    for (const doomed of [customer(carla), conversation(carla), TODAY, { from: null, to: null }])
      expect(await held(doomed)).toBe(false)
  })

  test('a customer keeps their conversations and the spans in which they have entries', async () => {
    await whileHeld({ customerId: carla.customerId }, async () => {
      expect(await held(customer(carla))).toBe(true)
      expect(await held(conversation(carla))).toBe(true)
      expect(await held(TODAY)).toBe(true)
      expect(await held(LAST_YEAR)).toBe(false)
      expect(await held(customer(dora))).toBe(false)
      expect(await held(conversation(dora))).toBe(false)
    })
    expect(await held(customer(carla))).toBe(false)
  })

  test('a conversation keeps its customer', async () => {
    await whileHeld({ conversationId: carla.id }, async () => {
      expect(await held(conversation(carla))).toBe(true)
      expect(await held(customer(carla))).toBe(true)
      expect(await held(customer(dora))).toBe(false)
      expect(await held(LAST_YEAR)).toBe(false)
    })
  })

  test('a span keeps whoever has entries in it, also those not yet sequenced, and nobody else', async () => {
    const eve = await world.conversation({ name: 'Eve' })
    await whileHeld({ from: day(-1) }, async () => {
      for (const doomed of [customer(carla), conversation(dora), { from: null, to: null }])
        expect(await held(doomed)).toBe(true)
      expect(await held(customer(eve))).toBe(false)
      await world.owner.do('note.add', { conversationId: eve.id as never, text: 'new' })
      expect(await held(customer(eve))).toBe(true)
      expect(await held(LAST_YEAR)).toBe(false)
    })
    await whileHeld({ to: day(-200) }, async () => {
      expect(await held(LAST_YEAR)).toBe(true)
      expect(await held(customer(carla))).toBe(false)
      expect(await held(TODAY)).toBe(false)
    })
  })

  test('owners of parts and single entries are judged by the same rule', async () => {
    const { read } = world.node.databases
    const owners = [`customer:${carla.customerId}`, `customer:${dora.customerId}`, `agent:${world.owner.id}`]
    await whileHeld({ conversationId: carla.id }, async () => {
      const found = await heldOwners(read, world.workspaceId, owners)
      expect([...found.keys()]).toEqual([owners[0]])
      expect(found.get(owners[0] ?? '')).toMatchObject([{ kind: 'conversation', cause: 'legal' }])
      const { rows } = await sql<{ id: string }>`select distinct conversation_id as id from log_entry e
        where workspace_id = ${world.workspaceId} and conversation_id is not null and ${heldEntrySql()}`.execute(
        read as never,
      )
      expect(rows).toEqual([{ id: carla.id }])
    })
    await whileHeld(TODAY, async () => {
      expect([...(await heldOwners(read, world.workspaceId, owners)).keys()]).toEqual(owners)
    })
    await whileHeld(LAST_YEAR, async () => {
      expect((await heldOwners(read, world.workspaceId, owners)).size).toBe(0)
    })
  })

  test('a customer keeps every account that was joined to theirs, before or after, and whichever of them is held', async () => {
    const { read } = world.node.databases
    const [main, minor] = [
      await world.conversation({ name: 'Mona' }),
      await world.conversation({ name: 'Mona again' }),
    ]
    for (const talk of [main, minor])
      await world.owner.do('note.add', { conversationId: talk.id as never, text: 'hello' })
    await whileHeld({ customerId: main.customerId }, async () => {
      expect(await held(customer(minor))).toBe(false)
      await world.owner.do('customer.merge', {
        customerId: minor.customerId as never,
        intoCustomerId: main.customerId as never,
      })
      expect(await held(customer(minor))).toBe(true)
      expect(await held(conversation(minor))).toBe(true)
      expect([
        ...(await heldOwners(read, world.workspaceId, [`customer:${minor.customerId}`])).keys(),
      ]).toHaveLength(1)
      await world.settle()
      const { rows } = await sql<{ id: string }>`select distinct conversation_id as id from log_entry e
        where workspace_id = ${world.workspaceId} and conversation_id is not null and ${heldEntrySql()}`.execute(
        read as never,
      )
      expect(rows.map(({ id }) => id).sort()).toEqual([main.id, minor.id].sort())
      expect(await held(customer(dora))).toBe(false)
    })
    await whileHeld({ customerId: minor.customerId }, async () => {
      expect(await held(customer(main))).toBe(true)
      expect(await held(conversation(main))).toBe(true)
    })
    await whileHeld({ conversationId: minor.id }, async () => {
      expect(await held(customer(main))).toBe(true)
      expect(await held(conversation(main))).toBe(false)
    })
  })

  test('several holds are named together, and what one releases another still keeps', async () => {
    await whileHeld({ customerId: carla.customerId }, async () => {
      await whileHeld({ conversationId: carla.id }, async () => {
        const found = await holdsOn(world.node.databases.read, world.workspaceId, customer(carla))
        expect(found.map(hold => hold.kind)).toEqual(['customer', 'conversation'])
      })
      expect(await held(customer(carla))).toBe(true)
    })
    expect(await activeHolds(world.node.databases.read, world.workspaceId)).toEqual([])
  })
})

describe('placing and releasing', () => {
  test('leave entries with cause, span and reason, and end in the state the entries say', async () => {
    const { hold } = await world.owner.do('hold.place', {
      from: '2024-01-01T00:00:00Z',
      to: '2024-02-01T00:00:00+01:00',
      cause: 'authority',
      reason: 'Order 17',
    })
    const list = async (released: 'true' | 'false') =>
      (await world.owner.ask('hold.list', { released })).items.filter(item => item.id === hold.id)
    expect(await list('false')).toMatchObject([
      {
        from: '2024-01-01T00:00:00.000000Z',
        to: '2024-01-31T23:00:00.000000Z',
        reason: { value: 'Order 17' },
      },
    ])
    expect((await otto.ask('hold.list', {})).items[0]?.reason).toEqual({ state: 'withheld' })
    await world.owner.do('hold.release', { holdId: hold.id, reason: 'Order lifted' })
    expect(await list('false')).toEqual([])
    const [ended] = await list('true')
    const entries = await world.entries({ subject: hold.id })
    expect(entries).toMatchObject([
      {
        event: 'hold.placed',
        actor: { id: world.owner.id },
        data: { kind: 'range', cause: 'authority', fromAt: '2024-01-01T00:00:00.000000Z' },
        parts: { reasonText: { value: 'Order 17' } },
      },
      { event: 'hold.released', data: { kind: 'range' }, parts: { reasonText: { value: 'Order lifted' } } },
    ])
    expect(ended).toMatchObject({ placedAt: entries[0]?.at, releasedAt: entries[1]?.at })
  })

  test('are refused twice, on nobody, on nothing, on two things at once, and to whoever may not', async () => {
    const { hold } = await world.owner.do('hold.place', {
      customerId: carla.customerId as never,
      cause: 'dispute',
      reason: 'x',
    })
    await world.owner.do('hold.release', { holdId: hold.id, reason: 'y' })
    await expect(world.owner.do('hold.release', { holdId: hold.id, reason: 'z' })).rejects.toMatchObject({
      code: 'hold.already_released',
    })
    const place = (what: object) =>
      world.owner.do('hold.place', { cause: 'legal', reason: 'x', ...what } as never)
    await expect(place({ customerId: carla.id })).rejects.toMatchObject({ code: 'customer.not_found' })
    await expect(place({ conversationId: carla.customerId })).rejects.toMatchObject({
      code: 'conversation.not_found',
    })
    for (const wrong of [
      {},
      { customerId: carla.customerId, conversationId: carla.id },
      { customerId: carla.customerId, from: day(-1) },
      { from: day(1), to: day(-1) },
    ])
      await expect(place(wrong)).rejects.toMatchObject({ code: 'input.invalid' })
    await expect(
      otto.do('hold.place', { customerId: carla.customerId as never, cause: 'legal', reason: 'x' }),
    ).rejects.toMatchObject({ code: 'permission.denied' })
  })

  test('may be part of another command, which then leaves the entry', async () => {
    const open = defineCommandHandler(
      defineCommand({
        name: 'test.open_dispute',
        permission: null,
        access: 'internal',
        summary: 'A command that places a hold',
        input: z.strictObject({}),
        output: z.strictObject({ id: z.string() }),
        records: [holdPlaced],
      }),
      {
        handle: async context => ({
          id: await placeHoldWithin(context, { conversationId: dora.id, cause: 'dispute', reason: 'Case 4' }),
        }),
      },
    )
    const { id } = await world.node.door.execute(open, await world.owner.caller(), {})
    expect(await world.entries({ subject: id })).toMatchObject([
      { event: 'hold.placed', conversationId: dora.id, customerId: dora.customerId },
    ])
    expect(await held(customer(dora))).toBe(true)
    await world.owner.do('hold.release', { holdId: id as never, reason: 'closed' })
  })
})
