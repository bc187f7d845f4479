import type { CommandInput } from '@tracedesk/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type Person, type World } from '../../../test/support/world.ts'

const TRON = 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t'

let world: World
let ann: Person
beforeAll(async () => {
  world = await createWorld()
  ann = await world.person('Ann', 'agent', [await world.department('Sales')])
})
afterAll(() => world.end())

type Group = CommandInput<'phrase_group.create'>
const group = (changes: Partial<Group> & Pick<Group, 'rules'>): Group => ({
  name: 'Test group',
  botId: null,
  languages: ['en'],
  action: 'block',
  ...changes,
})
const phrase = (pattern: string) => ({ kind: 'plain' as const, pattern })
const send = (person: Person, conversationId: string, text: string, confirm?: string[], key?: string) =>
  person.do(
    'message.send',
    { conversationId: conversationId as never, text, ...(confirm ? { confirm } : {}) },
    key ? { idempotencyKey: key } : {},
  )
interface Told {
  code: string
  details: { flags: { id: string; found: string; group: string | null }[] }
}
const refusalOf = (sending: Promise<unknown>): Promise<Told> =>
  sending.then(
    () => Promise.reject(new Error('it was sent')),
    error => error as Told,
  )

describe('phrase groups', () => {
  test('are made, changed version by version and removed, each with its rules before and after in the log', async () => {
    const { phraseGroup } = await world.owner.do('phrase_group.create', group({ rules: [phrase('alpha')] }))
    const first = (await world.owner.ask('phrase_group.list')).items.find(item => item.id === phraseGroup.id)
    expect(first).toMatchObject({ version: 1, rules: [{ kind: 'plain', pattern: 'alpha' }] })
    const kept = first?.rules[0]?.id
    await world.owner.do('phrase_group.update', {
      phraseGroupId: phraseGroup.id,
      version: 1,
      ...group({ name: 'Renamed', action: 'confirm', rules: [{ id: kept ?? '', ...phrase('beta') }] }),
    })
    await expect(
      world.owner.do('phrase_group.update', {
        phraseGroupId: phraseGroup.id,
        version: 1,
        ...group({ rules: [phrase('gamma')] }),
      }),
    ).rejects.toMatchObject({ code: 'version.outdated', details: { given: 1, current: 2 } })
    await world.owner.do('phrase_group.delete', { phraseGroupId: phraseGroup.id })
    const entries = await world.entries({ subject: phraseGroup.id })
    expect(entries.map(entry => entry.event)).toEqual([
      'phrase_group.created',
      'phrase_group.updated',
      'command.refused',
      'phrase_group.deleted',
    ])
    const rules = (part: unknown) =>
      JSON.parse((part as { value: string }).value).rules as { id: string; pattern: string }[]
    expect(rules(entries[1]?.parts.before)).toEqual([{ id: kept, kind: 'plain', pattern: 'alpha' }])
    expect(rules(entries[1]?.parts.after)).toEqual([{ id: kept, kind: 'plain', pattern: 'beta' }])
    expect(entries[1]?.data).toMatchObject({
      version: 2,
      from: { name: 'Test group', action: 'block', rules: 1 },
      to: { name: 'Renamed', action: 'confirm', rules: 1 },
    })
  })

  test('with a pattern that cannot be one are refused and name it', async () => {
    for (const [pattern, problem] of [
      ['(', 'syntax'],
      ['(a)\\1', 'syntax'],
      ['(.{1,200}){5}q', 'too_complex'],
      ['.*', 'matches_anything'],
    ] as const)
      await expect(
        world.owner.do('phrase_group.create', group({ rules: [phrase('fine'), { kind: 'regex', pattern }] })),
      ).rejects.toMatchObject({ code: 'phrase_group.pattern_not_valid', details: { index: 1, problem } })
  })

  test('are for administrators to change, for supervisors to read, and not for agents', async () => {
    await expect(ann.do('phrase_group.create', group({ rules: [phrase('x')] }))).rejects.toMatchObject({
      code: 'permission.denied',
    })
    await expect(ann.ask('phrase_group.list')).rejects.toMatchObject({ code: 'permission.denied' })
  })
})

describe('sending', () => {
  test('what is blocked is refused, is an entry with group, version, rule and words, and changes nothing else', async () => {
    const { phraseGroup } = await world.owner.do(
      'phrase_group.create',
      group({ name: 'Promises', rules: [phrase('guaranteed profit')] }),
    )
    const talk = await world.conversation()
    const text = 'This is guarаnteed\u200b  profit!'
    const told = await refusalOf(send(ann, talk.id, text))
    expect(told).toMatchObject({
      code: 'moderation.blocked',
      details: { flags: [{ group: 'Promises', found: 'guaranteed  profit', action: 'block' }] },
    })
    // blocking cannot be confirmed away
    const again = await refusalOf(
      send(
        ann,
        talk.id,
        text,
        told.details.flags.map(flag => flag.id),
      ),
    )
    expect(again.code).toBe('moderation.blocked')
    const entries = await world.entries({ conversation: talk.id })
    expect(entries.map(entry => entry.event)).toEqual(['moderation.flagged', 'moderation.flagged'])
    expect(entries[0]).toMatchObject({
      actor: { id: ann.id },
      data: {
        decision: 'blocked',
        findings: [{ kind: 'phrase', groupId: phraseGroup.id, groupVersion: 1 }],
        messageId: null,
      },
      parts: { text: { state: 'open', value: text } },
    })
    const { conversation } = await world.owner.ask('conversation.get', { id: talk.id as never })
    expect(conversation).toMatchObject({ assignee: null, lastMessage: null })
    await world.owner.do('phrase_group.delete', { phraseGroupId: phraseGroup.id })
    await send(ann, talk.id, text)
  })

  test('what needs confirming is sent only with the ids of all that was found in that very text', async () => {
    const made = await world.owner.do(
      'phrase_group.create',
      group({ name: 'Refunds', action: 'confirm', rules: [phrase('refund'), phrase('discount')] }),
    )
    const talk = await world.conversation()
    const told = await refusalOf(send(ann, talk.id, 'A refund and a discount'))
    expect(told.code).toBe('moderation.confirm_needed')
    expect(told.details.flags.map(flag => flag.found)).toEqual(['refund', 'discount'])
    const ids = told.details.flags.map(flag => flag.id)
    expect((await refusalOf(send(ann, talk.id, 'A refund and a discount', ids.slice(1)))).code).toBe(
      'moderation.confirm_needed',
    )
    expect((await refusalOf(send(ann, talk.id, 'Another refund and a discount', ids))).code).toBe(
      'moderation.confirm_needed',
    )
    const { message } = await send(ann, talk.id, 'A refund and a discount', ids)
    const entries = await world.entries({ conversation: talk.id, event: 'moderation.*' })
    expect(entries.map(entry => entry.data.decision)).toEqual(['asked', 'asked', 'asked', 'confirmed'])
    expect(entries[3]?.data).toMatchObject({ messageId: message.id })
    expect((await world.entries({ conversation: talk.id, event: 'message.sent' })).length).toBe(1)
    await world.owner.do('phrase_group.delete', { phraseGroupId: made.phraseGroup.id })
  })

  test('giving a text up is an entry of its own; there must have been something to give up', async () => {
    const made = await world.owner.do(
      'phrase_group.create',
      group({ action: 'confirm', rules: [phrase('lawyer')] }),
    )
    const talk = await world.conversation({ assignee: ann.id })
    const bob = await world.person('Bob')
    const about = { conversationId: talk.id as never }
    await ann.do('moderation.cancel', { ...about, text: 'See my lawyer' })
    await expect(ann.do('moderation.cancel', { ...about, text: 'Hello' })).rejects.toMatchObject({
      code: 'moderation.nothing_found',
    })
    await expect(bob.do('moderation.cancel', { ...about, text: 'See my lawyer' })).rejects.toMatchObject({
      code: 'conversation.not_found',
    })
    expect(
      (await world.entries({ conversation: talk.id, event: 'moderation.*' })).map(e => e.data),
    ).toMatchObject([{ decision: 'cancelled', findings: [{ kind: 'phrase' }] }])
    await world.owner.do('phrase_group.delete', { phraseGroupId: made.phraseGroup.id })
  })

  test('a refused text leaves its Idempotency-Key free: the same key sends the confirmed one', async () => {
    const made = await world.owner.do(
      'phrase_group.create',
      group({ action: 'confirm', rules: [phrase('voucher')] }),
    )
    const talk = await world.conversation()
    const told = await refusalOf(send(ann, talk.id, 'a voucher', undefined, 'key-v'))
    const same = await refusalOf(send(ann, talk.id, 'a voucher', undefined, 'key-v'))
    expect(same.code).toBe('moderation.confirm_needed')
    const ids = told.details.flags.map(flag => flag.id)
    const sent = await send(ann, talk.id, 'a voucher', ids, 'key-v')
    expect(await send(ann, talk.id, 'a voucher', ids, 'key-v')).toEqual(sent)
    expect((await world.entries({ conversation: talk.id, event: 'message.sent' })).length).toBe(1)
    await world.owner.do('phrase_group.delete', { phraseGroupId: made.phraseGroup.id })
  })

  test('a group of one bot leaves the others alone', async () => {
    const [here, there] = [await world.conversation(), await world.conversation()]
    const made = await world.owner.do(
      'phrase_group.create',
      group({ botId: here.botId as never, rules: [phrase('elsewhere')] }),
    )
    expect((await refusalOf(send(ann, here.id, 'go elsewhere'))).code).toBe('moderation.blocked')
    await send(ann, there.id, 'go elsewhere')
    await world.owner.do('phrase_group.delete', { phraseGroupId: made.phraseGroup.id })
  })
})

describe('wallets', () => {
  test('pass when they are of the house, are blocked when not, and only asked about when the setting says so', async () => {
    const talk = await world.conversation()
    const text = `Pay to ${[...TRON].join(' ')}`
    expect(await refusalOf(send(ann, talk.id, text))).toMatchObject({
      code: 'moderation.blocked',
      details: { flags: [{ kind: 'wallet', network: 'tron', found: TRON }] },
    })
    await world.owner.do('setting.change', { key: 'moderation.block_unknown_wallets', value: false })
    expect((await refusalOf(send(ann, talk.id, text))).code).toBe('moderation.confirm_needed')
    await world.owner.do('setting.change', { key: 'moderation.block_unknown_wallets', value: true })
    const { wallet } = await world.owner.do('wallet.allow', { address: TRON, name: 'Cashier' })
    await send(ann, talk.id, text)
    await expect(world.owner.do('wallet.allow', { address: TRON, name: 'Again' })).rejects.toMatchObject({
      code: 'wallet.already_allowed',
    })
    expect((await world.owner.ask('wallet.list')).items).toMatchObject([
      { network: 'tron', address: TRON, name: 'Cashier' },
    ])
    await world.owner.do('wallet.disallow', { walletId: wallet.id })
    expect((await refusalOf(send(ann, talk.id, text))).code).toBe('moderation.blocked')
    expect((await world.entries({ subject: wallet.id })).map(entry => [entry.event, entry.data])).toEqual([
      ['wallet.allowed', { network: 'tron', address: TRON, name: 'Cashier' }],
      ['wallet.disallowed', { network: 'tron', address: TRON, name: 'Cashier' }],
    ])
  })

  test('only an address whose checksum fits can be allowed', async () => {
    for (const address of [TRON.replace('7', '8'), 'hello hello hello hello', `${TRON} and more`])
      await expect(world.owner.do('wallet.allow', { address, name: 'x' })).rejects.toMatchObject({
        code: 'wallet.not_valid',
      })
  })
})

test('many hits in a short time raise one alert that names them, for those who lead and not for the agent', async () => {
  const department = await world.department('Watched')
  const [eve, lead] = [
    await world.person('Eve', 'agent', [department]),
    await world.person('Lea', 'supervisor', [department]),
  ]
  await world.owner.do('department.set_lead', {
    departmentId: department as never,
    agentId: lead.id as never,
    lead: true,
  })
  const talks = await Promise.all(Array.from({ length: 4 }, () => world.conversation()))
  // at once: the last of three that is needed must not be missed
  await Promise.all(talks.slice(0, 3).map(talk => refusalOf(send(eve, talk.id, `to ${TRON}`))))
  await refusalOf(send(eve, talks[3]?.id ?? '', `to ${TRON}`))
  const alerts = await world.entries({ event: 'alert.raised' })
  expect(alerts.filter(alert => alert.data.agentId === eve.id)).toHaveLength(1)
  const alert = alerts.find(each => each.data.agentId === eve.id)
  const flagged = await world.entries({ event: 'moderation.flagged', actor: eve.id })
  expect(alert).toMatchObject({ actor: { kind: 'rule' }, data: { hits: 3, minutes: 10 } })
  expect(new Set(alert?.data.entries as string[])).toEqual(
    new Set(flagged.slice(0, 3).map(entry => entry.id)),
  )
  expect(flagged.map(entry => entry.id)).toContain(alert?.causedBy)
  const seenBy = async (person: Person) =>
    (await person.ask('log.search', { event: 'alert.raised' })).items.length
  expect(await seenBy(lead)).toBe(1)
  expect(await seenBy(eve)).toBe(0)
})
