import { describe, expect, test } from 'vitest'
import type { ClaimEntry } from './claim-entry.ts'
import { findDataChanges, findDataViews } from './data.ts'
import { findUnattendedTransfers } from './handovers.ts'
import { judgeClaim } from './judge.ts'
import { findWrongLabels } from './labels.ts'
import { findNeverReplied, findRepliedLate } from './replies.ts'
import { findWords } from './words.ts'

const ALWAYS = { from: null, to: null }
const at = (second: number) => `2026-03-10T14:00:${String(second).padStart(2, '0')}.000000Z`

let number = 0
function entry(second: number, event: string, more: Partial<ClaimEntry> = {}): ClaimEntry {
  number += 1
  return {
    id: `${event.split('.')[1]} ${second}`,
    at: at(second),
    event,
    outcome: 'done',
    actorKind: 'agent',
    actorId: 'maya',
    source: 'console',
    conversationId: 'talk',
    subjectId: 'm1',
    counter: number,
    data: {},
    ...more,
  }
}
const asked = (second: number, more: Partial<ClaimEntry> = {}) =>
  entry(second, 'message.received', { actorKind: 'customer', actorId: 'carla', ...more })
const sent = (second: number, message: string, more: Partial<ClaimEntry> = {}) =>
  entry(second, 'message.sent', { subjectId: message, ...more })
const delivered = (second: number, message: string) =>
  entry(second, 'message.delivered', { subjectId: message, actorKind: 'system', actorId: null })

describe('never replied', () => {
  test('is for a conversation whose customer wrote and nobody answered, and names each message', () => {
    expect(findNeverReplied([asked(1), asked(2)], ALWAYS)).toEqual({
      for: ['received 1', 'received 2'],
      against: [],
    })
  })
  test('is refuted by the delivery of a person’s message, not by its sending', () => {
    expect(findNeverReplied([asked(1), sent(2, 'a')], ALWAYS).for).toEqual(['received 1'])
    expect(findNeverReplied([asked(1), sent(2, 'a'), delivered(3, 'a')], ALWAYS)).toEqual({
      for: [],
      against: ['delivered 3'],
    })
  })
  test('is not refuted by what Telegram refused, by flows and rules, or by a message from before', () => {
    const refused = [asked(1), sent(2, 'a'), entry(3, 'message.refused', { subjectId: 'a' })]
    expect(findNeverReplied(refused, ALWAYS).for).toEqual(['received 1'])
    const automatic = [asked(1), sent(2, 'a', { actorKind: 'rule', actorId: 'r' }), delivered(3, 'a')]
    expect(findNeverReplied(automatic, ALWAYS).for).toEqual(['received 1'])
    expect(findNeverReplied([sent(1, 'a'), delivered(2, 'a'), asked(3)], ALWAYS).for).toEqual(['received 3'])
  })
  test('an imported message counts when it was sent, by the order of its conversation within one second', () => {
    const imported = { source: 'import' }
    expect(findNeverReplied([asked(1, imported), sent(1, 'a', imported)], ALWAYS).against).toEqual(['sent 1'])
    expect(findNeverReplied([sent(1, 'a', imported), asked(1, imported)], ALWAYS).for).toEqual(['received 1'])
  })
  test('only messages within the times ask, and an answer counts whenever it came', () => {
    const story = [asked(1), asked(30), sent(50, 'a'), delivered(51, 'a')]
    expect(findNeverReplied(story, { from: at(20), to: at(40) })).toEqual({
      for: [],
      against: ['delivered 51'],
    })
    expect(findNeverReplied(story, { from: at(52), to: null })).toEqual({ for: [], against: [] })
  })
  test('of one person only their own answers count', () => {
    const story = [asked(1), sent(2, 'a', { actorId: 'omar' }), delivered(3, 'a')]
    expect(findNeverReplied(story, ALWAYS, 'maya').for).toEqual(['received 1'])
    expect(findNeverReplied(story, ALWAYS, 'omar').against).toEqual(['delivered 3'])
  })
  test('each conversation is judged by itself', () => {
    const other = { conversationId: 'other' }
    const story = [asked(1), asked(2, other), sent(3, 'a'), delivered(4, 'a')]
    expect(findNeverReplied(story, ALWAYS)).toEqual({ for: ['received 2'], against: ['delivered 4'] })
  })
})

describe('replied late', () => {
  const late = (entries: ClaimEntry[], seconds: number, now = at(59)) =>
    findRepliedLate(entries, ALWAYS, seconds, now)

  test('waits from the first unanswered message, and exactly the limit is in time', () => {
    const story = [asked(1), asked(10), sent(30, 'a'), delivered(31, 'a')]
    expect(late(story, 30)).toEqual({ for: [], against: ['delivered 31'] })
    expect(late(story, 29)).toEqual({ for: ['received 1', 'delivered 31'], against: [] })
  })
  test('what still waits is late once the time has passed', () => {
    expect(late([asked(1)], 30, at(20))).toEqual({ for: [], against: [] })
    expect(late([asked(1)], 30, at(40))).toEqual({ for: ['received 1'], against: [] })
  })
  test('each answer ends one waiting', () => {
    const story = [asked(1), sent(2, 'a'), delivered(3, 'a'), asked(10), sent(40, 'b'), delivered(41, 'b')]
    expect(late(story, 5)).toEqual({ for: ['received 10', 'delivered 41'], against: ['delivered 3'] })
  })
})

describe('wording', () => {
  const rude = (text: string) => text.includes('idiot')
  test('finds what we wrote, not what the customer wrote', () => {
    const story = [
      asked(1, { text: 'you idiot' }),
      sent(2, 'a', { text: 'no, idiot' }),
      sent(3, 'b', { text: 'fine' }),
    ]
    expect(findWords(story, ALWAYS, rude)).toEqual({ for: ['sent 2'], against: [] })
  })
  test('finds a later version, and what a phrase group held back', () => {
    const flag = entry(2, 'moderation.flagged', { data: { findings: [{ kind: 'phrase', groupId: 'g' }] } })
    const story = [sent(1, 'a', { text: 'fine' }), flag, entry(3, 'message.edited', { text: 'idiot' })]
    expect(findWords(story, ALWAYS, rude, { flaggedGroups: new Set(['g']) }).for).toEqual([
      'flagged 2',
      'edited 3',
    ])
    expect(findWords(story, ALWAYS, rude, { flaggedGroups: new Set(['h']) }).for).toEqual(['edited 3'])
  })
  test('a message whose words could not be read is not found', () => {
    expect(findWords([sent(1, 'a')], ALWAYS, () => true)).toEqual({ for: [], against: [] })
  })
  test('of one person only', () => {
    const story = [sent(1, 'a', { text: 'idiot' }), sent(2, 'b', { text: 'idiot', actorId: 'omar' })]
    expect(findWords(story, ALWAYS, rude, { agentId: 'omar' }).for).toEqual(['sent 2'])
  })
})

describe('transferred to nobody', () => {
  const transfer = (second: number, data: Record<string, unknown>) =>
    entry(second, 'conversation.transferred', { data })
  test('is for a target with nobody online, against one with somebody', () => {
    expect(findUnattendedTransfers([transfer(1, { online: 0 }), transfer(2, { online: 2 })], ALWAYS)).toEqual(
      {
        for: ['transferred 1'],
        against: ['transferred 2'],
      },
    )
  })
  test('an offer that was accepted speaks for both sides; an imported transfer for neither', () => {
    const story = [
      transfer(1, { state: 'offered', online: 0 }),
      entry(2, 'conversation.accepted'),
      transfer(3, {}),
      entry(4, 'conversation.accepted'),
    ]
    expect(findUnattendedTransfers(story, ALWAYS)).toEqual({
      for: ['transferred 1'],
      against: ['accepted 2'],
    })
  })
})

describe('wrong label', () => {
  const label = (second: number, change: 'added' | 'removed', labelId: string) =>
    entry(second, `customer.label_${change}`, { subjectId: 'carla', data: { labelId } })
  const story = [label(1, 'added', 'vip'), label(2, 'added', 'fraud'), label(3, 'removed', 'fraud')]
  test('a label that was taken away again speaks for it, one that stayed against it', () => {
    expect(findWrongLabels(story, ALWAYS, [])).toEqual({
      for: ['label_added 2', 'label_removed 3'],
      against: ['label_added 1'],
    })
  })
  test('a label that is named as wrong speaks for it whether or not it stayed', () => {
    expect(findWrongLabels(story, ALWAYS, ['vip'])).toEqual({
      for: ['label_added 1'],
      against: ['label_added 2'],
    })
  })
})

describe('data of the customer', () => {
  const story = [
    entry(1, 'customer.field_set'),
    entry(2, 'customer.profile_changed', { actorKind: 'customer', actorId: 'carla' }),
    entry(3, 'message.read'),
    entry(4, 'log.viewed', { actorId: 'olga' }),
    entry(5, 'customer.field_set', { actorId: 'omar' }),
  ]
  test('a change by one of us speaks for it, one the customer made against it', () => {
    expect(findDataChanges(story, ALWAYS)).toEqual({
      for: ['field_set 1', 'field_set 5'],
      against: ['profile_changed 2'],
    })
    expect(findDataChanges(story, ALWAYS, 'omar').for).toEqual(['field_set 5'])
    expect(findDataChanges(story, { from: at(2), to: at(5) }).for).toEqual([])
  })
  test('every disclosure to somebody is named, or those to one person', () => {
    expect(findDataViews(story, ALWAYS).for).toEqual(['read 3', 'viewed 4'])
    expect(findDataViews(story, ALWAYS, 'olga').for).toEqual(['viewed 4'])
  })
})

describe('the verdict', () => {
  const found = (speaksFor: number, against: number) => ({
    for: Array(speaksFor).fill('x'),
    against: Array(against).fill('y'),
  })
  test.each([
    ['never_replied', 1, 0, true, 'supported'],
    ['never_replied', 1, 0, false, 'inconclusive'],
    ['never_replied', 0, 1, false, 'contradicted'],
    ['never_replied', 1, 1, true, 'mixed'],
    ['never_replied', 0, 0, true, 'not_found'],
    ['replied_late', 0, 1, false, 'inconclusive'],
    ['replied_late', 0, 1, true, 'contradicted'],
    ['wording', 1, 0, false, 'supported'],
    ['wording', 0, 0, true, 'not_found'],
    ['wording', 0, 0, false, 'inconclusive'],
    ['unattended_transfer', 1, 1, false, 'mixed'],
    ['data_changed', 0, 1, false, 'inconclusive'],
  ] as const)(
    '%s with %d for and %d against, complete %s: %s',
    (claim, speaksFor, against, complete, verdict) => {
      expect(judgeClaim(claim, found(speaksFor, against), complete)).toBe(verdict)
    },
  )
})
