import { QUERIES, type QueryName, ROLE_PERMISSIONS, type Role } from '@tracedesk/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { scopeOf, seesConversation, seesEntry } from '../src/modules/team/index.ts'
import { createWorld, type Person, type TestConversation, type World } from './support/world.ts'

let world: World
let billing: string
let sales: string
const people = new Map<string, Person>()
const talks = new Map<string, TestConversation>()

const who = (name: string): Person => {
  const person = people.get(name)
  if (!person) throw new Error(`nobody is called ${name}`)
  return person
}
const talk = (name: string): TestConversation => {
  const found = talks.get(name)
  if (!found) throw new Error(`no conversation ${name}`)
  return found
}
const VIEWERS = ['olga', 'adam', 'sue', 'ann', 'bob', 'otto'] as const

beforeAll(async () => {
  world = await createWorld()
  billing = await world.department('Billing')
  sales = await world.department('Sales')
  people.set('olga', world.owner)
  people.set('adam', await world.person('Adam', 'admin'))
  people.set('sue', await world.person('Sue', 'supervisor', [billing]))
  people.set('ann', await world.person('Ann', 'agent', [billing]))
  people.set('bob', await world.person('Bob', 'agent', [sales]))
  people.set('otto', await world.person('Otto', 'auditor'))
  talks.set('before', await world.conversation({ assignee: who('ann').id, name: 'Before' }))
  await who('ann').do('message.send', {
    conversationId: talk('before').id as never,
    text: 'written before Sue led',
  })
  await world.owner.do('department.set_lead', {
    departmentId: billing as never,
    agentId: who('sue').id as never,
    lead: true,
  })
  for (const [name, assignee, department] of [
    ['ann', who('ann').id, billing],
    ['bob', who('bob').id, sales],
    ['queue', undefined, undefined],
    ['billing queue', undefined, billing],
    ['sales queue', undefined, sales],
  ] as const)
    talks.set(
      name,
      await world.conversation({
        name,
        ...(assignee ? { assignee } : {}),
        ...(department ? { department } : {}),
      }),
    )
  await who('ann').do('message.send', {
    conversationId: talk('ann').id as never,
    text: 'by Ann while Sue leads',
  })
  await who('bob').do('message.send', { conversationId: talk('bob').id as never, text: 'by Bob of Sales' })
  await who('ann').do('conversation.assign', {
    conversationId: talk('ann').id as never,
    agentId: who('bob').id as never,
  })
  await who('bob').do('message.send', {
    conversationId: talk('ann').id as never,
    text: 'by Bob, after Ann gave it away',
  })
  await who('ann').do('note.add', {
    conversationId: talk('billing queue').id as never,
    text: 'for my eyes only',
    scope: 'private',
  })
  // Bob moves to Billing: neither he nor Sue gains the history of his time in Sales
  await world.owner.do('department.remove_member', {
    departmentId: sales as never,
    agentId: who('bob').id as never,
  })
  await world.owner.do('department.add_member', {
    departmentId: billing as never,
    agentId: who('bob').id as never,
  })
  await who('bob').do('message.send', { conversationId: talk('bob').id as never, text: 'by Bob of Billing' })
  // Sue stops leading: what comes after is not hers
  await world.owner.do('department.set_lead', {
    departmentId: billing as never,
    agentId: who('sue').id as never,
    lead: false,
  })
  await who('bob').do('message.send', { conversationId: talk('bob').id as never, text: 'after Sue led' })
  await world.settle()
  while ((await world.node.textIndex.indexOnce(world.workspaceId)) > 0);
})
afterAll(() => world.end())

async function allIds(person: Person, filter = {}): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const page = await person.ask('log.search', { limit: 7, ...filter, ...(cursor ? { cursor } : {}) })
    ids.push(...page.items.map(item => item.id))
    cursor = page.nextCursor ?? undefined
  } while (cursor)
  return ids
}

type Row = {
  entry_id: string
  at: string
  reach: string
  actor_kind: string
  actor_id: string | null
  bot_id: string | null
  agent_ids: string[]
  department_ids: string[]
  event: string
  position: number
}
/** Entries so far: what reading adds while the test runs is left out. */
const entriesUpTo = async (size: number) =>
  (
    await world.node.databases.ledger.query<Row>(
      'select entry_id, at, reach, actor_kind, actor_id, bot_id, agent_ids, department_ids, event, position from log_entry where workspace_id = $1 and position < $2',
      [world.workspaceId, size],
    )
  ).rows

describe('each role × every entry', () => {
  test('list, count, one entry, and the rule in memory agree', async () => {
    await world.settle()
    const { size } = await world.owner.ask('ledger.state')
    const rows = await entriesUpTo(size)
    const to =
      rows
        .map(row => row.at)
        .sort()
        .at(-1) ?? ''
    for (const name of VIEWERS) {
      const person = who(name)
      const scope = await scopeOf(world.node.databases.read, await person.caller())
      const expected = new Set(
        rows.filter(row => row.at < to && seesEntry(scope, row)).map(row => row.entry_id),
      )
      expect(new Set(await allIds(person, { to })), `${name}: list`).toEqual(expected)
      expect((await person.ask('log.count', { to })).count, `${name}: count`).toBe(expected.size)
      for (const row of rows.filter(row => row.at < to).slice(-60)) {
        const one = await person.ask('log.entry', { id: row.entry_id }).then(
          () => true,
          error => (error.code === 'entry.not_found' ? false : Promise.reject(error)),
        )
        expect(one, `${name}: ${row.event}`).toBe(expected.has(row.entry_id))
      }
    }
  })

  test('who sees what, in words', async () => {
    const texts = async (name: string) => {
      const page = await who(name).ask('log.search', { event: 'message.sent', limit: 200 })
      return page.items
        .map(item => (item.parts.text?.state === 'open' ? item.parts.text.value : item.parts.text?.state))
        .sort()
    }
    const all = [
      'after Sue led',
      'by Ann while Sue leads',
      'by Bob of Billing',
      'by Bob of Sales',
      'by Bob, after Ann gave it away',
      'written before Sue led',
    ]
    expect(await texts('olga')).toEqual(all)
    expect(await texts('adam')).toEqual(all)
    expect(await texts('otto')).toEqual(Array(6).fill('withheld'))
    expect(await texts('ann')).toEqual(['by Ann while Sue leads', 'written before Sue led'])
    expect(await texts('bob')).toEqual([
      'after Sue led',
      'by Bob of Billing',
      'by Bob of Sales',
      'by Bob, after Ann gave it away',
    ])
    // the conversation Ann gave away lies in Billing, which Sue led; Bob’s work for Sales before is not hers
    expect(await texts('sue')).toEqual([
      'by Ann while Sue leads',
      'by Bob of Billing',
      'by Bob, after Ann gave it away',
    ])
  })

  test('settings and access are for administrators, except one’s own deeds', async () => {
    for (const name of ['sue', 'ann', 'bob']) {
      const page = await who(name).ask('log.search', {
        event: ['department.*', 'agent.*', 'session.*'],
        limit: 200,
      })
      expect(
        page.items.every(item => item.actor.id === who(name).id),
        name,
      ).toBe(true)
      expect(page.items.length, name).toBeGreaterThan(0)
    }
    expect((await who('otto').ask('log.search', { event: 'department.*' })).items.length).toBeGreaterThan(0)
  })

  test('search by words finds nothing out of scope, and counts nothing either', async () => {
    expect((await who('ann').ask('log.search', { q: 'after Sue led' })).items).toEqual([])
    expect((await who('ann').ask('log.count', { q: 'after Sue led', event: 'message.*' })).count).toBe(0)
    expect((await who('olga').ask('log.count', { q: 'after Sue led', event: 'message.sent' })).count).toBe(1)
    // nor what is withheld: an auditor, or anybody but the author of a private note
    await expect(who('otto').ask('log.search', { q: 'Sue' })).rejects.toMatchObject({
      code: 'permission.denied',
    })
    expect((await who('olga').ask('log.count', { q: 'for my eyes only' })).count).toBe(0)
    expect((await who('ann').ask('log.count', { q: 'for my eyes only' })).count).toBe(1)
  })

  test('a private note is its author’s alone, an administrator sees only that there is one', async () => {
    const note = async (name: string) =>
      (await who(name).ask('log.search', { event: 'note.added' })).items[0]?.parts.text
    expect(await note('ann')).toEqual({ state: 'open', value: 'for my eyes only' })
    expect(await note('olga')).toEqual({ state: 'withheld' })
    expect(
      (await who('olga').ask('conversation.get', { id: talk('billing queue').id as never })).notes,
    ).toEqual([])
    expect(
      (await who('ann').ask('conversation.get', { id: talk('billing queue').id as never })).notes,
    ).toHaveLength(1)
  })
})

describe('each role × every conversation', () => {
  test('list, one conversation, its messages, its timeline and the rule in memory agree', async () => {
    const rows = (
      await world.node.databases.ledger.query(
        'select conversation_id, bot_id, assignee_id, department_id from conversation where workspace_id = $1',
        [world.workspaceId],
      )
    ).rows
    for (const name of VIEWERS) {
      const person = who(name)
      const scope = await scopeOf(world.node.databases.read, await person.caller())
      const listed = (await person.ask('conversation.list', { limit: 200 })).items.map(
        item => item.id as string,
      )
      for (const row of rows) {
        const visible = seesConversation(scope, row)
        const id = row.conversation_id as never
        const reach = (asked: Promise<unknown>) =>
          asked.then(
            () => true,
            error => (error.code === 'conversation.not_found' ? false : Promise.reject(error)),
          )
        expect(listed.includes(row.conversation_id), `${name}: list`).toBe(visible)
        expect(await reach(person.ask('conversation.get', { id })), `${name}: get`).toBe(visible)
        expect(await reach(person.ask('conversation.messages', { id })), `${name}: messages`).toBe(visible)
        const timeline = await person.ask('conversation.timeline', { id })
        if (!visible)
          expect(
            timeline.items.every(item => item.type === 'entry'),
            `${name}: timeline`,
          ).toBe(true)
      }
    }
  })

  test('a supervisor works with what the people they lead hold outside any department, and with nobody else’s', async () => {
    const support = (await world.department('Support')) as never
    const lena = await world.person('Lena', 'supervisor', [support])
    const max = await world.person('Max', 'agent', [support])
    const lead = { departmentId: support, agentId: lena.id as never }
    const inside = await world.conversation({ assignee: max.id, name: 'Inside' })
    const note = { conversationId: inside.id as never, text: 'I look after this' }
    await expect(lena.do('note.add', note)).rejects.toMatchObject({ code: 'conversation.not_found' })
    await world.owner.do('department.set_lead', { ...lead, lead: true })
    await lena.do('note.add', note)
    const listed = (await lena.ask('conversation.list', { limit: 200 })).items.map(({ id }) => id as string)
    expect(listed).toContain(inside.id)
    expect(listed).not.toContain(talk('before').id)
    expect(listed).not.toContain(talk('bob').id)
    await world.owner.do('department.set_lead', { ...lead, lead: false })
    await expect(lena.ask('conversation.get', { id: inside.id as never })).rejects.toMatchObject({
      code: 'conversation.not_found',
    })
  })

  test('the list by waiting time has who waits longest first, and pages without loss or repeat', async () => {
    await world.asSuperuser(
      "update conversation set waiting_since = now() - interval '1 hour' where conversation_id = $1",
      [talk('queue').id],
    )
    await world.asSuperuser(
      "update conversation set waiting_since = now() - interval '2 hours' where conversation_id = $1",
      [talk('bob').id],
    )
    const ids: string[] = []
    let cursor: string | undefined
    do {
      const page = await world.owner.ask('conversation.list', {
        order: 'waiting',
        limit: 2,
        ...(cursor ? { cursor } : {}),
      })
      ids.push(...page.items.map(item => item.id as string))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    expect(ids.slice(0, 2)).toEqual([talk('bob').id, talk('queue').id])
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.length).toBe((await world.owner.ask('conversation.list', { limit: 200 })).items.length)
  })

  test('an auditor sees that there are conversations, not whose, and cannot search for a name', async () => {
    const { items } = await who('otto').ask('conversation.list', { limit: 200 })
    expect(items.length).toBeGreaterThan(5)
    expect(items.every(item => item.customer.name === null && item.customer.username === null)).toBe(true)
    expect(
      JSON.stringify(await who('otto').ask('conversation.messages', { id: talk('bob').id as never })),
    ).not.toContain('Bob of Sales')
    await expect(who('otto').ask('conversation.list', { q: 'Queue' })).rejects.toMatchObject({
      code: 'permission.denied',
    })
  })

  test('an agent does not work on what is out of sight, and is not told that it exists', async () => {
    await expect(
      who('ann').do('message.send', { conversationId: talk('bob').id as never, text: 'x' }),
    ).rejects.toMatchObject({ code: 'conversation.not_found' })
    await expect(
      who('ann').do('conversation.change_status', {
        conversationId: talk('sales queue').id as never,
        status: 'resolved',
      }),
    ).rejects.toMatchObject({ code: 'conversation.not_found' })
    await expect(
      who('ann').do('customer.add_label', {
        customerId: talk('bob').customerId as never,
        labelId: talk('bob').id as never,
      }),
    ).rejects.toMatchObject({ code: 'customer.not_found' })
  })
})

describe('each role × each query', () => {
  const inputs: Partial<Record<QueryName, unknown>> = {
    'import.dry_run': { uploadId: '00000000-0000-7000-8000-000000000000' },
    'import.preview': { uploadId: '00000000-0000-7000-8000-000000000000', format: 'csv' },
    'dispute.check': {
      id: '00000000-0000-7000-8000-000000000000',
      check: '00000000-0000-7000-8000-000000000000',
    },
    // nothing to look for: what auditors may search for is a test of its own
    'conversation.search': { q: '!' },
    'message.versions': { messageId: '00000000-0000-7000-8000-000000000000' },
    'desk.board_entries': { figure: 'open' },
    'archive.entries': { month: '2020-01' },
    'bot.profile': { botId: '00000000-0000-7000-8000-000000000000' },
    'bot.group_members': {
      botId: '00000000-0000-7000-8000-000000000000',
      chat: '00000000-0000-7000-8000-000000000000',
    },
    'bot.chat_commands': {
      botId: '00000000-0000-7000-8000-000000000000',
      scope: 'chat',
      chat: '00000000-0000-7000-8000-000000000000',
    },
    'bot.changes': { botId: '00000000-0000-7000-8000-000000000000' },
    'conversation.forgotten': { ids: '00000000-0000-7000-8000-000000000000' },
  }
  for (const query of Object.values(QUERIES)) {
    if (query.permission === null) continue
    test(`${query.name} answers exactly the roles with ${query.permission}`, async () => {
      const talkId = talk('ann').id
      const input =
        inputs[query.name as QueryName] ??
        ('id' in (query.input as { shape?: object } & object as { shape: object }).shape
          ? { id: talkId }
          : {})
      for (const name of VIEWERS) {
        const role = (await who(name).caller()).actor.role as Role
        const outcome = await who(name)
          .ask(query.name as QueryName, input as never)
          .then(
            () => 'answered',
            error => error.code as string,
          )
        if (ROLE_PERMISSIONS[role].has(query.permission ?? ''))
          expect(outcome, `${name}`).toMatch(/^answered$|[._]not_found$/)
        else expect(outcome, `${name}`).toBe('permission.denied')
      }
    })
  }

  test('a refused read is an entry', async () => {
    await expect(who('ann').ask('setting.list')).rejects.toMatchObject({ code: 'permission.denied' })
    expect((await world.entries({ event: 'permission.refused', actor: who('ann').id })).at(-1)).toMatchObject(
      { outcome: 'refused', data: { name: 'setting.list', permission: 'setting.view' } },
    )
  })

  test('reading the log is recorded with filter, scope and count, and the setting that stops it is recorded as well', async () => {
    await who('sue').ask('log.search', { event: 'message.sent', q: 'Sue' })
    const view = (await world.entries({ event: 'log.viewed', actor: who('sue').id })).at(-1)
    expect(view).toMatchObject({
      data: { query: 'log.search', filter: { event: ['message.sent'] }, scope: 'departments', deep: false },
      parts: { q: { state: 'open', value: 'Sue' } },
    })
    await world.owner.do('setting.change', { key: 'log.record_views', value: false })
    const before = (await world.entries({ event: 'log.viewed' })).length
    await who('sue').ask('log.search', {})
    expect((await world.entries({ event: 'log.viewed' })).length).toBe(before)
    expect((await world.entries({ event: 'setting.changed' })).at(-1)).toMatchObject({
      data: { key: 'log.record_views', from: true, to: false },
    })
    await world.owner.do('setting.change', { key: 'log.record_views', value: true })
  })
})
