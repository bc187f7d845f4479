import type { CommandInput } from '@tracedesk/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { destroyOldEntries } from './support/proof-log.ts'
import { createWorld, type Person, type World } from './support/world.ts'

/** What "nothing found" rests on: each way in which a search is not whole makes absence undecidable, and is said. */
let world: World
let admin: Person
let sofia: Person
let destroyed = 0
beforeAll(async () => {
  world = await createWorld()
  destroyed = await destroyOldEntries(world, 600) // with an administrator called Anna
  admin = await world.person('Ada', 'admin')
  sofia = await world.person('Sofia', 'supervisor', [await world.department('Orders')])
}, 120_000)
afterAll(() => world.end())

type Claim = CommandInput<'dispute.check_claim'>['claim']
interface Facts {
  verdict: string
  for: string[]
  completeness: {
    complete: boolean
    holes: number
    destroyed: number
    pending: number
    blindSpots: string[]
    wideLooks?: number
  } & {
    texts: Record<string, number>
  }
}

const wording: Claim = { kind: 'wording', words: ['scoundrel'] } as never
const open = async (about: object) =>
  (await world.owner.do('dispute.open', { title: 'A case', ...about } as never)).dispute.id
async function check(about: object, claim: Claim, who = world.owner): Promise<Facts> {
  const disputeId = await open(about)
  const { check: made } = await who.do('dispute.check_claim', { disputeId, claim })
  const [row] = await world.asSuperuser<{ data: Facts }>(
    `select convert_from(leaf, 'UTF8')::json -> 'data' as data from
       (select entry_id, leaf from log_entry union all select entry_id, leaf from log_pending) e where entry_id = $1`,
    [made.id],
  )
  if (!row) throw new Error('the check is not on record')
  await world.owner.do('dispute.decide', { disputeId, outcome: 'dismissed', reason: 'seen' })
  await world.owner.do('dispute.close', { disputeId, reason: 'seen', releaseHold: true })
  return row.data
}

test('what retention destroyed is a hole in a conversation, and counted in a span of time', async () => {
  const [talk] = await world.asSuperuser<{ id: string }>(
    `select conversation_id as id from conversation c where exists (select from log_counter k
       where k.chain_id = c.conversation_id and k.count > (select count(*) from log_entry e where e.conversation_id = c.conversation_id)) limit 1`,
  )
  const one = await check({ conversationId: talk?.id }, wording)
  expect(one).toMatchObject({ verdict: 'inconclusive', completeness: { complete: false } })
  expect(one.completeness.holes).toBeGreaterThan(0)
  const span = { from: '2020-05-01T00:00:00Z', to: '2020-06-01T00:00:00Z' }
  const all = await check(span, { kind: 'never_replied' })
  expect(all.completeness.destroyed).toBe(destroyed)
  expect(all.verdict).toBe('inconclusive')
  const later = { from: '2020-06-01T00:00:00Z', to: '2020-07-01T00:00:00Z' }
  expect((await check(later, { kind: 'never_replied' })).completeness).toMatchObject({
    complete: true,
    destroyed: 0,
  })
})

test('a conversation of which not one entry is left is not whole', async () => {
  const talk = await world.conversation({ name: 'Emptied', assignee: world.owner.id })
  await world.owner.do('note.add', { conversationId: talk.id as never, text: 'there was one', scope: 'team' })
  await world.settle()
  await world.asSuperuser(
    `create table taken as select * from log_entry where conversation_id = '${talk.id}'`,
  )
  await world.asSuperuser('delete from log_entry where conversation_id = $1', [talk.id])
  const found = await check({ conversationId: talk.id }, { kind: 'never_replied' }).finally(() =>
    world.asSuperuser('insert into log_entry select * from taken; drop table taken'),
  )
  expect(found.verdict).toBe('inconclusive')
  expect(found.completeness.holes).toBeGreaterThan(0)
})

test('history from elsewhere, and looks that were not recorded, are said to be blind spots', async () => {
  const span = { from: '2020-05-01T00:00:00Z', to: '2020-06-01T00:00:00Z' }
  const seen = await check(span, { kind: 'data_seen' })
  expect([seen.verdict, seen.completeness.blindSpots]).toEqual(['inconclusive', ['imported']])
  const talk = await world.conversation({ name: 'Unseen' })
  await world.settle()
  const before = await check({ conversationId: talk.id }, { kind: 'wrong_label', labelIds: [] } as never)
  expect([before.verdict, before.completeness.blindSpots]).toEqual(['not_found', []])
  await world.owner.do('setting.change', { key: 'log.record_reads', value: false })
  await world.owner.do('setting.change', { key: 'log.record_reads', value: true })
  await world.settle()
  const after = await check({ conversationId: talk.id }, { kind: 'data_seen' })
  expect(after.completeness).toMatchObject({ complete: false, blindSpots: ['reads_off'] })
})

test('who opened a single entry is named; lists that may have shown it are counted, and nothing found proves nothing', async () => {
  const [talk, other] = [await world.conversation({ name: 'Glanced' }), await world.conversation()]
  const { note } = await world.owner.do('note.add', { conversationId: talk.id as never, text: 'a secret' })
  const [noted] = await world.entries({ subject: note.id as never })
  const seen = () => check({ conversationId: talk.id }, { kind: 'data_seen' })
  expect((await seen()).completeness.wideLooks).toBe(0)
  await world.owner.ask('log.search', { event: ['note.*'] })
  await world.owner.ask('log.search', { customer: [other.customerId] } as never)
  await world.owner.do('export.request', { format: 'csv', filter: { event: ['note.*'] } as never })
  await world.settle()
  const glanced = await seen()
  expect([glanced.verdict, glanced.completeness.wideLooks, glanced.completeness.complete]).toEqual([
    'inconclusive',
    2,
    false,
  ])
  await world.owner.ask('log.entry', { id: noted?.id as never })
  await world.settle()
  const opened = await seen()
  const looks = await world.entries({ event: 'log.viewed' })
  const look = looks.find(({ data }) => JSON.stringify(data.filter).includes(noted?.id ?? 'nothing'))
  expect([opened.verdict, opened.for]).toEqual(['supported', [look?.id]])
})

test('texts out of the reader’s sight and texts that were erased are counted, and nothing found is no answer', async () => {
  const talk = await world.conversation({ name: 'Rosa', assignee: sofia.id })
  await world.owner.do('message.send', { conversationId: talk.id as never, text: 'good day' })
  await world.settle()
  expect((await check({ conversationId: talk.id }, wording)).verdict).toBe('not_found')
  const about = { customerId: talk.customerId as never }
  await world.owner.do('privacy.restrict', { ...about, reason: 'disputed' })
  const disputeId = (await sofia.do('dispute.open', { conversationId: talk.id as never, title: 'Hers' }))
    .dispute.id
  await sofia.do('dispute.check_claim', { disputeId, claim: wording })
  await world.settle()
  const withheld = (await world.entries({ event: ['dispute.claim_checked'], actor: sofia.id as never })).at(
    -1,
  )
  expect(withheld?.data).toMatchObject({
    verdict: 'inconclusive',
    completeness: { complete: false, texts: { read: 0, withheld: 1 } },
  })
  await world.owner.do('privacy.lift_restriction', about)
  await world.owner.do('dispute.decide', { disputeId, outcome: 'dismissed', reason: 'seen' })
  await world.owner.do('dispute.close', { disputeId, reason: 'seen', releaseHold: true })
  const { request } = await world.owner.do('privacy.open_request', {
    ...about,
    kind: 'erasure',
    channel: 'email',
  })
  await world.owner.do('privacy.request_erasure', { requestId: request.id })
  await admin.do('privacy.erase_subject', { requestId: request.id })
  await world.settle()
  expect(await check({ conversationId: talk.id }, wording)).toMatchObject({
    verdict: 'inconclusive',
    completeness: { complete: false, texts: { read: 0, erased: 1 } },
  })
})

test('what is not in the tree yet is searched as well, and told apart', async () => {
  const talk = await world.conversation({ name: 'Quick', assignee: world.owner.id })
  await world.settle()
  await world.node.sequencer.stop()
  await world.owner.do('message.send', { conversationId: talk.id as never, text: 'you scoundrel' })
  const found = await check({ conversationId: talk.id }, wording)
  expect(found).toMatchObject({ verdict: 'supported', completeness: { complete: true, pending: 1 } })
})
