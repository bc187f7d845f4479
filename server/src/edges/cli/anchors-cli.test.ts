import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { changeSetting, createApiToken, rotateLedgerKey } from '@tracedesk/contracts'
import { parseTrustFile, readUnverifiedCheckpoint, verifyCheckpoint } from '@tracedesk/proof/node'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { until } from '../../../test/support/desk.ts'
import { boot, type Running } from '../../boot.ts'
import { operatorCaller } from '../../command/caller.ts'
import { runCli } from './run-cli.ts'

// Processes of their own take their time to start on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))

let folder = ''
let env: Record<string, string>
let running: Running
let workspaceId = ''
const children = new Set<ChildProcess>()

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tracedesk-anchors-cli-'))
  chmodSync(folder, 0o711)
  env = {
    DATA_DIR: join(folder, 'data'),
    PORT: '0',
    LOG_LEVEL: 'silent',
    TELEGRAM_API_ROOT: 'http://127.0.0.1:1',
    TRACEDESK_OWNER_EMAIL: 'owner@desk.example',
    TRACEDESK_OWNER_PASSWORD: 'correct horse battery',
    SIGNER_URL: `unix:${join(folder, 'signer.sock')}`,
    SIGNER_SECRET_FILE: join(folder, 'keys', 'secret'),
    ALLOW_PRIVATE_TARGETS: '1',
  }
  startSigner()
  await until(() => existsSync(join(folder, 'keys', 'secret')), 45_000)
  running = await boot({ ...env }, folder)
  workspaceId = (await running.node.workspaces())[0] ?? ''
}, 60_000)
afterAll(async () => {
  await running?.stop()
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

/** A command in a process of its own; `said` collects what it prints. */
function start(args: string[]): { child: ChildProcess; said: () => string } {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.add(child)
  let out = ''
  child.stdout?.on('data', chunk => {
    out += String(chunk)
  })
  return { child, said: () => out }
}

const startSigner = () =>
  start([
    'signer',
    '--listen',
    env.SIGNER_URL ?? '',
    '--data',
    join(folder, 'keys', 'trees'),
    '--secret-file',
    env.SIGNER_SECRET_FILE ?? '',
  ]).child

async function cli(args: string[]) {
  let out = ''
  let err = ''
  const code = await runCli(args, {
    env,
    out: text => (out += text),
    err: text => (err += text),
    terminal: false,
    signal: new AbortController().signal,
  })
  return { code, out, err }
}

async function act<Output>(contract: { name: string }, input: object): Promise<Output> {
  const command = running.node.commandsByName.get(contract.name)
  if (!command) throw new Error(`no ${contract.name}`)
  return (await running.node.door.execute(command, operatorCaller(workspaceId), input)) as Output
}

const signedSize = async () => (await newest()).size
async function newest(): Promise<{ size: number; note: string }> {
  const row = await running.node.databases.read
    .selectFrom('log_checkpoint')
    .select(['size', 'note'])
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ?? { size: 0, note: '' }
}
const grow = () => act(changeSetting, { key: 'conversation.reopen_hours', value: 12 })
const headSize = async () => {
  const row = await running.node.databases.read.selectFrom('log_head').select('size').executeTakeFirst()
  return row?.size ?? -1
}
/** Entries rest for a moment before they come into the tree. */
const nothingWaits = async () =>
  (await running.node.databases.read.selectFrom('log_pending').select('entry_id').limit(1).execute())
    .length === 0
const untilSigned = () =>
  expect
    .poll(async () => (await nothingWaits()) && (await signedSize()) === (await headSize()), {
      timeout: 45_000,
    })
    .toBe(true)

test('the server has no key: the signer’s process makes it, and signs', async () => {
  await grow()
  await running.node.settle()
  expect(await signedSize()).toBe(await headSize())
  expect(existsSync(join(env.DATA_DIR ?? '', 'signer'))).toBe(false)
  expect(existsSync(join(folder, 'keys', 'trees', workspaceId, '1', 'key.json'))).toBe(true)
})

test('a signer that is killed and started again goes on where it was, and the server with it', async () => {
  for (const child of children) {
    child.kill('SIGKILL')
    await once(child, 'exit')
    children.delete(child)
  }
  await grow()
  await expect.poll(() => running.node.checkpoints.problem(workspaceId), { timeout: 45_000 }).toBe('error')
  startSigner()
  await expect.poll(() => running.node.checkpoints.problem(workspaceId), { timeout: 45_000 }).toBeNull()
  await untilSigned()
})

test('a second signer on the same folder is refused', async () => {
  const { code, err } = await cli([
    'signer',
    '--listen',
    'http://127.0.0.1:1',
    '--data',
    join(folder, 'keys', 'trees'),
  ])
  expect({ code, err }).toMatchObject({ code: 3, err: expect.stringContaining('Another signer') })
})

test('trust file, witness, a changed key and verification from outside work together', async () => {
  const trustFile = join(folder, 'trust.json')
  const writeTrust = async () => {
    const { code, out } = await cli(['trust'])
    expect(code).toBe(0)
    writeFileSync(trustFile, out)
    return parseTrustFile(out)
  }
  await writeTrust()
  const witness = start([
    'witness',
    '--data',
    join(folder, 'witness'),
    '--trust',
    trustFile,
    '--listen',
    '127.0.0.1:0',
    '--name',
    'w.example',
  ])
  await expect.poll(witness.said, { timeout: 45_000 }).toContain('w.example+')
  const url = /http:\S+/.exec(witness.said())?.[0] ?? ''
  const vkey = /w\.example\+\S+/.exec(witness.said())?.[0] ?? ''
  await act(changeSetting, { key: 'anchor.witnesses', value: `${url} ${vkey}` })
  await untilSigned()
  await running.node.anchors.anchorDue(workspaceId, { now: true })

  await untilSigned()
  const { toVkey, size } = await act<{ toVkey: string; size: number }>(rotateLedgerKey, {})
  await untilSigned()
  await grow()
  await untilSigned()
  const trust = await writeTrust()
  expect(trust.witnesses).toEqual([vkey])
  expect(trust.keys.map(({ fromSize, toSize }) => [fromSize, toSize])).toEqual([
    [0, size],
    [size, null],
  ])
  const { note } = await newest()
  expect(await verifyCheckpoint(note, { origin: trust.origin, trustedVkeys: [toVkey] })).toMatchObject({
    verdict: 'ok',
  })
  const { size: signed } = readUnverifiedCheckpoint(note)
  const isAnchored = async () => {
    await running.node.anchors.anchorDue(workspaceId, { now: true })
    const states = await running.node.databases.read.selectFrom('anchor_state').selectAll().execute()
    return states.some(state => state.failure === null && (state.size ?? 0) >= signed)
  }
  await expect.poll(isAnchored, { timeout: 45_000 }).toBe(true)

  const { apiToken } = await act<{ apiToken: { token: string } }>(createApiToken, {
    name: 'v',
    role: 'auditor',
  })
  await untilSigned()
  const from = ['verify', '--from', running.url, '--token', apiToken.token]
  expect((await cli([...from, '--trust', trustFile])).code).toBe(0)
  const [first] = trust.keys
  expect((await cli([...from, '--vkey', first?.vkey ?? ''])).code).toBe(1)
  expect(await cli(['verify'])).toMatchObject({ code: 0, out: expect.stringContaining('ok') })
})
