import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CommandInput, CommandName } from '@tracedesk/contracts'
import S3rver from 's3rver'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { operatorCaller } from '../src/command/caller.ts'
import { openNamedStore } from '../src/modules/files/index.ts'
import { importFile } from '../src/modules/imports/index.ts'
import type { TracedeskNode } from '../src/node.ts'
import { createWorld, type World } from './support/world.ts'

let world: World
let folder: string
let s3: S3rver
let proxy: Server
/** The headers of every PUT, by path. */
const puts = new Map<string, IncomingHttpHeaders>()
let offersLock = true

/** In front of a bucket that has never heard of Object Lock: one that has. Everything else goes through as it is. */
function lockingProxy(port: number): Server {
  return createServer((incoming, outgoing) => {
    const { method, url = '', headers } = incoming
    if (method === 'GET' && /[?&]object-lock/.test(url)) {
      outgoing.writeHead(offersLock ? 200 : 404, { 'content-type': 'application/xml' })
      outgoing.end(
        offersLock
          ? '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>'
          : '<Error><Code>ObjectLockConfigurationNotFoundError</Code><Message>none</Message></Error>',
      )
      return
    }
    if (method === 'PUT') puts.set(url.split('?')[0] ?? '', headers)
    const onward = request({ port, host: '127.0.0.1', method, path: url, headers }, answer => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
}

const listen = (server: Server) =>
  new Promise<number>(resolve =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  )

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tracedesk-archive-s3-'))
  const probe = createServer()
  const port = await listen(probe)
  await new Promise(resolve => probe.close(resolve))
  s3 = new S3rver({
    port,
    address: '127.0.0.1',
    silent: true,
    directory: join(folder, 's3'),
    configureBuckets: [{ name: 'archive', configs: [] }],
  })
  await s3.run()
  proxy = lockingProxy(port)
  process.env.AWS_ACCESS_KEY_ID = 'S3RVER'
  process.env.AWS_SECRET_ACCESS_KEY = 'S3RVER'
  world = await createWorld()
})
afterAll(async () => {
  await world?.end()
  proxy?.close()
  await s3?.close()
  rmSync(folder, { recursive: true, force: true })
})

test('a month lies in a bucket, locked where it offers that, with the digest the bucket compares', async () => {
  const endpoint = `http://127.0.0.1:${await listen(proxy)}`
  const archive = await openNamedStore(`s3://archive/desk?endpoint=${endpoint}&region=us-east-1`)
  const node = world.addNode(world.dataDir, { archive })
  const run = async <N extends CommandName>(on: TracedeskNode, name: N, input: CommandInput<N>) => {
    const command = on.commandsByName.get(name)
    if (!command) throw new Error(name)
    return (await on.door.execute(command, await world.owner.caller(), input)) as never
  }
  const file = join(world.dataDir, 'history.ndjson')
  const line = (month: string) =>
    JSON.stringify({
      at: `${month}-04T10:00:00Z`,
      event: 'message.received',
      conversation: month,
      actor: { kind: 'customer', key: 'carla', name: 'Carla' },
      text: 'hello',
    })
  writeFileSync(file, `${line('2020-05')}\n${line('2020-06')}\n`)
  const imported = { file, folder: join(world.dataDir, 'imports'), caller: operatorCaller(world.workspaceId) }
  expect(await importFile(world.node, imported)).toMatchObject({ state: 'completed', rejected: 0 })
  await world.settle()
  const policy = { enabled: false, afterDays: 0, required: false, withParts: true, lockDays: 400 }
  await run(node, 'archive.set_policy', policy)
  await run(node, 'archive.request', { month: '2020-05' })
  await node.archiveKeeper.workOnce()
  await expect.poll(() => puts.size, { timeout: 20_000 }).toBe(4)
  for (const [path, headers] of puts) {
    expect(path).toMatch(/^\/archive\/desk\/[0-9a-f-]{36}\/2020-05\/[0-9a-f-]{36}\/[a-z0-9.-]+$/)
    expect(headers['x-amz-object-lock-mode']).toBe('COMPLIANCE')
    const days =
      (Date.parse(String(headers['x-amz-object-lock-retain-until-date'])) - Date.now()) / 86_400_000
    expect(days).toBeGreaterThan(399)
    expect(headers['x-amz-checksum-sha256']).toMatch(/^[A-Za-z0-9+/]{43}=$/)
  }
  const list = node.queriesByName.get('archive.list')
  if (!list) throw new Error('archive.list')
  const itemsOf = async () => {
    const { items } = (await node.queries.run(list, await world.owner.caller(), {})) as {
      items: { id: string; month: string; state: string; lockedUntil: string | null }[]
    }
    return items
  }
  await expect.poll(async () => (await itemsOf())[0]?.state, { timeout: 20_000 }).toBe('done')
  const [may] = await itemsOf()
  expect(may?.lockedUntil).not.toBeNull()
  expect(await run(node, 'archive.verify', { archiveId: may?.id as never })).toMatchObject({ verdict: 'ok' })

  offersLock = false
  puts.clear()
  await run(node, 'archive.request', { month: '2020-06' })
  await expect.poll(async () => (await itemsOf())[0]?.state, { timeout: 20_000 }).toBe('done')
  expect((await itemsOf())[0]).toMatchObject({ month: '2020-06', lockedUntil: null })
  for (const headers of puts.values()) expect(headers['x-amz-object-lock-mode']).toBeUndefined()
})
