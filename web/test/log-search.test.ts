import { MESSAGE_TEXT_MAX as TELEGRAM_MAX } from '@tracedesk/contracts'
import { expect, test } from 'vitest'
import { parseSearch, stringifySearch } from '../src/app/search-params.ts'
import { mayFit, queryInputOf } from '../src/features/log/log-filter.ts'
import { parseLogSearch, timesOf } from '../src/features/log/log-search.ts'
import { fromLocal, toLocal } from '../src/features/log/zoned.ts'
import { MESSAGE_TEXT_MAX } from '../src/shared/roles.ts'

test('a filter survives its address', () => {
  const filter = {
    from: '2026-03-10T13:00:00.000Z',
    event: ['message.*', 'note.added'],
    actor: ['0198c0de-0000-7000-8000-000000000001'],
    outcome: ['refused'],
    q: 'a&b=c #1 + 退款',
  } as const
  expect(parseLogSearch(parseSearch(stringifySearch(filter)))).toEqual(filter)
})

test('what an address must not hold is left out', () => {
  expect(
    parseLogSearch({
      range: 'century',
      from: 'soon',
      outcome: ['done', 'perhaps'],
      source: 'moon',
      q: '',
      x: '1',
    }),
  ).toEqual({ outcome: ['done'] })
})

test('the server is asked for times, never for the name of a range', () => {
  const now = new Date(2026, 2, 10, 14, 30)
  expect(queryInputOf({ range: 'h1', entry: 'x' }, now)).toEqual({
    from: new Date(2026, 2, 10, 13, 30).toISOString(),
    limit: 100,
  })
  expect(timesOf('yesterday', now)).toEqual({
    from: new Date(2026, 2, 9).toISOString(),
    to: new Date(2026, 2, 10).toISOString(),
  })
})

test('an exact time is shown and read in the reader’s zone, to the second', () => {
  const instant = new Date(2026, 2, 10, 14, 3, 27).toISOString()
  expect(toLocal(instant)).toBe('2026-03-10T14:03:27')
  expect(fromLocal(toLocal(instant))).toBe(instant)
  expect(fromLocal('')).toBeUndefined()
})

test('looking at the log is no news in the log, unless it is asked for', () => {
  const view = { event: 'log.viewed', conversationId: null, customerId: null }
  expect(mayFit({}, view)).toBe(false)
  expect(mayFit({ event: ['log.*'] }, view)).toBe(true)
})

test('only entries that may belong to the filter are announced', () => {
  const sent = { event: 'message.sent', conversationId: 'c1', customerId: 'u1' }
  expect(mayFit({ event: ['message.*'], conversation: 'c1' }, sent)).toBe(true)
  expect(mayFit({ conversation: 'c2' }, sent)).toBe(false)
  expect(mayFit({ customer: 'u2' }, sent)).toBe(false)
  // another account of the person is in the list already
  expect(mayFit({ customer: 'u2' }, sent, new Set(['u1', 'u2']))).toBe(true)
  expect(mayFit({ event: ['note.added'] }, sent)).toBe(false)
  expect(mayFit({ range: 'yesterday' }, sent)).toBe(false)
})

test('the limits of the console are those of the contract', () => {
  expect(MESSAGE_TEXT_MAX).toBe(TELEGRAM_MAX)
})

test('times are read and shown in the zone that was chosen, also around a change of its clocks', () => {
  const cases: [string, string, string][] = [
    ['Asia/Shanghai', '2026-03-10T14:03:27', '2026-03-10T06:03:27.000Z'],
    ['America/New_York', '2026-03-08T01:59:59', '2026-03-08T06:59:59.000Z'],
    ['America/New_York', '2026-03-08T03:00:00', '2026-03-08T07:00:00.000Z'],
    ['Europe/Berlin', '2026-10-25T03:00:00', '2026-10-25T02:00:00.000Z'],
    ['Asia/Kathmandu', '2026-01-01T00:00:00', '2025-12-31T18:15:00.000Z'],
  ]
  for (const [zone, local, instant] of cases) {
    expect(fromLocal(local, zone), zone).toBe(instant)
    expect(toLocal(instant, zone), zone).toBe(local)
  }
  expect(timesOf('today', new Date('2026-03-10T20:00:00Z'), 'Asia/Shanghai')).toEqual({
    from: '2026-03-10T16:00:00.000Z',
  })
})

test('an address keeps zone, comparison and whether it is live; a zone nobody knows is left out', () => {
  const filter = { zone: 'Asia/Tokyo', live: true, compare: 'b', entry: 'a', departments: ['d'] } as const
  expect(parseLogSearch(parseSearch(stringifySearch(filter)))).toEqual(filter)
  expect(parseLogSearch({ zone: 'Moon/Tranquility', live: 'no' })).toEqual({})
  expect(queryInputOf({ ...filter, departments: ['d'] }, new Date())).toEqual({
    department: ['d'],
    limit: 100,
  })
})
