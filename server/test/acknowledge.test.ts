import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyLedger } from '../src/ledger/verify.ts'
import { forgePending } from './support/proof-log.ts'
import { createWorld, TEST_SECRET, type World } from './support/world.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
  await world.settle()
})
afterAll(() => world.end())

const verify = () =>
  verifyLedger({
    databases: world.node.databases,
    workspaceId: world.workspaceId,
    signerFolder: join(world.dataDir, 'signer'),
    secret: TEST_SECRET,
  })
const verdicts = async () => (await verify()).findings.map(({ verdict }) => verdict)
const open = async () =>
  (await world.owner.ask('ledger.findings', {})).items.filter(item => item.acknowledgement === null)
const putAside = async () => {
  const known = Number(
    (await world.asSuperuser<{ n: string }>('select count(*) as n from log_rejected'))[0]?.n,
  )
  await forgePending(world)
  await expect
    .poll(async () => (await world.asSuperuser('select 1 from log_rejected')).length)
    .toBe(known + 1)
}
const acknowledge = async (reason: string, who = world.owner) => {
  const findings = (await open()).map(({ entryId, rejectedAt }) => ({ entryId, rejectedAt }))
  await who.do('ledger.acknowledge_finding', { findings, reason })
  await world.settle()
}
const rejected = async () => (await world.owner.ask('ledger.state', {})).rejected

test('a forged row stays a finding until somebody takes note of it, and is told with who and when ever after', async () => {
  await putAside()
  expect(await verdicts()).toEqual(['entry_rejected'])
  expect(await rejected()).toBe(1)
  const [finding] = await open()
  expect(finding).toMatchObject({ cause: 'wrong_mac', pretendedEvent: expect.stringContaining('.') })

  await acknowledge('An exercise of our auditors')

  const report = await verify()
  expect(report).toMatchObject({
    verdict: 'ok',
    acknowledged: [
      {
        by: { kind: 'agent', id: world.owner.id },
        finding: { entryId: finding?.entryId, cause: 'wrong_mac' },
      },
    ],
  })
  expect(await rejected()).toBe(0)
  await expect
    .poll(async () => (await world.owner.ask('ledger.state', {})).verification.last?.verdict)
    .toBe('ok')
  expect((await world.owner.ask('ledger.findings', {})).items).toMatchObject([
    {
      entryId: finding?.entryId,
      acknowledgement: {
        by: { id: world.owner.id },
        reason: { state: 'open', value: 'An exercise of our auditors' },
      },
    },
  ])
})

test('supervisors and auditors may not; nor may anybody twice, or of what is not there', async () => {
  await putAside()
  for (const role of ['supervisor', 'auditor'] as const)
    await expect(acknowledge('mine', await world.person(`Ann ${role}`, role))).rejects.toMatchObject({
      code: 'permission.denied',
    })
  const findings = (await open()).map(({ entryId, rejectedAt }) => ({ entryId, rejectedAt }))
  const moved = findings.map(each => ({ ...each, rejectedAt: '2020-01-01T00:00:00Z' }))
  await expect(
    world.owner.do('ledger.acknowledge_finding', { findings: moved, reason: 'x' }),
  ).rejects.toMatchObject({ code: 'ledger.finding_not_found' })
  expect(await verdicts()).toEqual(['entry_rejected'])
  await acknowledge('Seen')
  await expect(world.owner.do('ledger.acknowledge_finding', { findings, reason: 'x' })).rejects.toMatchObject(
    {
      code: 'ledger.finding_acknowledged',
    },
  )
})

test('a new forged row is a new finding, also under the id and at the time of one that is known', async () => {
  await putAside()
  expect(await verdicts()).toEqual(['entry_rejected'])
  await acknowledge('Seen')
  await world.asSuperuser(
    `insert into log_rejected select workspace_id, entry_id, cause, leaf, mac, rejected_at + interval '1 microsecond' from log_rejected order by rejected_at desc limit 1`,
  )
  expect(await verdicts()).toEqual(['entry_rejected'])
  await acknowledge('Seen as well')
  await world.asSuperuser(
    'update log_rejected set leaf = set_byte(leaf, 3, 7) where rejected_at = (select max(rejected_at) from log_rejected)',
  )
  expect([await verdicts(), await rejected()]).toEqual([['entry_rejected'], 1])
  await acknowledge('What was kept was bent')
  expect(await verdicts()).toEqual([])
  expect((await verify()).remarks.join()).toContain('is not kept any more')
})

test('it hides nothing else: a genuine entry that was bent while it waited leaves its hole in the conversation', async () => {
  const talk = await world.conversation({ assignee: world.owner.id })
  await world.settle()
  await world.node.sequencer.stop()
  const note = (text: string) =>
    world.owner.do('note.add', { conversationId: talk.id as never, text, scope: 'team' })
  await note('this one is to vanish')
  await world.asSuperuser("update log_pending set mac = 'guessed' where event = 'note.added'")
  await note('and this one follows')
  await world.node.sequencer.sequenceOnce(world.workspaceId)
  const all = await verdicts()
  expect(all).toContain('entry_rejected')
  expect(all).toContain('conversation_gap')

  const findings = (await open()).map(({ entryId, rejectedAt }) => ({ entryId, rejectedAt }))
  await world.owner.do('ledger.acknowledge_finding', { findings, reason: 'Nothing to see here' })
  await world.node.sequencer.sequenceOnce(world.workspaceId)

  expect(await verdicts()).toEqual(all.filter(verdict => verdict !== 'entry_rejected'))
})

test('one that this installation did not write acknowledges nothing', async () => {
  await forgePending(world)
  await world.node.sequencer.sequenceOnce(world.workspaceId)
  const [finding] = await open()
  const leaf = `(select leaf from log_entry where event = 'ledger.finding_acknowledged' order by position limit 1)`
  await world.asSuperuser(
    `insert into log_pending (workspace_id, entry_id, at, recorded_at, event, version, outcome, reach, actor_kind, actor_id, subject_kind, subject_id, agent_ids, department_ids, source, leaf, mac)
     select workspace_id, gen_random_uuid(), at, now(), event, version, outcome, reach, actor_kind, actor_id, subject_kind, subject_id, agent_ids, department_ids, source,
       convert_to(regexp_replace(convert_from(${leaf}, 'UTF8'), '"entryId":"[^"]*"', '"entryId":"${finding?.entryId}"'), 'UTF8'), 'guessed'
     from log_entry where event = 'ledger.finding_acknowledged' order by position limit 1`,
  )
  expect(await verdicts()).toEqual(expect.arrayContaining(['entry_rejected', 'pending_forged']))
})
