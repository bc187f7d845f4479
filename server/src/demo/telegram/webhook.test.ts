import { createServer, type IncomingHttpHeaders } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { useBench } from './test-bench.ts'

const bench = useBench()

describe('updates by webhook', () => {
  interface Delivery {
    readonly headers: IncomingHttpHeaders
    readonly body: string
  }
  const deliveries: Delivery[] = []
  let answer: (delivery: Delivery) => Promise<{ status: number; body?: string }>
  const hook = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const delivery = { headers: request.headers, body: Buffer.concat(chunks).toString() }
    deliveries.push(delivery)
    const { status, body = '' } = await answer(delivery)
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  })
  let url: string

  beforeEach(async () => {
    deliveries.length = 0
    answer = async () => ({ status: 200 })
    await new Promise<void>(resolve => hook.listen(0, '127.0.0.1', resolve))
    const address = hook.address()
    url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/hook`
  })

  afterEach(() => {
    hook.closeAllConnections()
    return new Promise(resolve => hook.close(resolve))
  })

  const textsOf = () => deliveries.map(({ body }) => JSON.parse(body).message.text)

  test('waiting and new updates are pushed with the secret, and polling is refused meanwhile', async () => {
    bench.maya.say(bench.desk, 'waiting')
    expect((await bench.call('setWebhook', { url, secret_token: 'S3cret_-' })).ok).toBe(true)
    bench.maya.say(bench.desk, 'new')
    await expect.poll(textsOf).toEqual(['waiting', 'new'])
    expect(deliveries[0]?.headers).toMatchObject({
      'x-telegram-bot-api-secret-token': 'S3cret_-',
      'content-type': 'application/json',
    })
    expect((await bench.call('getUpdates')).error_code).toBe(409)
    await expect.poll(() => bench.telegram.pendingUpdates(bench.desk)).toBe(0)
    expect((await bench.call('getWebhookInfo')).result).toEqual({
      url,
      has_custom_certificate: false,
      pending_update_count: 0,
      ip_address: '127.0.0.1',
      max_connections: 40,
    })
    await bench.call('deleteWebhook')
    expect((await bench.call('getWebhookInfo')).result).toMatchObject({ url: '' })
  })

  test('a delivery that fails is tried again, and later updates of that chat wait for it', async () => {
    let failures = 3
    answer = async () => ({ status: failures-- > 0 ? 500 : 200 })
    bench.maya.say(bench.desk, 'first')
    bench.maya.say(bench.desk, 'second')
    await bench.call('setWebhook', { url })
    await expect.poll(textsOf).toEqual(['first', 'first', 'first', 'first', 'second'])
    expect((await bench.call('getWebhookInfo')).result).toMatchObject({
      last_error_message: 'Wrong response from the webhook: 500 Internal Server Error',
    })
  })

  test('chats are served side by side up to max_connections, each in its own order', async () => {
    let open = 0
    let most = 0
    answer = async () => {
      most = Math.max(most, ++open)
      await sleep(15)
      open--
      return { status: 200 }
    }
    const people = Array.from({ length: 6 }, (_, index) =>
      bench.telegram.createUser({ firstName: `P${index}` }),
    )
    for (const person of people)
      for (let turn = 0; turn < 3; turn++) person.say(bench.desk, `${person.id}/${turn}`)
    await bench.call('setWebhook', { url, max_connections: 3 })
    await expect.poll(() => bench.telegram.pendingUpdates(bench.desk)).toBe(0)
    expect(most).toBe(3)
    for (const person of people) {
      const own = textsOf().filter(text => text.startsWith(`${person.id}/`))
      expect(own).toEqual([0, 1, 2].map(turn => `${person.id}/${turn}`))
    }
  })

  test('nobody listening is an error that is told, and nothing is lost', async () => {
    await bench.call('setWebhook', { url: 'http://127.0.0.1:1/' })
    bench.maya.say(bench.desk, 'a')
    await expect
      .poll(async () => (await bench.call('getWebhookInfo')).result?.last_error_message)
      .toBe('Connection refused')
    await bench.call('deleteWebhook')
    expect((await bench.call('getUpdates')).result).toHaveLength(1)
    await bench.call('setWebhook', { url: 'http://127.0.0.1:1/', drop_pending_updates: true })
    expect(bench.telegram.pendingUpdates(bench.desk)).toBe(0)
  })

  test('a webhook can answer with a method to run', async () => {
    answer = async () => ({
      status: 200,
      body: JSON.stringify({ method: 'sendMessage', chat_id: bench.maya.id, text: 'at once' }),
    })
    await bench.call('setWebhook', { url })
    bench.maya.say(bench.desk, 'hi')
    expect((await bench.maya.waitForReply(bench.desk)).text).toBe('at once')
  })

  test.each([
    ['http://example.org/', 'An HTTPS URL must be provided'],
    ['https://example.org/', 'loopback addresses only'],
    ['nonsense', 'invalid URL'],
  ])('a webhook at %s is refused: %s', async (wrong, words) => {
    expect((await bench.call('setWebhook', { url: wrong })).description).toContain(words)
    expect((await bench.call('setWebhook', { url, secret_token: 'no blanks' })).description).toContain(
      'unallowed characters',
    )
  })
})
