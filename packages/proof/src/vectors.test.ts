import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { CosignatureVector, TimestampInfoVector } from '../test/vector-cases-anchors.ts'
import type { BundleVector } from '../test/vector-cases-bundle.ts'
import type { BytesVector, PartVector } from '../test/vector-cases-bytes.ts'
import type { EntryBundleVector, TextVector } from '../test/vector-cases-hostile.ts'
import type { CheckpointVector, TlogProofVector } from '../test/vector-cases-note.ts'
import type { ConsistencyVector, InclusionVector, PathVector, RootVector } from '../test/vector-cases-tree.ts'
import { buildVectors, readVectorText, vectorText } from '../test/vectors.ts'
import { readTrust } from './bundle-trust.ts'
import { verifyBundleFile } from './bundle-verify.ts'
import { fromBase64, fromHex, toHex } from './bytes.ts'
import { parseCanonical } from './canonical.ts'
import { verifyCheckpoint } from './checkpoint.ts'
import { decodeEntryBundle } from './entry-bundle.ts'
import { ProofError } from './errors.ts'
import { decodeLeaf } from './leaf.ts'
import { checkPart, commitPart } from './part.ts'
import { parseTilePath, tilePath } from './tile.ts'
import { readTimestampInfo } from './timestamp-info.ts'
import { verifyTlogProof } from './tlog-proof.ts'
import { hashLeaf, rootOf } from './tree.ts'
import { verifyConsistency, verifyInclusion } from './tree-proof.ts'
import { parseTrustFile } from './trust-file.ts'
import { parseAddCheckpoint, verifyCosignature } from './witness.ts'
import { sourceOf } from './zip-read.ts'

// The files are what another language would run, so they are what is run here.
const vectors = <T>(name: string): T[] => JSON.parse(readVectorText(name))

/** The code of what was thrown, or null. */
function errorOf(run: () => unknown): string | null {
  try {
    run()
    return null
  } catch (error) {
    if (error instanceof ProofError) return error.code
    throw error
  }
}

const orNull = (verdict: string) => (verdict === 'ok' ? null : verdict)

test('writing the vectors anew changes nothing', async () => {
  for (const [name, built] of Object.entries(await buildVectors()))
    expect(readVectorText(name), name).toBe(vectorText(built))
})

test.each(vectors<BytesVector>('canonical.json'))(
  'canonical JSON: $name → $wantErr',
  ({ bytesHex, wantErr }) => {
    expect(errorOf(() => parseCanonical(fromHex(bytesHex)))).toBe(wantErr)
  },
)

test.each(vectors<BytesVector>('leaf.json'))('leaf: $name → $wantErr', ({ bytesHex, wantErr }) => {
  expect(errorOf(() => decodeLeaf(fromHex(bytesHex)))).toBe(wantErr)
})

test.each(vectors<PartVector>('part.json'))('part: $name → $wantErr', vector => {
  const [salt, content] = [fromHex(vector.saltHex), fromHex(vector.contentHex)]
  const holds = checkPart(fromBase64(vector.commitment), salt, vector.part, content)
  expect(holds).toBe(vector.wantErr === null)
  const error = errorOf(() => commitPart(salt, vector.part, content))
  expect(error ?? (holds ? null : 'mismatch')).toBe(vector.wantErr)
})

test.each(vectors<RootVector>('root.json'))('root $rootHex', ({ leavesHex, rootHex }) => {
  expect(toHex(rootOf(leavesHex.map(leaf => hashLeaf(fromHex(leaf)))))).toBe(rootHex)
})

test.each(vectors<InclusionVector>('inclusion.json'))('inclusion: $name → $wantErr', vector => {
  const { index, size, leafHashHex, rootHex, proofHex, wantErr } = vector
  const claim = { index, size, leafHash: fromHex(leafHashHex), root: fromHex(rootHex) }
  expect(orNull(verifyInclusion(claim, proofHex.map(fromHex)))).toBe(wantErr)
})

test.each(vectors<ConsistencyVector>('consistency.json'))('consistency: $name → $wantErr', vector => {
  const { from, to, fromRootHex, toRootHex, proofHex, wantErr } = vector
  const claim = { from, to, fromRoot: fromHex(fromRootHex), toRoot: fromHex(toRootHex) }
  expect(orNull(verifyConsistency(claim, proofHex.map(fromHex)))).toBe(wantErr)
})

test.each(vectors<PathVector>('tile-path.json'))('tile path: $path → $wantErr', ({ path, tile, wantErr }) => {
  expect(errorOf(() => parseTilePath(path))).toBe(wantErr)
  if (tile === undefined) return
  expect(parseTilePath(path)).toEqual(tile)
  expect(tilePath(tile.level, tile.index, tile.width)).toBe(path)
})

test.each(vectors<CheckpointVector>('checkpoint.json'))(
  'checkpoint $name → $wantErr',
  async ({ note, trust, wantErr }) => {
    expect(orNull((await verifyCheckpoint(note, trust)).verdict)).toBe(wantErr)
  },
)

test.each(vectors<TlogProofVector>('tlog-proof.json'))('proof file: $name → $wantErr', async vector => {
  const { file, leafHex, trust, wantErr } = vector
  expect(orNull((await verifyTlogProof(file, fromHex(leafHex), trust)).verdict)).toBe(wantErr)
})

test.each(vectors<TextVector>('trust-file.json'))('trust file: $name → $wantErr', ({ text, wantErr }) => {
  expect(errorOf(() => parseTrustFile(text))).toBe(wantErr)
})

test.each(vectors<EntryBundleVector>('entry-bundle.json'))(
  'entries of a tile: $name → $wantErr',
  ({ bytesHex, width, wantErr }) => {
    expect(errorOf(() => decodeEntryBundle(fromHex(bytesHex), width))).toBe(wantErr)
  },
)

test.each(vectors<TextVector>('add-checkpoint.json'))(
  'what a witness is asked: $name → $wantErr',
  ({ text, wantErr }) => {
    expect(errorOf(() => parseAddCheckpoint(text))).toBe(wantErr)
  },
)

test.each(vectors<CosignatureVector>('cosignature.json'))(
  'what a witness answers: $name → $wantErr',
  async ({ note, answer, vkey, now, wantErr }) => {
    expect(orNull((await verifyCosignature(note, answer, vkey, now)).verdict)).toBe(wantErr)
  },
)

test.each(vectors<TimestampInfoVector>('timestamp-info.json'))(
  'what a timestamp says: $name → $wantErr',
  ({ tokenHex, imprintHex, time, wantErr }) => {
    let said: { imprintHex: string; time: string } | null = null
    const error = errorOf(() => {
      const info = readTimestampInfo(fromHex(tokenHex))
      said = { imprintHex: toHex(info.imprint), time: info.time }
    })
    expect({ error, said }).toEqual({ error: wantErr, said: wantErr === null ? { imprintHex, time } : null })
  },
)

test('the README names every file of vectors', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const files = readdirSync(new URL('../vectors', import.meta.url)).filter(name => name.endsWith('.json'))
  expect(files.filter(name => !readme.includes(`\`${name}\``))).toEqual([])
})

test.each(vectors<BundleVector>('bundle.json'))('bundle: $name', async vector => {
  const trust = vector.vkey === null ? null : readTrust(vector.vkey)
  const { verdict, position } = await verifyBundleFile(sourceOf(fromBase64(vector.zip)), trust)
  expect({ wantErr: verdict === 'ok' ? null : verdict, wantPosition: position }).toEqual({
    wantErr: vector.wantErr,
    wantPosition: vector.wantPosition,
  })
})
