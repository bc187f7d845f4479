import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { onlineSeconds } from '../src/modules/team/index.ts'
import { createWorld, type Person, type World } from './support/world.ts'

let world: World
let billing: string
let maya: Person

beforeAll(async () => {
  world = await createWorld()
  billing = await world.department('Billing')
  maya = await world.person('Maya', 'agent', [billing])
})
afterAll(() => world.end())

const stateOf = async (person: Person) =>
  (await world.owner.ask('presence.list')).items.find(item => item.id === person.id)
const hear = async (person: Person) => world.node.hearFrom(await person.caller())
const silentFor = (person: Person, seconds: number) =>
  world.asSuperuser(
    `with b as (update presence_beat set seen_at = now() - make_interval(secs => $2) where agent_id = $1)
     update agent_desk set since = now() - make_interval(secs => $2) where agent_id = $1`,
    [person.id, seconds],
  )
const changes = async (person: Person) =>
  (await world.entries({ event: 'presence.changed' }))
    .filter(entry => entry.subject.id === person.id)
    .map(({ data, actor, reason }) => [actor.kind, data.from, data.to, data.by, reason?.code ?? null])

describe('presence', () => {
  test('follows the browser: there, gone, back; each change once, with who or what made it', async () => {
    await hear(maya)
    await hear(maya)
    await world.node.keeper.sweepOnce()
    expect(await stateOf(maya)).toMatchObject({ state: 'online' })
    await silentFor(maya, 51)
    const other = world.addNode()
    await Promise.all([world.node.keeper.sweepOnce(), other.keeper.sweepOnce()])
    expect(await stateOf(maya)).toMatchObject({ state: 'away' })
    await silentFor(maya, 601)
    await world.node.keeper.sweepOnce()
    expect(await stateOf(maya)).toMatchObject({ state: 'offline' })
    await Promise.all([hear(maya), hear(maya), hear(maya)])
    expect(await changes(maya)).toEqual([
      ['agent', 'offline', 'online', 'connected', null],
      ['system', 'online', 'away', 'time_out', null],
      ['system', 'away', 'offline', 'time_out', null],
      ['agent', 'offline', 'online', 'connected', null],
    ])
  })

  test('what a person says holds, however their browser comes and goes', async () => {
    const omar = await world.person('Omar')
    await omar.do('presence.change', { state: 'away', reasonCode: 'lunch' })
    await hear(omar)
    expect(await stateOf(omar)).toMatchObject({ state: 'away', reasonCode: 'lunch' })
    await omar.do('presence.change', { state: 'offline' })
    await hear(omar)
    expect(await stateOf(omar)).toMatchObject({ state: 'offline', reasonCode: null })
    expect(await changes(omar)).toEqual([
      ['agent', 'offline', 'away', 'person', 'lunch'],
      ['agent', 'away', 'offline', 'person', null],
    ])
  })

  test('is changed for others by administrators only; reasons come from the list and belong to being away', async () => {
    const [sue, adam] = [await world.person('Sue', 'supervisor'), await world.person('Adam', 'admin')]
    const set = (who: Person, input: object) => who.do('presence.change', { state: 'away', ...input })
    await expect(set(sue, { agentId: maya.id })).rejects.toMatchObject({ code: 'permission.denied' })
    await expect(set(maya, { reasonCode: 'nap' })).rejects.toMatchObject({ code: 'presence.reason_unknown' })
    await expect(set(maya, { state: 'online', reasonCode: 'lunch' })).rejects.toMatchObject({
      code: 'presence.reason_unknown',
    })
    await set(adam, { agentId: maya.id })
    expect((await changes(maya)).at(-1)).toEqual(['agent', 'online', 'away', 'admin', null])
  })

  test('the hours online follow from the log alone', async () => {
    const ines = await world.person('Ines')
    await ines.do('presence.change', { state: 'online' })
    await new Promise(resolve => setTimeout(resolve, 1_100))
    await ines.do('presence.change', { state: 'away' })
    const entries = (await world.entries({ event: 'presence.changed' })).filter(
      entry => entry.subject.id === ines.id,
    )
    const [start, end] = [entries[0]?.at ?? '', entries[1]?.at ?? '']
    const whole = onlineSeconds(entries, '2020-01-01T00:00:00.000000Z', '2099-01-01T00:00:00.000000Z')
    expect(whole).toBeGreaterThanOrEqual(1.1)
    expect(whole).toBeLessThan(5)
    expect(onlineSeconds(entries.slice(1), start, end)).toBeCloseTo(whole, 3) // the one that ends it tells when it began
    expect(onlineSeconds(entries.slice(0, 1), start, end)).toBeCloseTo(whole, 3)
    expect(onlineSeconds([], start, end)).toBe(0)
  })
})

describe('what the rules may give', () => {
  test('capacity and languages have a before and an after, and a supervisor sets them only for those they lead', async () => {
    const lea = await world.person('Lea', 'supervisor', [billing])
    const set = (who: Person, capacity: number | null) =>
      who.do('agent.change_desk', { agentId: maya.id as never, capacity, languages: ['ru', 'en', 'ru'] })
    await expect(set(lea, 3)).rejects.toMatchObject({ code: 'permission.denied' })
    await world.owner.do('department.set_lead', {
      departmentId: billing as never,
      agentId: lea.id as never,
      lead: true,
    })
    await set(lea, 3)
    await expect(set(lea, 3)).rejects.toMatchObject({ code: 'conversation.unchanged' })
    expect((await world.entries({ event: 'agent.desk_changed' })).at(-1)?.data).toEqual({
      from: { capacity: null, languages: [] },
      to: { capacity: 3, languages: ['en', 'ru'] },
    })
    expect(await stateOf(maya)).toMatchObject({ capacity: 3, languages: ['en', 'ru'], load: 0 })
  })

  test('lists of reasons and business hours are refused where they could not be read later', async () => {
    const set = (key: string, value: string) => world.owner.do('setting.change', { key, value })
    for (const [key, value] of [
      ['transfer.reasons', ''],
      ['transfer.reasons', 'no equals sign'],
      ['transfer.reasons', 'a=One\na=Two'],
      ['presence.away_reasons', 'UPPER=No'],
      ['desk.business_hours', '{'],
      ['desk.business_hours', '{"default":{"zone":"Mars/Olympus","week":{}}}'],
      ['desk.business_hours', '{"default":{"zone":"UTC","week":{"mon":[["17:00","09:00"]]}}}'],
    ] as const)
      await expect(set(key, value), value).rejects.toMatchObject({ code: 'setting.not_valid' })
    await set('presence.away_reasons', 'lunch=Lunch\n\ntea=Tea 茶')
    expect((await maya.ask('presence.list')).awayReasons).toEqual([
      { code: 'lunch', words: 'Lunch' },
      { code: 'tea', words: 'Tea 茶' },
    ])
    await set(
      'desk.business_hours',
      '{"default":{"zone":"Europe/Berlin","week":{"mon":[["09:00","17:00"]]}}}',
    )
    await set('desk.business_hours', '')
  })
})
