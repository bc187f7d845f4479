import { existsSync, readdirSync, readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalValue } from '../test/arbitraries.ts'
import { utf8Decode, utf8Encode } from './bytes.ts'
import { canonicalize, MAX_DEPTH, parseCanonical } from './canonical.ts'

const text = (value: unknown) => utf8Decode(canonicalize(value))
const wide = { maxBytes: 1_000_000 }

/** The rule of RFC 8785 said a second time and slowly: sort, then let JSON.stringify write. */
function naive(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(naive).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, item]) => `${JSON.stringify(name)}:${naive(item)}`).join(',')}}`
}

describe('canonicalize', () => {
  test('members are ordered by UTF-16 code units, also integer-like ones and those beyond the BMP', () => {
    expect(text({ '\ufb33': 1, '\u{1f600}': 2, '9': 3, '10': 4, '\r': 5, é: 6 })).toBe(
      '{"\\r":5,"10":4,"9":3,"é":6,"\u{1f600}":2,"\ufb33":1}',
    )
  })

  test('strings take the shortest escape and -0 is written 0', () => {
    expect(text('\u0000\u001f\b\t\n\f\r"\\/\u007f\u2028é\u{1f600}')).toBe(
      '"\\u0000\\u001f\\b\\t\\n\\f\\r\\"\\\\/\u007f\u2028é\u{1f600}"',
    )
    expect(text([-0, 9007199254740991])).toBe('[0,9007199254740991]')
  })

  test('values equal those of a naive implementation and come back from their bytes', () => {
    fc.assert(
      fc.property(canonicalValue(), value => {
        const bytes = canonicalize(value, wide)
        expect(utf8Decode(bytes)).toBe(naive(value))
        expect(naive(parseCanonical(bytes, wide))).toBe(naive(value))
      }),
      { numRuns: 1000 },
    )
  })

  const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)])
  test.each([
    ['not_integer', 1.5],
    ['not_integer', Number.NaN],
    ['not_integer', 2 ** 53],
    ['lone_surrogate', { a: '\udc00' }],
    ['lone_surrogate', { '\ud800': 1 }],
    ['undefined_value', { a: undefined }],
    ['undefined_value', [undefined]],
    ['undefined_value', new Array(1)],
    ['unsupported_value', 1n],
    ['unsupported_value', () => 1],
    ['unsupported_value', new Date(0)],
    ['unsupported_value', new Map()],
    ['too_deep', nested(MAX_DEPTH + 1)],
    ['too_long', 'x'.repeat(4095)],
    ['too_long', 'é'.repeat(2048)],
  ])('%s is the answer to %o', (code, value) => {
    expect(() => canonicalize(value)).toThrow(expect.objectContaining({ code }))
  })

  test('the limits themselves are still allowed', () => {
    expect(canonicalize('x'.repeat(4094))).toHaveLength(4096)
    expect(text(nested(MAX_DEPTH))).toHaveLength(2 * MAX_DEPTH + 1)
  })

  test('results share memory with nothing a later call writes', () => {
    const results = Array.from({ length: 500 }, (_, at) => canonicalize({ at, fill: 'é'.repeat(at) }))
    results.forEach((bytes, at) => {
      expect(parseCanonical(bytes)).toEqual({ at, fill: 'é'.repeat(at) })
    })
  })
})

describe('parseCanonical', () => {
  test.each([
    ['not_canonical', '{"a":1,"a":1}'],
    ['not_canonical', '{"a":1,"a":2}'],
    ['not_canonical', '{"b":1,"a":1}'],
    ['not_canonical', ' 1'],
    ['not_canonical', '1\n'],
    ['not_canonical', '{"a": 1}'],
    ['not_canonical', '1.0'],
    ['not_canonical', '1e2'],
    ['not_canonical', '-0'],
    ['not_canonical', '"\\u0041"'],
    ['not_canonical', '"\\/"'],
    ['not_canonical', '"\\u001F"'],
    ['not_integer', '1.5'],
    ['not_integer', '9007199254740993'],
    ['lone_surrogate', '"\\ud800"'],
    ['not_json', ''],
    ['not_json', '\ufeff1'],
    ['not_json', '01'],
    ['not_json', '{"a":1,}'],
    ['not_json', 'NaN'],
    ['too_deep', '['.repeat(40) + ']'.repeat(40)],
    ['too_long', `"${'x'.repeat(4096)}"`],
  ])('%s is the answer to %j', (code, json) => {
    expect(() => parseCanonical(utf8Encode(json))).toThrow(expect.objectContaining({ code }))
  })

  test('bytes that are not UTF-8 are refused', () => {
    for (const bytes of [
      [0x22, 0xff, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
      [0x22, 0xc0, 0xaf, 0x22],
    ]) {
      expect(() => parseCanonical(Uint8Array.from(bytes))).toThrow(
        expect.objectContaining({ code: 'bad_utf8' }),
      )
    }
  })

  test('changing any one byte gives either a refusal or a different value, never the same one', () => {
    fc.assert(
      fc.property(canonicalValue(), fc.nat(), fc.integer({ min: 1, max: 255 }), (value, where, flip) => {
        const bytes = canonicalize(value, wide).slice()
        const at = where % bytes.length
        bytes[at] = (bytes[at] ?? 0) ^ flip
        try {
          expect(naive(parseCanonical(bytes, wide))).not.toBe(naive(value))
        } catch (error) {
          expect(error).toMatchObject({ name: 'ProofError' })
        }
      }),
      { numRuns: 1000 },
    )
  })
})

const suite = new URL('../../../../shared/data/badinput/jsontestsuite/test_parsing/', import.meta.url)

if (!existsSync(suite)) process.stderr.write('SKIPPED JSONTestSuite: ../shared/data/badinput is absent\n')

describe.skipIf(!existsSync(suite))('JSONTestSuite', () => {
  const files = existsSync(suite) ? readdirSync(suite) : []

  test('no file that must be rejected is accepted', () => {
    const mustFail = files.filter(name => name.startsWith('n_'))
    expect(mustFail.length).toBeGreaterThan(80)
    for (const name of mustFail) {
      expect(
        () => parseCanonical(readFileSync(new URL(encodeURIComponent(name), suite)), wide),
        name,
      ).toThrow(expect.objectContaining({ name: 'ProofError' }))
    }
  })

  test('a file that must be accepted is taken exactly when it is canonical already', () => {
    const mustPass = files.filter(name => name.startsWith('y_'))
    const taken = mustPass.filter(name => {
      const bytes = readFileSync(new URL(encodeURIComponent(name), suite))
      const canonical = naive(JSON.parse(utf8Decode(bytes))) === utf8Decode(bytes)
      const integers = !/[0-9][.eE]/.test(utf8Decode(bytes)) && utf8Decode(bytes).isWellFormed()
      const accepted = accepts(bytes)
      expect(accepted, name).toBe(canonical && integers)
      return accepted
    })
    expect(taken.length).toBeGreaterThan(5)
  })

  test('a file that may go either way is taken or refused with a code', () => {
    for (const name of files.filter(file => file.startsWith('i_'))) {
      accepts(readFileSync(new URL(encodeURIComponent(name), suite)))
    }
  })
})

function accepts(bytes: Uint8Array): boolean {
  try {
    parseCanonical(bytes, wide)
    return true
  } catch (error) {
    expect(error).toMatchObject({ name: 'ProofError' })
    return false
  }
}
