import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { customerBlocked, defineCommand } from '@tracedesk/contracts'
import S3rver from 's3rver'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { systemCaller } from '../src/command/caller.ts'
import { defineCommandHandler } from '../src/command/define.ts'
import { newId } from '../src/kernel/id.ts'
import { deleteFilesOf, FileGone, type FileStore, openFileStore, Spool } from '../src/modules/files/index.ts'
import { createWorld, type World } from './support/world.ts'

let folder: string
let s3: S3rver
let s3Port: number

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tracedesk-stores-'))
  s3Port = await freePort()
  s3 = new S3rver({
    port: s3Port,
    address: '127.0.0.1',
    silent: true,
    directory: join(folder, 's3'),
    configureBuckets: [{ name: 'tracedesk-files', configs: [] }],
  })
  await s3.run()
  process.env.AWS_ACCESS_KEY_ID = 'S3RVER'
  process.env.AWS_SECRET_ACCESS_KEY = 'S3RVER'
})
afterAll(async () => {
  await s3?.close()
  rmSync(folder, { recursive: true, force: true })
})

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

const urlOf = (kind: string) =>
  kind === 's3'
    ? `s3://tracedesk-files/desk?endpoint=http://127.0.0.1:${s3Port}&region=us-east-1`
    : `file://${join(folder, 'plain')}`

async function readAll(store: FileStore, key: string, from: number, to: number): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of await store.read(key, from, to)) pieces.push(piece)
  return Buffer.concat(pieces)
}

describe.each(['folder', 's3'])('a store in a %s', kind => {
  test('keeps what it was given, gives any range of it, and forgets it for good', async () => {
    const store = await openFileStore(urlOf(kind), folder)
    const path = join(folder, `given-${kind}`)
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 253))
    writeFileSync(path, bytes)
    const key = `${newId()}/aa/${newId()}`
    await store.put(key, path)
    expect(readdirSync(folder)).not.toContain(`given-${kind}`)
    expect((await readAll(store, key, 0, bytes.length)).equals(bytes)).toBe(true)
    expect((await readAll(store, key, 99_990, 100_000)).equals(bytes.subarray(99_990))).toBe(true)
    await store.remove(key)
    await store.remove(key)
    await expect(readAll(store, key, 0, 10)).rejects.toBeInstanceOf(FileGone)
  })

  test('a stream that breaks leaves nothing', async () => {
    const store = await openFileStore(urlOf(kind), folder)
    const spool = new Spool(store, join(folder, `data-${kind}`))
    async function* broken() {
      yield Buffer.alloc(1000)
      throw new Error('the line broke')
    }
    await expect(spool.keep(newId(), newId(), broken(), 10_000)).rejects.toThrow('the line broke')
    expect(readdirSync(join(folder, `data-${kind}`, 'files', 'incoming'))).toEqual([])
  })
})

test('a key that leads out of the folder is no key', async () => {
  const store = await openFileStore(urlOf('folder'), folder)
  await expect(store.remove('../../etc/passwd')).rejects.toThrow('no key')
})

describe('a customer’s files', () => {
  let world: World
  beforeAll(async () => {
    world = await createWorld()
  })
  afterAll(() => world?.end())

  test('are all removed at once, and their bytes leave the store', async () => {
    const talk = await world.conversation()
    const { node, workspaceId } = world
    const ids = [newId(), newId()]
    for (const fileId of ids) {
      async function* bytes() {
        yield Buffer.from('twenty bytes of text')
      }
      const kept = await node.spool.keep(workspaceId, fileId, bytes(), 1000)
      const input = { conversationId: talk.id, fileId, name: 'letter.txt', ...kept }
      await node.door.execute(node.uploadFile, await world.owner.caller(), input)
    }
    expect((await node.files.readAll(workspaceId, ids[0] ?? '')).toString()).toBe('twenty bytes of text')
    const erase = defineCommandHandler(
      defineCommand({
        name: 'test.erase',
        access: 'internal',
        summary: 'as the erasure of a customer does it',
        input: z.strictObject({ customerId: z.string() }),
        output: z.strictObject({}),
        records: [customerBlocked],
      }),
      {
        handle: async (context, { customerId }) => {
          const deleted = await deleteFilesOf({ ...context, workspaceId, customerId })
          expect(deleted).toBe(2)
          context.record(customerBlocked, { stoppedWaiting: 0 }, { subject: { id: customerId }, customerId })
          return {}
        },
      },
    )
    await node.door.execute(erase, systemCaller(workspaceId), { customerId: talk.customerId })
    await expect(node.files.open(workspaceId, ids[0] ?? '')).rejects.toMatchObject({ code: 'file.not_there' })
    await node.fileKeeper.sweep()
    const left = readdirSync(join(world.dataDir, 'files', 'store'), { recursive: true, withFileTypes: true })
    expect(left.filter(each => each.isFile())).toEqual([])
  })

  test('an upload nobody sends for a day is taken away, and that is recorded', async () => {
    const talk = await world.conversation()
    const { node, workspaceId } = world
    const fileId = newId()
    async function* bytes() {
      yield Buffer.from('x')
    }
    const kept = await node.spool.keep(workspaceId, fileId, bytes(), 1000)
    await node.door.execute(node.uploadFile, await world.owner.caller(), {
      conversationId: talk.id,
      fileId,
      name: 'x',
      ...kept,
    })
    await world.asSuperuser("update file set created_at = now() - interval '25 hours' where file_id = $1", [
      fileId,
    ])
    await node.fileKeeper.sweep()
    const [entry] = await world.entries({ event: ['file.discarded'] })
    expect(entry).toMatchObject({ data: { by: 'age' }, subject: { id: fileId } })
  })
})
