import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDesk, type Desk, until } from '../../../test/support/desk.ts'

let desk: Desk

beforeEach(async () => {
  desk = await createDesk()
})

afterEach(() => desk.end())

const health = async () => (await desk.owner.ask('bot.list')).items[0]?.health

test('a token that cannot be one, or that Telegram does not know, is refused', async () => {
  desk.addGateway()
  const connect = (token: string) => desk.owner.do('bot.connect', { token })
  for (const token of ['', 'nonsense', '12345:short', '123456789:AAaaBBbbCCccDDddEEeeFFff GggHHhhIIiiJJj'])
    await expect(connect(token)).rejects.toMatchObject({ code: 'bot.token_malformed' })
  await expect(connect('123456789:AAaaBBbbCCccDDddEEeeFFffGggHHhhIIii')).rejects.toMatchObject({
    code: 'bot.token_refused',
  })
  const bot = desk.telegram.createBot()
  desk.telegram.offline = true
  await expect(connect(bot.token)).rejects.toMatchObject({ code: 'telegram.unreachable' })
  desk.telegram.offline = false
  desk.telegram.faults.inject({ method: 'getMe', fault: { kind: 'refuse', code: 502, html: true } })
  await expect(connect(bot.token)).rejects.toMatchObject({ code: 'telegram.unreachable' })
  expect((await desk.owner.ask('bot.list')).items).toEqual([])
})

test('a bot is connected once, and connected anew under the same id', async () => {
  desk.addGateway()
  const bot = await desk.connect('Shop')
  await expect(desk.owner.do('bot.connect', { token: bot.token })).rejects.toMatchObject({
    code: 'bot.already_connected',
  })
  const maya = desk.telegram.createUser({ firstName: 'Maya' })
  maya.say(bot, 'hi')
  await until(async () => (await desk.conversations()).length === 1)
  await until(async () => (await health())?.state === 'fine')
  await desk.owner.do('bot.disconnect', { botId: bot.botId as never })
  expect(await desk.world.asSuperuser('select from bot_token')).toEqual([])
  expect((await desk.owner.ask('bot.list')).items).toMatchObject([{ state: 'disconnected', name: 'Shop' }])
  const talk = (await desk.conversations())[0]?.id ?? ''
  await expect(desk.send(talk, 'hello?')).rejects.toMatchObject({ code: 'bot.disconnected' })

  const again = await desk.owner.do('bot.connect', { token: ` ${bot.token}\n`, name: 'Shop again' })
  expect(again.bot.id).toBe(bot.botId)
  await desk.send(talk, 'we are back')
  expect((await maya.waitForReply(bot)).text).toBe('we are back')
  expect((await desk.entries('bot.connected', 'bot.disconnected')).map(({ event }) => event)).toEqual([
    'bot.connected',
    'bot.disconnected',
    'bot.connected',
  ])
})

test('what still waits when a bot is disconnected is given up as not sent', async () => {
  desk.addGateway()
  const bot = await desk.connect()
  const maya = desk.telegram.createUser({ firstName: 'Maya' })
  maya.say(bot, 'hi')
  const [talk] = await until(async () => {
    const found = await desk.conversations()
    return found.length === 1 && found
  })
  desk.telegram.faults.inject({ method: 'sendMessage', fault: { kind: 'refuse', code: 500 }, times: 1000 })
  await desk.send(talk?.id ?? '', 'never')
  await until(() => desk.telegram.calls({ method: 'sendMessage' }).length > 0)
  await desk.owner.do('bot.disconnect', { botId: bot.botId as never })
  await until(async () => (await desk.messages(talk?.id ?? '')).at(-1)?.state === 'unreachable')
  expect(await desk.entries('message.unreachable')).toMatchObject([{ data: { cause: 'not_sent' } }])
})

test('a revoked token is noticed, and a new one for the same bot heals the line', async () => {
  desk.addGateway()
  const bot = await desk.connect()
  const other = desk.telegram.createBot()
  await until(async () => (await health())?.state === 'fine')
  const renewed = desk.telegram.revokeToken(bot)
  desk.telegram.createUser({ firstName: 'Maya' }).say(bot, 'hi') // ends the poll under way
  await until(async () => (await health())?.state === 'lost')
  expect(await health()).toMatchObject({ cause: 'unauthorized' })
  const rotate = (token: string) => desk.owner.do('bot.rotate_token', { botId: bot.botId as never, token })
  await expect(rotate(other.token)).rejects.toMatchObject({ code: 'bot.other_bot' })
  await rotate(renewed.token)
  await until(async () => (await health())?.state === 'fine')
  await until(async () => (await desk.conversations()).length === 1)
  const [rotated] = await desk.entries('bot.token_rotated')
  expect(rotated?.data.from).toMatch(/^[0-9a-f]{16}$/)
  expect(rotated?.data.to).not.toBe(rotated?.data.from)
  expect(
    (await desk.entries('bot.connection_lost', 'bot.connection_restored')).map(({ event, data }) => [
      event,
      data.cause,
    ]),
  ).toEqual([
    ['bot.connection_lost', 'unauthorized'],
    ['bot.connection_restored', undefined],
  ])
})

test('another program that polls with the same token is a conflict, recorded once', async () => {
  desk.addGateway()
  const bot = await desk.connect()
  await until(async () => (await health())?.state === 'fine')
  const poll = () =>
    fetch(`${desk.telegram.apiRoot}/bot${bot.token}/getUpdates?timeout=5`).then(response => response.json())
  const polls: Promise<unknown>[] = []
  for (let i = 0; i < 12; i++) {
    polls.push(poll())
    await new Promise(resolve => setTimeout(resolve, 60))
  }
  await until(async () => (await health())?.cause === 'conflict')
  await Promise.all(polls)
  await until(async () => (await health())?.state === 'fine')
  const changes = await desk.entries('bot.connection_lost', 'bot.connection_restored')
  expect(changes.map(({ event, data }) => [event, data.cause])).toEqual([
    ['bot.connection_lost', 'conflict'],
    ['bot.connection_restored', undefined],
  ])
})

test('a webhook left by another program is taken away so that polling works', async () => {
  desk.addGateway()
  const bot = desk.telegram.createBot()
  const url = encodeURIComponent('http://127.0.0.1:9/elsewhere')
  await fetch(`${desk.telegram.apiRoot}/bot${bot.token}/setWebhook?url=${url}`)
  await desk.owner.do('bot.connect', { token: bot.token })
  desk.telegram.createUser({ firstName: 'Maya' }).say(bot, 'hi')
  await until(async () => (await desk.conversations()).length === 1)
  expect(await desk.entries('bot.connection_lost')).toEqual([])
})

test('the token stands nowhere: not in an entry, a table, an answer, an error or a log line', async () => {
  desk.addGateway()
  const bot = await desk.connect()
  const maya = desk.telegram.createUser({ firstName: 'Maya' })
  maya.say(bot, 'hi')
  await until(async () => (await desk.conversations()).length === 1)
  const talk = (await desk.conversations())[0]?.id ?? ''
  const fault = {
    kind: 'refuse',
    code: 400,
    description: `Bad Request: /bot${bot.token}/sendMessage`,
  } as const
  desk.telegram.faults.inject({ method: 'sendMessage', fault })
  await desk.send(talk, 'one')
  await until(async () => (await desk.entries('message.refused')).length === 1)
  for (const method of ['getUpdates', 'sendMessage'])
    for (const kind of ['reset', 'lose_answer'] as const)
      desk.telegram.faults.inject({ method, fault: { kind } })
  await desk.send(talk, 'two')
  await until(async () => (await desk.messages(talk)).at(-1)?.state === 'unreachable')
  // ends the poll that waits, so that the next two meet their faults: the line of the new token must meet none
  maya.say(bot, 'again')
  await until(() => desk.telegram.faults.pending <= 1)
  desk.telegram.faults.clear()
  const errors: unknown[] = []
  desk.telegram.offline = true
  await desk.owner
    .do('bot.rotate_token', { botId: bot.botId as never, token: bot.token })
    .catch(e => errors.push(e))
  desk.telegram.offline = false
  const renewed = desk.telegram.revokeToken(bot)
  await desk.owner.do('bot.connect', { token: bot.token }).catch(error => errors.push(error))
  await desk.owner.do('bot.rotate_token', { botId: bot.botId as never, token: renewed.token })
  await until(async () => (await health())?.state === 'fine')
  expect(errors).toHaveLength(2)
  const line = (
    await desk.entries('bot.token_rotated', 'bot.connection_lost', 'bot.connection_restored')
  ).map(({ event }) => event)
  expect(line.slice(line.indexOf('bot.token_rotated'))).not.toContain('bot.connection_lost')

  const tables = await desk.world.asSuperuser<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public'",
  )
  const rows = await Promise.all(
    tables.map(({ name }) => desk.world.asSuperuser<{ row: string }>(`select t::text as row from ${name} t`)),
  )
  const seen = [
    ...rows.flat().map(({ row }) => row),
    // bytea is shown as hex
    ...rows
      .flat()
      .flatMap(({ row }) =>
        (row.match(/\\x[0-9a-f]+/g) ?? []).map(hex => Buffer.from(hex.slice(2), 'hex').toString('latin1')),
      ),
    JSON.stringify(await desk.entries()),
    JSON.stringify(await desk.owner.ask('bot.list')),
    JSON.stringify(errors.map(error => [error, (error as Error).stack, (error as Error).cause])),
    desk.logged.join(''),
    filesBelow(desk.world.dataDir),
  ].join('\n')
  expect(seen.includes('/bot[token]/sendMessage')).toBe(true)
  for (const token of [bot.token, renewed.token]) {
    expect(seen.includes(token)).toBe(false)
    expect(seen.includes(token.slice(token.indexOf(':') + 1))).toBe(false)
  }
})

function filesBelow(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(name => join(folder, name))
    .filter(path => statSync(path).isFile())
    .map(path => readFileSync(path, 'latin1'))
    .join('\n')
}
