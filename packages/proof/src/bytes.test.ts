import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bytesToUint64,
  compareBytes,
  concatBytes,
  equalBytes,
  fromBase64,
  fromHex,
  toBase64,
  toHex,
  uint64ToBytes,
  utf8Decode,
  utf8Encode,
} from './bytes.ts'

const bytes = () => fc.uint8Array({ maxLength: 200 })

describe('texts of bytes', () => {
  test('hex and base64 agree with Node and come back as the same bytes', () => {
    fc.assert(
      fc.property(bytes(), value => {
        expect(toHex(value)).toBe(Buffer.from(value).toString('hex'))
        expect(toBase64(value)).toBe(Buffer.from(value).toString('base64'))
        expect(fromHex(toHex(value))).toEqual(value)
        expect(fromBase64(toBase64(value))).toEqual(value)
      }),
    )
  })

  test.each(['a', 'AB', 'zz', '0g', '\u0130\u0130'])('hex %j is refused', text => {
    expect(() => fromHex(text)).toThrow(expect.objectContaining({ code: 'bad_hex' }))
  })

  test.each([
    'A',
    'AA',
    'AAA',
    'AA=',
    '====',
    'A===',
    'AB==',
    'AAB=',
    'AA==AA==',
    'AA-_',
    'AA\n=',
    ' AAA',
    'AAA\u0142',
  ])('base64 %j is refused, because it is not the one text of its bytes', text => {
    expect(() => fromBase64(text)).toThrow(expect.objectContaining({ code: 'bad_base64' }))
  })

  test('any text that base64 accepts is the text it would write', () => {
    const alphabet = fc.constantFrom(...'ABzw09+/=')
    fc.assert(
      fc.property(fc.string({ unit: alphabet, maxLength: 8 }), text => {
        try {
          expect(toBase64(fromBase64(text))).toBe(text)
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad_base64' })
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('UTF-8 keeps a byte order mark and refuses what has no other side', () => {
    expect(utf8Decode(Uint8Array.of(0xef, 0xbb, 0xbf, 0x41))).toBe('\ufeffA')
    expect(() => utf8Decode(Uint8Array.of(0xc0, 0x80))).toThrow(expect.objectContaining({ code: 'bad_utf8' }))
    expect(() => utf8Encode('\ud800')).toThrow(expect.objectContaining({ code: 'lone_surrogate' }))
  })
})

describe('bytes side by side', () => {
  test('comparing and joining agree with Node', () => {
    fc.assert(
      fc.property(bytes(), bytes(), (a, b) => {
        expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(a, b))
        expect(equalBytes(a, b)).toBe(Buffer.compare(a, b) === 0)
        expect(concatBytes(a, b)).toEqual(new Uint8Array(Buffer.concat([a, b])))
      }),
    )
  })

  test('a 64-bit number round-trips over the whole safe range and refuses the rest', () => {
    fc.assert(fc.property(fc.maxSafeNat(), n => bytesToUint64(uint64ToBytes(n)) === n))
    expect(toHex(uint64ToBytes(2 ** 32 + 5))).toBe('0000000100000005')
    expect(() => uint64ToBytes(-1)).toThrow(expect.objectContaining({ code: 'bad_index' }))
    expect(() => bytesToUint64(new Uint8Array(8).fill(255))).toThrow(
      expect.objectContaining({ code: 'bad_index' }),
    )
  })
})
