import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Bot } from 'grammy'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type SimulatedTelegram, startSimulatedTelegram } from './index.ts'

const data = fileURLToPath(new URL('../../../../../shared/data/', import.meta.url))
const updates = `${data}telegram/updates-nutgram/Updates/`
const naughty = `${data}text/blns.json`
const present = existsSync(updates) && existsSync(naughty)
if (!present) {
  process.stderr.write(`SKIPPED: ${data} is absent, real updates and naughty strings are not replayed
`)
}
let telegram: SimulatedTelegram

beforeAll(async () => {
  telegram = await startSimulatedTelegram({ limits: false })
})

afterAll(() => telegram.stop())

async function fetchUpdates(
  token: string,
  parameters = '',
): Promise<{ text: string; updates: Record<string, unknown>[] }> {
  const response = await fetch(`${telegram.apiRoot}/bot${token}/getUpdates?${parameters}`)
  const text = await response.text()
  return { text, updates: JSON.parse(text).result }
}

describe.skipIf(!present)('real updates', () => {
  const files = present ? readdirSync(updates).map(name => readFileSync(updates + name, 'utf8')) : []

  test('all 105 come out of getUpdates as they went in, under ids of the simulation', async () => {
    const bot = telegram.createBot()
    expect(files).toHaveLength(105)
    const sent = files.map(file => {
      const { update_id: _, ...update } = JSON.parse(file)
      return { ...update, update_id: telegram.injectUpdate(bot, update) }
    })
    const first = await fetchUpdates(bot.token)
    const second = await fetchUpdates(bot.token, 'offset=101')
    expect([...first.updates, ...second.updates]).toEqual(sent)
    expect(sent.map(({ update_id }) => update_id)).toEqual(sent.map((_, index) => index + 1))
  })

  test('each comes out byte for byte under the id it brought', async () => {
    for (const file of files) {
      const bot = telegram.createBot()
      telegram.injectUpdate(bot, file.trim())
      const { text } = await fetchUpdates(bot.token)
      expect(text).toBe(`{"ok":true,"result":[${file.trim()}]}`)
    }
  })
})

test('unknown kinds of update, large numbers and odd spacing are passed on untouched', async () => {
  const bot = telegram.createBot()
  telegram.injectUpdate(bot, '{ "brand_new": {"id":12345678901234567890, "x":"\\ud800\\u0041"} }')
  telegram.injectUpdate(bot, '{}')
  telegram.injectUpdate(bot, '{"update_id":41,"later":true}')
  telegram.injectUpdate(bot, { again: 1 })
  const { text } = await fetchUpdates(bot.token)
  expect(text).toBe(
    '{"ok":true,"result":[{"update_id":1, "brand_new": {"id":12345678901234567890, "x":"\\ud800\\u0041"} },{"update_id":2},{"update_id":41,"later":true},{"update_id":42,"again":1}]}',
  )
  expect(() => telegram.injectUpdate(bot, '[]')).toThrow('JSON object')
})

test('an update can come twice under one id, or late under a lower one, and the offset still confirms by id', async () => {
  const bot = telegram.createBot()
  for (const update_id of [50, 50, 10]) telegram.injectUpdate(bot, { update_id })
  const idsOf = async (parameters: string) =>
    (await fetchUpdates(bot.token, parameters)).updates.map(update => update.update_id)
  expect(await idsOf('')).toEqual([50, 50, 10])
  expect(await idsOf('offset=20')).toEqual([50, 50])
  expect(await idsOf('offset=51')).toEqual([])
})

describe.skipIf(!present)('naughty strings', () => {
  const strings: string[] = present ? JSON.parse(readFileSync(naughty, 'utf8')) : []
  const sayable = strings.filter(text => text.length > 0 && text.length <= 4096)

  test('each reaches the bot exactly as a person wrote it', async () => {
    const bot = telegram.createBot()
    const maya = telegram.createUser({ firstName: 'Maya' })
    const received: unknown[] = []
    for (const text of [...sayable, 'lone \ud800 surrogate']) maya.say(bot, text)
    for (let offset = 1; received.length <= sayable.length; offset += 100) {
      const batch = await fetchUpdates(bot.token, `offset=${offset}`)
      received.push(...batch.updates.map(update => Object(update.message).text))
    }
    expect(sayable.length).toBeGreaterThan(500)
    expect(received).toEqual([...sayable, 'lone \ud800 surrogate'])
  })

  test('each that is not blank reaches the person exactly as the bot wrote it', async () => {
    const bot = telegram.createBot()
    const maya = telegram.createUser({ firstName: 'Maya' })
    maya.say(bot, 'hi')
    const { api } = new Bot(bot.token, { client: { apiRoot: telegram.apiRoot } })
    const texts = sayable.filter(text => text.trim() !== '')
    for (const text of texts) await api.sendMessage(maya.id, text)
    expect(maya.received(bot).map(message => message.text)).toEqual(texts)
  })
})
