import { expect, test } from 'vitest'
import { sentenceVariant, spokenPart } from './rules.ts'

test('reactions are told as emoji, taken away ones as nothing, and anything else as it stands', () => {
  expect(spokenPart('reaction', '["👍","🔥"]')).toBe('👍 🔥')
  expect(spokenPart('reaction', '[]')).toBe('')
  expect(spokenPart('reaction', '[broken')).toBe('[broken')
  expect(spokenPart('reaction', '{"a":1}')).toBe('{"a":1}')
  expect(spokenPart('text', '["👍"]')).toBe('["👍"]')
})

test('a view of version 1 is told by the name among its facts, a later one by its part', () => {
  const data = { to: { name: 'VIPs' } }
  const part = { state: 'open', value: 'VIPs' } as const
  expect(sentenceVariant({ event: 'inbox_view.created', data, parts: {} })).toBe('inbox_view_created')
  expect(sentenceVariant({ event: 'inbox_view.created', data: {}, parts: { name: part } })).toBeNull()
})
