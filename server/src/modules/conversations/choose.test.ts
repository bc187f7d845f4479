import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Colleague, choose, hasRoom } from './choose.ts'

const colleague = (id: string, changes: Partial<Colleague> = {}): Colleague => ({
  id,
  presence: 'online',
  load: 0,
  capacity: 10,
  languages: [],
  routedAt: null,
  departments: [],
  ...changes,
})
const nothing = { language: null, lastAgentId: null }
const pick = (mode: Parameters<typeof choose>[0], colleagues: Colleague[], facts = {}) =>
  choose(mode, colleagues, { ...nothing, ...facts }).chosen?.id

test('each mode has its own order', () => {
  const early = { routedAt: '2026-01-01T00:00:00.000000Z' }
  const late = { routedAt: '2026-01-02T00:00:00.000000Z' }
  const small = colleague('small', { capacity: 3, load: 1, ...early })
  const large = colleague('large', { capacity: 20, load: 5, ...late, languages: ['ru'] })
  const away = colleague('away', { presence: 'away' })
  expect(pick('round_robin', [large, small, away])).toBe('small')
  expect(pick('online_first', [small, large, away])).toBe('large')
  expect(pick('least_busy', [large, small, away])).toBe('small')
  expect(pick('language', [small, large], { language: 'ru-RU' })).toBe('large')
  expect(pick('language', [small, large], { language: 'zh' })).toBe('large')
  expect(pick('sticky', [small, large], { lastAgentId: 'small' })).toBe('small')
  expect(pick('sticky', [small, large], { lastAgentId: 'away' })).toBe('large')
  expect(pick('online_first', [away])).toBeUndefined()
  expect(pick('online_first', [])).toBeUndefined()
})

test('nobody is chosen without room, somebody is whenever one has room, and all are accounted for', () => {
  const arbitrary = fc.record({
    id: fc.uuid(),
    presence: fc.constantFrom('online' as const, 'away' as const),
    load: fc.nat(5),
    capacity: fc.nat(5),
    languages: fc.array(fc.constantFrom('ru', 'en', 'zh')),
    routedAt: fc.constantFrom(null, '2026-01-01T00:00:00.000000Z', '2026-01-02T00:00:00.000000Z'),
    departments: fc.constant([]),
  })
  const modes = ['round_robin', 'online_first', 'least_busy', 'language', 'sticky'] as const
  fc.assert(
    fc.property(
      fc.array(arbitrary),
      fc.constantFrom(...modes),
      fc.option(fc.constantFrom('ru', 'zh-hans')),
      (all, mode, language) => {
        const { chosen, considered } = choose(mode, all, { language, lastAgentId: all[0]?.id ?? null })
        expect(chosen !== null).toBe(all.some(hasRoom))
        if (chosen) expect(hasRoom(chosen)).toBe(true)
        expect(considered.map(one => one.id).sort()).toEqual(all.map(one => one.id).sort())
        if (chosen) expect(considered[0]).toBe(chosen)
      },
    ),
  )
})
