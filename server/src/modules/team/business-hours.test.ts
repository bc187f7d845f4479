import { expect, test } from 'vitest'
import { isBusinessHours, isOpenAt, parseBusinessHours } from './business-hours.ts'

const BOT = '00000000-0000-7000-8000-00000000000b'
const hours = parseBusinessHours(
  JSON.stringify({
    default: {
      zone: 'Europe/Berlin',
      week: {
        mon: [
          ['09:00', '12:00'],
          ['13:00', '17:00'],
        ],
        sun: [['00:00', '24:00']],
      },
      closed: ['2026-11-30'],
    },
    [BOT]: { zone: 'Asia/Shanghai', week: { tue: [['09:00', '10:00']] } },
  }),
)

test('a bot is open by the clock of its zone, winter and summer', () => {
  if (!hours) throw new Error('the sample does not parse')
  const open = (bot: string, at: string) => isOpenAt(hours, bot, `${at}:00.000000Z`)
  expect(open('x', '2026-11-23T08:00')).toBe(true) // Monday 09:00 in winter
  expect(open('x', '2026-11-23T07:59')).toBe(false)
  expect(open('x', '2026-07-06T07:00')).toBe(true) // Monday 09:00 in summer
  expect(open('x', '2026-11-23T11:30')).toBe(false) // the break
  expect(open('x', '2026-11-23T16:00')).toBe(false) // a span does not hold its end
  expect(open('x', '2026-11-30T09:00')).toBe(false) // a closed Monday
  expect(open('x', '2026-11-22T22:59')).toBe(true) // the last minute of Sunday
  expect(open('x', '2026-11-24T09:00')).toBe(false) // a day without hours
  expect(open(BOT, '2026-11-24T01:30')).toBe(true) // Tuesday 09:30 in Shanghai
  expect(open(BOT, '2026-11-23T09:00')).toBe(false)
  expect(isOpenAt({}, BOT, '2026-11-23T03:00:00.000000Z')).toBe(true)
})

test('what could not be read later is not taken', () => {
  for (const text of [
    '{',
    '[]',
    '{"default":{}}',
    '{"nobody":{"zone":"UTC","week":{}}}',
    '{"default":{"zone":"X/Y","week":{}}}',
    '{"default":{"zone":"UTC","week":{"mon":[["9:00","10:00"]]}}}',
  ])
    expect(isBusinessHours(text), text).toBe(false)
  expect(isBusinessHours('')).toBe(true)
})
