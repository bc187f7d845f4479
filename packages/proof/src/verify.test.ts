import * as fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  batchesOf,
  openSampleLog,
  readerOf,
  type SampleLog,
  sampleLeaves,
  tilesOf,
} from '../test/sample-log.ts'
import { sampleLeaf } from '../test/samples.ts'
import { toBase64, utf8Encode } from './bytes.ts'
import { encodeLeaf, type Leaf } from './leaf.ts'
import { signNote } from './note.ts'
import { generateSigner } from './note-key.ts'
import { commitPart } from './part.ts'
import { projectLeaf } from './projection.ts'
import { Frontier, hashLeaf } from './tree.ts'
import type { Verdict } from './verdict.ts'
import { createVerifier, type VerifierOptions } from './verify.ts'
import { verifyLog } from './verify-log.ts'

const SIZE = 700
const leaves = sampleLeaves(SIZE)
const tiles = tilesOf(leaves)
const leafAt = (position: number) => leaves[position] ?? new Uint8Array()

let log: SampleLog
let options: VerifierOptions
beforeAll(async () => {
  log = await openSampleLog()
  options = { ...log.trust, checkpoint: await log.sign(leaves) }
})

const verify = (given: readonly Uint8Array[], change: Partial<VerifierOptions> = {}, stored = tiles) =>
  verifyLog({ ...options, ...change }, batchesOf(given), readerOf(stored))

/** The leaf at a position with its time moved by a second: well formed in itself. */
const rewritten = (position: number) =>
  encodeLeaf({
    ...(JSON.parse(new TextDecoder().decode(leafAt(position))) as Leaf),
    at: '2020-01-01T00:00:00.000000Z',
  })

describe('an honest log', () => {
  test('verifies, and the report says who signed which tree', async () => {
    expect(await verify(leaves)).toMatchObject({
      verdict: 'ok',
      position: null,
      size: SIZE,
      signedBy: [{ name: 'desk.example/log/1/1' }],
      findings: [],
      counts: {},
    })
  })

  test('verifies against checkpoints kept from before, without tiles, and when it is empty', async () => {
    const known = await Promise.all([0, 1, 256, 699, 700].map(size => log.sign(leaves.slice(0, size))))
    expect((await verify(leaves, { known })).verdict).toBe('ok')
    expect((await verifyLog(options, batchesOf(leaves))).verdict).toBe('ok')
    expect((await verifyLog({ ...options, checkpoint: await log.sign([]) }, [])).verdict).toBe('ok')
  })

  test('verifies from the middle with the right edge up to there', async () => {
    const start = new Frontier()
    for (const leaf of leaves.slice(0, 300)) start.append(hashLeaf(leaf))
    const report = await verifyLog({ ...options, start }, batchesOf(leaves.slice(300), 300))
    expect(report).toMatchObject({ verdict: 'ok', size: SIZE })
  })

  test('verifies with entries of which only the hash is shown', async () => {
    const batch = leaves.map((bytes, position) =>
      position % 7 === 3 ? { position, bytes } : { position, leafHash: hashLeaf(bytes) },
    )
    expect((await verifyLog(options, [batch])).verdict).toBe('ok')
  })
})

describe('a changed log', () => {
  test('with any one byte of any leaf changed is refused at that very position', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: SIZE - 1 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (at, where, flip) => {
          const bytes = leafAt(at).slice()
          bytes[where % bytes.length] = (bytes[where % bytes.length] ?? 0) ^ flip
          const { verdict, position } = await verify(leaves.with(at, bytes))
          expect({ verdict, position }).toEqual({ verdict: expect.not.stringMatching(/^ok$/), position: at })
        },
      ),
      { numRuns: 40 },
    )
  })

  test('with a well-formed leaf in the place of another is refused there by its tile, and by the root', async () => {
    const report = await verify(leaves.with(400, rewritten(400)))
    expect(report).toMatchObject({ verdict: 'tile_mismatch', position: 400 })
    expect(report.counts).toMatchObject({ root_mismatch: 1 })
  })

  test('and its tiles made to fit still has another root; an older checkpoint narrows down where', async () => {
    const forged = leaves.with(400, rewritten(400))
    expect((await verify(forged, {}, tilesOf(forged))).findings).toMatchObject([
      { verdict: 'root_mismatch', position: null, notBefore: 0 },
    ])
    const known = [await log.sign(leaves.slice(0, 350)), await log.sign(leaves.slice(0, 500))]
    expect((await verify(forged, { known }, tilesOf(forged))).findings).toMatchObject([
      { verdict: 'forked', notBefore: 350 },
      { verdict: 'root_mismatch', notBefore: 350 },
    ])
  })

  test('and signed anew is a fork for whoever kept a checkpoint', async () => {
    const forged = leaves.with(400, rewritten(400))
    const known = [await log.sign(leaves)]
    const checkpoint = await log.sign(forged)
    expect((await verify(forged, { checkpoint, known }, tilesOf(forged))).findings).toMatchObject([
      { verdict: 'forked' },
    ])
    expect((await verify(forged, { checkpoint }, tilesOf(forged))).verdict).toBe('ok')
  })

  test.each<[string, (given: Uint8Array[]) => Uint8Array[], Verdict, number]>([
    ['an entry removed', given => given.toSpliced(400, 1), 'tile_mismatch', 400],
    ['an entry twice', given => given.toSpliced(401, 0, leafAt(400)), 'conversation_counter_gap', 401],
    [
      'two entries exchanged',
      given => given.with(400, leafAt(407)).with(407, leafAt(400)),
      'conversation_counter_gap',
      400,
    ],
    ['the last entries missing', given => given.slice(0, 650), 'tile_missing', 512],
    ['an entry too many', given => [...given, encodeLeaf(sampleLeaf(700, 8, 1))], 'tile_missing', 512],
    ['no entries at all', () => [], 'note_size_mismatch', 0],
  ])('with %s is refused', async (_, change, verdict, position) => {
    expect(await verify(change([...leaves]))).toMatchObject({ verdict, position })
  })

  test('that ends early, or goes on after what was signed, says so at the first position concerned', async () => {
    expect(await verifyLog(options, batchesOf(leaves.slice(0, 650)))).toMatchObject({
      verdict: 'note_size_mismatch',
      position: 650,
    })
    const longer = [...leaves, encodeLeaf(sampleLeaf(700, 8, 1))]
    expect(await verifyLog(options, batchesOf(longer))).toMatchObject({
      verdict: 'note_size_mismatch',
      position: 700,
    })
  })

  test('that is smaller than one signed before has shrunk', async () => {
    const checkpoint = await log.sign(leaves.slice(0, 600))
    const report = await verifyLog(
      { ...options, checkpoint, known: [options.checkpoint] },
      batchesOf(leaves.slice(0, 600)),
    )
    expect(report).toMatchObject({ verdict: 'tree_shrunk', position: 600 })
  })

  test('with a position left out is a gap there, and later leaves are still checked', async () => {
    const verifier = createVerifier(options)
    expect(verifier.add(0, leafAt(0))).toBe('ok')
    expect(verifier.add(2, leafAt(2))).toBe('position_gap')
    expect(verifier.add(3, utf8Encode('{}'))).toBe('leaf_malformed')
    const report = await verifier.finish()
    expect(report).toMatchObject({ verdict: 'position_gap', position: 1 })
    expect(report.counts).toEqual({ position_gap: 1, leaf_malformed: 1 })
  })

  test('with a stored tile changed, too short, too long or lost names the tile and the first position under it', async () => {
    const tile = tiles.get('tile/0/001') ?? new Uint8Array()
    const spoilt = tile.with(5 * 32, (tile[5 * 32] ?? 0) ^ 1)
    const change = (bytes: Uint8Array) => new Map(tiles).set('tile/0/001', bytes)
    expect(await verify(leaves, {}, change(spoilt))).toMatchObject({
      verdict: 'tile_mismatch',
      position: 261,
    })
    expect(await verify(leaves, {}, change(tile.slice(32)))).toMatchObject({
      verdict: 'tile_mismatch',
      position: 256,
    })
    expect(await verify(leaves, {}, change(tile.slice(0, -1)))).toMatchObject({
      verdict: 'tile_mismatch',
      position: 511,
    })
    expect(await verify(leaves, {}, change(new Uint8Array([...tile, 0])))).toMatchObject({
      verdict: 'tile_mismatch',
    })
    const lost = new Map(tiles)
    lost.delete('tile/1/000.p/2')
    expect(await verify(leaves, {}, lost)).toMatchObject({
      verdict: 'tile_missing',
      position: null,
      detail: 'tile/1/000.p/2',
    })
  })
})

describe('a checkpoint', () => {
  test.each<[Verdict, (log: SampleLog) => Promise<Partial<VerifierOptions>>]>([
    ['note_malformed', async () => ({ checkpoint: 'hello' })],
    ['note_unsigned', async () => ({ trustedVkeys: [(await generateSigner('desk.example/log/1/1')).vkey] })],
    ['note_wrong_origin', async ({ sign }) => ({ checkpoint: await sign(leaves, 'desk.example/log/2/1') })],
    ['note_unwitnessed', async () => ({ requiredWitnesses: 1 })],
    ['note_malformed', async ({ skey }) => ({ checkpoint: await signNote('not a tree\n', [skey]) })],
    ['known_note_invalid', async () => ({ known: ['hello'] })],
  ])('that is not to be believed gives %s', async (verdict, change) => {
    expect((await verify(leaves, await change(log))).verdict).toBe(verdict)
  })

  test('whose text was changed under its signature gives note_bad_signature', async () => {
    const checkpoint = options.checkpoint.replace('\n700\n', '\n701\n')
    expect((await verify(leaves, { checkpoint })).counts).toMatchObject({
      note_bad_signature: 1,
      note_size_mismatch: 1,
    })
  })

  test('older than the start cannot be compared and is refused', () => {
    const start = new Frontier()
    for (const leaf of leaves) start.append(hashLeaf(leaf))
    start.append(hashLeaf(leafAt(0)))
    expect(() => createVerifier({ ...options, start })).toThrow(
      expect.objectContaining({ code: 'bad_index' }),
    )
  })
})

describe('what stands beside a leaf', () => {
  const salt = new Uint8Array(32).fill(7)
  const bytes = utf8Encode('hello')
  const plain = sampleLeaf(0)
  const leaf: Leaf = {
    ...plain,
    parts: { text: { owner: plain.id, commitment: toBase64(commitPart(salt, 'text', bytes)) } },
  }
  const added = (beside: Parameters<ReturnType<typeof createVerifier>['add']>[2]) =>
    createVerifier(options).add(0, encodeLeaf(leaf), beside)

  test('is ok when a part is open and true, withheld or erased', () => {
    expect(added({ parts: { text: { state: 'open', salt, bytes } } })).toBe('ok')
    expect(added({ parts: { text: { state: 'withheld' } } })).toBe('ok')
    expect(added({ parts: { text: { state: 'erased' } } })).toBe('ok')
  })

  test('is named when a part is false, missing or unknown', () => {
    expect(added({ parts: { text: { state: 'open', salt, bytes: utf8Encode('hullo') } } })).toBe(
      'part_mismatch',
    )
    expect(added({ parts: { text: { state: 'open', salt: bytes, bytes } } })).toBe('part_mismatch')
    expect(added({ parts: {} })).toBe('part_missing')
    expect(added({ parts: { text: { state: 'withheld' }, name: { state: 'withheld' } } })).toBe(
      'part_unknown',
    )
  })

  test('is compared column by column, and the first that differs is named', async () => {
    expect(added({ projection: projectLeaf(leaf) })).toBe('ok')
    for (const [name, value] of Object.entries(projectLeaf(leaf))) {
      const wrong =
        typeof value === 'number' ? value + 1 : Array.isArray(value) ? [...value, leaf.id] : `${value}x`
      const verifier = createVerifier(options)
      expect(verifier.add(0, encodeLeaf(leaf), { projection: { [name]: wrong } })).toBe('projection_mismatch')
      expect((await verifier.finish()).findings[0]).toMatchObject({ position: 0, detail: name })
    }
  })
})

describe('the entries of a conversation', () => {
  const entry = (position: number, counter: number) => encodeLeaf(sampleLeaf(position, 0, counter))

  test('begin with 1 and follow one another', () => {
    const verifier = createVerifier(options)
    expect(verifier.add(0, entry(0, 1))).toBe('ok')
    expect(verifier.add(1, entry(1, 2))).toBe('ok')
    expect(verifier.add(2, entry(2, 4))).toBe('conversation_counter_gap')
    expect(verifier.add(3, entry(3, 5))).toBe('ok')
    expect(verifier.add(4, entry(4, 5))).toBe('conversation_counter_gap')
    expect(createVerifier(options).add(0, entry(0, 2))).toBe('conversation_counter_gap')
  })
})

test('a log that is bad throughout costs no more findings than are kept, and all are counted', async () => {
  const bad = leaves.map(() => utf8Encode('{}'))
  const report = await verifyLog(options, batchesOf(bad))
  expect(report.findings).toHaveLength(100)
  expect(report.counts).toMatchObject({ leaf_malformed: SIZE, root_mismatch: 1 })
  expect(report).toMatchObject({ verdict: 'leaf_malformed', position: 0 })
})
