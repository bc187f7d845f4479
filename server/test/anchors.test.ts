import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  formatAddCheckpoint,
  keyRanges,
  parseAddCheckpoint,
  readUnverifiedCheckpoint,
  sourceOf,
  type TrustFile,
  verifyBundleFile,
  verifyCheckpoint,
} from '@tracedesk/proof/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { systemCaller } from '../src/command/caller.ts'
import { Witness } from '../src/edges/witness/witness.ts'
import { verifyTimestampToken } from '../src/ledger/timestamp.ts'
import { verifyLedger } from '../src/ledger/verify.ts'
import { AnchorKeeper, noTelegram } from '../src/modules/anchors/index.ts'
import { recordMigration } from '../src/modules/ledger-state/index.ts'
import { TimestampAuthority } from './support/timestamp-authority.ts'
import { createWorld, type World } from './support/world.ts'

let world: World
let keeper: AnchorKeeper
let trust: TrustFile
const dir = mkdtempSync(join(tmpdir(), 'tracedesk-anchors-'))
const servers: { close(): void; closeAllConnections(): void }[] = []

beforeAll(async () => {
  world = await createWorld()
  await world.settle()
  await world.node.anchors.stop() // only the tests ask
  keeper = keeperWith()
  await refreshTrust()
})
afterEach(() => setWitnesses([]))
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
  await world.end()
  rmSync(dir, { recursive: true, force: true })
})

function keeperWith(allowPrivate = true): AnchorKeeper {
  const { databases, door, counter, options } = world.node
  return new AnchorKeeper({
    databases,
    door,
    log: options.log,
    nodeId: counter.nodeId,
    workspaces: () => world.node.workspaces(),
    allowPrivate,
    sendDocument: noTelegram,
    timeoutMs: 1_000,
  })
}

async function refreshTrust(): Promise<void> {
  const { keys } = await world.owner.ask('ledger.anchors')
  const { origin } = await world.owner.ask('ledger.state')
  trust = { origin, keys, witnesses: [] }
}

const openWitness = (name: string) =>
  Witness.open({ folder: join(dir, name), name: `${name}.example`, trust: () => [trust] })

/** Serves a witness; `twist` stands between it and the world. */
async function serve(
  witness: Witness,
  twist: (
    honest: (body?: string) => Promise<{ status: number; body: string }>,
    body: string,
  ) => Promise<{ status: number; body: string } | null> = honest => honest(),
): Promise<{ url: string; vkey: string }> {
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    const answer = await twist((other = body) => witness.addCheckpoint(other), body)
    if (answer) response.writeHead(answer.status).end(answer.body)
  })
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, vkey: witness.vkey }
}

const setWitnesses = (list: { url: string; vkey: string }[]) =>
  world.owner.do('setting.change', {
    key: 'anchor.witnesses',
    value: list.map(({ url, vkey }) => `${url} ${vkey}`).join('\n'),
  })

async function grow(): Promise<void> {
  await world.node.door.execute(recordMigration, systemCaller(world.workspaceId), { from: 1, to: 2 })
  await world.settle()
}
const anchorNow = () => keeper.anchorDue(world.workspaceId, { now: true })
const itemOf = async (name: string) =>
  (await world.owner.ask('ledger.anchors')).items.find(item => item.name === name)

async function newestNote(): Promise<string> {
  const [row] = await world.asSuperuser<{ note: string }>(
    'select note from log_checkpoint where workspace_id = $1 order by epoch desc, size desc limit 1',
    [world.workspaceId],
  )
  return row?.note ?? ''
}

describe('witnesses', () => {
  test('an honest witness cosigns each head it is asked for, and the entry says so once an interval', async () => {
    const honest = await serve(await openWitness('honest'))
    await setWitnesses([honest])
    await grow()
    const { size } = readUnverifiedCheckpoint(await newestNote())
    await keeper.anchorDue(world.workspaceId)
    expect(await itemOf('honest.example')).toMatchObject({ size, overdue: false, failure: null })
    await grow()
    await keeper.anchorDue(world.workspaceId) // the interval of an hour is not over
    expect((await itemOf('honest.example'))?.size).toBe(size)
    await anchorNow()
    const entries = await world.entries({ event: ['ledger.anchored'] })
    expect(entries.map(entry => entry.data.name)).toEqual(['honest.example', 'honest.example'])
    const [row] = await world.asSuperuser<{ proof: Buffer; note: string }>(
      "select proof, note from log_anchor a join log_checkpoint c using (workspace_id, epoch, size) where kind = 'witness' and size = $1",
      [size],
    )
    expect(
      await verifyCheckpoint(`${row?.note}${row?.proof}`, {
        origin: trust.origin,
        trustedVkeys: trust.keys.map(range => range.vkey),
        witnessVkeys: [honest.vkey],
        requiredWitnesses: 1,
      }),
    ).toMatchObject({ verdict: 'ok', checkpoint: { size } })
  })

  test('an idle log is not anchored for the sake of its own anchor entries', async () => {
    const honest = await serve(await openWitness('idle'))
    await setWitnesses([honest])
    await world.settle()
    await keeper.anchorDue(world.workspaceId)
    await world.settle()
    const { size } = (await itemOf('idle.example')) ?? {}
    await world.asSuperuser("update anchor_state set anchored_at = now() - interval '3 hours'")
    await keeper.anchorDue(world.workspaceId)
    expect(await itemOf('idle.example')).toMatchObject({ size, overdue: false })
  })

  test('a lying witness is refused and named, whichever way it lies; nothing of it is kept', async () => {
    const witness = await openWitness('liar')
    const other = await openWitness('accomplice')
    let earlier = ''
    const lies = {
      bad_signature: async (_honest: unknown, body: string) => {
        // it signs another root than the one it was given
        const asked = parseAddCheckpoint(body)
        const fork = asked.note.replace(/\n[^\n]{43}=\n/, `\n${'A'.repeat(43)}=\n`)
        return { status: 200, body: await signAs(witness, fork) }
      },
      other_key: (_honest: unknown, body: string) => other.addCheckpoint(body),
      answer_malformed: async () => ({ status: 200, body: 'trust me\n' }),
      refused: async () => ({ status: 422, body: '' }),
      witness_ahead: async () => ({ status: 409, body: '999999\n' }),
      unknown_log: async () => ({ status: 404, body: '' }),
      http_error: async () => ({ status: 500, body: '' }),
    } as const
    for (const [code, lie] of Object.entries(lies)) {
      await setWitnesses([await serve(witness, lie as never)])
      await grow()
      await anchorNow()
      await anchorNow() // failing on is no news
      expect((await itemOf('liar.example'))?.failure?.code, code).toBe(code)
    }
    const replay = await serve(witness, async (honest, body) => {
      if (earlier) return { status: 200, body: earlier }
      const answer = await honest(formatAddCheckpoint({ ...parseAddCheckpoint(body), oldSize: 0, proof: [] }))
      earlier = answer.body
      return { status: 500, body: '' }
    })
    await setWitnesses([replay])
    await anchorNow()
    await grow()
    await anchorNow()
    expect(earlier).toContain('liar.example')
    expect((await itemOf('liar.example'))?.failure?.code).toBe('bad_signature')
    expect((await itemOf('liar.example'))?.size).toBeNull()
    const failed = await world.entries({ event: ['ledger.anchor_failed'] })
    const said = failed.filter(entry => entry.data.name === 'liar.example').map(entry => entry.data.code)
    expect(said).toEqual([...Object.keys(lies), 'bad_signature'])
    expect(await world.asSuperuser("select 1 from log_anchor where name = 'liar.example'")).toEqual([])
  })

  test('a late witness holds up neither the signing nor the others, and its answer counts for the head it was asked for', async () => {
    let release = () => {}
    const gate = new Promise<void>(resolve => (release = resolve))
    const late = await serve(await openWitness('late'), async honest => {
      await gate
      return honest()
    })
    const punctual = await serve(await openWitness('punctual'))
    await setWitnesses([late, punctual])
    await grow()
    const asked = readUnverifiedCheckpoint(await newestNote()).size
    const working = anchorNow()
    await expect.poll(async () => (await itemOf('punctual.example'))?.size).toBe(asked)
    await grow()
    expect(readUnverifiedCheckpoint(await newestNote()).size).toBeGreaterThan(asked)
    release()
    await working
    expect(await itemOf('late.example')).toMatchObject({ size: asked, failure: null })
  })

  test('a witness that never answers is unreachable in time, and recovers without anybody’s help', async () => {
    let silent = true
    const mute = await serve(await openWitness('mute'), async honest => (silent ? null : honest()))
    await setWitnesses([mute])
    await grow()
    await anchorNow()
    expect((await itemOf('mute.example'))?.failure?.code).toBe('timed_out')
    silent = false
    await anchorNow()
    expect(await itemOf('mute.example')).toMatchObject({ failure: null })
  })

  test('two nodes that look at once ask once', async () => {
    let calls = 0
    const counted = await serve(await openWitness('counted'), honest => {
      calls++
      return honest()
    })
    await setWitnesses([counted])
    await grow()
    await Promise.all([keeper, keeperWith(), keeperWith()].map(one => one.anchorDue(world.workspaceId)))
    expect(calls).toBe(1)
  })

  test('a private address is refused unless the operator allowed it', async () => {
    await setWitnesses([await serve(await openWitness('inside'))])
    await grow()
    await keeperWith(false).anchorDue(world.workspaceId, { now: true })
    expect((await itemOf('inside.example'))?.failure?.code).toBe('private_address')
  })

  test('what is no witness line is no setting', async () => {
    const { vkey } = await openWitness('twice')
    for (const value of [
      'http://w.example',
      `ftp://w.example ${vkey}`,
      `http://w.example ${trust.keys[0]?.vkey}`,
      `http://a ${vkey}\nhttp://b ${vkey}`,
    ])
      await expect(
        world.owner.do('setting.change', { key: 'anchor.witnesses', value }),
        value,
      ).rejects.toMatchObject({ code: 'setting.not_valid' })
  })

  test('an anchor that stays away is overdue', async () => {
    await setWitnesses([{ url: 'http://127.0.0.1:1', vkey: (await openWitness('gone')).vkey }])
    await grow()
    await anchorNow()
    expect(await itemOf('gone.example')).toMatchObject({ overdue: false, failure: { code: 'unreachable' } })
    await world.asSuperuser("update log_entry set recorded_at = recorded_at - interval '3 hours'")
    expect((await itemOf('gone.example'))?.overdue).toBe(true)
    // back to what the leaves say: an entry may have come in between
    await world.asSuperuser(
      "update log_entry set recorded_at = (convert_from(leaf, 'UTF8')::jsonb ->> 'recordedAt')::timestamptz",
    )
  })
})

const openssl = TimestampAuthority.isAvailable()
if (!openssl) process.stderr.write('SKIPPED: openssl is not installed, no timestamps are asked for\n')

describe.skipIf(!openssl)('a timestamp authority', () => {
  let authority: TimestampAuthority
  beforeAll(() => {
    authority = new TimestampAuthority()
  })
  afterAll(() => authority?.end())
  afterEach(() => setAuthority('', ''))

  const setAuthority = async (url: string, ca: string) => {
    await world.owner.do('setting.change', { key: 'anchor.tsa_url', value: url })
    await world.owner.do('setting.change', { key: 'anchor.tsa_ca', value: ca })
  }
  const stateOf = async () =>
    (await world.owner.ask('ledger.anchors')).items.find(item => item.kind === 'timestamp')

  /** A bundle of what the head covers brings the token along, readable offline and good by the certificate. */
  const bundleCarries = async (size: number, roots: string) => {
    const { bundle } = await world.owner.do('evidence.bundle', { fromPosition: 1, toPosition: 6 })
    const file = join(world.dataDir, 'bundles', world.workspaceId, `${bundle.id}.zip`)
    await refreshTrust()
    const report = await verifyBundleFile(sourceOf(readFileSync(file)), trust)
    expect(report).toMatchObject({ verdict: 'ok', findings: [] })
    const stamped = report.anchors.find(anchor => anchor.timestamps.length > 0)
    expect(stamped?.size).toBeLessThanOrEqual(size)
    const [stamp] = stamped?.timestamps ?? []
    expect(Math.abs(Date.parse(stamp?.time ?? '') - Date.now())).toBeLessThan(120_000)
    const content = Buffer.from(stamped?.note ?? '')
    expect(await verifyTimestampToken(Buffer.from(stamp?.token ?? []), { content, roots })).toMatchObject({
      verdict: 'ok',
    })
  }

  test('stamps the note; the token is kept and openssl accepts it', async () => {
    await setAuthority(await authority.serve(), authority.pem('root'))
    await grow()
    const note = await newestNote()
    await anchorNow()
    const { size } = readUnverifiedCheckpoint(note)
    expect(await stateOf()).toMatchObject({ size, failure: null })
    const [row] = await world.asSuperuser<{ proof: Buffer }>(
      "select proof from log_anchor where kind = 'timestamp' and size = $1",
      [size],
    )
    expect(authority.accepts(row?.proof ?? Buffer.alloc(0), Buffer.from(note))).toBe(true)
    const verify = () => verifyLedger({ databases: world.node.databases, workspaceId: world.workspaceId })
    expect((await verify()).findings).toEqual([])
    await bundleCarries(size, authority.pem('root'))
    await world.asSuperuser(
      "update log_anchor set proof = overlay(proof placing '\\x00'::bytea from length(proof) - 50) where kind = 'timestamp'",
    )
    const changed = (await verify()).findings.map(({ verdict }) => verdict)
    expect(changed.sort()).toEqual(['anchor_mismatch', 'anchor_missing'])
    await world.asSuperuser("update log_anchor set proof = $1 where kind = 'timestamp'", [row?.proof])
    const changes = await world.entries({ event: ['setting.changed'], subject: ['anchor.tsa_ca'] })
    expect(String(changes[0]?.data.to)).toMatch(/^(sha256:[0-9a-f]{64}|-----BEGIN)/)
  })

  test('that answers with half a token, or whose root is another, is refused by name', async () => {
    await setAuthority(await authority.serve(answer => answer.subarray(0, -100)), authority.pem('root'))
    await grow()
    await anchorNow()
    expect((await stateOf())?.failure?.code).toBe('answer_malformed')
    await setAuthority(await authority.serve(), authority.pem('other'))
    await anchorNow()
    expect((await stateOf())?.failure?.code).toBe('untrusted_chain')
    expect(
      await verifyLedger({ databases: world.node.databases, workspaceId: world.workspaceId }),
    ).toMatchObject({ findings: [] })
  })
})

describe('keys that follow each other', () => {
  test('the head at the change carries both signatures, the new key signs on, and verification knows both', async () => {
    await grow()
    const answer = await world.owner.do('ledger.rotate_key', {})
    expect(answer.fromVkey).toBe(trust.keys[0]?.vkey)
    await grow()
    await grow()
    await refreshTrust()
    expect(trust.keys).toEqual(
      keyRanges([
        { vkey: answer.fromVkey, fromSize: 0 },
        { vkey: answer.toVkey, fromSize: answer.size },
      ]),
    )
    const [at] = await world.asSuperuser<{ note: string; proof: Buffer }>(
      "select note, proof from log_checkpoint c join log_anchor a using (workspace_id, epoch, size) where size = $1 and kind = 'key'",
      [answer.size],
    )
    const both = `${at?.note}${at?.proof}`
    for (const vkey of [answer.fromVkey, answer.toVkey])
      expect(await verifyCheckpoint(both, { origin: trust.origin, trustedVkeys: [vkey] })).toMatchObject({
        verdict: 'ok',
      })
    const newest = await newestNote()
    expect(
      await verifyCheckpoint(newest, { origin: trust.origin, trustedVkeys: [answer.toVkey] }),
    ).toMatchObject({ verdict: 'ok' })
    expect(
      await verifyCheckpoint(newest, { origin: trust.origin, trustedVkeys: [answer.fromVkey] }),
    ).toMatchObject({ verdict: 'note_unsigned' })
    const [entry] = await world.entries({ event: ['ledger.key_rotated'] })
    expect(entry?.data).toEqual({ epoch: 1, ...answer })
    const report = await verifyLedger({
      databases: world.node.databases,
      workspaceId: world.workspaceId,
      signerFolder: join(world.dataDir, 'signer'),
    })
    expect(report.findings).toEqual([])
  })

  test('a change that fails after the signer has made its key loses nothing: heads stay valid, and the next try takes it', async () => {
    await grow()
    const before = (await world.owner.ask('ledger.anchors')).keys.at(-1)?.vkey ?? ''
    const offered = await world.node.checkpoints.signer.offerNextKey(world.workspaceId)
    await grow()
    const note = await newestNote()
    for (const vkey of [before, offered?.toVkey ?? ''])
      expect(await verifyCheckpoint(note, { origin: trust.origin, trustedVkeys: [vkey] })).toMatchObject({
        verdict: 'ok',
      })
    expect(await world.owner.do('ledger.rotate_key', {})).toMatchObject({
      fromVkey: before,
      toVkey: offered?.toVkey,
    })
    await grow()
    expect((await world.owner.ask('ledger.state')).signerProblem).toBeNull()
  })

  test('only owners and administrators may, and a key nobody offered is not followed', async () => {
    const sam = await world.person('Sam', 'supervisor')
    await expect(sam.do('ledger.rotate_key', {})).rejects.toMatchObject({ code: 'permission.denied' })
    await world.asSuperuser(
      "insert into log_signer (workspace_id, epoch, vkey, from_size) select workspace_id, epoch, 'stranger+00000000+AAAA', size from log_head",
    )
    await expect(world.node.checkpoints.signHead(world.workspaceId)).rejects.toMatchObject({
      refusal: 'other_key',
    })
    await world.asSuperuser("delete from log_signer where vkey like 'stranger%'")
  })
})

/** What a witness that lies would sign: any note at all. */
async function signAs(witness: Witness, note: string): Promise<string> {
  const { parseNote, signNote } = await import('@tracedesk/proof/node')
  const folder = witness.vkey.split('.')[0] ?? ''
  const { skey } = JSON.parse(readFileSync(join(dir, folder, 'key.json'), 'utf8'))
  const { text } = parseNote(note)
  return (await signNote(text, [skey])).slice(text.length + 1)
}
