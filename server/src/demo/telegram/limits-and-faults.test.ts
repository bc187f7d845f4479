import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import { TELEGRAM_LIMITS } from './index.ts'
import { useBench } from './test-bench.ts'

const bench = useBench()

describe('limits', () => {
  beforeEach(() => {
    bench.maya.say(bench.desk, 'hi')
  })

  test('a burst to one chat is cut off with 429, and goes on when the time is over', async () => {
    for (let count = 0; count < 5; count++) expect((await bench.say('x')).ok).toBe(true)
    expect(await bench.say('x')).toEqual({
      ok: false,
      error_code: 429,
      description: 'Too Many Requests: retry after 1',
      parameters: { retry_after: 1 },
    })
    bench.now += 1000
    expect((await bench.say('x')).ok).toBe(true)
    expect((await bench.say('x')).error_code).toBe(429)
    bench.telegram.setLimits(false)
    for (let count = 0; count < 40; count++) expect((await bench.say('x')).ok).toBe(true)
    bench.telegram.setLimits({ ...TELEGRAM_LIMITS, perChat: { perSecond: 0.5, burst: 1 } })
    expect((await bench.say('x')).ok).toBe(true)
    expect((await bench.say('x')).parameters).toEqual({ retry_after: 2 })
  })

  test('a bot sends 30 messages a second, whoever they go to', async () => {
    const people = Array.from({ length: 31 }, () => bench.telegram.createUser({ firstName: 'P' }))
    const codes: number[] = []
    for (const person of people) {
      person.say(bench.desk, 'hi')
      codes.push((await bench.call('sendMessage', { chat_id: person.id, text: 'x' })).error_code ?? 200)
    }
    expect(codes).toEqual([...Array(30).fill(200), 429])
  })

  test('a group takes 20 messages a minute', async () => {
    const group = bench.telegram.createGroup({ title: 'G', members: [bench.maya, bench.desk] })
    const send = () => bench.call('sendMessage', { chat_id: group.id, text: 'x' })
    for (let count = 0; count < 20; count++) {
      expect((await send()).ok).toBe(true)
      bench.now += 1000
    }
    expect((await send()).parameters).toEqual({ retry_after: 40 })
    bench.now += 40_000
    expect((await send()).ok).toBe(true)
    expect((await send()).parameters).toEqual({ retry_after: 1 })
  })
})

describe('faults', () => {
  beforeEach(() => {
    bench.maya.say(bench.desk, 'hi')
  })

  test('errors are answered for as many calls as planned, without effect', async () => {
    bench.telegram.faults.inject({
      method: 'sendMessage',
      fault: { kind: 'refuse', code: 429, retryAfter: 7 },
      times: 2,
    })
    bench.telegram.faults.inject({ method: '*', fault: { kind: 'refuse', code: 500 } })
    expect((await bench.say('x')).parameters).toEqual({ retry_after: 7 })
    expect((await bench.say('x')).error_code).toBe(429)
    expect(await bench.call('getMe')).toEqual({
      ok: false,
      error_code: 500,
      description: 'Internal Server Error',
    })
    expect(bench.telegram.faults.pending).toBe(0)
    expect(bench.maya.received(bench.desk)).toEqual([])
    expect((await bench.say('x')).ok).toBe(true)
  })

  test('a proxy in front can answer 502 with a page instead of JSON', async () => {
    bench.telegram.faults.inject({ method: 'getMe', fault: { kind: 'refuse', code: 502, html: true } })
    const response = await fetch(`${bench.telegram.apiRoot}/bot${bench.desk.token}/getMe`)
    expect([response.status, await response.text()]).toEqual([
      502,
      expect.stringContaining('<title>502 Bad Gateway</title>'),
    ])
  })

  test('a reset connection has no effect, a lost answer has one', async () => {
    bench.telegram.faults.inject({ method: 'sendMessage', fault: { kind: 'reset' } })
    await expect(bench.say('never')).rejects.toThrow('fetch failed')
    expect(bench.maya.received(bench.desk)).toEqual([])
    bench.telegram.faults.inject({ method: 'sendMessage', fault: { kind: 'lose_answer' } })
    await expect(bench.say('sent')).rejects.toThrow('fetch failed')
    expect(bench.maya.received(bench.desk).map(message => message.text)).toEqual(['sent'])
    expect(bench.telegram.calls({ method: 'sendMessage' }).map(({ status }) => status)).toEqual([
      undefined,
      undefined,
    ])
  })

  test('a call that hangs is never answered, one that is delayed is answered late', async () => {
    bench.telegram.faults.inject({ method: 'sendMessage', fault: { kind: 'hang' } })
    const body = JSON.stringify({ chat_id: bench.maya.id, text: 'x' })
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(100),
    }
    await expect(bench.ask('sendMessage', init)).rejects.toThrow('timeout')
    expect(bench.maya.received(bench.desk)).toEqual([])
    bench.telegram.faults.inject({ method: 'sendMessage', fault: { kind: 'delay', ms: 60 } })
    const before = performance.now()
    expect((await bench.say('x')).ok).toBe(true)
    expect(performance.now() - before).toBeGreaterThan(55)
  })

  test('offline, every connection breaks, the open ones as well, until it is online again', async () => {
    const poll = bench.call('getUpdates', { timeout: 20, offset: 2 })
    await sleep(50)
    bench.telegram.offline = true
    await expect(poll).rejects.toThrow('fetch failed')
    await expect(bench.say('x')).rejects.toThrow('fetch failed')
    bench.telegram.offline = false
    expect((await bench.say('x')).ok).toBe(true)
  })
})
