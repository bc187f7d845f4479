import { beforeEach, describe, expect, test } from 'vitest'
import type { JsonObject } from './json.ts'
import { useBench } from './test-bench.ts'

const bench = useBench()

describe('messages', () => {
  beforeEach(() => {
    bench.telegram.setLimits(false)
    bench.maya.say(bench.desk, 'hi')
  })

  test('a text of 4096 UTF-16 units is sent, one of 4097 is refused', async () => {
    expect((await bench.say('😀'.repeat(2048))).ok).toBe(true)
    expect((await bench.say(`${'😀'.repeat(2048)}x`)).description).toBe('Bad Request: message is too long')
    expect((await bench.say(' \n')).description).toBe('Bad Request: text must be non-empty')
  })

  test('an edit changes the text in place, and the same text again is refused', async () => {
    const { result } = await bench.say('one')
    const edit = (text: string) =>
      bench.call('editMessageText', { chat_id: bench.maya.id, message_id: result?.message_id, text })
    bench.now += 5000
    expect((await edit('two')).result).toMatchObject({ text: 'two', edit_date: bench.now / 1000 })
    expect((await edit('two')).description).toContain('message is not modified')
    expect(bench.maya.received(bench.desk).map(message => message.text)).toEqual(['two'])
    const foreign = { chat_id: bench.maya.id, message_id: 1, text: 'x' }
    expect((await bench.call('editMessageText', foreign)).description).toBe(
      "Bad Request: message can't be edited",
    )
  })

  test('a message can be deleted for 48 hours', async () => {
    const [first, second] = [(await bench.say('one')).result, (await bench.say('two')).result]
    const remove = (message?: JsonObject) =>
      bench.call('deleteMessage', { chat_id: bench.maya.id, message_id: message?.message_id })
    bench.now += 47.9 * 3_600_000
    expect((await remove(first)).ok).toBe(true)
    expect((await remove(first)).description).toBe('Bad Request: message to delete not found')
    bench.now += 0.2 * 3_600_000
    expect((await remove(second)).description).toBe("Bad Request: message can't be deleted for everyone")
    expect(bench.maya.received(bench.desk)).toHaveLength(1)
  })

  test('HTML becomes entities counted in UTF-16 units, and bad HTML is refused', async () => {
    const html = (text: string) =>
      bench.call('sendMessage', { chat_id: bench.maya.id, text, parse_mode: 'HTML' })
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
      bench.call('sendMessage', {
        chat_id: bench.maya.id,
        text: 'x',
        reply_parameters: { message_id: 99, ...more },
      })
    expect((await reply({})).description).toBe('Bad Request: message to be replied not found')
    expect((await reply({ allow_sending_without_reply: true })).ok).toBe(true)
  })

  test('a forward names its origin, a copy does not', async () => {
    const forwarded = await bench.call('forwardMessage', {
      chat_id: bench.maya.id,
      from_chat_id: bench.maya.id,
      message_id: 1,
    })
    expect(forwarded.result).toMatchObject({
      text: 'hi',
      forward_origin: { type: 'user', sender_user: { id: bench.maya.id } },
    })
    const copied = await bench.call('copyMessage', {
      chat_id: bench.maya.id,
      from_chat_id: bench.maya.id,
      message_id: 1,
    })
    expect(Object.keys(copied.result ?? {})).toEqual(['message_id'])
    expect(bench.maya.received(bench.desk).at(-1)).not.toHaveProperty('forward_origin')
  })

  test('files of more than 20 MB can be sent but not fetched, those of more than 50 MB not even sent', async () => {
    const upload = async (size: number) => {
      const form = new FormData()
      form.set('chat_id', String(bench.maya.id))
      form.set('document', new Blob([Buffer.alloc(size)]), 'big.bin')
      return bench.ask('sendDocument', { method: 'POST', body: form })
    }
    const sent = await upload(20 * 1024 * 1024 + 1)
    const { file_id } = Object(sent.result?.document)
    expect((await bench.call('getFile', { file_id })).description).toBe('Bad Request: file is too big')
    expect(await upload(50 * 1024 * 1024 + 1)).toMatchObject({ error_code: 413 })
  })

  test('callback data has 1 to 64 bytes', async () => {
    const send = (callback_data: string) =>
      bench.call('sendMessage', {
        chat_id: bench.maya.id,
        text: 'x',
        reply_markup: { inline_keyboard: [[{ text: 'b', callback_data }]] },
      })
    expect((await send('ü'.repeat(32))).ok).toBe(true)
    expect((await send(`${'ü'.repeat(32)}x`)).description).toBe('Bad Request: BUTTON_DATA_INVALID')
  })
})
