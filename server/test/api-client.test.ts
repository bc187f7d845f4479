import { ApiError, createClient } from '@tracedesk/contracts/client'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHttpServer } from '../src/edges/http/server.ts'
import { createWorld, type World } from './support/world.ts'

let world: World
let server: FastifyInstance
let url: string
beforeAll(async () => {
  world = await createWorld()
  server = await createHttpServer(world.node, { publicUrl: undefined, webRoot: null })
  url = await server.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(async () => {
  await server?.close()
  await world?.end()
})

const refusalOf = (call: Promise<unknown>): Promise<ApiError> =>
  call.then(
    () => {
      throw new Error('it was not refused')
    },
    (error: ApiError) => error,
  )
const owner = () => createClient({ url, token: world.owner.token })
const listed = async (id: string) =>
  (await owner().query('api_token.list', {})).items.find(item => item.id === id)

test('a program with a token does what its scopes allow, and each doing is recorded as the token’s', async () => {
  const { apiToken } = await owner().command('api_token.create', {
    name: 'label robot',
    role: 'admin',
    permissions: ['label.create', 'label.view', 'log.view'],
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
  })
  expect(await listed(apiToken.id)).toMatchObject({ lastUsedAt: null, permissions: expect.any(Array) })
  const robot = createClient({ url, token: apiToken.token })
  const key = crypto.randomUUID()
  const made = await robot.command('label.create', { name: 'VIP', colour: '#ff0000' }, { key })
  expect(await robot.command('label.create', { name: 'VIP', colour: '#ff0000' }, { key })).toEqual(made)

  const refused = await refusalOf(robot.command('department.create', { name: 'Robots' }))
  expect(refused).toBeInstanceOf(ApiError)
  expect(refused).toMatchObject({ code: 'permission.denied', status: 403, requestId: expect.any(String) })
  expect(await refusalOf(robot.query('agent.list', {}))).toMatchObject({ code: 'permission.denied' })

  await world.settle()
  const name = { state: 'open', value: 'label robot' }
  const { items } = await robot.query('log.search', { actor: apiToken.id })
  expect(items.map(({ event, actor, via }) => [event, actor.kind, actor.name, via.source])).toEqual(
    expect.arrayContaining([
      ['label.created', 'api_token', name, 'api'],
      ['permission.refused', 'api_token', name, 'api'],
    ]),
  )
  expect(items.filter(({ event }) => event === 'label.created')).toHaveLength(1)
  expect((await listed(apiToken.id))?.lastUsedAt).not.toBeNull()
})

test('a token is nowhere but with whoever made it, and no entry holds it', async () => {
  const { apiToken } = await owner().command('api_token.create', { name: 'quiet', role: 'auditor' })
  await world.settle()
  const [created] = await world.entries({ event: ['api_token.created'], subject: apiToken.id as never })
  expect(JSON.stringify(created)).not.toContain(apiToken.token)
  expect(JSON.stringify(await owner().query('api_token.list', {}))).not.toContain(apiToken.token)
  const rows = await world.asSuperuser('select row_to_json(t)::text as said from api_token t')
  expect(JSON.stringify(rows)).not.toContain(apiToken.token)
})

test('a token that is over or ended opens nothing', async () => {
  const { apiToken } = await owner().command('api_token.create', {
    name: 'short',
    role: 'auditor',
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
  })
  const short = createClient({ url, token: apiToken.token })
  await short.query('log.catalogue', {})
  await world.asSuperuser(
    `update api_token set expires_at = now() - interval '1 second' where api_token_id = '${apiToken.id}'`,
  )
  expect(await refusalOf(short.query('log.catalogue', {}))).toMatchObject({ status: 401 })

  const { apiToken: other } = await owner().command('api_token.create', { name: 'ended', role: 'auditor' })
  const ended = createClient({ url, token: other.token })
  await ended.query('log.catalogue', {})
  await owner().command('api_token.revoke', { apiTokenId: other.id })
  expect(await refusalOf(ended.query('log.catalogue', {}))).toMatchObject({ status: 401 })
  await world.settle()
  expect(await world.entries({ event: ['api_token.revoked'] })).toMatchObject([{ subject: { id: other.id } }])
})

test('the client also reads what is no JSON, and says when nobody answers', async () => {
  expect(await owner().text('ledger.vkey')).toMatch(/[+]/)
  expect((await owner().bytes('/api/ledger.vkey')).length).toBeGreaterThan(20)
  const nowhere = createClient({ url: 'http://127.0.0.1:1' })
  expect(await refusalOf(nowhere.query('log.catalogue', {}))).toMatchObject({
    code: 'client.unreachable',
    status: 0,
  })
})
