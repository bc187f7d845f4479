import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Frontier, fromBase64, toBase64 } from '@tracedesk/proof/node'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { boot, type Running } from '../../boot.ts'
import { systemCaller } from '../../command/caller.ts'
import { connectEmbedded } from '../../db/embedded/index.ts'
import { newId } from '../../kernel/id.ts'
import { runCli } from './run-cli.ts'

let folder = ''
let env: NodeJS.ProcessEnv
let workspaceId = ''
let backup = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tracedesk-backup-'))
  chmodSync(folder, 0o711)
  backup = join(folder, 'backup')
  env = {
    DATA_DIR: join(folder, 'data'),
    PORT: '0',
    LOG_LEVEL: 'silent',
    TELEGRAM_API_ROOT: 'http://127.0.0.1:1',
    TRACEDESK_OWNER_EMAIL: 'owner@desk.example',
    TRACEDESK_OWNER_PASSWORD: 'correct horse battery',
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function cli(...args: string[]) {
  let out = ''
  let err = ''
  const code = await runCli([...args, '--json'], {
    env,
    out: text => {
      out += text
    },
    err: text => {
      err += text
    },
    terminal: false,
    signal: new AbortController().signal,
  })
  return { code, err, json: out === '' ? null : JSON.parse(out) }
}

async function running<T>(work: (desk: Running) => Promise<T>): Promise<T> {
  const desk = await boot(env, folder)
  try {
    return await work(desk)
  } finally {
    await desk.stop()
  }
}

const addLabels = async ({ node }: Running, count: number, prefix: string) => {
  const create = node.commandsByName.get('label.create')
  if (!create) throw new Error('no label.create')
  for (let i = 0; i < count; i++)
    await node.door.execute(create, systemCaller(workspaceId), {
      name: `${prefix} ${i}`,
      colour: '#aabbcc',
    })
  await node.settle()
}

/** Works on the database while no server runs, as its superuser. */
async function asSuperuser<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const database = await connectEmbedded(join(folder, 'data'))
  const client = new pg.Client(database.connection)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
    await database.stop()
  }
}

let maya = ''
let sizeBefore = 0

test('a backup is a consistent copy without secret, signer and erasures, taken beside a running server', async () => {
  await running(async desk => {
    workspaceId = (await desk.node.workspaces())[0] ?? ''
    const made = await cli(
      ...['agent', 'create', '--email', 'maya@desk.example', '--name', 'Maya', '--role', 'agent'],
      ...['--password', 'a long password'],
    )
    maya = made.json.agent.id
    await addLabels(desk, 20, 'before')
    mkdirSync(join(folder, 'data', 'files'), { recursive: true })
    writeFileSync(join(folder, 'data', 'files', 'one'), 'sealed content')
    const taken = await cli('backup', backup)
    expect(taken).toMatchObject({ code: 0, err: '' })
    expect(taken.json.files).toBe(1)
    await desk.node.settle()
    await addLabels(desk, 30, 'after')
    const [head] = await desk.node.databases.read.selectFrom('log_head').select('size').execute()
    sizeBefore = head?.size ?? 0
    const entries = await desk.node.databases.read
      .selectFrom('log_entry')
      .select('leaf')
      .where('event', '=', 'backup.taken')
      .execute()
    expect(entries.map(({ leaf }) => JSON.parse(leaf.toString()).data.manifestSha256)).toEqual([
      taken.json.manifestSha256,
    ])
  })
  expect(readdirSync(backup).sort()).toEqual(['data', 'manifest.json', 'tables'])
  const secret = readFileSync(join(folder, 'data', 'secret'), 'utf8').trim()
  expect(readFileSync(join(backup, 'manifest.json'), 'utf8')).not.toContain(secret)
  const again = await cli('backup', backup)
  expect([again.code, again.json.error.code]).toEqual([3, 'backup.exists'])
})

test('a backup with a changed byte, or another installation’s, is refused before anything is written', async () => {
  rmSync(join(folder, 'data', 'postgres'), { recursive: true })
  const bent = join(folder, 'bent')
  cpSync(backup, bent, { recursive: true })
  appendFileSync(join(bent, 'tables', 'log_entry.copy.gz'), 'x')
  const changed = await cli('restore', bent)
  expect([changed.code, changed.json.error.code]).toEqual([3, 'backup.not_valid'])
  const secret = readFileSync(join(folder, 'data', 'secret'))
  writeFileSync(join(folder, 'data', 'secret'), `${'ab'.repeat(32)}\n`)
  rmSync(join(folder, 'data', 'postgres'), { recursive: true, force: true })
  const stranger = await cli('restore', backup)
  expect([stranger.code, stranger.json.error.code]).toEqual([3, 'secret.other'])
  writeFileSync(join(folder, 'data', 'secret'), secret)
  rmSync(join(folder, 'data', 'postgres'), { recursive: true, force: true })
})

test('a restore begins an announced epoch that names what was lost, and forgets again who was erased since', async () => {
  rmSync(join(folder, 'data', 'files'), { recursive: true })
  mkdirSync(join(folder, 'data', 'erasures'), { recursive: true })
  const erasure = { owner: `agent:${maya}`, entryId: newId(), at: '2026-11-23T05:00:00.000000Z' }
  writeFileSync(join(folder, 'data', 'erasures', `${workspaceId}.ndjson`), `${JSON.stringify(erasure)}\n`)
  const restored = await cli('restore', backup)
  expect(restored).toMatchObject({ code: 0, err: '' })
  const [result] = restored.json.workspaces
  expect(result).toMatchObject({ epoch: 2, erasures: 1 })
  expect(result.origin).toMatch(/\/2$/)
  expect(result.lost).toBeGreaterThanOrEqual(30)
  expect(existsSync(join(folder, 'data', 'files', 'one'))).toBe(true)

  const report = await cli('verify')
  expect(report.json.findings).toEqual([])
  expect(report.code).toBe(0)
  expect(report.json.epochs).toMatchObject([
    { epoch: 2, endedEpoch: 1, position: result.size, lost: result.lost },
  ])
  expect(result.size + result.lost).toBeGreaterThanOrEqual(sizeBefore)
  await running(async ({ node }) => {
    const { rows } = await node.databases.readPool.query(
      "select leaf from log_entry where event in ('ledger.epoch_started', 'restore.performed', 'restore.erasure_replayed') order by position",
    )
    const leaves = rows.map(({ leaf }) => JSON.parse(leaf.toString()))
    expect(leaves.map(({ event }) => event)).toEqual([
      'ledger.epoch_started',
      'ledger.epoch_started',
      'restore.performed',
      'restore.erasure_replayed',
    ])
    expect(leaves[1].data.ended).toMatchObject({ epoch: 1, lost: result.lost })
    expect(leaves[1].data.ended.checkpoint.size).toBe(result.size + result.lost)
    const parts = await node.databases.readPool.query('select from log_part where owner = $1', [
      `agent:${maya}`,
    ])
    expect(parts.rowCount).toBe(0)
    await addLabels({ node } as Running, 5, 'later')
  })
  expect((await cli('verify')).json).toMatchObject({ verdict: 'ok', epochs: [{ epoch: 2 }] })
})

test('an epoch that nobody announced is refused, and so is one said to have lost less', async () => {
  await asSuperuser(client =>
    client.query('update log_head set epoch = 3; update log_signer set epoch = 3 where epoch = 2'),
  )
  const unannounced = await cli('verify')
  expect(unannounced.code).toBe(1)
  expect(unannounced.json.findings.map((f: { verdict: string }) => f.verdict)).toContain('epoch_unannounced')
  await asSuperuser(client =>
    client.query('update log_head set epoch = 2; update log_signer set epoch = 2 where epoch = 3'),
  )
  expect((await cli('verify')).json.verdict).toBe('ok')
  const state = join(folder, 'data', 'signer', workspaceId, '1', 'state.json')
  const remembered = readFileSync(state, 'utf8')
  const frontier = Frontier.fromBytes(fromBase64(JSON.parse(remembered).frontier))
  frontier.append(new Uint8Array(32))
  writeFileSync(state, JSON.stringify({ ...JSON.parse(remembered), frontier: toBase64(frontier.toBytes()) }))
  const admittedLess = await cli('verify')
  expect(admittedLess.json).toMatchObject({ verdict: 'epoch_mismatch', findingCount: 1 })
  writeFileSync(state, remembered)
})

test('a database put back by other means is not served before that is declared', async () => {
  await asSuperuser(async client => {
    await client.query('set session_replication_role = replica')
    await client.query(
      "update subject_key set wrapped = 'x', erased_at = null, erased_by = null where owner = $1",
      [`agent:${maya}`],
    )
  })
  await expect(boot(env, folder)).rejects.toMatchObject({ code: 'restore.unfinished' })
  const declared = await cli('restore', '--declare')
  expect(declared).toMatchObject({ code: 0, err: '' })
  expect(declared.json.workspaces).toMatchObject([{ epoch: 3, lost: 0, erasures: 1 }])
  await running(async desk => addLabels(desk, 1, 'served again'))
  const report = await cli('verify')
  expect(report.json.findings).toEqual([])
  expect(report.json.epochs).toMatchObject([{ epoch: 2 }, { epoch: 3 }])
})

test('a restore that died before its end keeps servers away, and is finished by another run', async () => {
  await asSuperuser(client =>
    client.query(
      `insert into restore_run (workspace_id, restore_id, cause, epoch_before, sessions_ended, unsent, erased)
       select workspace_id, gen_random_uuid(), 'elsewhere', epoch, 0, 0, '[]' from log_head`,
    ),
  )
  await expect(boot(env, folder)).rejects.toMatchObject({ code: 'restore.unfinished' })
  expect((await cli('restore', '--finish')).json.workspaces).toMatchObject([{ epoch: 4 }])
  expect((await cli('restore', '--finish')).json.workspaces).toEqual([])
  await running(async () => {})
  expect((await cli('verify')).json.verdict).toBe('ok')
})

test('a server that works on the database keeps a restore away', async () => {
  await running(async () => {
    const refused = await cli('restore', '--finish')
    expect([refused.code, refused.json.error.code]).toEqual([3, 'restore.server_running'])
  })
})

test('a bundle of evidence is made without a server, and verifies with the trust file of the new epoch', async () => {
  const bundle = join(folder, 'evidence.zip')
  const made = await cli('evidence', '--from-position', '2', '--to-position', '12', bundle)
  expect(made).toMatchObject({ code: 0, err: '' })
  expect(readFileSync(bundle)).toHaveLength(made.json.bundle.bytes)
  const trust = join(folder, 'trust.json')
  writeFileSync(trust, JSON.stringify((await cli('trust')).json))
  const report = await cli('verify', '--from', bundle, '--trust', trust)
  expect(report.json).toMatchObject({ verdict: 'ok', entries: 11 })
  expect((await cli('evidence', bundle)).code).toBe(2)
  expect((await cli('evidence', '--from', 'yesterday', join(folder, 'x.zip'))).code).toBe(2)
  const nothing = await cli('evidence', '--conversation', newId(), join(folder, 'x.zip'))
  expect([nothing.code, nothing.json.error.code]).toEqual([2, 'evidence.empty'])
  expect((await cli('verify')).json.verdict).toBe('ok')
})

test('beside a running server the same', async () => {
  await running(async () => {
    const made = await cli('evidence', '--from-position', '2', '--to-position', '5', join(folder, 'b.zip'))
    expect(made).toMatchObject({ code: 0, err: '' })
  })
})
