import { expect, test } from 'vitest'
import { flatten } from '../src/features/log/compare.tsx'
import { diffWords } from '../src/features/log/diff-words.ts'

const told = (before: string, after: string) =>
  diffWords(before, after)
    .map(({ kind, text }) => ({ same: text, gone: `[-${text}-]`, came: `[+${text}+]` })[kind])
    .join('')

test('a text that became another is told word by word, in any script', () => {
  expect(told('{"week": 5}', '{"week": 6}')).toBe('{"week": [-5-][+6+]}')
  expect(told('one two three', 'one three')).toBe('one [-two -]three')
  expect(told('возврат оформлен', 'возврат не оформлен')).toBe('возврат [+не +]оформлен')
  expect(told('', 'new')).toBe('[+new+]')
  expect(told('same', 'same')).toBe('same')
})

test('both texts can be read back from their difference', () => {
  const [before, after] = ['a b c d e f', 'b x d e y z f 退款']
  const pieces = diffWords(before, after)
  const without = (kind: string) =>
    pieces
      .filter(piece => piece.kind !== kind)
      .map(piece => piece.text)
      .join('')
  expect(without('came')).toBe(before)
  expect(without('gone')).toBe(after)
})

test('an entry is compared by every path in it', () => {
  expect(flatten({ id: 'x', data: { from: null, list: ['a', 'b'] }, parts: {} })).toEqual([
    ['id', 'x'],
    ['data.from', '–'],
    ['data.list.0', 'a'],
    ['data.list.1', 'b'],
  ])
  expect(flatten({ name: { state: 'open', value: 'Вера' }, ip: { state: 'withheld' } })).toEqual([
    ['name', 'Вера'],
    ['ip', 'withheld'],
  ])
})
