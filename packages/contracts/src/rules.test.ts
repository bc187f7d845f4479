import { expect, test } from 'vitest'
import { spokenPart } from './rules.ts'

test('reactions are told as emoji, taken away ones as nothing, and anything else as it stands', () => {
  expect(spokenPart('reaction', '["👍","🔥"]')).toBe('👍 🔥')
  expect(spokenPart('reaction', '[]')).toBe('')
  expect(spokenPart('reaction', '[broken')).toBe('[broken')
  expect(spokenPart('reaction', '{"a":1}')).toBe('{"a":1}')
  expect(spokenPart('text', '["👍"]')).toBe('["👍"]')
})
