import * as fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { memoryReader } from '../test/naive-tree.ts'
import { toBase64, utf8Encode } from './bytes.ts'
import { formatCheckpoint, type Trust } from './checkpoint.ts'
import { signNote } from './note.ts'
import { generateSigner } from './note-key.ts'
import { formatTlogProof, parseTlogProof, type TlogProof, verifyTlogProof } from './tlog-proof.ts'
import { hashLeaf, rootOf } from './tree.ts'
import { inclusionProof } from './tree-proof.ts'

const origin = 'desk.example/log/1/1'
const leaves = Array.from({ length: 11 }, (_, at) => utf8Encode(`leaf ${at}`))
const hashes = leaves.map(hashLeaf)
const leafAt = (index: number) => leaves[index] ?? new Uint8Array()

let trust: Trust
let checkpoint: string
let skey: string
beforeAll(async () => {
  const log = await generateSigner(origin)
  skey = log.skey
  trust = { origin, trustedVkeys: [log.vkey] }
  checkpoint = await signNote(formatCheckpoint({ origin, size: leaves.length, root: rootOf(hashes) }), [skey])
})

const proofOf = async (index: number): Promise<TlogProof> => ({
  index,
  proof: await inclusionProof(index, leaves.length, memoryReader(hashes)),
  checkpoint,
})

describe('a proof file', () => {
  test('has the lines the specification lays, and comes back', async () => {
    const proof = await proofOf(3)
    const text = formatTlogProof(proof)
    expect(text).toBe(
      `c2sp.org/tlog-proof@v1\nindex 3\n${proof.proof.map(hash => `${toBase64(hash)}\n`).join('')}\n${checkpoint}`,
    )
    expect(parseTlogProof(text)).toEqual(proof)
    const extended = { ...proof, extra: utf8Encode('anything') }
    expect(formatTlogProof(extended).split('\n')[1]).toBe('extra YW55dGhpbmc=')
    expect(parseTlogProof(utf8Encode(formatTlogProof(extended)))).toEqual(extended)
  })

  test('verifies for each entry, and for the only entry of a log with no path at all', async () => {
    for (const index of leaves.keys()) {
      const file = formatTlogProof(await proofOf(index))
      expect(await verifyTlogProof(file, leafAt(index), trust)).toMatchObject({
        verdict: 'ok',
        index,
        size: 11,
      })
    }
    const single = await signNote(formatCheckpoint({ origin, size: 1, root: hashLeaf(leafAt(0)) }), [skey])
    const file = formatTlogProof({ index: 0, proof: [], checkpoint: single })
    expect((await verifyTlogProof(file, leafAt(0), trust)).verdict).toBe('ok')
  })

  test('for another entry, index or log, or cut short, is refused by name', async () => {
    const proof = await proofOf(3)
    const file = formatTlogProof(proof)
    const verdictOf = async (text: string, leaf = leafAt(3), by = trust) =>
      (await verifyTlogProof(text, leaf, by)).verdict
    expect(await verdictOf(file, leafAt(4))).toBe('proof_mismatch')
    expect(await verdictOf(formatTlogProof({ ...proof, index: 2 }))).toBe('proof_mismatch')
    expect(await verdictOf(formatTlogProof({ ...proof, index: 11 }))).toBe('proof_out_of_range')
    expect(await verdictOf(formatTlogProof({ ...proof, proof: proof.proof.slice(1) }))).toBe('proof_mismatch')
    expect(await verdictOf(file, leafAt(3), { ...trust, origin: 'else.example/log' })).toBe(
      'note_wrong_origin',
    )
    expect(await verdictOf(file, leafAt(3), { ...trust, trustedVkeys: [] })).toBe('note_unsigned')
    expect(await verdictOf(file, leafAt(3), { ...trust, requiredWitnesses: 1 })).toBe('note_unwitnessed')
    expect(await verdictOf(file.slice(0, 60))).toBe('proof_malformed')
  })

  test('bears no change of any byte', async () => {
    const bytes = utf8Encode(formatTlogProof(await proofOf(3)))
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), async (where, flip) => {
        const changed = bytes.slice()
        changed[where % bytes.length] = (changed[where % bytes.length] ?? 0) ^ flip
        expect((await verifyTlogProof(changed, leafAt(3), trust)).verdict).not.toBe('ok')
      }),
      { numRuns: 400 },
    )
  })

  test.each([
    ['c2sp.org/tlog-proof@v1', 'c2sp.org/tlog-proof@v2'],
    ['index 3', 'index 03'],
    ['index 3', 'index -3'],
    ['index 3', 'index 3 '],
    ['index 3', 'Index 3'],
    ['index 3\n', ''],
    ['index 3', 'index 9007199254740993'],
    ['index 3', 'extra AA\nindex 3'],
    ['index 3', 'extra AA==\nextra AA==\nindex 3'],
    ['index 3', 'index 3\nAAAA'],
  ])('with %j turned into %j is malformed', async (from, to) => {
    const file = formatTlogProof(await proofOf(3)).replace(from, to)
    expect((await verifyTlogProof(file, leafAt(3), trust)).verdict).toBe('proof_malformed')
  })
})
