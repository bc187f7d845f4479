import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDesk, type Desk, until } from '../../../test/support/desk.ts'

let desk: Desk

beforeEach(async () => {
  desk = await createDesk()
})

afterEach(() => desk.end())

test('a customer writes, an agent answers, and both stand in the log', async () => {
  desk.addGateway()
  const bot = await desk.connect()
  const maya = desk.telegram.createUser({ firstName: 'Maya', lastName: 'Lind', languageCode: 'sv' })
  const asked = maya.say(bot, 'Where is my parcel?')
  const [talk] = await until(async () => {
    const found = await desk.conversations()
    return found.length === 1 && found
  })
  expect(talk).toMatchObject({ status: 'in_progress', customer: { name: 'Maya Lind', language: 'sv' } })
  expect(talk?.waitingSince).not.toBeNull()
  const id = talk?.id ?? ''
  const [message] = await desk.messages(id)
  expect(message).toMatchObject({ direction: 'in', kind: 'text', telegramMessageId: asked.message_id })

  const sent = await desk.send(id, 'On its way.', { replyTo: message?.id ?? '' })
  const reply = await maya.waitForReply(bot)
  expect(reply).toMatchObject({ text: 'On its way.', reply_to_message: { message_id: asked.message_id } })
  await until(async () => (await desk.messages(id))[1]?.state === 'delivered')

  const events = (await desk.entries()).map(entry => entry.event)
  expect(events.slice(events.indexOf('bot.connected'))).toEqual([
    'bot.connected',
    'customer.created',
    'conversation.opened',
    'message.received',
    'conversation.assigned',
    'message.sent',
    'message.delivered',
  ])
  const entries = await desk.entries('message.*')
  const [received, , delivered] = entries
  expect(received).toMatchObject({
    actor: { kind: 'customer', name: { state: 'open', value: 'Maya Lind' } },
    parts: { text: { state: 'open', value: 'Where is my parcel?' } },
    via: { source: 'telegram' },
  })
  expect(delivered).toMatchObject({
    actor: { kind: 'system' },
    subject: { id: sent.id },
    causedBy: entries[1]?.id,
    data: { telegramMessageId: reply.message_id, attempts: 1 },
  })
})
