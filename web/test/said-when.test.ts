import { describe, expect, test } from 'vitest'
import { readWhen } from '../src/app/said-when.ts'

const NOW = new Date('2026-11-23T12:00:00Z')
const read = (text: string, language = 'en', zone = 'UTC') => readWhen(text, language, NOW, zone)

describe('a time that is typed', () => {
  test('is read as people write it, in three languages, with the name beside it left over', () => {
    const span = { from: '2026-03-10T14:00:00.000Z', to: '2026-03-10T15:00:00.000Z' }
    for (const [text, language, rest] of [
      ['Anna 10 March 14:00-15:00', 'en', 'Anna'],
      ['Anna Petrova, March 10, 14–15', 'en', 'Anna Petrova'],
      ['2026-03-10 14:00 – 15:00 Anna', 'en', 'Anna'],
      ['Анна 10 марта 14:00-15:00', 'ru', 'Анна'],
      ['Анна 10.03. 14 до 15', 'ru', 'Анна'],
      ['王小明 3月10日 14:00至15:00', 'zh', '王小明'],
      ['10.3.2026 14:00', 'en', ''],
    ] as const)
      expect(read(text, language), text).toEqual({ ...span, rest })
  })

  test('is the whole day without hours, and the last such day without a year', () => {
    expect(read('24 December')).toEqual({
      from: '2025-12-24T00:00:00.000Z',
      to: '2025-12-25T00:00:00.000Z',
      rest: '',
    })
    expect(read('вчера Анна', 'ru')).toMatchObject({ from: '2026-11-22T00:00:00.000Z', rest: 'Анна' })
    expect(read('today 9:30')).toMatchObject({
      from: '2026-11-23T09:30:00.000Z',
      to: '2026-11-23T10:30:00.000Z',
    })
  })

  test('is meant in the reader’s zone, over a change of the clocks as well', () => {
    expect(read('10 March 14-15', 'en', 'Asia/Shanghai')).toMatchObject({
      from: '2026-03-10T06:00:00.000Z',
      to: '2026-03-10T07:00:00.000Z',
    })
    expect(read('29 March', 'en', 'Europe/Berlin')).toMatchObject({
      from: '2026-03-28T23:00:00.000Z',
      to: '2026-03-29T22:00:00.000Z',
    })
  })

  test('is not seen where there is none', () => {
    for (const text of ['Anna', 'may I', 'order 4711-42', '31 February', '14:00', 'Marchand'])
      expect(read(text), text).toBeNull()
  })
})
