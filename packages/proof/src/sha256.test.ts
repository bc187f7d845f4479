import { createHash, createHmac } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { toHex } from './bytes.ts'
import { EMPTY_ROOT, hmacSha256, setHasher, sha256, sha256Portable } from './sha256.ts'

test('the portable SHA-256 agrees with node:crypto for every length around the block borders', () => {
  for (let length = 0; length < 300; length += 1) {
    const message = new Uint8Array(length).map((_, at) => at * 7 + length)
    expect(toHex(sha256Portable(message))).toBe(createHash('sha256').update(message).digest('hex'))
  }
})

test('SHA-256 of "abc" is the one FIPS 180-4 prints, and of nothing the empty root', () => {
  expect(toHex(sha256Portable(new TextEncoder().encode('abc')))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  )
  expect(sha256Portable(new Uint8Array())).toEqual(EMPTY_ROOT)
})

test('HMAC agrees with node:crypto for keys shorter and longer than a block', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 300 }), (key, message) => {
      expect(toHex(hmacSha256(key, message))).toBe(createHmac('sha256', key).update(message).digest('hex'))
    }),
  )
})

test('a hasher that is not SHA-256 is refused and the old one stays', () => {
  const wrong = (bytes: Uint8Array) => (bytes.length === 601 ? new Uint8Array(32) : sha256Portable(bytes))
  expect(() => setHasher(wrong)).toThrow(expect.objectContaining({ code: 'bad_hasher' }))
  expect(sha256(new Uint8Array(601))).toEqual(sha256Portable(new Uint8Array(601)))
})

test('the Node entry plugs in a hasher that gives the same digests', async () => {
  const message = new Uint8Array(1000).fill(3)
  const before = sha256(message)
  const node = await import('./node.ts')
  expect(new Uint8Array(node.sha256(message))).toEqual(before)
  setHasher(sha256Portable)
})
