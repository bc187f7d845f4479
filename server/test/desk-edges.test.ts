import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHttpServer } from '../src/edges/http/server.ts'
import { createDesk, type Desk, until } from './support/desk.ts'

let desk: Desk

beforeAll(async () => {
  desk = await createDesk()
})
afterAll(() => desk.end())

test('a resolved chat with the bot opens again although the business chat of the same person is open', async () => {
  desk.addGateway()
  const bot = await desk.connect()
  const [olga, maya] = ['Olga', 'Maya'].map(firstName => desk.telegram.createUser({ firstName }))
  const account = olga?.connectBusiness(bot)
  if (!maya || !account) throw new Error('nobody to talk to')
  const known = new Set((await desk.conversations()).map(({ id }) => id))
  maya.say(bot, 'to the bot')
  account.receive(maya, 'to the shop')
  const talks = await until(async () => {
    const found = (await desk.conversations()).filter(({ id }) => !known.has(id))
    return found.length === 2 && found
  })
  const texts = await Promise.all(talks.map(async ({ id }) => [(await desk.texts(id))[0], id] as const))
  const id = new Map(texts).get('to the bot') as never
  await desk.owner.do('conversation.change_status', { conversationId: id, status: 'resolved' })
  await desk.owner.do('conversation.change_status', { conversationId: id, status: 'in_progress' })
  expect((await desk.owner.ask('conversation.get', { id })).conversation.status).toBe('in_progress')
})

test('a webhook call without a body is answered 400, and the server goes on', async () => {
  // one that polls would take the bot for itself, and nobody would set a webhook
  for (const other of desk.gateways.splice(0)) await other.stop()
  const gateway = desk.addGateway({ publicUrl: 'http://127.0.0.1:9' })
  const bot = await desk.connect('Other')
  const call = await until(() =>
    desk.telegram.calls({ method: 'setWebhook' }).find(({ botId }) => botId === bot.id),
  )
  const server = await createHttpServer(desk.world.node, {
    publicUrl: undefined,
    webRoot: null,
    webhook: (...args) => gateway.receiveWebhook(...args),
  })
  const url = `/telegram/${bot.botId}`
  const headers = { 'x-telegram-bot-api-secret-token': String(call.parameters.secret_token) }
  expect((await server.inject({ method: 'POST', url, headers })).statusCode).toBe(400)
  expect((await server.inject({ method: 'POST', url, headers, body: '' })).statusCode).toBe(400)
  await server.close()
})
