import { createServer, type IncomingHttpHeaders } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  type JsonObject,
  type Person,
  type SimulatedBot,
  type SimulatedTelegram,
  startSimulatedTelegram,
} from './index.ts'

let telegram: SimulatedTelegram
let desk: SimulatedBot
let maya: Person
let now: number

beforeEach(async () => {
  now = Date.UTC(2026, 0, 5)
  telegram = await startSimulatedTelegram({ clock: () => now, webhookRetryMs: 10 })
  desk = telegram.createBot()
  maya = telegram.createUser({ firstName: 'Maya' })
})

afterEach(() => telegram.stop())

interface Reply {
  readonly ok: boolean
  readonly result?: JsonObject & JsonObject[]
  readonly error_code?: number
  readonly description?: string
  readonly parameters?: JsonObject
}

async function ask(path: string, init?: RequestInit): Promise<Reply> {
  const response = await fetch(`${telegram.apiRoot}/bot${desk.token}/${path}`, init ?? {})
  return (await response.json()) as Reply
}

function call(method: string, parameters: object = {}): Promise<Reply> {
  return ask(method, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(parameters),
  })
}

function say(text: string): Promise<Reply> {
  return call('sendMessage', { chat_id: maya.id, text })
}

describe('ways to call', () => {
  beforeEach(() => {
    maya.say(desk, 'hi')
  })

  test('a query, a form, a multipart form and JSON mean the same', async () => {
    const parameters = {
      chat_id: String(maya.id),
      text: 'a+b & ü',
      disable_notification: 'true',
      entities: '[{"type":"bold","offset":0,"length":1}]',
    }
    const form = new FormData()
    for (const [name, value] of Object.entries(parameters)) form.set(name, value)
    const replies = [
      await ask(`sendMessage?${new URLSearchParams(parameters)}`),
      await ask('SENDMESSAGE', { method: 'POST', body: new URLSearchParams(parameters) }),
      await ask('sendMessage', { method: 'POST', body: form }),
      await call('sendMessage', {
        chat_id: maya.id,
        text: 'a+b & ü',
        disable_notification: true,
        entities: [{ type: 'bold', offset: 0, length: 1 }],
      }),
    ]
    for (const reply of replies) {
      expect(reply.result).toMatchObject({
        text: 'a+b & ü',
        entities: [{ type: 'bold', offset: 0, length: 1 }],
      })
    }
  })

  test('unknown methods and malformed tokens answer 404, unknown tokens 401', async () => {
    expect(await call('sendNothing')).toMatchObject({ ok: false, error_code: 404 })
    const status = async (token: string) => (await fetch(`${telegram.apiRoot}/bot${token}/getMe`)).status
    expect([await status('12345:wrong'), await status('nonsense'), await status('%zz')]).toEqual([
      401, 404, 404,
    ])
  })

  test.each([
    ['chat_id=1&text=x', 'chat not found'],
    ['text=x', 'chat_id is empty'],
    ['chat_id=1', 'message text is empty'],
    ['chat_id=1x&text=x', 'chat not found'],
    ['chat_id=1&text=x&disable_notification=perhaps', 'disable_notification'],
    ['chat_id=1&text=x&reply_markup={', 'reply_markup'],
    [
      'chat_id=1&text=x&reply_markup={"inline_keyboard":[[{"text":5}]]}',
      'reply_markup.inline_keyboard[0][0].text',
    ],
    ['chat_id=1&text=x&reply_to_message_id=5', 'unknown parameter "reply_to_message_id"'],
  ])('sendMessage?%s is refused: %s', async (query, words) => {
    const reply = await ask(`sendMessage?${query}`)
    expect(reply).toMatchObject({ ok: false, error_code: 400, description: expect.stringContaining(words) })
  })

  test.each(['[]', '{', '"x"', '{"chat_id":1,"text":"\uFFFF'])(
    'a body that is no JSON object is refused: %s',
    async body => {
      const reply = await ask('sendMessage', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      })
      expect(reply).toMatchObject({ error_code: 400, description: expect.stringContaining('JSON body') })
    },
  )

  test('bytes that are not UTF-8 and lone surrogates from a bot are refused', async () => {
    const body = Buffer.from('{"chat_id":1,"text":"\xff"}', 'latin1')
    const wrong = await ask('sendMessage', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    expect(wrong.description).toBe('Bad Request: strings must be encoded in UTF-8')
    expect((await say('\ud800')).description).toBe('Bad Request: strings must be encoded in UTF-8')
  })

  test('a lenient server takes unknown parameters and numbers for texts', async () => {
    const lenient = await startSimulatedTelegram({ strict: false })
    const bot = lenient.createBot()
    const person = lenient.createUser({ firstName: 'Omar' })
    person.say(bot, 'hi')
    const response = await fetch(`${lenient.apiRoot}/bot${bot.token}/sendMessage`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        chat_id: String(person.id),
        text: 5,
        disable_notification: 'true',
        nonsense: 1,
      }),
    })
    expect(await response.json()).toMatchObject({ ok: true, result: { text: '5' } })
    await lenient.stop()
  })

  test('the log of calls shows method, parameters, time and outcome', async () => {
    await say('hello')
    await say('')
    expect(telegram.calls({ method: 'sendMessage' })).toEqual([
      {
        at: now,
        botId: desk.id,
        method: 'sendMessage',
        parameters: { chat_id: maya.id, text: 'hello' },
        status: 200,
        description: undefined,
      },
      {
        at: now,
        botId: desk.id,
        method: 'sendMessage',
        parameters: { chat_id: maya.id, text: '' },
        status: 400,
        description: 'Bad Request: message text is empty',
      },
    ])
  })
})

describe('messages', () => {
  beforeEach(() => {
    telegram.setLimits(false)
    maya.say(desk, 'hi')
  })

  test('a text of 4096 UTF-16 units is sent, one of 4097 is refused', async () => {
    expect((await say('😀'.repeat(2048))).ok).toBe(true)
    expect((await say(`${'😀'.repeat(2048)}x`)).description).toBe('Bad Request: message is too long')
    expect((await say(' \n')).description).toBe('Bad Request: text must be non-empty')
  })

  test('an edit changes the text in place, and the same text again is refused', async () => {
    const { result } = await say('one')
    const edit = (text: string) =>
      call('editMessageText', { chat_id: maya.id, message_id: result?.message_id, text })
    now += 5000
    expect((await edit('two')).result).toMatchObject({ text: 'two', edit_date: now / 1000 })
    expect((await edit('two')).description).toContain('message is not modified')
    expect(maya.received(desk).map(message => message.text)).toEqual(['two'])
    const foreign = { chat_id: maya.id, message_id: 1, text: 'x' }
    expect((await call('editMessageText', foreign)).description).toBe("Bad Request: message can't be edited")
  })

  test('a message can be deleted for 48 hours', async () => {
    const [first, second] = [(await say('one')).result, (await say('two')).result]
    const remove = (message?: JsonObject) =>
      call('deleteMessage', { chat_id: maya.id, message_id: message?.message_id })
    now += 47.9 * 3_600_000
    expect((await remove(first)).ok).toBe(true)
    expect((await remove(first)).description).toBe('Bad Request: message to delete not found')
    now += 0.2 * 3_600_000
    expect((await remove(second)).description).toBe("Bad Request: message can't be deleted for everyone")
    expect(maya.received(desk)).toHaveLength(1)
  })

  test('HTML becomes entities counted in UTF-16 units, and bad HTML is refused', async () => {
    const html = (text: string) => call('sendMessage', { chat_id: maya.id, text, parse_mode: 'HTML' })
    const sent = await html(
      '😀 <b>bold &lt;<i>both</i></b> <a href="https://example.org/?a=1&amp;b=2">link</a>',
    )
    expect(sent.result).toMatchObject({
      text: '😀 bold <both link',
      entities: [
        { type: 'bold', offset: 3, length: 10 },
        { type: 'italic', offset: 9, length: 4 },
        { type: 'text_link', offset: 14, length: 4, url: 'https://example.org/?a=1&b=2' },
      ],
    })
    expect((await html('<b>x')).description).toContain('Can\'t find end tag corresponding to start tag "b"')
    expect((await html('<b>x</i>')).description).toContain('Unmatched end tag at byte offset 4')
    expect((await html('ü<table>')).description).toContain('Unsupported start tag "table" at byte offset 2')
    expect((await html('a < b')).description).toContain('Unclosed start tag')
  })

  test('a reply to a message that is gone is refused unless allowed', async () => {
    const reply = (more: object) =>
      call('sendMessage', { chat_id: maya.id, text: 'x', reply_parameters: { message_id: 99, ...more } })
    expect((await reply({})).description).toBe('Bad Request: message to be replied not found')
    expect((await reply({ allow_sending_without_reply: true })).ok).toBe(true)
  })

  test('a forward names its origin, a copy does not', async () => {
    const forwarded = await call('forwardMessage', { chat_id: maya.id, from_chat_id: maya.id, message_id: 1 })
    expect(forwarded.result).toMatchObject({
      text: 'hi',
      forward_origin: { type: 'user', sender_user: { id: maya.id } },
    })
    const copied = await call('copyMessage', { chat_id: maya.id, from_chat_id: maya.id, message_id: 1 })
    expect(Object.keys(copied.result ?? {})).toEqual(['message_id'])
    expect(maya.received(desk).at(-1)).not.toHaveProperty('forward_origin')
  })

  test('files of more than 20 MB can be sent but not fetched, those of more than 50 MB not even sent', async () => {
    const upload = async (size: number) => {
      const form = new FormData()
      form.set('chat_id', String(maya.id))
      form.set('document', new Blob([Buffer.alloc(size)]), 'big.bin')
      return ask('sendDocument', { method: 'POST', body: form })
    }
    const sent = await upload(20 * 1024 * 1024 + 1)
    const { file_id } = Object(sent.result?.document)
    expect((await call('getFile', { file_id })).description).toBe('Bad Request: file is too big')
    expect(await upload(50 * 1024 * 1024 + 1)).toMatchObject({ error_code: 413 })
  })

  test('callback data has 1 to 64 bytes', async () => {
    const send = (callback_data: string) =>
      call('sendMessage', {
        chat_id: maya.id,
        text: 'x',
        reply_markup: { inline_keyboard: [[{ text: 'b', callback_data }]] },
      })
    expect((await send('ü'.repeat(32))).ok).toBe(true)
    expect((await send(`${'ü'.repeat(32)}x`)).description).toBe('Bad Request: BUTTON_DATA_INVALID')
  })
})

describe('limits', () => {
  beforeEach(() => {
    maya.say(desk, 'hi')
  })

  test('a burst to one chat is cut off with 429, and goes on when the time is over', async () => {
    for (let count = 0; count < 5; count++) expect((await say('x')).ok).toBe(true)
    expect(await say('x')).toEqual({
      ok: false,
      error_code: 429,
      description: 'Too Many Requests: retry after 1',
      parameters: { retry_after: 1 },
    })
    now += 1000
    expect((await say('x')).ok).toBe(true)
    expect((await say('x')).error_code).toBe(429)
    telegram.setLimits(false)
    expect((await say('x')).ok).toBe(true)
  })

  test('a bot sends 30 messages a second, whoever they go to', async () => {
    const people = Array.from({ length: 31 }, () => telegram.createUser({ firstName: 'P' }))
    const codes: number[] = []
    for (const person of people) {
      person.say(desk, 'hi')
      codes.push((await call('sendMessage', { chat_id: person.id, text: 'x' })).error_code ?? 200)
    }
    expect(codes).toEqual([...Array(30).fill(200), 429])
  })

  test('a group takes 20 messages a minute', async () => {
    const group = telegram.createGroup({ title: 'G', members: [maya, desk] })
    const send = () => call('sendMessage', { chat_id: group.id, text: 'x' })
    for (let count = 0; count < 20; count++) {
      expect((await send()).ok).toBe(true)
      now += 1000
    }
    expect((await send()).parameters).toEqual({ retry_after: 40 })
    now += 40_000
    expect((await send()).ok).toBe(true)
    expect((await send()).parameters).toEqual({ retry_after: 1 })
  })
})

describe('faults', () => {
  beforeEach(() => {
    maya.say(desk, 'hi')
  })

  test('errors are answered for as many calls as planned, without effect', async () => {
    telegram.faults.inject({
      method: 'sendMessage',
      fault: { kind: 'refuse', code: 429, retryAfter: 7 },
      times: 2,
    })
    telegram.faults.inject({ method: '*', fault: { kind: 'refuse', code: 500 } })
    expect((await say('x')).parameters).toEqual({ retry_after: 7 })
    expect((await say('x')).error_code).toBe(429)
    expect(await call('getMe')).toEqual({ ok: false, error_code: 500, description: 'Internal Server Error' })
    expect(telegram.faults.pending).toBe(0)
    expect(maya.received(desk)).toEqual([])
    expect((await say('x')).ok).toBe(true)
  })

  test('a proxy in front can answer 502 with a page instead of JSON', async () => {
    telegram.faults.inject({ method: 'getMe', fault: { kind: 'refuse', code: 502, html: true } })
    const response = await fetch(`${telegram.apiRoot}/bot${desk.token}/getMe`)
    expect([response.status, await response.text()]).toEqual([
      502,
      expect.stringContaining('<title>502 Bad Gateway</title>'),
    ])
  })

  test('a reset connection has no effect, a lost answer has one', async () => {
    telegram.faults.inject({ method: 'sendMessage', fault: { kind: 'reset' } })
    await expect(say('never')).rejects.toThrow('fetch failed')
    expect(maya.received(desk)).toEqual([])
    telegram.faults.inject({ method: 'sendMessage', fault: { kind: 'lose_answer' } })
    await expect(say('sent')).rejects.toThrow('fetch failed')
    expect(maya.received(desk).map(message => message.text)).toEqual(['sent'])
    expect(telegram.calls({ method: 'sendMessage' }).map(({ status }) => status)).toEqual([
      undefined,
      undefined,
    ])
  })

  test('a call that hangs is never answered, one that is delayed is answered late', async () => {
    telegram.faults.inject({ method: 'sendMessage', fault: { kind: 'hang' } })
    const body = JSON.stringify({ chat_id: maya.id, text: 'x' })
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(100),
    }
    await expect(ask('sendMessage', init)).rejects.toThrow('timeout')
    expect(maya.received(desk)).toEqual([])
    telegram.faults.inject({ method: 'sendMessage', fault: { kind: 'delay', ms: 60 } })
    const before = performance.now()
    expect((await say('x')).ok).toBe(true)
    expect(performance.now() - before).toBeGreaterThan(55)
  })

  test('offline, every connection breaks, the open ones as well, until it is online again', async () => {
    const poll = call('getUpdates', { timeout: 20, offset: 2 })
    await sleep(50)
    telegram.offline = true
    await expect(poll).rejects.toThrow('fetch failed')
    await expect(say('x')).rejects.toThrow('fetch failed')
    telegram.offline = false
    expect((await say('x')).ok).toBe(true)
  })
})

describe('updates by polling', () => {
  const idsOf = (reply: Reply) => reply.result?.map(update => update.update_id)

  test('ids are dense, an offset confirms, and what is not confirmed comes again', async () => {
    for (const text of ['a', 'b', 'c']) maya.say(desk, text)
    expect(idsOf(await call('getUpdates'))).toEqual([1, 2, 3])
    expect(idsOf(await call('getUpdates', { limit: 2 }))).toEqual([1, 2])
    expect(idsOf(await call('getUpdates', { offset: 3 }))).toEqual([3])
    expect(idsOf(await call('getUpdates'))).toEqual([3])
    maya.say(desk, 'd')
    expect(idsOf(await call('getUpdates', { offset: -1 }))).toEqual([4])
    expect(telegram.pendingUpdates(desk)).toBe(1)
  })

  test('a poll waits for an update and takes a whole burst, or ends empty when its time is over', async () => {
    const poll = call('getUpdates', { timeout: 10 })
    await sleep(50)
    maya.say(desk, 'a')
    maya.say(desk, 'b')
    expect(idsOf(await poll)).toEqual([1, 2])
    const before = performance.now()
    expect(idsOf(await call('getUpdates', { offset: 3, timeout: 1 }))).toEqual([])
    expect(performance.now() - before).toBeGreaterThan(950)
  })

  test('a second poll ends the first with 409', async () => {
    const first = call('getUpdates', { timeout: 10 })
    await sleep(50)
    const second = call('getUpdates', { timeout: 10 })
    expect((await first).description).toContain('terminated by other getUpdates request')
    maya.say(desk, 'a')
    expect(idsOf(await second)).toEqual([1])
  })

  test('a poll whose caller has hung up takes no update away', async () => {
    const leaving = new AbortController()
    const poll = ask('getUpdates?timeout=10', { signal: leaving.signal })
    await sleep(50)
    leaving.abort()
    await expect(poll).rejects.toThrow('aborted')
    await sleep(20)
    maya.say(desk, 'a')
    expect(idsOf(await call('getUpdates'))).toEqual([1])
  })

  test('only the kinds that were asked for are kept, and the wish stays until changed', async () => {
    await call('getUpdates', { allowed_updates: ['edited_message'] })
    const said = maya.say(desk, 'a')
    maya.edit(desk, said, 'b')
    const reply = await call('getUpdates')
    expect(reply.result?.map(update => Object.keys(update)[1])).toEqual(['edited_message'])
  })

  test('updates older than 24 hours are gone', async () => {
    maya.say(desk, 'a')
    now += 24 * 3_600_000 + 1
    maya.say(desk, 'b')
    expect(idsOf(await call('getUpdates'))).toEqual([2])
  })

  test('a token that has logged out is refused', async () => {
    expect((await call('logOut')).ok).toBe(true)
    expect(await call('getMe')).toMatchObject({ error_code: 400, description: 'Logged out' })
  })
})

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
    maya.say(desk, 'waiting')
    expect((await call('setWebhook', { url, secret_token: 'S3cret_-' })).ok).toBe(true)
    maya.say(desk, 'new')
    await expect.poll(textsOf).toEqual(['waiting', 'new'])
    expect(deliveries[0]?.headers).toMatchObject({
      'x-telegram-bot-api-secret-token': 'S3cret_-',
      'content-type': 'application/json',
    })
    expect((await call('getUpdates')).error_code).toBe(409)
    await expect.poll(() => telegram.pendingUpdates(desk)).toBe(0)
    expect((await call('getWebhookInfo')).result).toEqual({
      url,
      has_custom_certificate: false,
      pending_update_count: 0,
      ip_address: '127.0.0.1',
      max_connections: 40,
    })
    await call('deleteWebhook')
    expect((await call('getWebhookInfo')).result).toMatchObject({ url: '' })
  })

  test('a delivery that fails is tried again, and later updates of that chat wait for it', async () => {
    let failures = 3
    answer = async () => ({ status: failures-- > 0 ? 500 : 200 })
    maya.say(desk, 'first')
    maya.say(desk, 'second')
    await call('setWebhook', { url })
    await expect.poll(textsOf).toEqual(['first', 'first', 'first', 'first', 'second'])
    expect((await call('getWebhookInfo')).result).toMatchObject({
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
    const people = Array.from({ length: 6 }, (_, index) => telegram.createUser({ firstName: `P${index}` }))
    for (const person of people) for (let turn = 0; turn < 3; turn++) person.say(desk, `${person.id}/${turn}`)
    await call('setWebhook', { url, max_connections: 3 })
    await expect.poll(() => telegram.pendingUpdates(desk)).toBe(0)
    expect(most).toBe(3)
    for (const person of people) {
      const own = textsOf().filter(text => text.startsWith(`${person.id}/`))
      expect(own).toEqual([0, 1, 2].map(turn => `${person.id}/${turn}`))
    }
  })

  test('nobody listening is an error that is told, and nothing is lost', async () => {
    await call('setWebhook', { url: 'http://127.0.0.1:1/' })
    maya.say(desk, 'a')
    await expect
      .poll(async () => (await call('getWebhookInfo')).result?.last_error_message)
      .toBe('Connection refused')
    await call('deleteWebhook')
    expect((await call('getUpdates')).result).toHaveLength(1)
    await call('setWebhook', { url: 'http://127.0.0.1:1/', drop_pending_updates: true })
    expect(telegram.pendingUpdates(desk)).toBe(0)
  })

  test('a webhook can answer with a method to run', async () => {
    answer = async () => ({
      status: 200,
      body: JSON.stringify({ method: 'sendMessage', chat_id: maya.id, text: 'at once' }),
    })
    await call('setWebhook', { url })
    maya.say(desk, 'hi')
    expect((await maya.waitForReply(desk)).text).toBe('at once')
  })

  test.each([
    ['http://example.org/', 'An HTTPS URL must be provided'],
    ['https://example.org/', 'loopback addresses only'],
    ['nonsense', 'invalid URL'],
  ])('a webhook at %s is refused: %s', async (wrong, words) => {
    expect((await call('setWebhook', { url: wrong })).description).toContain(words)
    expect((await call('setWebhook', { url, secret_token: 'no blanks' })).description).toContain(
      'unallowed characters',
    )
  })
})
