import { existsSync, readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chatOf, readUpdate, UPDATE_KINDS } from './read-update.ts'

const user = {
  id: 5,
  is_bot: false,
  first_name: 'Maya',
  last_name: 'Lind',
  username: 'maya',
  language_code: 'sv',
}
const message = { message_id: 3, date: 1700000000, from: user, chat: { id: 5, type: 'private' } }
const read = (kind: string, payload: unknown) => readUpdate({ update_id: 1, [kind]: payload })

test('a private text becomes a message of its sender', () => {
  expect(read('message', { ...message, text: 'hi' })).toEqual({
    to: 'message',
    kind: 'text',
    text: 'hi',
    chatId: 5,
    topicId: 0,
    business: '',
    sender: { telegramId: 5, name: 'Maya Lind', username: 'maya', language: 'sv' },
    telegramMessageId: 3,
    telegramDate: 1700000000,
    replyTo: null,
    quiet: false,
    file: null,
    group: null,
    byOwner: false,
  })
})

test('a caption is the text of a picture, and an animation is not taken for the document it carries', () => {
  const animated = { ...message, document: {}, animation: {}, caption: 'look' }
  expect(read('message', animated)).toMatchObject({ kind: 'animation', text: 'look' })
  expect(read('message', { ...message, venue: {}, location: {} })).toMatchObject({
    kind: 'venue',
    text: null,
  })
})

test('the thread of a topic counts, the thread of a mere reply does not', () => {
  expect(read('message', { ...message, is_topic_message: true, message_thread_id: 44 })).toMatchObject({
    topicId: 44,
  })
  expect(read('message', { ...message, message_thread_id: 44 })).toMatchObject({ topicId: 0 })
})

test('channels and bots have no conversation', () => {
  const outside = { to: 'other', cause: 'no_conversation' }
  expect(read('channel_post', { ...message, chat: { id: -5, type: 'channel' } })).toEqual(outside)
  expect(read('message', { ...message, chat: { id: -5, type: 'channel' } })).toEqual(outside)
  const bot = { ...user, id: 6, is_bot: true }
  expect(read('business_message', { ...message, from: bot, business_connection_id: 'b' })).toEqual(outside)
  expect(read('message', { ...message, chat: { id: -5, type: 'group' }, from: bot })).toEqual(outside)
})

test('a group names itself and its writer, and the owner of a business account is told from the customer', () => {
  const group = { id: -5, type: 'supergroup', title: 'Neighbours' }
  expect(read('message', { ...message, chat: group, text: 'hi' })).toMatchObject({
    to: 'message',
    chatId: -5,
    group: { title: 'Neighbours' },
    sender: { telegramId: 5, name: 'Maya Lind' },
  })
  const owned = { ...message, from: { ...user, id: 6 }, business_connection_id: 'b', text: 'hi' }
  expect(read('business_message', owned)).toMatchObject({
    byOwner: true,
    business: 'b',
    sender: { telegramId: 5 },
  })
})

test('the press of a button is what the button says, in reply to its message', () => {
  const keyboard = { inline_keyboard: [[{ text: 'Yes, please', callback_data: 'y1' }]] }
  const query = { id: '1', from: user, data: 'y1', message: { ...message, reply_markup: keyboard } }
  expect(read('callback_query', query)).toMatchObject({
    to: 'message',
    kind: 'button',
    text: 'Yes, please',
    telegramMessageId: null,
    replyTo: 3,
  })
})

test('a reaction names the message and all emoji that stand there now', () => {
  const reaction = {
    chat: message.chat,
    message_id: 3,
    user,
    old_reaction: [],
    new_reaction: [
      { type: 'emoji', emoji: '👍' },
      { type: 'custom_emoji', custom_emoji_id: '9' },
    ],
  }
  expect(read('message_reaction', reaction)).toMatchObject({
    to: 'reaction',
    chatId: 5,
    telegramMessageId: 3,
    emoji: ['👍', 'custom_emoji'],
  })
})

test('service messages are quiet unless the customer tells us something by them', () => {
  expect(read('message', { ...message, pinned_message: {} })).toMatchObject({ kind: 'service', quiet: true })
  expect(read('message', { ...message, web_app_data: {} })).toMatchObject({ kind: 'service', quiet: false })
  expect(read('message', { ...message, story: {} })).toMatchObject({ kind: 'other', quiet: false })
})

test('names lose control characters and broken surrogates, and nobody is nameless', () => {
  const named = (from: object) => {
    const facts = read('message', { ...message, from: { ...from, id: 5 }, text: 'x' })
    return 'sender' in facts ? facts.sender.name : null
  }
  expect(named({ first_name: 'A\u0000\nB\ud800', last_name: ' C ' })).toBe('A B\ufffd  C')
  expect(named({ first_name: '\u0007', username: 'maya' })).toBe('maya')
  expect(named({})).toBe('5')
})

test('whatever shape an update has, reading it never throws', () => {
  const kind = fc.oneof(fc.constantFrom(...UPDATE_KINDS), fc.string())
  fc.assert(
    fc.property(kind, fc.jsonValue(), (name, value) => {
      const json = { update_id: 1, [name]: value }
      expect(readUpdate(json).to).toBeTypeOf('string')
      expect(['number', 'object']).toContain(typeof chatOf(json))
    }),
  )
  const broken = fc.record({
    message_id: fc.oneof(fc.integer(), fc.jsonValue()),
    chat: fc.record({
      id: fc.oneof(fc.constant(5), fc.jsonValue()),
      type: fc.constantFrom('private', 'x', 3),
    }),
    from: fc.oneof(fc.record({ id: fc.constant(5), first_name: fc.jsonValue() }), fc.jsonValue()),
    text: fc.jsonValue(),
    reply_to_message: fc.jsonValue(),
    new_chat_member: fc.jsonValue(),
    message_ids: fc.jsonValue(),
  })
  fc.assert(
    fc.property(fc.constantFrom(...UPDATE_KINDS), broken, (name, payload) => {
      expect(read(name, payload).to).toBeTypeOf('string')
    }),
  )
})

const UPDATES = new URL('../../../../../shared/data/telegram/updates-nutgram/Updates/', import.meta.url)
if (!existsSync(UPDATES)) process.stderr.write('SKIPPED: ../shared/data is absent\n')

test.skipIf(!existsSync(UPDATES))(
  'every recorded update is understood or known to have no conversation',
  () => {
    const facts = readdirSync(UPDATES).map(name => {
      const json = JSON.parse(readFileSync(new URL(name, UPDATES), 'utf8')) as Record<string, unknown>
      return { name, facts: readUpdate(json) }
    })
    expect(facts).toHaveLength(105)
    const causes = facts.flatMap(one => ('cause' in one.facts ? [[one.name, one.facts.cause]] : []))
    expect(causes.filter(([, cause]) => cause === 'not_understood')).toEqual([])
  },
)
