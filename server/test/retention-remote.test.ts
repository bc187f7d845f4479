import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHttpServer } from '../src/edges/http/server.ts'
import { verifyRemote } from '../src/ledger/verify-http.ts'
import { catchUp, importOldMessages } from './support/proof-log.ts'
import { createWorld, type Person, type World } from './support/world.ts'

let world: World
let anna: Person
let server: FastifyInstance
let url: string
let token: string

beforeAll(async () => {
  world = await createWorld()
  await world.node.retentionKeeper.stop()
  anna = await world.person('Anna', 'admin')
  await importOldMessages(world, 600)
  for (let i = 0; i < 26; i++)
    await Promise.all(
      Array.from({ length: 10 }, () =>
        world.owner.do('label.create', { name: `label ${Math.random()}`, colour: '#aabbcc' }),
      ),
    )
  await catchUp(world)
  server = await createHttpServer(world.node, { publicUrl: undefined, webRoot: null })
  await server.listen({ port: 0, host: '127.0.0.1' })
  url = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`
  token = (await world.owner.do('api_token.create', { name: 'verifier', role: 'auditor' })).apiToken.token
  await world.settle()
})
afterAll(async () => {
  await server?.close()
  await world?.end()
})

const verify = async () => {
  const vkey = await (await get('/api/ledger.vkey')).text()
  return verifyRemote({ url, token, trust: { vkeys: [vkey.trim()] } })
}
const get = (path: string) => fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } })
const verdicts = async () => [...new Set((await verify()).findings.map(({ verdict }) => verdict))]

test('who verifies from outside is told what retention destroyed, by number and apart from any finding', async () => {
  expect(await verify()).toMatchObject({ verdict: 'ok', purged: { entries: 0 } })
  await world.owner.do('retention.set_rule', { what: 'entries', event: 'message.received', days: 365 })
  const { run } = await world.owner.do('retention.request', {})
  await anna.do('retention.approve', { runId: run.id })
  await world.addNode().retentionKeeper.workOnce()
  await world.settle()
  const report = await verify()
  expect(report).toMatchObject({ verdict: 'ok', findings: [], purged: { entries: 400 } })
  expect(report.checkedEntries).toBe(report.size - 400)
  expect(report.remarks.join()).toContain('400 entries (their hashes are still in the tree)')
})

test('a tile that lost entries says so with 410, and gives the rest when asked', async () => {
  const path = `/log/${world.workspaceId}/1/tile/entries/001`
  const answer = await get(path)
  expect(answer.status).toBe(410)
  const { error } = (await answer.json()) as { error: { code: string; details: { destroyed: number } } }
  expect(error.code).toBe('ledger.entries_destroyed')
  expect(error.details.destroyed).toBeGreaterThan(0)
  expect((await get(`${path}?destroyed=empty`)).status).toBe(200)
  expect((await get(`/log/${world.workspaceId}/1/tile/0/001`)).status).toBe(200)
  const [gone] = await world.asSuperuser<{ n: string }>(
    `select g as n from generate_series(0, 800) g where not exists (select from log_entry where position = g) limit 1`,
  )
  expect((await get(`/api/ledger.leaf?position=${gone?.n}`)).status).toBe(410)
})

test('nothing passes as retention that no entry of the log vouches for', async () => {
  await world.asSuperuser('create table kept_purge as select * from log_purge')
  const putBack = async () => {
    await world.asSuperuser('delete from log_purge')
    await world.asSuperuser('insert into log_purge select * from kept_purge')
  }
  await world.asSuperuser('update log_purge set entry_id = gen_random_uuid()')
  expect(await verdicts()).toContain('purge_unrecorded')
  await putBack()
  const [victim] = await world.asSuperuser<{ position: string }>(
    `select position from log_entry where event = 'message.sent' order by position limit 1`,
  )
  await world.asSuperuser(
    `update log_purge set positions = set_byte(positions, ($1::int % 65536) / 8, get_byte(positions, ($1::int % 65536) / 8) | (1 << ($1::int % 8))) where chunk = 0`,
    [victim?.position],
  )
  await world.asSuperuser(
    `create table kept_entry as select * from log_entry where position = ${Number(victim?.position)}`,
  )
  await world.asSuperuser('delete from log_entry where position = $1', [victim?.position])
  const hidden = await verify()
  expect(hidden.verdict).toBe('purge_unrecorded')
  expect(hidden.findings.some(({ position }) => position === Number(victim?.position))).toBe(true)
  await putBack()
  expect(await verdicts()).toContain('position_gap')
  await world.asSuperuser('insert into log_entry select * from kept_entry')
  expect(await verify()).toMatchObject({ verdict: 'ok', purged: { entries: 400 } })
  await world.asSuperuser(
    `update log_entry set leaf = convert_to(replace(convert_from(leaf, 'UTF8'), '"reach"', '"reacH"') || ' ', 'UTF8') where position = $1`,
    [victim?.position],
  )
  expect((await verify()).findings.map(({ verdict }) => verdict)).toContain('tile_mismatch')
})
