import { expect, test } from 'vitest'
import { RateLimiter, SENDING_RATES } from './rates.ts'

test('one chat may have a short burst, then one message a second', () => {
  let now = 0
  const limiter = new RateLimiter(SENDING_RATES, () => now)
  expect([1, 2, 3].map(() => limiter.take(7))).toEqual([0, 0, 0])
  expect(limiter.take(7)).toBe(1000)
  expect(limiter.take(8)).toBe(0)
  now = 999
  expect(limiter.take(7)).toBe(1)
  now = 1000
  expect(limiter.take(7)).toBe(0)
})

test('all chats together stay below Telegram’s 30 a second', () => {
  let now = 0
  const limiter = new RateLimiter(SENDING_RATES, () => now)
  const sentAt: number[] = []
  for (let chat = 1; chat <= 300; chat++) {
    for (let wait = limiter.take(chat); wait > 0; wait = limiter.take(chat)) now += wait
    sentAt.push(now)
  }
  for (const start of sentAt) {
    const inSecond = sentAt.filter(at => at >= start && at < start + 1000).length
    expect(inSecond).toBeLessThanOrEqual(start === 0 ? 50 : 31)
  }
  expect(now).toBeGreaterThanOrEqual(((300 - 20) / 30) * 1000)
})

test('a group gets 20 a minute', () => {
  let now = 0
  const limiter = new RateLimiter(SENDING_RATES, () => now)
  let sent = 0
  for (; now < 60_000; now += 50) if (limiter.take(-100) === 0) sent++
  expect(sent).toBeLessThanOrEqual(30)
})
