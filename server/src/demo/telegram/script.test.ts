import { Bot } from 'grammy'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  type Pace,
  type SimulatedBot,
  type SimulatedTelegram,
  splitText,
  startCustomers,
  startSimulatedTelegram,
} from './index.ts'

const HURRY: Pace = { arrivalMs: [0, 5], typingMs: [0, 2], patienceMs: [20_000, 20_000], pauseMs: [0, 5] }

let telegram: SimulatedTelegram
let desk: SimulatedBot
let bot: Bot
let polling: Promise<void> | undefined

beforeEach(async () => {
  telegram = await startSimulatedTelegram({ limits: false })
  desk = telegram.createBot()
  bot = new Bot(desk.token, { client: { apiRoot: telegram.apiRoot } })
})

afterEach(async () => {
  if (polling) await bot.stop()
  await polling
  polling = undefined
  await telegram.stop()
})

async function play(seed: number): Promise<(string | undefined)[][]> {
  const script = startCustomers(telegram, { bot: desk, customers: 6, seed, pace: HURRY, conversations: 2 })
  await script.finished
  expect(script.counts()).toMatchObject({ conversations: 12, impatient: 0, givenUp: 0 })
  return script.people.map(person =>
    person
      .conversation(desk)
      .filter(message => message.from?.id === person.id)
      .map(message => message.text),
  )
}

test('customers in six languages hold whole conversations, and the same seed gives the same ones', async () => {
  bot.on('message', context => context.reply('An agent answers.'))
  polling = bot.start()
  const first = await play(7)
  expect(first.flat().some(text => /[\u4e00-\u9fff]/.test(text ?? ''))).toBe(true)
  expect(first.flat().some(text => /[\u0600-\u06ff]/.test(text ?? ''))).toBe(true)
  expect(await play(7)).toEqual(first)
  expect(await play(8)).not.toEqual(first)
})

test('given texts are all said once, long ones in pieces', async () => {
  bot.on('message', context => context.reply('ok'))
  polling = bot.start()
  const long = '😀'.repeat(3000)
  const texts = ['uno', '  ', '', long, 'dos', 'tres'].map(text => ({ lang: 'es', text }))
  const script = startCustomers(telegram, { bot: desk, customers: 2, texts, pace: HURRY, conversations: 3 })
  await script.finished
  const said = script.people.flatMap(person => person.conversation(desk)).map(message => message.text ?? '')
  for (const text of ['uno', '  ', 'dos', 'tres']) {
    expect(said.filter(one => one === text || one.startsWith(`${text} `)).length).toBeGreaterThan(0)
  }
  expect(splitText(long).map(piece => piece.length)).toEqual([4096, 1904])
  expect(said).toContain(long.slice(0, 4096))
})

test('a customer nobody answers asks again twice and gives up', async () => {
  const pace = { ...HURRY, patienceMs: [10, 20] as const }
  const script = startCustomers(telegram, { bot: desk, customers: 3, pace, conversations: 1 })
  await script.finished
  expect(script.counts()).toMatchObject({ conversations: 3, answered: 0, impatient: 6, givenUp: 3 })
})

test('customers stop when told, in the middle of waiting', async () => {
  const script = startCustomers(telegram, {
    bot: desk,
    customers: 20,
    pace: { arrivalMs: [0, 1], typingMs: [0, 1] },
  })
  await expect.poll(() => script.counts().conversations).toBe(20)
  await script.stop()
  const { said } = script.counts()
  expect(said).toBeGreaterThanOrEqual(20)
  await new Promise(resolve => setTimeout(resolve, 30))
  expect(script.counts().said).toBe(said)
})
