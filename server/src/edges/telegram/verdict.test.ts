import { expect, test } from 'vitest'
import { TelegramRefusal } from './client.ts'
import type { LineHealth } from './line-health.ts'
import { NoAnswer } from './transport.ts'
import { judge } from './verdict.ts'

/** A line that only remembers what it was told of. */
function line() {
  const heard: unknown[] = []
  const health: Pick<LineHealth, 'failed'> = { failed: async error => heard.push(error) }
  return { heard, health: health as LineHealth } // the verdict asks for nothing else of it
}

const again = { twiceIsHarmless: true }
const never = { twiceIsHarmless: false }

test('what may have reached somebody is not known, unless doing it twice is harmless', async () => {
  const { health } = line()
  for (const error of [new NoAnswer(true, 'ECONNRESET'), new TelegramRefusal(504, 'Gateway Timeout')]) {
    expect(await judge(error, health, never)).toMatchObject({ next: 'unknown' })
    expect(await judge(error, health, again)).toMatchObject({ next: 'retry', askedMs: null })
  }
})

test('what certainly did not reach anybody is tried again: after our own rest, or when Telegram says', async () => {
  const { health } = line()
  const verdictOf = (error: Error) => judge(error, health, never)
  expect(await verdictOf(new NoAnswer(false, 'ECONNREFUSED'))).toMatchObject({ next: 'retry', askedMs: null })
  expect(await verdictOf(new TelegramRefusal(502, 'Bad Gateway'))).toMatchObject({
    next: 'retry',
    askedMs: null,
  })
  expect(await verdictOf(new TelegramRefusal(429, 'Too Many Requests', { retry_after: 7 }))).toMatchObject({
    next: 'retry',
    askedMs: 7_000,
  })
  expect(await verdictOf(new TelegramRefusal(429, 'Too Many Requests'))).toMatchObject({
    next: 'retry',
    askedMs: 1_000,
  })
})

test('a no is a no with its words, and the line is told only when there was no answer', async () => {
  const { heard, health } = line()
  expect(await judge(new TelegramRefusal(403, 'Forbidden'), health, never)).toEqual({
    next: 'refused',
    said: { errorCode: 403, description: 'Forbidden' },
  })
  expect(heard).toEqual([])
  const silence = new NoAnswer(true, 'ETIMEDOUT')
  await judge(silence, health, never)
  expect(heard).toEqual([silence])
})

test('what is neither Telegram’s nor the network’s is thrown on', async () => {
  const bug = new TypeError('a bug')
  await expect(judge(bug, line().health, again)).rejects.toBe(bug)
})
