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
import {
  decodeEntryBundle,
  Frontier,
  formatCheckpoint,
  fromBase64,
  generateSigner,
  hashLeaf,
  readUnverifiedCheckpoint,
  rootOf,
  signNote,
  splitHashes,
  toBase64,
} from '@tracedesk/proof/node'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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
/** What an auditor kept while the first epoch was in force: the trust file, and two heads, one from before the backup. */
const kept: { trust: { origin: string }; before: string; after: string } = {
  trust: { origin: '' },
  before: '',
  after: '',
}
const newestNote = async ({ node }: Running) => {
  await node.checkpoints.signHead(workspaceId)
  const row = await node.databases.read
    .selectFrom('log_checkpoint')
    .select('note')
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow()
  return row.note
}
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
    kept.before = await newestNote(desk)
    const taken = await cli('backup', backup)
    expect(taken).toMatchObject({ code: 0, err: '' })
    expect(taken.json.files).toBe(1)
    await desk.node.settle()
    await addLabels(desk, 30, 'after')
    const [head] = await desk.node.databases.read.selectFrom('log_head').select('size').execute()
    sizeBefore = head?.size ?? 0
    kept.after = await newestNote(desk)
    kept.trust = (await cli('trust')).json
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
}, 120_000)

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

describe('from outside, across epochs', () => {
  let desk: Running
  let token = ''
  const place = (epoch: number) => `/log/${workspaceId}/${epoch}`
  const get = (path: string) => fetch(`${desk.url}${path}`, { headers: { authorization: `Bearer ${token}` } })
  const from = async (trust: object) => {
    const file = join(folder, 'outside.json')
    writeFileSync(file, JSON.stringify(trust))
    const { code, json } = await cli('verify', '--from', desk.url, '--token', token, '--trust', file)
    return { code, ...json, found: json.findings.map(({ verdict }: { verdict: string }) => verdict) }
  }
  beforeAll(async () => {
    desk = await boot(env, folder)
    token = (await cli('token', 'create', '--name', 'outside', '--role', 'auditor')).json.apiToken.token
    await addLabels(desk, 1, 'for the auditor')
    await newestNote(desk)
  })
  afterAll(() => desk.stop())

  test('the trust file names every epoch, and the log is verified through all of them', async () => {
    const trust = (await cli('trust')).json
    expect(trust.earlier.map(({ origin }: { origin: string }) => origin.replace(/.*[/]/, ''))).toEqual([
      ...['1', '2', '3'],
    ])
    const report = await from(trust)
    expect(report.findings).toEqual([])
    expect(report).toMatchObject({ code: 0, verdict: 'ok', keysFrom: 'given' })
    expect(report.epochs.map(({ epoch }: { epoch: number }) => epoch)).toEqual([2, 3, 4])
    expect(report.epochs[0].lost).toBeGreaterThanOrEqual(30)
    expect(report.remarks).toContainEqual(
      expect.stringMatching(/^epoch 2 began at position \d+ after a restore/),
    )
  })
  test('heads kept from the first epoch are still agreed with, and what was lost has to be admitted', async () => {
    const trust = (await cli('trust')).json
    expect((await from({ ...trust, checkpoints: [kept.before, kept.after] })).found).toEqual([])
  })
  test('a head of an earlier epoch that the tree does not contain is a fork', async () => {
    const trust = (await cli('trust')).json
    const { note, vkey } = await otherHead(trust.earlier[0].origin)
    trust.earlier[0].keys = [{ vkey, fromSize: 0, toSize: null }]
    expect((await from({ ...trust, checkpoints: [note(5)] })).found).toContain('forked')
    expect((await from({ ...trust, checkpoints: [note(100_000)] })).found).toContain('epoch_mismatch')
  })
  test('a trust file of the first epoch gets an answer that says what to do', async () => {
    const report = await from({ ...kept.trust, checkpoints: [kept.before] })
    expect([report.code, report.verdict, report.findingCount]).toEqual([1, 'epoch_unknown', 1])
    expect(report.findings[0].detail).toMatch(
      /trust is of epoch 1, the log is in epoch 4.*announces at position \d+ that a restore.*tracedesk trust/,
    )
    const { note, vkey } = await otherHead(kept.trust.origin)
    const keys = [{ vkey, fromSize: 0, toSize: null }]
    const forked = await from({ ...kept.trust, keys, checkpoints: [note(5)] })
    expect(forked.verdict, 'a fork weighs more than a trust file that is outdated').toBe('forked')
    expect(forked.found.at(-1)).toBe('epoch_unknown')
  })
  test('an epoch that the trust knows and no entry announces is named', async () => {
    const trust = (await cli('trust')).json
    const { vkey } = await otherHead(trust.origin.replace(/4$/, '3'))
    trust.earlier[2] = {
      origin: trust.origin.replace(/4$/, '3').replace(workspaceId, newId()),
      keys: [{ vkey, fromSize: 0, toSize: null }],
    }
    expect((await from(trust)).found).toContain('epoch_unannounced')
    const stranger = await otherHead(trust.origin)
    const other = (await cli('trust')).json
    other.keys = [{ vkey: stranger.vkey, fromSize: 0, toSize: null }]
    expect((await from(other)).found).toEqual(expect.arrayContaining(['epoch_mismatch', 'note_unsigned']))
  })
  test('epochs that ended are served as tiles, up to where they ended, to whoever may read the log', async () => {
    for (const epoch of [1, 2, 3, 4]) {
      const checkpoint = await get(`${place(epoch)}/checkpoint`)
      expect(checkpoint.status).toBe(200)
      const { origin, size, root } = readUnverifiedCheckpoint(await checkpoint.text())
      expect(origin.endsWith(place(epoch))).toBe(true)
      const tile = await get(`${place(epoch)}/tile/0/000.p/${size}`)
      const hashes = splitHashes(new Uint8Array(await tile.arrayBuffer()))
      expect(toBase64(rootOf(hashes))).toBe(toBase64(root))
      const entries = await get(`${place(epoch)}/tile/entries/000.p/${size}`)
      const leaves = decodeEntryBundle(new Uint8Array(await entries.arrayBuffer()), size)
      expect(leaves.map(leaf => toBase64(hashLeaf(leaf)))).toEqual(hashes.map(toBase64))
    }
    const ended = readUnverifiedCheckpoint(await (await get(`${place(1)}/checkpoint`)).text()).size
    expect((await get(`${place(1)}/tile/0/000.p/${ended + 20}`)).status).toBe(404)
    for (const epoch of [0, 5, '01', '1e0', -1, 99_999_999_999])
      expect((await get(`${place(epoch as number)}/checkpoint`)).status, String(epoch)).toBe(404)
    expect((await fetch(`${desk.url}${place(1)}/checkpoint`)).status).toBe(401)
  })
})

/** A head of that origin which somebody else signed, over another tree. */
async function otherHead(origin: string) {
  const signer = await generateSigner(origin)
  const notes = new Map<number, string>()
  for (const size of [5, 100_000])
    notes.set(
      size,
      await signNote(formatCheckpoint({ origin, size, root: new Uint8Array(32) }), [signer.skey]),
    )
  return { vkey: signer.vkey, note: (size: number) => notes.get(size) ?? '' }
}
