import type { Entry } from '@tracedesk/contracts'
import { expect, test } from 'vitest'
import { pauseBefore, standAfter } from '../src/features/disputes/replay.ts'

const entry = (event: string, more: Partial<Entry> = {}) =>
  ({
    id: event,
    at: '2026-03-10T14:00:00.000000Z',
    event,
    outcome: 'done',
    actor: { name: null },
    subject: { kind: 'message', id: 'm1', name: null },
    data: {},
    parts: {},
    ...more,
  }) as unknown as Entry
const words = (value: string) => ({ text: { state: 'open', value } }) as Entry['parts']

const story = [
  entry('message.received', { parts: words('Hi') }),
  entry('conversation.assigned', { data: { from: null, to: 'maya' } }),
  entry('message.edited_by_customer', { parts: words('Hello') }),
  entry('message.sent', { subject: { kind: 'message', id: 'm2', name: null }, parts: words('Yes?') }),
  entry('message.refused', { subject: { kind: 'message', id: 'm2', name: null }, outcome: 'refused' }),
  entry('conversation.status_changed', { data: { from: 'in_progress', to: 'resolved' } }),
]

test('at each moment a message has the words and the fate it had then', () => {
  const shown = (steps: number) =>
    standAfter(story.slice(0, steps)).messages.map(({ text, version, state }) => [text, version, state])
  expect(shown(1)).toEqual([[{ state: 'open', value: 'Hi' }, 1, 'received']])
  expect(shown(3)).toEqual([[{ state: 'open', value: 'Hello' }, 2, 'received']])
  expect(shown(4)[1]).toEqual([{ state: 'open', value: 'Yes?' }, 1, 'queued'])
  expect(shown(6)[1]?.[2]).toBe('refused')
})

test('a message is its writer’s, whoever changes it and whatever they are called later', () => {
  const named = (value: string) => ({ kind: 'agent', name: { state: 'open', value } }) as Entry['actor']
  const [message] = standAfter([
    entry('message.sent', { actor: named('Maya'), parts: words('Yes') }),
    entry('message.edited', { actor: named('Sofia'), parts: words('No') }),
    entry('message.delivered', { actor: named('Telegram') }),
  ]).messages
  expect(message?.entry.actor.name).toEqual({ state: 'open', value: 'Maya' })
  expect(message?.text).toEqual({ state: 'open', value: 'No' })
})

test('at each moment the conversation has the holder and the status it had then', () => {
  const stood = (steps: number) => {
    const { holder, status } = standAfter(story.slice(0, steps))
    return [holder, status]
  }
  expect(stood(1)).toEqual([null, 'in_progress'])
  expect(stood(2)).toEqual(['maya', 'in_progress'])
  expect(stood(6)).toEqual(['maya', 'resolved'])
  expect(
    standAfter([entry('conversation.transferred', { data: { state: 'offered', to: { agentId: 'omar' } } })])
      .holder,
  ).toBe(null)
})

test('what was refused changes nothing', () => {
  const refused = entry('conversation.status_changed', { outcome: 'refused', data: { to: 'resolved' } })
  expect(standAfter([refused]).status).toBe('in_progress')
})

test('a step waits as long as it took, at the pace chosen, and never for ever', () => {
  const later = (seconds: number) =>
    entry('message.received', {
      at: new Date(Date.parse('2026-03-10T14:00:00Z') + seconds * 1000).toISOString(),
    })
  expect(pauseBefore(later(0), later(60), 60)).toBe(1_000)
  expect(pauseBefore(later(0), later(86_400), 60)).toBe(3_000)
  expect(pauseBefore(undefined, later(5), 60)).toBe(120)
})
