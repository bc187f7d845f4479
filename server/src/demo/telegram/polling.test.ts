import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { type Reply, useBench } from './test-bench.ts'

const bench = useBench()

describe('updates by polling', () => {
  const idsOf = (reply: Reply) => reply.result?.map(update => update.update_id)

  test('ids are dense, an offset confirms, and what is not confirmed comes again', async () => {
    for (const text of ['a', 'b', 'c']) bench.maya.say(bench.desk, text)
    expect(idsOf(await bench.call('getUpdates'))).toEqual([1, 2, 3])
    expect(idsOf(await bench.call('getUpdates', { limit: 2 }))).toEqual([1, 2])
    expect(idsOf(await bench.call('getUpdates', { offset: 3 }))).toEqual([3])
    expect(idsOf(await bench.call('getUpdates'))).toEqual([3])
    bench.maya.say(bench.desk, 'd')
    expect(idsOf(await bench.call('getUpdates', { offset: -1 }))).toEqual([4])
    expect(bench.telegram.pendingUpdates(bench.desk)).toBe(1)
  })

  test('a poll waits for an update and takes a whole burst, or ends empty when its time is over', async () => {
    const poll = bench.call('getUpdates', { timeout: 10 })
    await sleep(50)
    bench.maya.say(bench.desk, 'a')
    bench.maya.say(bench.desk, 'b')
    expect(idsOf(await poll)).toEqual([1, 2])
    const before = performance.now()
    expect(idsOf(await bench.call('getUpdates', { offset: 3, timeout: 1 }))).toEqual([])
    expect(performance.now() - before).toBeGreaterThan(950)
  })

  test('a second poll ends the first with 409', async () => {
    const first = bench.call('getUpdates', { timeout: 10 })
    await sleep(50)
    const second = bench.call('getUpdates', { timeout: 10 })
    expect((await first).description).toContain('terminated by other getUpdates request')
    bench.maya.say(bench.desk, 'a')
    expect(idsOf(await second)).toEqual([1])
  })

  test('a poll whose caller has hung up takes no update away', async () => {
    const leaving = new AbortController()
    const poll = bench.ask('getUpdates?timeout=10', { signal: leaving.signal })
    await sleep(50)
    leaving.abort()
    await expect(poll).rejects.toThrow('aborted')
    await sleep(20)
    bench.maya.say(bench.desk, 'a')
    expect(idsOf(await bench.call('getUpdates'))).toEqual([1])
  })

  test('only the kinds that were asked for are kept, and the wish stays until changed', async () => {
    await bench.call('getUpdates', { allowed_updates: ['edited_message'] })
    const said = bench.maya.say(bench.desk, 'a')
    bench.maya.edit(bench.desk, said, 'b')
    const reply = await bench.call('getUpdates')
    expect(reply.result?.map(update => Object.keys(update)[1])).toEqual(['edited_message'])
  })

  test('updates older than 24 hours are gone', async () => {
    bench.maya.say(bench.desk, 'a')
    bench.now += 24 * 3_600_000 + 1
    bench.maya.say(bench.desk, 'b')
    expect(idsOf(await bench.call('getUpdates'))).toEqual([2])
  })

  test('a token that has logged out is refused', async () => {
    expect((await bench.call('logOut')).ok).toBe(true)
    expect(await bench.call('getMe')).toMatchObject({ error_code: 400, description: 'Logged out' })
  })
})
