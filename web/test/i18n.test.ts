import { readdirSync, readFileSync } from 'node:fs'
import { CATALOGUE, ERROR_CODES } from '@tracedesk/contracts'
import { describe, expect, test } from 'vitest'
import en from '../src/i18n/en.json' with { type: 'json' }
import ru from '../src/i18n/ru.json' with { type: 'json' }
import zh from '../src/i18n/zh.json' with { type: 'json' }

type Words = { [key: string]: string | Words }
const LANGUAGES: Record<string, Words> = { en, zh, ru }
const PLURAL = /_(zero|one|two|few|many|other)$/

function flatten(words: Words, prefix = ''): [string, string][] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [[prefix + key, value] as [string, string]]
      : flatten(value, `${prefix}${key}.`),
  )
}
const keysOf = (words: Words) => [...new Set(flatten(words).map(([key]) => key.replace(PLURAL, '')))].sort()
const gapsOf = (text: string) => [...new Set(text.match(/\{\{\w+\}\}/g))].sort()

/** Keys with plural forms: those of English that end in `_other` beside `_one`. */
const plurals = flatten(en).flatMap(([key]) => (key.endsWith('_one') ? [key.slice(0, -'_one'.length)] : []))

describe.each(Object.entries(LANGUAGES))('%s', (language, words) => {
  const flat = new Map(flatten(words))

  test('has the same keys as English, and no empty wording', () => {
    expect(keysOf(words)).toEqual(keysOf(en))
    for (const [key, value] of flat) expect(value.trim(), key).not.toBe('')
  })

  test('has every plural form the language needs', () => {
    const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories
    for (const key of plurals)
      for (const form of needed) expect(flat.has(`${key}_${form}`), `${key}_${form}`).toBe(true)
  })

  test('fills the same gaps as English', () => {
    for (const [key, value] of flatten(en)) {
      const translated = flat.get(key)
      if (translated !== undefined) expect(gapsOf(translated), key).toEqual(gapsOf(value))
    }
  })

  test('words every event, its name, its area, its facts and its parts', () => {
    expect(CATALOGUE.size).toBeGreaterThan(50)
    for (const { name, data, parts } of CATALOGUE.values()) {
      expect(flat.get(`event.${name}`), name).toBeTypeOf('string')
      expect(flat.get(`eventName.${name}`), name).toBeTypeOf('string')
      expect(flat.get(`area.${name.split('.')[0]}`), name).toBeTypeOf('string')
      for (const field of Object.keys(shapeOf(data)))
        expect(flat.get(`field.${field}`), `${name} ${field}`).toBeTypeOf('string')
      for (const part of Object.keys(parts))
        expect(flat.get(`partName.${part}`), `${name} ${part}`).toBeTypeOf('string')
    }
  })

  test('words nothing that is no event', () => {
    const events = flatten(words.event as Words).map(([key]) => key)
    expect(events.filter(name => !CATALOGUE.has(name))).toEqual([])
  })

  test('fills each event’s sentence only with what the event has', () => {
    const known = ['actor', 'customer', 'conversation', 'bot', 'subject']
    for (const { name, data, parts } of CATALOGUE.values()) {
      const given = [...known, ...Object.keys(shapeOf(data)), ...Object.keys(parts)]
      for (const gap of gapsOf(flat.get(`event.${name}`) ?? ''))
        expect(given, name).toContain(gap.slice(2, -2))
    }
  })

  test('words every value an event can hold', () => {
    for (const { name, data } of CATALOGUE.values()) {
      for (const [field, schema] of Object.entries(shapeOf(data))) {
        for (const value of enumValues(schema)) {
          const found = ['status', 'value', 'role', 'kind'].some(group => flat.has(`${group}.${value}`))
          expect(found, `${name} ${field} ${value}`).toBe(true)
        }
      }
    }
  })

  test('words every error code', () => {
    for (const code of Object.keys(ERROR_CODES)) expect(flat.get(`error.${code}`), code).toBeTypeOf('string')
  })
})

interface Schema {
  shape?: Record<string, Schema>
  options?: readonly unknown[]
  unwrap?: () => Schema
}

/** The fields of an event's facts; every event's data is an object schema. */
function shapeOf(data: unknown): Record<string, Schema> {
  const { shape } = data as Schema
  if (!shape) throw new Error('an event whose data is no object')
  return shape
}

/** The words a closed list allows, through `nullable`. */
function enumValues(schema: Schema): string[] {
  const { options } = schema
  if (options) return options.filter(option => typeof option === 'string')
  return schema.unwrap ? enumValues(schema.unwrap()) : []
}

test('every key is used somewhere in the console', () => {
  const root = new URL('../src/', import.meta.url)
  const source = readdirSync(root, { recursive: true })
    .map(String)
    .filter(path => /\.tsx?$/.test(path))
    .map(path => readFileSync(new URL(path, root), 'utf8'))
    .join('\n')
  // Keys built at run time: t(`status.${…}`), words(`event.${…}`).
  const patterns = [...source.matchAll(/[`'"]((?:[\w]+\.)+)\$\{/g)].map(match => match[1] ?? '')
  const isUsed = (key: string) =>
    source.includes(`'${key}'`) ||
    source.includes(`\`${key}\``) ||
    patterns.some(prefix => key.startsWith(prefix))
  expect(keysOf(en).filter(key => !isUsed(key))).toEqual([])
})
