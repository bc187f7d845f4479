import { beforeEach, describe, expect, test } from 'vitest'
import { startSimulatedTelegram } from './index.ts'
import { useBench } from './test-bench.ts'

const bench = useBench()

describe('ways to call', () => {
  beforeEach(() => {
    bench.maya.say(bench.desk, 'hi')
  })

  test('a query, a form, a multipart form and JSON mean the same', async () => {
    const parameters = {
      chat_id: String(bench.maya.id),
      text: 'a+b & ü',
      disable_notification: 'true',
      entities: '[{"type":"bold","offset":0,"length":1}]',
    }
    const form = new FormData()
    for (const [name, value] of Object.entries(parameters)) form.set(name, value)
    const replies = [
      await bench.ask(`sendMessage?${new URLSearchParams(parameters)}`),
      await bench.ask('SENDMESSAGE', { method: 'POST', body: new URLSearchParams(parameters) }),
      await bench.ask('sendMessage', { method: 'POST', body: form }),
      await bench.call('sendMessage', {
        chat_id: bench.maya.id,
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
    expect(await bench.call('sendNothing')).toMatchObject({ ok: false, error_code: 404 })
    const status = async (token: string) =>
      (await fetch(`${bench.telegram.apiRoot}/bot${token}/getMe`)).status
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
    const reply = await bench.ask(`sendMessage?${query}`)
    expect(reply).toMatchObject({ ok: false, error_code: 400, description: expect.stringContaining(words) })
  })

  test.each(['[]', '{', '"x"', '{"chat_id":1,"text":"\uFFFF'])(
    'a body that is no JSON object is refused: %s',
    async body => {
      const reply = await bench.ask('sendMessage', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      })
      expect(reply).toMatchObject({ error_code: 400, description: expect.stringContaining('JSON body') })
    },
  )

  test('bytes that are not UTF-8 and lone surrogates from a bot are refused', async () => {
    const body = Buffer.from('{"chat_id":1,"text":"\xff"}', 'latin1')
    const wrong = await bench.ask('sendMessage', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    expect(wrong.description).toBe('Bad Request: strings must be encoded in UTF-8')
    expect((await bench.say('\ud800')).description).toBe('Bad Request: strings must be encoded in UTF-8')
  })

  test('a file that nothing refers to, a reference without file, and a photo that is no image are refused', async () => {
    const send = (method: string, fields: Record<string, string>, file: string) => {
      const form = new FormData()
      for (const [name, value] of Object.entries({ chat_id: String(bench.maya.id), ...fields }))
        form.set(name, value)
      form.set(file, new Blob(['no image']), 'note.txt')
      return bench.ask(method, { method: 'POST', body: form })
    }
    expect((await send('sendMessage', { text: 'x' }, 'stray')).description).toContain('unknown file "stray"')
    expect((await send('sendDocument', { document: 'attach://a' }, 'b')).description).toContain(
      'no file "attach://a"',
    )
    expect((await send('sendDocument', { document: 'attach://a' }, 'a')).ok).toBe(true)
    expect((await send('sendPhoto', {}, 'photo')).description).toBe('Bad Request: IMAGE_PROCESS_FAILED')
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
    await bench.say('hello')
    await bench.say('')
    expect(bench.telegram.calls({ method: 'sendMessage' })).toEqual([
      {
        at: bench.now,
        botId: bench.desk.id,
        method: 'sendMessage',
        parameters: { chat_id: bench.maya.id, text: 'hello' },
        status: 200,
        description: undefined,
      },
      {
        at: bench.now,
        botId: bench.desk.id,
        method: 'sendMessage',
        parameters: { chat_id: bench.maya.id, text: '' },
        status: 400,
        description: 'Bad Request: message text is empty',
      },
    ])
  })
})
