import { expect, test } from 'vitest'
import { excerpt } from '../src/features/conversations/excerpt.ts'
import {
  filterOf,
  isSameFilter,
  parseInboxSearch,
  searchOf,
} from '../src/features/conversations/inbox-search.ts'
import { readMention } from '../src/features/conversations/mention-field.tsx'
import {
  hoursIn,
  readClosedDays,
  readHours,
  readSpans,
  showSpans,
  tellHours,
} from '../src/shared/hours-text.ts'

test('opening hours are written as people write them, and what is not understood is refused', () => {
  expect(readSpans('9:00-12:30, 13:00 – 24:00')).toEqual([
    ['09:00', '12:30'],
    ['13:00', '24:00'],
  ])
  expect(readSpans('')).toEqual([])
  for (const wrong of ['9-17', '17:00-09:00', '25:00-26:00', '09:00-09:00', 'always'])
    expect(readSpans(wrong), wrong).toBeNull()
  expect(showSpans(readSpans('09:00-12:30,13:00-17:00') ?? [])).toBe('09:00-12:30, 13:00-17:00')
  expect(readClosedDays('2026-12-25, 2026-12-26')).toEqual(['2026-12-25', '2026-12-26'])
  expect(readClosedDays('Christmas')).toBeNull()
  expect(readHours('')).toEqual({})
})

test('a found text is cut around the first word that was looked for, whatever its case and script', () => {
  expect(excerpt('Where is my Parcel today?', 'parcel')).toEqual(['Where is my ', 'Parcel', ' today?'])
  expect(excerpt('我的包裹在哪里', '包裹')).toEqual(['我的', '包裹', '在哪里'])
  expect(excerpt('nothing of it', '(')).toEqual(['nothing of it', '', ''])
  expect(excerpt(`${'x'.repeat(50)} end`, 'end')[0]).toMatch(/^…x{29} $/)
})

test('a view is saved as what it shows, and its address shows the same again', () => {
  const search = parseInboxSearch({
    view: 'departments',
    status: 'any',
    unread: '1',
    q: 'words',
    tab: 'activity',
  })
  const filter = filterOf(search)
  expect(filter).toEqual({
    place: 'departments',
    status: 'any',
    botId: null,
    labelId: null,
    departmentId: null,
    unread: true,
  })
  expect(isSameFilter(filterOf(searchOf(filter)), filter)).toBe(true)
  expect(parseInboxSearch({ view: 'nowhere', unread: 'yes', at: 'tea time' })).toEqual({})
  const at = '2026-03-10T14:00:00.123456Z'
  expect(parseInboxSearch({ view: 'all', at })).toEqual({ view: 'all', at })
})

test('an @ calls a colleague at the beginning of a word only, and before the cursor', () => {
  expect(readMention('ask @Om', 7)).toBe('Om')
  expect(readMention('@', 1)).toBe('')
  expect(readMention('mail me@host', 12)).toBeNull()
  expect(readMention('@Omar please', 12)).toBeNull()
  expect(readMention('问 @林', 4)).toBe('林')
})

test('hours are told as they read, and other texts of settings are left as they are', () => {
  const hours = { zone: 'Europe/Riga', week: { mon: [['09:00', '12:00']] }, closed: ['2026-12-25'] }
  const text = JSON.stringify({ default: hours })
  const said = hoursIn(text)?.map(([of, each]) => [of, tellHours(each, index => `day ${index}`)])
  expect(said).toEqual([['default', 'day 0 09:00-12:00 · Europe/Riga · ✕ 2026-12-25']])
  for (const other of ['', 'boss@example.org', '{', '{"a":1}', '["x"]', '{}'])
    expect(hoursIn(other)).toBeNull()
})
