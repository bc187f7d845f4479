import type { Message } from '@tracedesk/contracts'
import { expect, test } from 'vitest'
import { layOutThread } from '../src/features/conversations/thread-items.ts'

const message = (id: string, at: string, more: Partial<Message> = {}) =>
  ({ id, at, direction: 'in', author: { kind: 'customer', id: 'c', name: 'Ivan' }, ...more }) as Message
const shape = (items: ReturnType<typeof layOutThread>) => items.map(item => item.key)

test('each day in the reader’s zone has one heading', () => {
  const local = (day: number, hour: number) => new Date(2026, 2, day, hour).toISOString()
  const items = layOutThread(
    [message('a', local(9, 23)), message('b', local(10, 0)), message('c', local(10, 12))],
    [],
  )
  expect(shape(items)).toEqual(['day 2026-03-09', 'a', 'day 2026-03-10', 'b', 'c'])
})

test('one author’s messages within five minutes stand under one name', () => {
  const at = (minute: number) => new Date(2026, 2, 9, 12, minute).toISOString()
  const agent = { direction: 'out', author: { kind: 'agent', id: 'm', name: 'Maya' } } as const
  const items = layOutThread(
    [message('a', at(0)), message('b', at(4)), message('c', at(10)), message('d', at(11), agent)],
    [],
  )
  expect(items.flatMap(item => (item.type === 'message' ? [item.isFirst] : []))).toEqual([
    true,
    false,
    true,
    true,
  ])
})

test('a message that moved between pages while loading is shown once, in its later state', () => {
  const at = new Date(2026, 2, 9, 12).toISOString()
  const items = layOutThread(
    [message('a', at, { state: 'queued' }), message('a', at, { state: 'delivered' })],
    [],
  )
  expect(items.flatMap(item => (item.type === 'message' ? [item.message.state] : []))).toEqual(['delivered'])
})

test('what has not left yet stands at the end', () => {
  const variables = { key: 'k', text: 'hi', replyTo: null, at: 0 }
  const unsent = { mutationId: 1, status: 'pending', variables, error: null, isRetried: false } as const
  expect(shape(layOutThread([message('a', new Date(2026, 2, 9).toISOString())], [unsent])).at(-1)).toBe('k')
})
