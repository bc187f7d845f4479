import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CommandInput, Entry } from '@tracedesk/contracts'
import { type BundleEntry, readTrust, sourceOf, verifyBundleFile } from '@tracedesk/proof/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isHeld } from '../src/modules/holds/index.ts'
import { createDesk, type Desk, until } from './support/desk.ts'
import type { Person } from './support/world.ts'

let desk: Desk
let bot: Awaited<ReturnType<Desk['connect']>>
let orders: string
let maya: Person
let sofia: Person
let serge: Person
let otto: Person
/** Answered by Maya, and read by her. */
let answered: { id: string; customerId: string }
/** Nobody ever answered. */
let silent: { id: string; customerId: string }

type Claim = CommandInput<'dispute.check_claim'>['claim']

beforeAll(async () => {
  desk = await createDesk()
  desk.addGateway()
  bot = await desk.connect('Harbour')
  orders = await desk.world.department('Orders')
  await desk.owner.do('bot.set_routing', {
    botId: bot.botId as never,
    mode: 'manual',
    departmentId: orders as never,
    fallbackDepartmentId: null,
  })
  maya = await desk.world.person('Maya', 'agent', [orders])
  sofia = await desk.world.person('Sofia', 'supervisor', [orders])
  serge = await desk.world.person('Serge', 'supervisor', [await desk.world.department('Billing')])
  otto = await desk.world.person('Otto', 'auditor')
  for (const [person, department] of [[sofia, orders]] as const)
    await desk.owner.do('department.set_lead', {
      departmentId: department as never,
      agentId: person.id as never,
      lead: true,
    })
  const [carla, dora] = [
    desk.telegram.createUser({ firstName: 'Carla' }),
    desk.telegram.createUser({ firstName: 'Dora' }),
  ]
  await carla.say(bot, 'Where is my refund?')
  await dora.say(bot, 'Is anybody there? 有人吗')
  await until(async () => (await desk.conversations()).length === 2)
  for (const talk of await desk.conversations()) {
    const known = { id: talk.id as string, customerId: talk.customer.id as string }
    if (talk.customer.name?.startsWith('Carla')) answered = known
    else silent = known
    await maya.do('conversation.assign', { conversationId: talk.id, agentId: maya.id as never })
  }
  await maya.ask('conversation.messages', { id: answered.id as never })
  await maya.do('message.send', {
    conversationId: answered.id as never,
    text: 'You idiot. I promise a full REFUND by Friday, 一定退款, обещаю вернуть деньги.',
  })
  await carla.waitForReply(bot)
  await until(async () => (await desk.entries('message.delivered')).length === 1)
  await desk.world.settle()
})
afterAll(() => desk.end())

const open = async (person: Person, about: object) =>
  (await person.do('dispute.open', { title: 'Nobody answers', text: 'They say so.', ...about } as never))
    .dispute.id
const check = async (person: Person, disputeId: string, claim: Claim, agentId?: string) => {
  const { check: made } = await person.do('dispute.check_claim', {
    disputeId: disputeId as never,
    claim,
    ...(agentId ? { agentId: agentId as never } : {}),
  })
  await desk.world.settle()
  const [entry] = (await desk.world.entries({ event: ['dispute.claim_checked'] })).filter(
    each => each.id === made.id,
  )
  return { ...made, data: entry?.data as never as Facts, entry: entry as Entry }
}
interface Facts {
  verdict: string
  for: string[]
  against: string[]
  forCount: number
  completeness: Record<string, never> & { texts: Record<string, number> }
}
const storyOf = async (person: Person, id: string, more: object = {}) => {
  const items: { part: string; entry: Entry }[] = []
  let cursor: string | undefined
  do {
    const page = await person.ask('dispute.story', { id: id as never, limit: 3, cursor, ...more } as never)
    items.push(...page.items)
    cursor = page.nextCursor ?? undefined
  } while (cursor)
  return items
}

describe('opening a case', () => {
  test('holds what it is about, and tells the supervisor of its department, not another’s', async () => {
    const id = await open(sofia, { conversationId: answered.id })
    const { world } = desk
    expect(await isHeld(world.node.databases.read, world.workspaceId, { conversationId: answered.id })).toBe(
      true,
    )
    expect((await sofia.ask('dispute.list')).items.map(item => item.id)).toContain(id)
    expect((await desk.owner.ask('dispute.list')).items[0]).toMatchObject({
      title: { state: 'open', value: 'Nobody answers' },
      customerName: { state: 'open', value: expect.stringContaining('Carla') },
    })
    for (const stranger of [serge, maya]) {
      expect((await stranger.ask('dispute.list')).items).toEqual([])
      await expect(stranger.ask('dispute.get', { id })).rejects.toMatchObject({ code: 'dispute.not_found' })
      await expect(stranger.ask('dispute.story', { id })).rejects.toMatchObject({ code: 'dispute.not_found' })
    }
  })

  test('an agent may not, and nobody about what is out of their sight', async () => {
    await expect(open(maya, { conversationId: answered.id })).rejects.toMatchObject({
      code: 'permission.denied',
    })
    await expect(open(serge, { conversationId: answered.id })).rejects.toMatchObject({
      code: 'conversation.not_found',
    })
    await expect(open(serge, { customerId: answered.customerId })).rejects.toMatchObject({
      code: 'customer.not_found',
    })
  })

  test('an auditor sees it with its words withheld', async () => {
    const id = await open(desk.owner, { customerId: silent.customerId })
    const { dispute } = await otto.ask('dispute.get', { id })
    expect(dispute).toMatchObject({
      title: { state: 'withheld' },
      text: { state: 'withheld' },
      customerName: { state: 'withheld' },
      mayWork: false,
    })
    // asked for with a reason, the words of the complaint are open, and only those
    const [opened] = await desk.world.entries({ event: 'dispute.opened', subject: id as never })
    await otto.do('log.reveal', { entryId: opened?.id as never, reason: 'an audit of complaints' })
    const shown = (await otto.ask('dispute.get', { id })).dispute
    expect([shown.title.state, shown.text?.state]).toEqual(['open', 'open'])
    const story = (await otto.ask('dispute.story', { id })).items.map(({ entry }) => entry.parts.text?.state)
    expect(story).toContain('withheld')
    expect(story).not.toContain('open')
  })
})

describe('claims', () => {
  test('never replied: the unanswered message speaks for it, and the search was whole', async () => {
    const id = await open(sofia, { conversationId: silent.id })
    const found = await check(sofia, id, { kind: 'never_replied' })
    expect(found.verdict).toBe('supported')
    const [asked] = await desk.world.entries({
      conversation: silent.id as never,
      event: ['message.received'],
    })
    expect(found.data.for).toEqual([asked?.id])
    expect(found.data.completeness).toMatchObject({
      complete: true,
      outOfScope: 0,
      holes: 0,
      conversations: 1,
    })
    const [chain] = found.data.completeness.chains as never as { from: number; to: number; count: number }[]
    expect(chain?.count).toBe(chain?.to)
    expect(Object.keys(found.entry.parts)).toEqual([])
  })

  test('never replied is refuted by the delivered answer', async () => {
    const id = await open(sofia, { conversationId: answered.id })
    const found = await check(sofia, id, { kind: 'never_replied' })
    const [delivered] = await desk.world.entries({ event: ['message.delivered'] })
    expect([found.verdict, found.data.against]).toEqual(['contradicted', [delivered?.id]])
    expect((await check(sofia, id, { kind: 'replied_late', seconds: 3600 })).verdict).toBe('contradicted')
  })

  test('wording by a list and by a phrase group; promises in three scripts; words only in the part', async () => {
    const id = await open(desk.owner, { conversationId: answered.id })
    const { phraseGroup } = await desk.owner.do('phrase_group.create', {
      name: 'Rude',
      action: 'confirm',
      botId: null,
      languages: [],
      rules: [{ kind: 'plain', pattern: 'idiot' }],
    } as never)
    for (const claim of [
      { kind: 'wording', words: ['IDIOT'] },
      { kind: 'wording', phraseGroupIds: [phraseGroup.id] },
      { kind: 'promised', words: ['full refund'] },
      { kind: 'promised', words: ['退款'] },
      { kind: 'promised', words: ['вернуть деньги'] },
    ] as Claim[])
      expect((await check(desk.owner, id, claim)).verdict, JSON.stringify(claim)).toBe('supported')
    const nothing = await check(desk.owner, id, { kind: 'wording', words: ['scoundrel'] })
    expect(nothing.verdict).toBe('not_found')
    expect(nothing.data.completeness.texts).toEqual({ read: 1, withheld: 0, erased: 0, missing: 0 })
    expect(JSON.stringify(nothing.entry.data)).not.toContain('scoundrel')
    expect(nothing.entry.parts.text).toEqual({ state: 'open', value: 'scoundrel' })
    expect((await check(desk.owner, id, { kind: 'wording', words: ['idiot'] }, sofia.id)).verdict).toBe(
      'not_found',
    )
  })

  test('who saw my data: reading is named for an administrator; a supervisor is told what they may not see', async () => {
    await desk.owner.ask('conversation.timeline', { id: answered.id as never })
    const all = await check(desk.owner, await open(desk.owner, { conversationId: answered.id }), {
      kind: 'data_seen',
    })
    expect(all.verdict).toBe('supported')
    const [read] = await desk.world.entries({ event: ['message.read'], actor: maya.id as never })
    expect(all.data.for).toContain(read?.id)
    const some = await check(sofia, await open(sofia, { conversationId: answered.id }), { kind: 'data_seen' })
    expect(some.data.completeness.complete).toBe(false)
    expect(some.data.completeness.outOfScope).toBeGreaterThan(0)
  })

  test('an entry taken out of the database makes absence undecidable, and the hole is counted', async () => {
    const id = await open(desk.owner, { conversationId: silent.id })
    const [asked] = await desk.world.entries({
      conversation: silent.id as never,
      event: ['conversation.opened'],
    })
    const moved = await desk.world.asSuperuser<{ leaf: Buffer }>(
      'update log_entry set conversation_id = null where entry_id = $1 returning leaf',
      [asked?.id],
    )
    expect(moved.length).toBe(1)
    try {
      const found = await check(desk.owner, id, { kind: 'never_replied' })
      expect([found.verdict, found.data.completeness.holes]).toEqual(['inconclusive', 1])
    } finally {
      await desk.world.asSuperuser('update log_entry set conversation_id = $2 where entry_id = $1', [
        asked?.id,
        silent.id,
      ])
    }
  })

  test('a span of time covers every conversation in it', async () => {
    const from = new Date(Date.now() - 3_600_000).toISOString()
    const id = await open(desk.owner, { from, to: new Date().toISOString() })
    const found = await check(desk.owner, id, { kind: 'never_replied' })
    expect([found.verdict, found.data.completeness.conversations]).toEqual(['mixed', 2])
  })

  test('the entries behind a check are shown as far as the reader may see them', async () => {
    const id = await open(sofia, { conversationId: answered.id })
    const found = await check(sofia, id, { kind: 'never_replied' })
    const shown = await sofia.ask('dispute.check', { id, check: found.id })
    expect(shown.against.map(entry => entry.event)).toEqual(['message.delivered'])
    expect(shown.said.map(entry => [entry.event, entry.subject.id])).toEqual([
      ['message.sent', shown.against[0]?.subject.id],
    ])
    expect(shown.for).toEqual([])
  })
})

describe('the story', () => {
  test('is one order of messages, deliveries, operations, presence and looks, page by page without a gap', async () => {
    await maya.do('presence.change', { state: 'online' } as never)
    await maya.do('note.add', { conversationId: answered.id as never, text: 'Calm down', scope: 'team' })
    await desk.owner.ask('conversation.timeline', { id: answered.id as never })
    await desk.world.settle()
    const id = await open(desk.owner, { conversationId: answered.id })
    const items = await storyOf(desk.owner, id)
    const times = items.map(item => item.entry.at)
    expect(times).toEqual([...times].sort())
    expect(new Set(items.map(item => item.entry.id)).size).toBe(items.length)
    const parts = new Set(items.map(item => item.part))
    expect([...parts].sort()).toEqual(['delivery', 'looking', 'message', 'operation', 'presence'])
    const mine = await desk.world.entries({ conversation: answered.id as never })
    const told = new Set(items.map(item => item.entry.id))
    expect(mine.filter(entry => !entry.event.startsWith('dispute.') && !told.has(entry.id))).toEqual([])
    expect((await storyOf(desk.owner, id, { part: 'message' })).map(item => item.entry.event)).toEqual([
      'message.received',
      'message.sent',
    ])
  })

  test('a supervisor’s story holds no look at the log by others', async () => {
    const id = await open(sofia, { conversationId: answered.id })
    const foreign = (await storyOf(sofia, id)).filter(
      ({ entry }) => entry.event === 'log.viewed' && entry.actor.id !== sofia.id,
    )
    expect(foreign).toEqual([])
  })
})

describe('the case file', () => {
  test('a participant sees the file, may write into it and do nothing else; leaving ends that', async () => {
    const id = await open(sofia, { conversationId: answered.id })
    await sofia.do('dispute.add_participant', { disputeId: id, agentId: maya.id as never, role: 'concerned' })
    await expect(
      sofia.do('dispute.add_participant', { disputeId: id, agentId: maya.id as never, role: 'witness' }),
    ).rejects.toMatchObject({ code: 'dispute.already_participant' })
    expect((await maya.ask('dispute.get', { id })).dispute).toMatchObject({ mayWork: false })
    await maya.do('dispute.annotate', { disputeId: id, text: 'I was rude. Sorry.' })
    await expect(
      maya.do('dispute.decide', { disputeId: id, outcome: 'dismissed', reason: 'mine' }),
    ).rejects.toMatchObject({ code: 'permission.denied' })
    const { file } = await sofia.ask('dispute.get', { id })
    expect(file.at(-1)).toMatchObject({
      event: 'dispute.annotated',
      actor: { id: maya.id },
      parts: { text: { state: 'open', value: 'I was rude. Sorry.' } },
    })
    await sofia.do('dispute.remove_participant', { disputeId: id, agentId: maya.id as never })
    await expect(maya.ask('dispute.get', { id })).rejects.toMatchObject({ code: 'dispute.not_found' })
  })

  test('entries are laid to it once, with a side; what is out of sight cannot be', async () => {
    const id = await open(sofia, { conversationId: answered.id })
    const [sent] = await desk.world.entries({ event: ['message.sent'] })
    const lay = (entryId: string) =>
      sofia.do('dispute.add_entry', { disputeId: id, entryId, side: 'for', text: 'Here' })
    await lay(sent?.id ?? '')
    await expect(lay(sent?.id ?? '')).rejects.toMatchObject({ code: 'dispute.entry_known' })
    const [secret] = await desk.world.entries({ event: ['bot.connected'] })
    await expect(lay(secret?.id ?? '')).rejects.toMatchObject({ code: 'entry.not_found' })
    const { laid } = await sofia.ask('dispute.get', { id })
    expect(laid.map(entry => entry.id)).toEqual([sent?.id])
  })

  test('decided, decided anew, closed with its hold released; then nothing comes into it', async () => {
    const id = await open(sofia, { conversationId: silent.id })
    // the case is the reason of its hold: no bare id where a person reads
    const { items } = await desk.owner.ask('hold.list', {})
    expect(items.find(hold => hold.disputeId === id)).toMatchObject({ cause: 'dispute', reason: null })
    expect((await desk.world.entries({ event: 'hold.placed' })).at(-1)?.parts).toEqual({})
    const decide = (outcome: 'upheld' | 'unproven') =>
      sofia.do('dispute.decide', { disputeId: id, outcome, reason: 'Nobody answered.' })
    await decide('unproven')
    await decide('upheld')
    await sofia.do('dispute.close', { disputeId: id, reason: 'Apologised', releaseHold: true })
    await expect(decide('upheld')).rejects.toMatchObject({ code: 'dispute.closed' })
    await expect(check(sofia, id, { kind: 'never_replied' })).rejects.toMatchObject({
      code: 'dispute.closed',
    })
    const { dispute, file } = await sofia.ask('dispute.get', { id })
    expect(dispute).toMatchObject({ state: 'closed', outcome: 'upheld', hold: { inForce: false } })
    expect(file.map(entry => [entry.event, entry.data.previous ?? entry.data.holdReleased ?? null])).toEqual([
      ['dispute.opened', null],
      ['dispute.decided', null],
      ['dispute.decided', 'unproven'],
      ['dispute.closed', true],
    ])
    // the row is what the entries say
    const replayed: Record<string, unknown> = { state: 'open', outcome: null }
    for (const { event, data } of file) {
      if (event === 'dispute.decided') Object.assign(replayed, { state: 'decided', outcome: data.outcome })
      if (event === 'dispute.closed') replayed.state = 'closed'
    }
    expect(replayed).toEqual({ state: dispute.state, outcome: dispute.outcome })
  })
})

test('a supervisor’s bundle proves the case offline: what they see of it open, everything else closed', async () => {
  const id = await open(sofia, { conversationId: answered.id })
  await check(sofia, id, { kind: 'never_replied' })
  await expect(sofia.do('evidence.bundle', {})).rejects.toMatchObject({ code: 'permission.denied' })
  const { bundle } = await sofia.do('dispute.bundle', { disputeId: id })
  const { world } = desk
  const bytes = new Uint8Array(
    readFileSync(join(world.dataDir, 'bundles', world.workspaceId, `${bundle.id}.zip`)),
  )
  const [signer] = await world.asSuperuser<{ vkey: string }>('select vkey from log_signer')
  const entries: BundleEntry[] = []
  const report = await verifyBundleFile(sourceOf(bytes), readTrust(signer?.vkey ?? ''), {
    onEntry: entry => entries.push(entry),
  })
  expect(report).toMatchObject({ verdict: 'ok', findings: [] })
  expect(report.closed).toBeGreaterThan(0)
  const opened = entries.flatMap(entry => (entry.leaf ? [entry.leaf] : []))
  expect(opened.map(leaf => leaf.event)).toEqual(
    expect.arrayContaining(['message.received', 'message.delivered', 'dispute.claim_checked']),
  )
  expect(opened.filter(leaf => leaf.conversationId === silent.id)).toEqual([])
  const caller = await sofia.caller()
  const download = (command: typeof world.node.downloadEvidence) =>
    world.node.door.execute(command, caller, { id: bundle.id })
  expect((await download(world.node.downloadDisputeBundle)).sha256).toBe(bundle.sha256)
  await expect(download(world.node.downloadEvidence)).rejects.toMatchObject({ code: 'permission.denied' })
})
