import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import * as arbitrary from '../test/arbitraries.ts'
import { sampleLeaf } from '../test/samples.ts'
import { utf8Decode, utf8Encode } from './bytes.ts'
import { decodeLeaf, encodeLeaf, type Leaf } from './leaf.ts'
import { scanLeaf } from './leaf-scan.ts'
import { projectLeaf } from './projection.ts'

const small = arbitrary.leaf(arbitrary.plainWords).filter(leaf => JSON.stringify(leaf).length < 1300)
const textOf = (leaf: Leaf) => utf8Decode(encodeLeaf(leaf))

test('an ordinary leaf is recognised, with and without its optional members', () => {
  const plain = sampleLeaf(3)
  const { conversationId, ...withoutConversation } = plain
  const full: Leaf = {
    ...plain,
    actor: { ...plain.actor, named: plain.id },
    causedBy: plain.id,
    onBehalfOf: plain.id,
    botId: plain.id,
    customerId: plain.id,
    subject: { kind: 'label', id: 'x', name: 'VIP', named: plain.id },
    reason: { code: 'permission.denied' },
    parts: { ...plain.parts, name: plain.parts.text ?? { owner: '', commitment: '' } },
    via: { source: 'api', nodeId: 'n', origin: plain.id, requestId: 'r', sessionId: 's' },
  }
  const empty: Leaf = {
    ...withoutConversation,
    counters: {},
    parts: {},
    data: {},
    scope: { agents: [], departments: [] },
  }
  const onlyNode: Leaf = { ...plain, counters: { node: 7 } }
  for (const leaf of [plain, full, empty, onlyNode]) expect(scanLeaf(textOf(leaf))).toEqual(projectLeaf(leaf))
})

test('whatever is recognised has the columns of the decoded leaf', () => {
  let recognised = 0
  fc.assert(
    fc.property(small, leaf => {
      const columns = scanLeaf(textOf(leaf))
      if (columns === undefined) return
      recognised += 1
      expect(columns).toEqual(projectLeaf(leaf))
    }),
    { numRuns: 2000 },
  )
  expect(recognised).toBeGreaterThan(500)
})

/** Holds the quick answer against the thorough one: a yes must be a yes there, with the same columns. */
function expectNoFalseYes(text: string): void {
  const columns = scanLeaf(text)
  if (columns !== undefined) expect(columns).toEqual(projectLeaf(decodeLeaf(utf8Encode(text))))
}

test('no change of one character makes it recognise what the decoder refuses', () => {
  const interesting = fc.constantFrom(...'"{}[]:,\\ 0a-.AZ\u0000\u007fé\n')
  fc.assert(
    fc.property(fc.nat({ max: 50 }), fc.nat(), fc.nat({ max: 2 }), interesting, (number, where, cut, put) => {
      const text = textOf({ ...sampleLeaf(number), data: { a: { b: [1, 'x'] }, c: '},"event":"' } })
      const at = where % text.length
      expectNoFalseYes(text.slice(0, at) + put + text.slice(at + cut))
    }),
    { numRuns: 5000 },
  )
})

test.each([
  ['"data":{"length":3,"replyTo":null}', '"data":{"replyTo":null,"length":3}'],
  ['"data":{"length":3,"replyTo":null}', '"data":{"length":3,"length":3}'],
  ['"data":{"length":3,"replyTo":null}', '"data":{"length":3.5}'],
  ['"data":{"length":3,"replyTo":null}', '"data":{"a":"\\ud800"}'],
  ['"data":{"length":3,"replyTo":null}', `"data":${'{"a":'.repeat(40)}1${'}'.repeat(40)}`],
  ['"data":{"length":3,"replyTo":null}', '"data":{},"event":"a.b"}'],
  ['2026-11-23', '2026-02-30'],
  ['2026-11-23', '2026-13-01'],
  ['"version":1', '"version":01'],
  ['"outcome":"done"', '"outcome":"gone"'],
])('with %j turned into %j it does not say yes', (from, to) => {
  const text = textOf(sampleLeaf(3))
  expect(text).toContain(from)
  expect(scanLeaf(text.replace(from, to))).toBeUndefined()
})

test('parts out of order or twice are not recognised', () => {
  const leaf = sampleLeaf(3)
  const { text } = leaf.parts
  if (text === undefined) throw new Error('the sample has a part')
  const two = textOf({ ...leaf, parts: { a: text, b: text } })
  expect(scanLeaf(two)).toBeDefined()
  expect(scanLeaf(two.replace('"b":{"commitment', '"a":{"commitment'))).toBeUndefined()
  expect(scanLeaf(two.replace('"a":{"commitment', '"c":{"commitment'))).toBeUndefined()
})

test('a leaf that is only possible for the decoder is left to it', () => {
  const leap = { ...sampleLeaf(3), at: '2024-02-29T00:00:00.000000Z' }
  const named = { ...sampleLeaf(3), subject: { kind: 'label', id: 'x', name: 'Ж' } }
  for (const leaf of [leap, named]) {
    expect(scanLeaf(textOf(leaf))).toBeUndefined()
    expect(decodeLeaf(encodeLeaf(leaf))).toEqual(leaf)
  }
})
