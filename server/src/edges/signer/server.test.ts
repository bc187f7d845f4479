import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type World } from '../../../test/support/world.ts'
import { systemCaller } from '../../command/caller.ts'
import { createLog } from '../../kernel/log.ts'
import { LocalSigner } from '../../ledger/head-signer.ts'
import { RemoteSigner } from '../../ledger/remote-signer.ts'
import { recordMigration } from '../../modules/ledger-state/index.ts'
import type { TracedeskNode } from '../../node.ts'
import { ensureSignerSecret, lockSignerFolder, type SignerServer, serveSigner } from './server.ts'

let world: World
let app: TracedeskNode
let server: SignerServer
const dir = mkdtempSync(join(tmpdir(), 'tracedesk-signer-'))
const url = `unix:${join(dir, 'signer.sock')}`
const secret = ensureSignerSecret(join(dir, 'secret'))

const serve = () =>
  serveSigner({
    signer: new LocalSigner({ db: world.node.databases.read, folder: join(world.dataDir, 'signer') }),
    listen: url,
    secret,
    log: createLog('silent'),
  })

beforeAll(async () => {
  world = await createWorld()
  await world.settle()
  await world.node.checkpoints.stop()
  server = await serve()
  app = world.addNode(join(dir, 'app'), { signer: new RemoteSigner(url, secret) })
})
afterAll(async () => {
  await server.close()
  await world.end()
  rmSync(dir, { recursive: true, force: true })
})

const write = () => app.door.execute(recordMigration, systemCaller(world.workspaceId), { from: 1, to: 2 })
const signedSize = async () =>
  Number(
    (
      await world.asSuperuser<{ max: string }>(
        'select max(size) from log_checkpoint where workspace_id = $1',
        [world.workspaceId],
      )
    )[0]?.max,
  )

describe('a signer in a process of its own', () => {
  test('signs for an application that has no key, over a socket strangers cannot open', async () => {
    await write()
    await app.settle()
    expect(await signedSize()).toBe((await world.owner.ask('ledger.state')).size)
    expect(statSync(join(dir, 'signer.sock')).mode & 0o007).toBe(0)
  })

  test('answers nobody who does not know the secret', async () => {
    const stranger = new RemoteSigner(url, `${secret}x`)
    await expect(stranger.sign(world.workspaceId)).rejects.toThrow('401')
    await expect(stranger.offerNextKey(world.workspaceId)).rejects.toThrow('401')
  })

  test('refuses by name what it refuses in process', async () => {
    await app.settle()
    await world.asSuperuser('update log_head set size = size - 1')
    await expect(app.checkpoints.signHead(world.workspaceId)).rejects.toMatchObject({
      refusal: 'tree_shrunk',
    })
    await world.asSuperuser('update log_head set size = size + 1')
  })

  test('may be away for a while: the head is signed when it is back', async () => {
    await server.close()
    await write()
    while ((await app.sequencer.sequenceOnce(world.workspaceId)) > 0);
    await expect.poll(() => app.checkpoints.problem(world.workspaceId)).toBe('error')
    server = await serve()
    await expect.poll(signedSize, { timeout: 10_000 }).toBe((await world.owner.ask('ledger.state')).size)
    expect(app.checkpoints.problem(world.workspaceId)).toBeNull()
  })

  test('does not share its socket or its folder with another', async () => {
    await expect(serve()).rejects.toMatchObject({ code: 'port.taken' })
    const release = lockSignerFolder(join(dir, 'folder'))
    writeFileSync(join(dir, 'folder', 'signer.pid'), String(process.ppid))
    expect(() => lockSignerFolder(join(dir, 'folder'))).toThrow('Another signer')
    release()
    lockSignerFolder(join(dir, 'folder'))()
  })
})
