import { beforeAll, describe, expect, test } from 'vitest'
import { generateSigner } from './note-key.ts'
import {
  coversSize,
  formatTrustFile,
  keyRanges,
  parseTrustFile,
  TRUST_FORMAT,
  trustAtSize,
} from './trust-file.ts'

const ORIGIN = 'desk.example/log/one/1'
let first: string
let second: string
let witness: string
beforeAll(async () => {
  first = (await generateSigner(ORIGIN)).vkey
  second = (await generateSigner(ORIGIN)).vkey
  witness = (await generateSigner('w.example', 'witness')).vkey
})

test('what is written can be read, and nothing is lost', () => {
  const keys = keyRanges([
    { vkey: second, fromSize: 7 },
    { vkey: first, fromSize: 0 },
  ])
  const trust = { origin: ORIGIN, keys, witnesses: [witness] }
  expect(parseTrustFile(formatTrustFile(trust))).toEqual(trust)
  expect(keys).toEqual([
    { vkey: first, fromSize: 0, toSize: 7 },
    { vkey: second, fromSize: 7, toSize: null },
  ])
})

test('epochs that have ended are kept apart, each with its keys', () => {
  const keys = keyRanges([{ vkey: second, fromSize: 7 }])
  const earlier = [{ origin: 'desk.example/log/one/0', keys: keyRanges([{ vkey: first, fromSize: 0 }]) }]
  const trust = { origin: ORIGIN, keys, witnesses: [], earlier }
  expect(parseTrustFile(formatTrustFile(trust))).toEqual(trust)
  expect(trustAtSize(trust, 7).trustedVkeys).toEqual([second])
  for (const bad of [{}, [1], [{ origin: ORIGIN }], [{ origin: '', keys }], [{ origin: ORIGIN, keys: [] }]])
    expect(() => parseTrustFile(JSON.stringify({ format: TRUST_FORMAT, ...trust, earlier: bad }))).toThrow(
      'bad_trust',
    )
})

test('a key counts for the sizes of its range, both ends included; at the change both do', () => {
  const keys = keyRanges([
    { vkey: first, fromSize: 0 },
    { vkey: second, fromSize: 7 },
  ])
  const trust = { origin: ORIGIN, keys, witnesses: [witness] }
  expect(trustAtSize(trust, 0).trustedVkeys).toEqual([first])
  expect(trustAtSize(trust, 7)).toEqual({
    origin: ORIGIN,
    trustedVkeys: [first, second],
    witnessVkeys: [witness],
  })
  expect(trustAtSize(trust, 8).trustedVkeys).toEqual([second])
  expect(coversSize({ vkey: first, fromSize: 3, toSize: null }, 2)).toBe(false)
})

describe('what is no trust file is refused', () => {
  const file = (change: object) =>
    JSON.stringify({
      format: TRUST_FORMAT,
      origin: ORIGIN,
      keys: [{ vkey: first, fromSize: 0, toSize: null }],
      ...change,
    })
  test.each([
    ['not JSON', () => '{'],
    ['a list', () => '[]'],
    ['another format', () => file({ format: 'v2' })],
    ['no origin', () => file({ origin: '' })],
    ['an origin of two lines', () => file({ origin: 'a\nb' })],
    ['no keys', () => file({ keys: [] })],
    ['a key without a range', () => file({ keys: [{ vkey: first }] })],
    ['a range that ends before it begins', () => file({ keys: [{ vkey: first, fromSize: 3, toSize: 2 }] })],
    ['a size that is no whole number', () => file({ keys: [{ vkey: first, fromSize: 0.5, toSize: null }] })],
    ['a key that is null', () => file({ keys: [null] })],
    ['witnesses that are no list', () => file({ witnesses: 'w' })],
  ])('%s', (_name, text) => expect(() => parseTrustFile(text())).toThrow('bad_trust'))

  test('a key of the wrong kind', () => {
    expect(() => parseTrustFile(file({ keys: [{ vkey: witness, fromSize: 0, toSize: null }] }))).toThrow(
      'bad_vkey',
    )
    expect(() => parseTrustFile(file({ witnesses: [first] }))).toThrow('bad_vkey')
    expect(() => parseTrustFile(file({ witnesses: ['nonsense'] }))).toThrow('bad_vkey')
  })

  test('witnesses may be left out', () => expect(parseTrustFile(file({})).witnesses).toEqual([]))
})
