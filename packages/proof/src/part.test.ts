import { createHmac, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { toHex, utf8Encode } from './bytes.ts'
import { checkPart, commitPart } from './part.ts'

const salt = new Uint8Array(randomBytes(32))
const content = utf8Encode('hello ✓')

test('a commitment is the HMAC the format names', () => {
  const message = Buffer.from('tracedesk/part/v1\0text\0hello ✓')
  expect(toHex(commitPart(salt, 'text', content))).toBe(
    createHmac('sha256', salt).update(message).digest('hex'),
  )
})

test('a commitment holds for its own salt, name and content only', () => {
  const commitment = commitPart(salt, 'text', content)
  expect(checkPart(commitment, salt, 'text', content)).toBe(true)
  expect(checkPart(commitment, salt, 'name', content)).toBe(false)
  expect(checkPart(commitment, salt, 'text', utf8Encode('hello'))).toBe(false)
  expect(checkPart(commitment, new Uint8Array(32), 'text', content)).toBe(false)
  expect(checkPart(commitment.slice(0, 31), salt, 'text', content)).toBe(false)
  expect(checkPart(commitment, salt.slice(0, 31), 'text', content)).toBe(false)
})

test('a short salt or a name that could move the border to the content is refused', () => {
  expect(() => commitPart(salt.slice(1), 'text', content)).toThrow(
    expect.objectContaining({ code: 'bad_salt' }),
  )
  for (const name of ['', 'a\0b', 'é', ' a', 'x'.repeat(65)]) {
    expect(() => commitPart(salt, name, content)).toThrow(expect.objectContaining({ code: 'bad_part_name' }))
  }
})
