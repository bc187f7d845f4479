import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  consistencyProof,
  Frontier,
  formatAddCheckpoint,
  formatCheckpoint,
  formatTrustFile,
  generateSigner,
  hashLeaf,
  signNote,
  TileBuilder,
  type TrustFile,
  tileHashReader,
  verifyCheckpoint,
  verifyCosignature,
} from '@tracedesk/proof/node'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createLog } from '../../kernel/log.ts'
import { sha256 } from '../../kernel/secret.ts'
import { serveWitness, type WitnessServer, watchTrust } from './server.ts'
import { Witness } from './witness.ts'

const ORIGIN = 'desk.example/log/one/1'
const dir = mkdtempSync(join(tmpdir(), 'tracedesk-witness-'))
const trustFile = join(dir, 'trust.json')
let key: { vkey: string; skey: string }
let witness: Witness
let server: WitnessServer
let nth = 0

beforeAll(async () => {
  key = await generateSigner(ORIGIN)
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))
beforeEach(async () => {
  writeTrust([{ vkey: key.vkey, fromSize: 0, toSize: null }])
  const folder = join(dir, String(++nth))
  witness = await openWitness(folder)
  server = await serveWitness({ witness, host: '127.0.0.1', port: 0, log: createLog('silent') })
  return () => server.close()
})

const openWitness = (folder = join(dir, String(nth))) =>
  Witness.open({ folder, name: 'witness.example/w1', trust: watchTrust(trustFile, createLog('silent')) })

const writeTrust = (keys: TrustFile['keys']) =>
  writeFileSync(trustFile, `[${formatTrustFile({ origin: ORIGIN, keys, witnesses: [] })}]`)

/** Leaves of a log; `history` tells two logs with one key apart. */
const leafHashes = (size: number, history = 'a') =>
  Array.from({ length: size }, (_, i) => hashLeaf(Buffer.from(`${history}${i}`)))

async function noteOf(size: number, { history = 'a', origin = ORIGIN, skeys = [key.skey] } = {}) {
  const frontier = new Frontier()
  for (const hash of leafHashes(size, history)) frontier.append(hash)
  return signNote(formatCheckpoint({ origin, size, root: frontier.root() }), skeys)
}

async function proofOf(from: number, to: number, history = 'a') {
  const tiles = TileBuilder.resume(0, [])
  const all = leafHashes(to, history)
  for (const hash of all) tiles.append(hash)
  const partials = tiles.partialTiles()
  return consistencyProof(
    from,
    to,
    tileHashReader(to, async (level, index) => {
      const tile = partials.find(t => t.level === level && t.index === index)
      if (!tile) throw new Error('no such tile')
      return tile.hashes
    }),
  )
}

async function post(oldSize: number, proof: readonly Uint8Array[], note: string) {
  const response = await fetch(`${server.url}/add-checkpoint`, {
    method: 'POST',
    body: formatAddCheckpoint({ oldSize, proof, note }),
  })
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() }
}

describe('add-checkpoint', () => {
  test('cosigns a first head and one that follows, and serves the latest', async () => {
    const first = await noteOf(3)
    const answer = await post(0, [], first)
    expect(answer.status).toBe(200)
    expect(await verifyCosignature(first, answer.text, witness.vkey, Date.now() / 1000)).toMatchObject({
      verdict: 'ok',
    })
    const second = await noteOf(8)
    expect((await post(3, await proofOf(3, 8), second)).status).toBe(200)
    const hash = sha256(ORIGIN).toString('hex')
    const latest = await (await fetch(`${server.url}/${hash}/checkpoint`)).text()
    expect(
      await verifyCheckpoint(latest, {
        origin: ORIGIN,
        trustedVkeys: [key.vkey],
        witnessVkeys: [witness.vkey],
        requiredWitnesses: 1,
      }),
    ).toMatchObject({ verdict: 'ok', checkpoint: { size: 8 } })
  })

  test('says 409 and its own size when the old size is another', async () => {
    await post(0, [], await noteOf(3))
    expect(await post(0, [], await noteOf(8))).toEqual({ status: 409, type: 'text/x.tlog.size', text: '3\n' })
    expect((await post(5, await proofOf(5, 8), await noteOf(8))).text).toBe('3\n')
  })

  test('says 422 to another history, another root of one size, a proof where none belongs, and a false empty tree', async () => {
    const before = await noteOf(3)
    await post(0, [], before)
    expect((await post(3, await proofOf(3, 8, 'b'), await noteOf(8, { history: 'b' }))).status).toBe(422)
    expect((await post(3, [], await noteOf(3, { history: 'b' }))).status).toBe(422)
    expect((await post(3, [new Uint8Array(32)], before)).status).toBe(422)
    expect((await post(3, [], await noteOf(8))).status).toBe(422)
    expect((await post(3, [], before)).status).toBe(200)
    const other = await openWitness(join(dir, 'other'))
    const text = formatCheckpoint({ origin: ORIGIN, size: 0, root: new Uint8Array(32) })
    const empty = formatAddCheckpoint({ oldSize: 0, proof: [], note: await signNote(text, [key.skey]) })
    expect((await other.addCheckpoint(empty)).status).toBe(422)
    const early = formatAddCheckpoint({ oldSize: 0, proof: [new Uint8Array(32)], note: before })
    expect((await other.addCheckpoint(early)).status).toBe(422)
  })

  test('says 404 to a log it does not know and 403 to a key it does not trust', async () => {
    const stranger = await generateSigner(ORIGIN)
    expect((await post(0, [], await noteOf(3, { origin: 'elsewhere.example' }))).status).toBe(404)
    expect((await post(0, [], await noteOf(3, { skeys: [stranger.skey] }))).status).toBe(403)
    const forged = (await noteOf(3)).replace('\n3\n', '\n4\n')
    expect((await post(0, [], forged)).status).toBe(403)
    expect((await post(0, [], await noteOf(3, { skeys: [stranger.skey, key.skey] }))).status).toBe(200)
  })

  test('takes a key only for the sizes it is trusted for, and hears of a new one without a restart', async () => {
    const next = await generateSigner(ORIGIN)
    expect((await post(0, [], await noteOf(3))).status).toBe(200)
    await new Promise(resolve => setTimeout(resolve, 20)) // the file must have another time
    writeTrust([
      { vkey: key.vkey, fromSize: 0, toSize: 5 },
      { vkey: next.vkey, fromSize: 5, toSize: null },
    ])
    expect((await post(3, await proofOf(3, 8), await noteOf(8))).status).toBe(403)
    expect((await post(3, await proofOf(3, 8), await noteOf(8, { skeys: [next.skey] }))).status).toBe(200)
    writeFileSync(trustFile, 'broken')
    expect((await post(8, [], await noteOf(8, { skeys: [next.skey] }))).status).toBe(200)
  })

  test('says 400 to what is no request, and 413 to what is too long', async () => {
    const note = await noteOf(3)
    const send = async (body: string) =>
      (await fetch(`${server.url}/add-checkpoint`, { method: 'POST', body })).status
    for (const body of [
      '',
      'old 0\n',
      `old 00\n\n${note}`,
      `old -1\n\n${note}`,
      `old 0\nxx\n\n${note}`,
      `old 0\n\nno note`,
    ])
      expect(await send(body), body.slice(0, 20)).toBe(400)
    expect(await send(`old 9\n\n${note}`)).toBe(400)
    expect(await send(`old 0\n${'AAAA\n'.repeat(64)}\n${note}`)).toBe(400)
    expect(await send('x'.repeat(200_000))).toBe(413)
    expect((await fetch(`${server.url}/add-checkpoint`)).status).toBe(404)
    expect((await fetch(`${server.url}/${'a'.repeat(64)}/checkpoint`)).status).toBe(404)
  })

  test('remembers after a restart, and of many heads at once lets none roll it back', async () => {
    const sizes = [2, 3, 4, 5, 6, 7]
    const answers = await Promise.all(sizes.map(async size => (await post(0, [], await noteOf(size))).status))
    expect(answers.filter(status => status === 200)).toHaveLength(1)
    expect(answers.filter(status => status === 409)).toHaveLength(sizes.length - 1)
    const size = sizes[answers.indexOf(200)]
    const again = await openWitness()
    expect(again.vkey).toBe(witness.vkey)
    const early = formatAddCheckpoint({ oldSize: 0, proof: [], note: await noteOf(1) })
    expect(await again.addCheckpoint(early)).toMatchObject({ status: 409, body: `${size}\n` })
    expect(readFileSync(join(dir, String(nth), 'key.json'), 'utf8')).toContain('PRIVATE+KEY')
  })
})
