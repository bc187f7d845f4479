import { existsSync, readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readUpdateBytes, sliceUpdates, UnreadableUpdates } from './slice-updates.ts'

const slices = (text: string) => sliceUpdates(Buffer.from(text)).map(({ bytes }) => bytes.toString())

test('each update keeps its own bytes: escapes, white space inside, and members nobody knows', () => {
  const first = '{"update_id":7,"message":{"text":"\\ud800 ]},{[ \\" \\\\","new":[1,[2,{}]]}}'
  const second = '{ "x" : 1e2 , "update_id" : 9 }'
  expect(slices(`{"ok":true,"result":[${first}, \n ${second} ]}`)).toEqual([first, second])
})

test('an empty list has no updates', () => {
  expect(slices('{"ok":true,"result":[ ]}')).toEqual([])
})

test('a member called result inside an update or after the list is not taken for the list', () => {
  const update = '{"result":[{"update_id":1}],"update_id":2}'
  expect(slices(`{"result":[${update}],"ok":true,"more":{"result":[3]}}`)).toEqual([update])
})

test('what is no list of numbered updates is refused', () => {
  for (const text of [
    '',
    'null',
    '[]',
    '<html>',
    '{"ok":false}',
    '{"ok":true,"result":{}}',
    '{"ok":true,"result":[{}]}',
    '{"ok":true,"result":[{"update_id":1.5}]}',
    '{"ok":true,"result":[{"update_id":"1"}]}',
    '{"ok":true,"result":[{"update_id":1}',
  ])
    expect(() => sliceUpdates(Buffer.from(text)), text).toThrow(UnreadableUpdates)
  expect(() => readUpdateBytes(Buffer.from('[1]'))).toThrow(UnreadableUpdates)
})

test('any JSON written by anybody is taken apart into what the parser sees', () => {
  const update = fc
    .tuple(fc.maxSafeInteger(), fc.dictionary(fc.string(), fc.jsonValue()))
    .map(([update_id, rest]) => ({ ...rest, update_id }))
  fc.assert(
    fc.property(fc.array(update), fc.constantFrom(0, 1, 3), (updates, indent) => {
      const parts = updates.map(one => JSON.stringify(one, null, indent))
      const body = Buffer.from(`{"ok":true,"result":[${parts.join(indent ? ' ,\n' : ',')}]}`)
      expect(sliceUpdates(body).map(({ bytes }) => bytes.toString())).toEqual(parts)
    }),
  )
})

const SUITE = new URL('../../../../../shared/data/badinput/jsontestsuite/test_parsing/', import.meta.url)
if (!existsSync(SUITE)) process.stderr.write('SKIPPED: ../shared/data is absent\n')

test.skipIf(!existsSync(SUITE))('files of the JSON test suite are kept byte for byte or refused', () => {
  for (const name of readdirSync(SUITE)) {
    const value = readFileSync(new URL(name, SUITE))
    const update = Buffer.concat([Buffer.from('{"update_id":5,"message":'), value, Buffer.from('}')])
    const body = Buffer.concat([Buffer.from('{"ok":true,"result":['), update, Buffer.from(']}')])
    const valid = (() => {
      try {
        JSON.parse(value.toString('utf8'))
        return true
      } catch {
        return false
      }
    })()
    if (valid) expect(sliceUpdates(body)[0]?.bytes.equals(update), name).toBe(true)
    else expect(() => sliceUpdates(body), name).toThrow(UnreadableUpdates)
  }
})
