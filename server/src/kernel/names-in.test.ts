import { describe, expect, test } from 'vitest'
import { addressesAmong, recognise } from './names-in.ts'

const NOBODY = { names: [], telegramIds: [], usernames: [], emails: [], phones: [] }

describe('a full name', () => {
  const holds = recognise({ ...NOBODY, names: ['Zulmíra  Quexabe', '王小明'] })
  test.each([
    'Zulmira Quexabe',
    'asks ZULMÍRA QUEXABE’s bank',
    'Quexabe, Zulmira',
    'zulmira\nquexabe!',
    'Ｚulmira.Quexabe',
    '昨天王小明投诉了',
  ])('counts anywhere: %s', text => expect(holds(text, 'words')).toBe(true))
  test.each(['Zulmira', 'Zulmirana Quexabe', 'Quexabe asked Zulmira', 'Zulmira Quexaber', '王小'])(
    'is not there in: %s',
    text => expect(holds(text, 'words')).toBe(false),
  )
})

describe('a name of one word', () => {
  const holds = recognise({ ...NOBODY, names: ['Anna ❤️', 'A B', '李明'] })
  test('counts where it is the whole text', () => {
    for (const text of ['anna', ' Anna! ', '李明', 'a b']) expect(holds(text, 'words')).toBe(true)
  })
  test('counts within a search', () => expect(holds('refund anna', 'search')).toBe(true))
  test('counts within a search in a script without spaces', () =>
    expect(holds('李明退款', 'search')).toBe(true))
  test('leaves what colleagues wrote of others', () => {
    for (const text of ['Anna of billing knows', 'give me a banana', 'plan A, B or C', 'ask 李明华'])
      expect(holds(text, 'words')).toBe(false)
    expect(holds('annabel', 'search')).toBe(false)
  })
})

describe('an ideographic name in two words', () => {
  const holds = recognise({ ...NOBODY, names: ['小明 王', '伟 陈'] })
  test('counts as it is spaced, and joined in either order when it has three characters', () => {
    for (const text of ['昨天王小明投诉了', '小明王', '伟 陈 rang', '陈 伟'])
      expect(holds(text, 'words')).toBe(true)
  })
  test('joined to two characters it counts in a search and as the whole text', () => {
    expect(holds('陈伟', 'words')).toBe(true)
    expect(holds('陈伟退款', 'search')).toBe(true)
    expect(holds('问陈伟明', 'words')).toBe(false)
  })
})

describe('what only one person has', () => {
  const holds = recognise({
    ...NOBODY,
    telegramIds: ['5550001', '42'],
    usernames: ['Zulmira_Q', 'thanks'],
    ...addressesAmong(['z.quexabe@mail.example', '+7 (999) 123-45-67', 'Lisbon', '17']),
  })
  test.each([
    'number 5550001.',
    'write to @zulmira_q',
    'https://t.me/Zulmira_Q',
    'mail: Z.Quexabe@mail.example',
    'rang from 8 999 123 45 67',
    '79991234567',
  ])('counts anywhere: %s', text => expect(holds(text, 'words')).toBe(true))
  test.each([
    'number 15550001',
    'order 42 of 43',
    'many thanks',
    '@zulmira_qx',
    'xz.quexabe@mail.example',
    'in Lisbon by 17',
    '9991234568',
  ])('is not there in: %s', text => expect(holds(text, 'words')).toBe(false))
  test('a username alone counts where it is the whole text', () =>
    expect(holds('thanks', 'words')).toBe(true))
})

test('nobody is found where nothing is known', () => {
  const holds = recognise(NOBODY)
  for (const text of ['', 'anything', '123456789']) expect(holds(text, 'search')).toBe(false)
})
