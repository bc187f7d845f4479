import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as arbitrary from '../test/arbitraries.ts'
import { sampleLeaf } from '../test/samples.ts'
import { utf8Decode, utf8Encode } from './bytes.ts'
import { canonicalize, parseCanonical } from './canonical.ts'
import { decodeLeaf, encodeLeaf, type Leaf } from './leaf.ts'

const small = arbitrary.leaf().filter(leaf => JSON.stringify(leaf).length < 1300)

describe('leaf bytes', () => {
  test('are those of the general canonical JSON, and give the leaf back', () => {
    fc.assert(
      fc.property(small, leaf => {
        const bytes = encodeLeaf(leaf)
        expect(utf8Decode(bytes)).toBe(utf8Decode(canonicalize(leaf)))
        expect(decodeLeaf(bytes)).toEqual(parseCanonical(bytes))
        expect(encodeLeaf(decodeLeaf(bytes))).toEqual(bytes)
      }),
      { numRuns: 2000 },
    )
  })

  test('with one byte changed are refused or say something else', () => {
    fc.assert(
      fc.property(small, fc.nat(), fc.integer({ min: 1, max: 255 }), (leaf, where, flip) => {
        const before = encodeLeaf(leaf)
        const bytes = before.slice()
        const at = where % bytes.length
        bytes[at] = (bytes[at] ?? 0) ^ flip
        try {
          expect(encodeLeaf(decodeLeaf(bytes))).toEqual(bytes)
        } catch (error) {
          expect(error).toMatchObject({ name: 'ProofError' })
        }
      }),
      { numRuns: 1000 },
    )
  })

  test('a member that is undefined counts as absent', () => {
    const leaf = { ...sampleLeaf(0), causedBy: undefined } as unknown as Leaf
    expect(encodeLeaf(leaf)).toEqual(encodeLeaf(sampleLeaf(0)))
  })

  test('more than 4096 of them are refused', () => {
    const leaf = { ...sampleLeaf(0), data: { text: 'x'.repeat(4000) } }
    expect(() => encodeLeaf(leaf)).toThrow(expect.objectContaining({ code: 'too_long' }))
    expect(() => decodeLeaf(canonicalize(leaf, { maxBytes: 9999 }))).toThrow(
      expect.objectContaining({ code: 'too_long' }),
    )
  })

  test('in another order or spacing are refused', () => {
    const { v, ...rest } = sampleLeaf(0)
    expect(() => decodeLeaf(utf8Encode(JSON.stringify({ v, ...rest })))).toThrow(
      expect.objectContaining({ code: 'not_canonical' }),
    )
    expect(() => decodeLeaf(utf8Encode(` ${utf8Decode(encodeLeaf(sampleLeaf(0)))}`))).toThrow(
      expect.objectContaining({ code: 'not_canonical' }),
    )
  })
})

const uuid = '00000000-0000-4000-8000-000000000000'

test.each<[string, Record<string, unknown>]>([
  ['leaf.extra', { extra: 1 }],
  ['v', { v: 2 }],
  ['id', { id: uuid.toUpperCase().replace('8', 'A') }],
  ['id', { id: null }],
  ['at', { at: '2026-11-23T02:36:07.123Z' }],
  ['at', { at: '2026-11-23T02:36:07.123456+00:00' }],
  ['at', { at: '2026-02-29T02:36:07.123456Z' }],
  ['at', { at: '1900-02-29T00:00:00.000000Z' }],
  ['at', { at: '2026-04-31T00:00:00.000000Z' }],
  ['at', { at: '2026-01-01T24:00:00.000000Z' }],
  ['recordedAt', { recordedAt: 1 }],
  ['event', { event: 'message' }],
  ['event', { event: 'Message.sent' }],
  ['version', { version: 0 }],
  ['outcome', { outcome: 'maybe' }],
  ['actor.kind', { actor: {} }],
  ['actor.phone', { actor: { kind: 'agent', phone: '1' } }],
  ['departments', { actor: { kind: 'agent', departments: ['x'] } }],
  ['subject.id', { subject: { kind: 'bot', id: '' } }],
  ['scope.departments', { scope: { agents: [] } }],
  ['data', { data: [] }],
  ['parts', { parts: { 'a b': { owner: uuid, commitment: `${'A'.repeat(43)}=` } } }],
  ['parts.text.commitment', { parts: { text: { owner: uuid, commitment: `${'A'.repeat(42)}B=` } } }],
  ['conversationId', { conversationId: null }],
  ['customerId', { customerId: '7' }],
  ['reason.code', { reason: {} }],
  ['via.source', { via: {} }],
  ['conversation', { counters: { conversation: 0 } }],
  ['node', { counters: { node: -1 } }],
  ['nonce', { nonce: 'ABCDEF00ABCDEF00ABCDEF00ABCDEF00' }],
])('a leaf with a wrong member is refused by its name: %s %o', (member, change) => {
  const leaf = { ...sampleLeaf(0), ...change }
  const refusal = expect.objectContaining({ code: 'leaf_malformed', message: `leaf_malformed: ${member}` })
  expect(() => encodeLeaf(leaf as unknown as Leaf)).toThrow(refusal)
  expect(() => decodeLeaf(canonicalize(leaf))).toThrow(refusal)
})

test.each(['2024-02-29T23:59:59.999999Z', '2000-02-29T00:00:00.000000Z', '2026-12-31T00:00:00.000000Z'])(
  'the day %s exists',
  at => {
    expect(decodeLeaf(encodeLeaf({ ...sampleLeaf(0), at })).at).toBe(at)
  },
)
