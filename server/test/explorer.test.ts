import type { QueryInput } from '@tracedesk/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sliceReader } from '../src/wiring/ports.ts'
import { createWorld, type Person, type TestConversation, type World } from './support/world.ts'

let world: World
let billing: string
let sales: string
const people: Record<'olga' | 'sue' | 'ann' | 'bob' | 'otto', Person> = {} as never // filled before any test
let anns: TestConversation
let bobs: TestConversation

const say = (person: Person, talk: TestConversation, text: string) =>
  person.do('message.send', { conversationId: talk.id as never, text })

beforeAll(async () => {
  world = await createWorld()
  billing = await world.department('Billing')
  sales = await world.department('Sales')
  people.olga = world.owner
  people.sue = await world.person('Sue', 'supervisor', [billing])
  people.ann = await world.person('Ann', 'agent', [billing])
  people.bob = await world.person('Bob', 'agent', [sales])
  people.otto = await world.person('Otto', 'auditor')
  anns = await world.conversation({ assignee: people.ann.id, department: billing, name: 'Carla' })
  bobs = await world.conversation({ assignee: people.bob.id, department: sales, name: 'Dora' })
  await say(people.ann, anns, 'before Sue led')
  const lead = (on: boolean) =>
    people.olga.do('department.set_lead', {
      departmentId: billing as never,
      agentId: people.sue.id as never,
      lead: on,
    })
  await lead(true)
  for (const text of ['refund on its way', '退款已经处理', 'возврат оформлен', 'تم استرداد المبلغ'])
    await say(people.ann, anns, text)
  for (const text of ['hello there', 'refund again']) await say(people.bob, bobs, text)
  await lead(false)
  await say(people.ann, anns, 'after Sue led')
  await people.ann.do('note.add', { conversationId: anns.id as never, text: 'Ann only', scope: 'private' })
  await expect(people.ann.do('setting.change', { key: 'routing.capacity', value: 3 })).rejects.toThrow()
  await people.olga.do('conversation.pin', { conversationId: anns.id as never })
  const { label } = await people.olga.do('label.create', { name: 'vip' })
  await people.olga.do('label.rename', { labelId: label.id, name: 'gold' })
  await people.olga.do('setting.change', { key: 'routing.capacity', value: 3 })
  await people.olga.do('setting.change', { key: 'routing.capacity', value: 4 })
  await spread()
  await world.settle()
  while ((await world.node.textIndex.indexOnce(world.workspaceId)) > 0);
})
afterAll(() => world.end())

/** Puts a part of the entries into the past, over days and months, so that there is more than one day to count. */
async function spread(): Promise<void> {
  await world.settle()
  await world.asSuperuser(
    'select ensure_log_month(now() - make_interval(days => d)) from generate_series(0, 100) d',
  )
  // past every trigger: what is told here does not verify, and need not
  const text = (at: string) => `to_char(${at} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
  await world.asSuperuser(
    `update log_entry e set at = m.to_at, leaf = convert_to(replace(convert_from(e.leaf, 'UTF8'), ${text('e.at')}, ${text('m.to_at')}), 'UTF8')
     from (select entry_id, at - make_interval(days => (position % 4)::int * 30, hours => (position % 7)::int * 5) as to_at from log_entry
       where workspace_id = $1 and event in ('message.sent', 'agent.invited', 'label.created', 'permission.refused')) m
     where e.workspace_id = $1 and e.entry_id = m.entry_id`,
    [world.workspaceId],
  )
  await world.asSuperuser('delete from log_text')
  await world.asSuperuser('delete from log_text_cursor')
  await world.asSuperuser(
    `update log_part p set at = e.at from log_entry e where e.workspace_id = p.workspace_id and e.entry_id = p.entry_id and p.at <> e.at`,
  )
}

type Filter = Partial<QueryInput<'log.search'>>

async function everything(person: Person, filter: Filter) {
  const items = []
  let cursor: string | undefined
  do {
    const page = await person.ask('log.search', { ...filter, limit: 9, ...(cursor ? { cursor } : {}) })
    items.push(...page.items)
    cursor = page.nextCursor ?? undefined
  } while (cursor)
  return items
}

const day = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()
const filters = (): Record<string, Filter> => ({
  everything: {},
  'a week': { from: day(7) },
  'two days': { from: day(2) },
  'two days of an event': { from: day(2), event: 'message.*' },
  'an hour': { from: new Date(Date.now() - 3_600_000).toISOString() },
  'the middle': { from: day(70), to: day(20) },
  'to the microsecond': {
    from: `${day(35).slice(0, 10)}T00:00:00.000500Z`,
    to: `${day(3).slice(0, 10)}T00:00:00.000001Z`,
  },
  'one event': { event: 'message.sent' },
  areas: { event: ['message.*', 'label.*'] },
  'an agent': { actor: people.ann.id },
  'an agent’s event': { actor: [people.ann.id, people.bob.id], event: 'message.*' },
  'a customer as an actor': { actor: anns.customerId },
  kinds: { actorKind: ['agent', 'customer'] },
  department: { department: sales },
  'two departments': { department: [sales, billing], event: 'message.sent' },
  bot: { bot: bobs.botId },
  refused: { outcome: 'refused' },
  'not failed': { outcome: ['done', 'refused'] },
  source: { source: ['console', 'cli'] },
  conversation: { conversation: [anns.id, bobs.id] },
  customer: { customer: anns.customerId },
  setting: { subject: 'routing.capacity' },
  'conversation as a subject': { subject: anns.id },
  'agent as a subject': { subject: people.ann.id },
  words: { q: 'refund' },
  'words of an agent': { q: 'refund', actor: people.bob.id },
  'words in a conversation': { q: 'refund', conversation: anns.id },
  Chinese: { q: '退款' },
  Russian: { q: 'ВОЗВРАТ' },
  Arabic: { q: 'استرداد' },
  'no such word': { q: 'zzzz' },
})

describe('counted or not, each filter', () => {
  // whoever looks leaves entries: all looks are at what was there before
  let to: string
  const countUpTo = async (slices: number) => {
    for (let i = 0; i < slices; i++) await world.node.rollup.countOnce(world.workspaceId, 13)
  }
  beforeAll(async () => {
    to = new Date().toISOString()
    await world.asSuperuser('delete from log_rollup')
    await world.asSuperuser('delete from log_rollup_plain')
    await world.asSuperuser('delete from log_rollup_hour')
    await world.asSuperuser('delete from log_rollup_cursor')
  })

  const agree = async (person: Person, name: string) => {
    const filter = { to, ...filters()[name] }
    const items = await everything(person, filter)
    const times = items.map(item => `${item.at} ${item.id}`)
    expect(times, 'newest first').toEqual(times.toSorted().reverse())
    expect(new Set(times).size).toBe(times.length)
    expect((await person.ask('log.count', filter)).count, 'count').toBe(items.length)
    const facets = await person.ask('log.facets', filter)
    expect(facets, 'total').toMatchObject({ total: items.length, capped: false })
    const tally = (values: (string | null)[]) => {
      const counts = new Map<string, number>()
      for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1)
      return [...counts].map(([value, count]) => ({ value, count })).sort(order)
    }
    const order = (a: { value: string }, b: { value: string }) => (a.value < b.value ? -1 : 1)
    const own = new Set(Object.keys(filter))
    if (!own.has('event')) expect(facets.event.sort(order)).toEqual(tally(items.map(item => item.event)))
    if (!own.has('source'))
      expect(facets.source.sort(order)).toEqual(tally(items.map(item => item.via.source)))
    if (!own.has('bot')) expect(facets.bot.sort(order)).toEqual(tally(items.map(item => item.botId)))
    if (!own.has('outcome'))
      expect(facets.outcome.sort(order)).toEqual(tally(items.map(item => item.outcome)))
    if (!own.has('actor'))
      expect(facets.actor.sort(order)).toEqual(
        tally(items.map(item => (item.actor.kind === 'agent' ? item.actor.id : null))),
      )
    const histogram = await person.ask('log.histogram', filter)
    expect(
      histogram.bars.reduce((sum, bar) => sum + bar.count, 0),
      'histogram',
    ).toBe(items.length)
    for (const bar of histogram.bars) {
      const [from, until] = [Date.parse(bar.at), Date.parse(bar.at) + (histogram.seconds ?? 0) * 1000]
      const within = items.filter(item => Date.parse(item.at) >= from && Date.parse(item.at) < until)
      expect(bar.count, `bar of ${bar.at}`).toBe(within.length)
    }
    expect(histogram.bars.reduce((sum, bar) => sum + bar.notDone, 0)).toBe(
      items.filter(item => item.outcome !== 'done').length,
    )
    return items.length
  }

  for (const counted of ['nothing', 'a part', 'everything'])
    test(`gives the same list, count, facets and histogram when ${counted} has been counted before`, async () => {
      if (counted === 'a part') await countUpTo(2)
      if (counted === 'everything') while ((await world.node.rollup.countOnce(world.workspaceId)) > 0);
      for (const viewer of ['olga', 'sue', 'ann'] as const)
        for (const name of Object.keys(filters())) {
          const found = await agree(people[viewer], name).catch(error => {
            error.message = `${viewer}, ${name}: ${error.message}`
            throw error
          })
          if (viewer === 'olga' && name !== 'no such word' && name !== 'a customer as an actor')
            expect(found, name).toBeGreaterThan(0)
        }
    })

  test('what is rare in a large log is found in the days that hold it, none left out', async () => {
    while ((await world.node.rollup.countOnce(world.workspaceId)) > 0);
    const lists = async () => {
      const found: Record<string, string[]> = {}
      // filters that need counts by people, bots and departments: of plain ones the counts are made larger below
      const names = {
        olga: ['department', 'two departments', 'bot', 'an agent’s event'],
        ann: ['everything', 'areas', 'kinds', 'the middle', 'bot'],
      }
      for (const [viewer, filter] of [
        ...names.olga.map(name => ['olga', name] as const),
        ...names.ann.flatMap(name => [['ann', name] as const, ['sue', name] as const]),
      ])
        found[`${viewer}, ${filter}`] = (await everything(people[viewer], { to, ...filters()[filter] })).map(
          item => `${item.at} ${item.id}`,
        )
      return found
    }
    const before = await lists()
    // as the counts are in a log in which all this is one entry in thousands
    await world.asSuperuser("update log_rollup_plain set n = n * 5000 where unit = 'month'")
    expect(await lists()).toEqual(before)
    await world.asSuperuser("update log_rollup_plain set n = n / 5000 where unit = 'month'")
  })

  test('facets show what else there is beside what was chosen', async () => {
    const facets = await people.olga.ask('log.facets', { to, actor: people.ann.id, event: 'message.sent' })
    expect(facets.actor.map(each => each.value)).toContain(people.bob.id)
    expect(facets.event.map(each => each.value)).toContain('note.added')
    expect(facets.event.every(each => each.value !== 'label.created')).toBe(true)
  })

  test('an auditor counts everything, and searches for no word', async () => {
    const all = (await people.olga.ask('log.facets', { to })).total
    expect((await people.otto.ask('log.facets', { to })).total).toBe(all)
    for (const name of ['log.facets', 'log.histogram', 'log.count'] as const)
      await expect(people.otto.ask(name, { q: 'refund' }), name).rejects.toMatchObject({
        code: 'permission.denied',
      })
  })
})

describe('the live tail', () => {
  test('gives every entry once, in the order of the ledger, however it is paused, and never its own looks', async () => {
    await world.settle()
    let { next } = await people.olga.ask('log.tail', {})
    const seen: number[] = []
    const texts: string[] = []
    const look = async () => {
      for (let more = true; more; ) {
        const page = await people.olga.ask('log.tail', { since: next })
        seen.push(...page.items.map(item => item.position ?? -1))
        texts.push(
          ...page.items.flatMap(item => (item.parts.text?.state === 'open' ? item.parts.text.value : [])),
        )
        ;({ next, more } = page)
      }
    }
    const from = next
    for (let i = 0; i < 12; i++) {
      await say(people.ann, anns, `live ${i}`)
      if (i % 5 === 0) {
        await world.settle()
        await look()
      }
    }
    await world.settle()
    await look()
    await look()
    expect(texts).toEqual(Array.from({ length: 12 }, (_, i) => `live ${i}`))
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    await world.settle()
    const recorded = await world.asSuperuser<{ position: string; tail: boolean }>(
      "select position, (event = 'log.viewed' and subject_id = 'log.tail') as tail from log_entry where workspace_id = $1 and position >= $2 and position < $3 order by position",
      [world.workspaceId, from, next],
    )
    expect(seen).toEqual(recorded.filter(row => !row.tail).map(row => Number(row.position)))
    expect(recorded.filter(row => row.tail).length).toBeGreaterThan(0)
  })

  test('leaves one entry when a page begins to watch and one a minute after, which hold every position it was shown', async () => {
    const { node, workspaceId } = world
    const watched = await world.conversation({ assignee: people.bob.id, name: 'Watched' })
    const mine = async () => {
      await world.settle()
      const all = await world.entries({ event: 'log.viewed', actor: people.olga.id as never })
      return all.filter(
        ({ data }) => data.query === 'log.tail' && JSON.stringify(data.filter).includes(watched.id),
      )
    }
    const { next: since } = await people.olga.ask('log.tail', {})
    let next = since
    const shown: number[] = []
    const look = async () => {
      const page = await people.olga.ask('log.tail', { since: next, conversation: watched.id })
      next = page.next
      shown.push(...page.items.flatMap(item => item.position ?? []))
    }
    for (let i = 0; i < 6; i++) {
      await say(people.bob, watched, `watched ${i}`)
      await world.settle()
      await look()
    }
    await node.logWatches.tellDue()
    expect((await mine()).length, 'a page that goes on is not told of for each look').toBe(1)
    // a minute passes, and nobody looks any more: whichever node is there tells of it
    const later = () => world.asSuperuser("update log_watch set told_at = told_at - interval '61 seconds'")
    await later()
    await Promise.all([node.logWatches.tellDue(), node.logWatches.tellDue()])
    expect((await mine()).length).toBe(2)
    // it is looked at again, by somebody who had gone
    await say(people.bob, watched, 'watched to the end')
    await world.settle()
    await look()
    await later()
    await look()
    await node.logWatches.tellDue()
    const told = await mine()
    expect(told.length).toBe(3)
    expect(told.reduce((sum, { data }) => sum + Number(data.count), 0)).toBe(shown.length)
    for (const position of shown)
      expect(
        told.filter(
          ({ data }) => Number(data.fromPosition) <= position && position <= Number(data.toPosition),
        ),
        `position ${position} was shown, and one entry says so`,
      ).toHaveLength(1)
    expect(told[0]).toMatchObject({
      actor: { id: people.olga.id, role: 'owner' },
      data: { scope: 'all', deep: true },
    })
    // nothing stays behind for a page that is closed, and nothing of what it looked for lies in the open
    const rows = await world.asSuperuser<{ line: string }>('select w::text as line from log_watch w')
    expect(rows.some(({ line }) => line.includes(watched.id))).toBe(false)
    await world.asSuperuser("update log_watch set seen_at = seen_at - interval '10 minutes'")
    await node.logWatches.tellDue()
    expect(await world.asSuperuser('select 1 from log_watch where workspace_id = $1', [workspaceId])).toEqual(
      [],
    )
  })

  test('shows an agent no more than their list does', async () => {
    await world.settle()
    const { next } = await people.bob.ask('log.tail', {})
    await say(people.ann, anns, 'not for Bob')
    await say(people.bob, bobs, 'for Bob')
    await world.settle()
    const page = await people.bob.ask('log.tail', { since: next, event: 'message.*' })
    expect(page.items.map(item => item.parts.text)).toEqual([{ state: 'open', value: 'for Bob' }])
  })
})

test('a filter for a customer finds the person: every account that was joined, whichever is named', async () => {
  const [old, now, other] = [
    await world.conversation({ name: 'Pia Old' }),
    await world.conversation({ name: 'Pia New' }),
    await world.conversation({ name: 'Paul' }),
  ]
  for (const { id } of [old, now, other])
    await people.olga.do('note.add', { conversationId: id as never, text: 'vanilla' })
  const join = { customerId: old.customerId as never, intoCustomerId: now.customerId as never }
  await world.settle()
  const since = (await people.olga.ask('log.tail', {})).next
  await people.olga.do('customer.merge', join)
  await world.settle()
  while ((await world.node.textIndex.indexOnce(world.workspaceId)) > 0);
  const event = ['note.added', 'customer.merged']
  const listed = (filter: Record<string, string>) =>
    people.olga.ask('log.search', { event, ...filter, limit: 200 })
  const apart = await Promise.all([old.id, now.id].map(id => listed({ conversation: id })))
  const wanted = new Set(apart.flatMap(({ items }) => items.map(({ id }) => id)))
  expect(wanted.size).toBe(4) // a note and a join each
  for (const { customerId } of [old, now]) {
    const filter = { customer: customerId }
    const { items } = await listed(filter)
    const narrowed = { ...filter, event }
    expect(new Set(items.map(({ id }) => id))).toEqual(wanted)
    expect(await people.olga.ask('log.count', narrowed)).toEqual({ count: wanted.size })
    const facets = await people.olga.ask('log.facets', narrowed)
    expect([facets.total, facets.event.find(({ value }) => value === 'note.added')?.count]).toEqual([4, 2])
    const { bars } = await people.olga.ask('log.histogram', narrowed)
    expect(bars.reduce((sum, bar) => sum + bar.count, 0)).toBe(wanted.size)
    const tail = await people.olga.ask('log.tail', { ...narrowed, since })
    expect(tail.items.map(({ event }) => event)).toEqual(['customer.merged', 'customer.merged'])
    expect((await listed({ ...filter, q: 'vanilla' })).items).toHaveLength(2)
    expect((await listed({ ...filter, conversation: old.id })).items).toHaveLength(2)
    const ask = {
      viewer: await people.olga.caller(),
      filter: { customer: [customerId] },
      parts: 'open' as const,
    }
    const streamed: string[] = []
    for await (const batch of world.node.exportPort.stream({ ...ask, size: 1e9, after: null, order: 'time' }))
      streamed.push(...batch.map(({ entry }) => entry.id))
    expect(new Set(streamed)).toEqual(wanted)
    const { entries } = await sliceReader(world.node)({ ...ask, from: since, limit: 1_000, without: [] })
    expect(entries.map(({ entry }) => entry.event)).toEqual(['customer.merged', 'customer.merged'])
  }
  // what an agent may see of it stays theirs to see
  expect((await people.bob.ask('log.search', { customer: now.customerId })).items).toEqual([])
})
