import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDesk, type Desk, QUICK, until } from '../../../test/support/desk.ts'
import type { Person, SimulatedBot } from '../../demo/telegram/index.ts'
import { SENDING_RATES } from './rates.ts'

let desk: Desk

beforeEach(async () => {
  desk = await createDesk()
})

afterEach(() => desk.end())

interface Talk {
  readonly bot: SimulatedBot & { botId: string }
  readonly maya: Person
  readonly id: string
}

/** A customer who has written, so that the desk can answer. */
async function beginTalk(name = 'Maya', known?: Talk['bot']): Promise<Talk> {
  const bot = known ?? (await desk.connect())
  const maya = desk.telegram.createUser({ firstName: name })
  maya.say(bot, `I am ${name}`)
  const talk = await until(async () =>
    (await desk.conversations()).find(({ customer }) => customer.name === name),
  )
  return { bot, maya, id: talk.id }
}

const outgoing = async (id: string) =>
  (await desk.messages(id)).filter(({ direction }) => direction === 'out')
const settled = (id: string) =>
  until(async () => {
    const messages = await outgoing(id)
    return messages.every(({ state }) => state !== 'queued') && messages
  }, 20_000)
const textsFor = ({ maya, bot }: Talk) => maya.received(bot).map(({ text }) => text)
const sendCalls = () => desk.telegram.calls({ method: 'sendMessage' })

test('after 429 the whole bot waits as long as Telegram asks, then everything goes once and in order', async () => {
  desk.addGateway()
  const talk = await beginTalk()
  const other = await beginTalk('Omar', talk.bot)
  desk.telegram.faults.inject({ method: 'sendMessage', fault: { kind: 'refuse', code: 429, retryAfter: 1 } })
  await desk.send(talk.id, 'one')
  await until(() => sendCalls().length === 1)
  const refusedAt = Date.now()
  await desk.send(talk.id, 'two')
  await desk.send(other.id, 'three')
  await settled(talk.id)
  await settled(other.id)
  expect(textsFor(talk)).toEqual(['one', 'two'])
  expect(textsFor(other)).toEqual(['three'])
  expect(sendCalls()).toHaveLength(4)
  expect(sendCalls()[1]?.at ?? 0).toBeGreaterThanOrEqual(refusedAt + 900)
  const delivered = await desk.entries('message.delivered')
  expect(delivered.map(({ data }) => data.attempts).sort()).toEqual([1, 1, 2])
})

test('403 is recorded as Telegram worded it, and the customer counts as having stopped the bot', async () => {
  desk.addGateway()
  const talk = await beginTalk()
  desk.telegram.faults.inject({ method: 'sendMessage', fault: { kind: 'refuse', code: 403 } })
  await desk.send(talk.id, 'hello?')
  const [message] = await settled(talk.id)
  expect(message).toMatchObject({
    state: 'refused',
    problem: { code: 'refused', errorCode: 403, description: 'Forbidden: bot was blocked by the user' },
  })
  await expect(desk.send(talk.id, 'again')).rejects.toMatchObject({ code: 'customer.blocked_bot' })
  const [sent] = await desk.entries('message.sent')
  const [refused] = await desk.entries('message.refused')
  expect(refused).toMatchObject({
    outcome: 'refused',
    causedBy: sent?.id,
    data: { errorCode: 403, attempts: 1 },
  })
  expect(await desk.entries('bot.blocked_by_customer')).toMatchObject([
    { data: { blocked: true }, actor: { kind: 'system' } },
  ])
})

test('a refusal that is not about the customer blocks nobody, and a person may try again', async () => {
  desk.addGateway()
  const talk = await beginTalk()
  const fault = { kind: 'refuse', code: 400, description: 'Bad Request: chat not found' } as const
  desk.telegram.faults.inject({ method: 'sendMessage', fault })
  const { id } = await desk.send(talk.id, 'hello')
  expect(await settled(talk.id)).toMatchObject([{ state: 'refused', problem: { errorCode: 400 } }])
  await desk.owner.do('message.retry', { messageId: id as never })
  expect(await settled(talk.id)).toMatchObject([{ state: 'delivered', problem: null }])
  expect(textsFor(talk)).toEqual(['hello'])
  const events = (await desk.entries('message.*')).map(({ event }) => event)
  expect(events.slice(1)).toEqual(['message.sent', 'message.refused', 'message.retried', 'message.delivered'])
})

test('a server error of Telegram is tried again, and holds up what was written after it', async () => {
  desk.addGateway()
  const talk = await beginTalk()
  desk.telegram.faults.inject({ method: 'sendMessage', fault: { kind: 'refuse', code: 500 }, times: 2 })
  desk.telegram.faults.inject({ method: 'sendMessage', fault: { kind: 'refuse', code: 502, html: true } })
  for (const text of ['one', 'two', 'three']) await desk.send(talk.id, text)
  await settled(talk.id)
  expect(textsFor(talk)).toEqual(['one', 'two', 'three'])
  const delivered = await desk.entries('message.delivered')
  expect(delivered.map(({ data }) => data.attempts)).toEqual([4, 1, 1])
})

test('what cannot be sent for too long is given up as not sent', async () => {
  desk.addGateway({ timing: { giveUpMs: 400 } })
  const talk = await beginTalk()
  desk.telegram.faults.inject({ method: 'sendMessage', fault: { kind: 'refuse', code: 500 }, times: 1000 })
  await desk.send(talk.id, 'never')
  expect(await settled(talk.id)).toMatchObject([{ state: 'unreachable', problem: { code: 'not_sent' } }])
  const [entry] = await desk.entries('message.unreachable')
  expect(entry).toMatchObject({ outcome: 'failed', data: { cause: 'not_sent' } })
  expect(Number(entry?.data.attempts)).toBeGreaterThan(0)
})

test('an answer lost on the way back is unknown, and the message is not sent a second time', async () => {
  desk.addGateway()
  const talk = await beginTalk()
  desk.telegram.faults.inject({ method: 'sendMessage', fault: { kind: 'lose_answer' } })
  await desk.send(talk.id, 'did you get this?')
  expect(await settled(talk.id)).toMatchObject([{ state: 'unreachable', problem: { code: 'unknown' } }])
  await desk.send(talk.id, 'next')
  await until(async () => (await outgoing(talk.id))[1]?.state === 'delivered')
  expect(textsFor(talk)).toEqual(['did you get this?', 'next'])
  expect(sendCalls()).toHaveLength(2)
})

test('while Telegram is away messages wait; when it is back each goes out once, in order', async () => {
  desk.addGateway()
  const talk = await beginTalk()
  const other = await beginTalk('Omar', talk.bot)
  desk.telegram.offline = true
  await until(async () => (await desk.entries('bot.connection_lost')).length === 1)
  const [bot] = (await desk.owner.ask('bot.list')).items
  expect(bot?.health).toMatchObject({ state: 'lost', cause: 'network' })
  const numbers = Array.from({ length: 10 }, (_, i) => String(i))
  for (const text of numbers) for (const { id } of [talk, other]) await desk.send(id, text)
  await new Promise(resolve => setTimeout(resolve, 1_000))
  expect(await outgoing(talk.id)).toMatchObject(numbers.map(() => ({ state: 'queued' })))
  desk.telegram.offline = false
  talk.maya.say(talk.bot, 'are you there?')
  await settled(talk.id)
  await settled(other.id)
  for (const one of [talk, other]) expect(textsFor(one)).toEqual(numbers)
  expect(sendCalls()).toHaveLength(20)
  await until(async () => (await desk.texts(talk.id)).includes('are you there?'))
  await until(async () => (await desk.owner.ask('bot.list')).items[0]?.health.state === 'fine')
  expect(await desk.entries('bot.connection_lost')).toMatchObject([{ data: { cause: 'network' } }])
  expect(await desk.entries('bot.connection_restored')).toHaveLength(1)
})

test('Telegram’s own limits are kept: nothing is refused, and nothing is lost', async () => {
  desk.telegram.setLimits({
    perBot: { perSecond: 30, burst: 30 },
    perChat: { perSecond: 1, burst: 3 },
    perGroup: { perMinute: 20 },
  })
  desk.addGateway({ rates: SENDING_RATES })
  const talk = await beginTalk()
  for (const text of ['1', '2', '3', '4', '5']) await desk.send(talk.id, text)
  const started = Date.now()
  await settled(talk.id)
  expect(Date.now() - started).toBeGreaterThan(1_000)
  expect(textsFor(talk)).toEqual(['1', '2', '3', '4', '5'])
  expect(sendCalls().filter(({ status }) => status === 429).length).toBeLessThanOrEqual(1)
})

test('a chat that got another id is followed there', async () => {
  desk.addGateway()
  const talk = await beginTalk()
  const there = desk.telegram.createUser({ firstName: 'There' })
  there.startBot(talk.bot)
  const [row] = await desk.world.asSuperuser<{ chat_id: string }>(
    'select chat_id from conversation where conversation_id = $1',
    [talk.id],
  )
  const group = desk.telegram.createGroup({ title: 'Plain', type: 'group', members: [talk.maya, talk.bot] })
  const oldId = group.id
  await desk.world.asSuperuser('update conversation set chat_id = $2 where conversation_id = $1', [
    talk.id,
    oldId,
  ])
  const newId = group.migrate()
  expect(row?.chat_id).not.toBe(String(newId))
  await desk.send(talk.id, 'to the group')
  expect(await settled(talk.id)).toMatchObject([{ state: 'delivered' }])
  expect(sendCalls().map(({ parameters }) => parameters.chat_id)).toEqual([oldId, newId])
  const [moved] = await desk.entries('conversation.chat_moved')
  expect(moved?.parts.chat).toMatchObject({ value: JSON.stringify({ from: oldId, to: newId }) })
})

test('a process killed between sending and the answer leaves an unknown, and the next one goes on', async () => {
  const first = desk.addGateway()
  const talk = await beginTalk()
  await first.stop()
  const program = fileURLToPath(new URL('../../../test/support/run-gateway.ts', import.meta.url))
  const { targets, dataDir } = desk.world
  const given = { targets, dataDir, apiRoot: desk.telegram.apiRoot, timing: QUICK }
  const child = spawn(process.execPath, [program, JSON.stringify(given)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  desk.telegram.faults.inject({ method: 'sendMessage', fault: { kind: 'delay', ms: 600 } })
  await desk.send(talk.id, 'half way')
  await until(() => sendCalls().length === 1)
  await desk.send(talk.id, 'behind it')
  child.kill('SIGKILL')
  await once(child, 'close')

  desk.addGateway()
  await settled(talk.id)
  expect(await outgoing(talk.id)).toMatchObject([
    { state: 'unreachable', problem: { code: 'unknown' } },
    { state: 'delivered' },
  ])
  // Telegram had taken it all the same, and it was not sent again
  expect(textsFor(talk)).toEqual(['half way', 'behind it'])
  expect(sendCalls()).toHaveLength(2)
  expect(await desk.entries('message.unreachable')).toMatchObject([
    { data: { cause: 'unknown', attempts: 1 } },
  ])
})

test('an answer that comes after another node gave the message up is recorded as the better knowledge', async () => {
  const first = desk.addGateway({ timing: { leaseMs: 600 } })
  const talk = await beginTalk()
  desk.telegram.faults.inject({ method: 'sendMessage', fault: { kind: 'delay', ms: 2_500 } })
  await desk.send(talk.id, 'slow')
  await until(() => sendCalls().length === 1)
  // the first node seems dead to the others: its lease is gone while it still waits for Telegram
  await desk.world.asSuperuser("update lease set expires_at = now() - interval '1 second', term = term + 1")
  desk.addGateway({}, desk.world.addNode())
  await until(async () => (await outgoing(talk.id))[0]?.state === 'unreachable')
  await until(async () => (await outgoing(talk.id))[0]?.state === 'delivered')
  expect((await desk.entries('message.*')).map(({ event }) => event).slice(1)).toEqual([
    'message.sent',
    'message.unreachable',
    'message.delivered',
  ])
  await first.stop()
})

test('two gateways on one database: no update is handled twice, no message sent twice, and one takes over', async () => {
  const first = desk.addGateway()
  const second = desk.addGateway({}, desk.world.addNode())
  const talk = await beginTalk()
  for (let i = 0; i < 30; i++) talk.maya.say(talk.bot, `in ${i}`)
  for (let i = 0; i < 10; i++) await desk.send(talk.id, `out ${i}`)
  await settled(talk.id)
  await first.stop()
  for (let i = 30; i < 40; i++) talk.maya.say(talk.bot, `in ${i}`)
  for (let i = 10; i < 20; i++) await desk.send(talk.id, `out ${i}`)
  await settled(talk.id)
  await until(async () => (await desk.texts(talk.id)).includes('in 39'))
  const messages = await desk.messages(talk.id)
  const words = (direction: string) =>
    messages
      .filter(one => one.direction === direction)
      .map(({ text }) => text?.state === 'open' && text.value)
  expect(words('in')).toEqual(['I am Maya', ...Array.from({ length: 40 }, (_, i) => `in ${i}`)])
  expect(textsFor(talk)).toEqual(Array.from({ length: 20 }, (_, i) => `out ${i}`))
  expect(desk.telegram.calls({ method: 'getUpdates' }).filter(({ status }) => status === 409)).toEqual([])
  await second.stop()
})
