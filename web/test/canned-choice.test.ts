import { expect, test } from 'vitest'
import { type CannedReply, chooseReplies, readSlash } from '../src/features/conversations/canned-choice.ts'
import { flagsOf, isHeldBack } from '../src/features/conversations/moderation-flags.ts'
import { ApiError } from '../src/shared/api.ts'

const reply = (title: string, shortcut: string | null, folder: string | null = null) =>
  // the id is all the screen needs of the brand
  ({
    id: title,
    title,
    shortcut,
    folder,
    departmentId: null,
    text: title,
    version: 1,
    rendered: null,
  }) as CannedReply & {
    id: string
  }

test('a slash opens the menu only at the very beginning, and a space closes it', () => {
  expect(readSlash('/')).toBe('')
  expect(readSlash('/Hi')).toBe('hi')
  expect(readSlash('/привет')).toBe('привет')
  for (const text of ['', 'a/b', ' /hi', '/hi there', '/hi\n', 'https://x'])
    expect(readSlash(text), text).toBeNull()
})

test('the exact shortcut comes first, then shortcuts that begin so, then titles and folders', () => {
  const replies = [
    reply('Refund', 're'),
    reply('Hi again', null, 'Greetings'),
    reply('Hello', 'hi'),
    reply('Long', 'hilong'),
  ]
  expect(chooseReplies(replies, 'hi').map(each => each.title)).toEqual(['Hello', 'Long', 'Hi again'])
  expect(chooseReplies(replies, 'greet').map(each => each.title)).toEqual(['Hi again'])
  expect(chooseReplies(replies, '')).toHaveLength(4)
  expect(chooseReplies(replies, 'nothing')).toEqual([])
  expect(
    chooseReplies(
      Array.from({ length: 50 }, (_, i) => reply(`${i}`, null)),
      '',
    ),
  ).toHaveLength(8)
})

test('what was found is read from the refusal, and anything else in it is left out', () => {
  const error = (code: 'moderation.blocked' | 'message.not_found', details: unknown) =>
    new ApiError({ code, status: 422, message: '', details })
  const flag = { id: 'f', found: 'x', group: null }
  expect(isHeldBack(error('moderation.blocked', {}))).toBe(true)
  expect(isHeldBack(error('message.not_found', {}))).toBe(false)
  expect(flagsOf(error('moderation.blocked', { flags: [flag, { id: 1 }, null, 'y'] }))).toEqual([flag])
  for (const details of [null, 'x', {}, { flags: 'x' }])
    expect(flagsOf(error('moderation.blocked', details))).toEqual([])
})
