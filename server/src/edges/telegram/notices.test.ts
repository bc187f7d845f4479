import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDesk, type Desk, until } from '../../../test/support/desk.ts'
import type { Person as Agent } from '../../../test/support/world.ts'
import type { Person, SimulatedBot } from '../../demo/telegram/index.ts'

let desk: Desk
let bot: SimulatedBot & { botId: string }
let ann: Agent
let phone: Person

beforeEach(async () => {
  desk = await createDesk()
  desk.addGateway()
  bot = await desk.connect()
  const manual = { mode: 'manual' as const, departmentId: null, fallbackDepartmentId: null }
  await desk.owner.do('bot.set_routing', { botId: bot.botId as never, ...manual })
  ann = await desk.world.person('Ann')
  phone = desk.telegram.createUser({ firstName: 'Ann', username: 'ann_private' })
})
afterEach(() => desk.end())

const told = () => phone.received(bot).map(({ text }) => text)
const last = async (event: string) => (await desk.entries(event)).at(-1)

async function link(language: 'en' | 'ru' = 'en'): Promise<void> {
  const { code, url } = await ann.do('notification.link', { botId: bot.botId as never, language })
  expect(url).toBe(`https://t.me/${bot.username}?start=${code}`)
  phone.say(bot, `/start ${code}`)
  await until(async () => (await ann.ask('notification.state')).linkedAt)
  await until(() => told().length === 1)
}

/** A customer's conversation, given to Ann by the owner. */
async function give(name = 'Carla'): Promise<string> {
  const customer = desk.telegram.createUser({ firstName: name })
  customer.say(bot, 'something private')
  const { id } = await until(async () => (await desk.conversations()).find(one => one.customer.name === name))
  await desk.owner.do('conversation.assign', { conversationId: id, agentId: ann.id as never })
  await desk.world.settle()
  return id
}

test('the code links the account, is good once, and never becomes a customer’s message', async () => {
  const { code } = await ann.do('notification.link', { botId: bot.botId as never })
  phone.say(bot, `/start ${code}`)
  await until(() => told().length === 1)
  expect(told()[0]).toContain('Linked')
  expect(await desk.conversations()).toEqual([])
  expect(await last('notification.linked')).toMatchObject({
    actor: { kind: 'agent', id: ann.id },
    subject: { id: ann.id },
    parts: { telegram: { state: 'open' } },
  })
  // from another account, later: a customer like any other
  const other = desk.telegram.createUser({ firstName: 'Other' })
  other.say(bot, `/start ${code}`)
  await until(async () => (await desk.conversations()).length === 1)
})

test('who is given a conversation is told, without a word or name of the customer', async () => {
  await link()
  await give()
  await until(() => told().length === 2)
  expect(told()[1]).toBe('A conversation was given to you.')
  const sent = await until(
    async () => (await last('notification.sent'))?.data.kind === 'assigned' && last('notification.sent'),
  )
  expect(sent).toMatchObject({ subject: { id: ann.id }, data: { kind: 'assigned' } })
  const assigned = await last('conversation.assigned')
  expect(sent?.causedBy).toBe(assigned?.id)
  // looked at again: not told again
  await desk.world.node.notices.lookOnce(desk.world.workspaceId)
  await desk.world.node.notices.lookOnce(desk.world.workspaceId)
  expect(told()).toHaveLength(2)
})

test('the workspace may have customers named; the words are in the agent’s language', async () => {
  await desk.owner.do('setting.change', { key: 'notification.name_customer', value: true })
  await link('ru')
  await give('Carla')
  await until(() => told().length === 2)
  expect(told()[1]).toBe('Вам передан диалог: Carla.')
})

test('who is online in the console is left alone, unless they want it otherwise; and so is who chose so', async () => {
  await link()
  await ann.do('presence.change', { state: 'online' })
  await give('Dora')
  await desk.world.node.notices.lookOnce(desk.world.workspaceId)
  const choice = { onAssigned: true, onWaiting: false, waitingMinutes: 5, quietWhenOnline: false }
  await ann.do('notification.configure', choice)
  expect(await last('notification.configured')).toMatchObject({
    data: { from: { quietWhenOnline: true }, to: { quietWhenOnline: false } },
  })
  await give('Emil')
  await until(() => told().length === 2)
  await ann.do('notification.configure', { ...choice, onAssigned: false })
  await give('Fay')
  await desk.world.node.notices.lookOnce(desk.world.workspaceId)
  expect(told()).toHaveLength(2)
})

test('who lets a customer wait too long is told once for that wait', async () => {
  await link()
  const id = await give()
  await until(() => told().length === 2)
  await desk.world.asSuperuser(
    "update conversation set waiting_since = now() - interval '6 minutes' where conversation_id = $1",
    [id],
  )
  await desk.world.asSuperuser("update agent_telegram set linked_at = now() - interval '1 hour'")
  for (let i = 0; i < 3; i++) await desk.world.node.notices.lookOnce(desk.world.workspaceId)
  await until(() => told().length === 3)
  expect(told()[2]).toBe('A customer is waiting for your answer.')
})

test('a 403 ends the link, and so do /stop, the console and a closed seat; each is an entry', async () => {
  await link()
  desk.telegram.faults.inject({
    method: 'sendMessage',
    fault: { kind: 'refuse', code: 403, description: 'Forbidden: bot was blocked by the user' },
  })
  await give()
  await until(async () => (await last('notification.unlinked'))?.data.cause === 'blocked')
  expect(await last('notification.failed')).toMatchObject({ data: { cause: 'refused', errorCode: 403 } })
  await ann.do('notification.link', { botId: bot.botId as never })
  const { code } = await ann.do('notification.link', { botId: bot.botId as never })
  phone.say(bot, `/start ${code}`)
  await until(async () => (await ann.ask('notification.state')).linkedAt)
  phone.say(bot, '/stop')
  await until(async () => (await last('notification.unlinked'))?.data.cause === 'in_telegram')
  await expect(ann.do('notification.unlink', {})).rejects.toMatchObject({ code: 'notification.not_linked' })
  await ann.do('notification.link', { botId: bot.botId as never })
  await ann.do('notification.unlink', {})
  await ann.do('notification.link', { botId: bot.botId as never })
  await desk.owner.do('agent.deactivate', { agentId: ann.id as never })
  expect(await last('notification.unlinked')).toMatchObject({ data: { cause: 'deactivated' } })
})

test('after a lost answer a notice is not told again, and the log says that nobody knows', async () => {
  await link()
  desk.telegram.faults.inject({ method: 'sendMessage', fault: { kind: 'lose_answer' } as never })
  await give()
  const entry = await until(() => last('notification.failed'))
  expect(entry).toMatchObject({ data: { kind: 'assigned', cause: 'unknown' } })
})
