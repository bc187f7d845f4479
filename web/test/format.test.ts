import { expect, test } from 'vitest'
import { formatBytes } from '../src/shared/format.ts'

const plain = (text: string) => text.replace(/\s/g, ' ') // some languages part the unit by a narrow space

test.each([
  ['en-GB', 0, '0 bytes'],
  ['en-GB', 1, '1 byte'],
  ['en-GB', 710, '710 bytes'],
  ['ru-RU', 1, '1 байт'],
  ['ru-RU', 3, '3 байта'],
  ['ru-RU', 710, '710 байт'],
  ['zh-CN', 710, '710字节'],
])('in %s, a file of %i bytes has the plural of the language', (locale, size, words) => {
  expect(plain(formatBytes(locale, size))).toBe(words)
})

test.each([
  [999, '999 bytes'],
  [1_000, '1 kB'],
  [20_480, '20.5 kB'],
  [1_000_000, '1 MB'],
  [49_900_000, '49.9 MB'],
  [2_500_000_000, '2.5 GB'],
])('a size of %i is told by the largest unit that fits', (size, words) => {
  expect(plain(formatBytes('en-GB', size))).toBe(words)
})
