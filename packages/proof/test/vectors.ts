import { readFileSync, writeFileSync } from 'node:fs'
import { cosignatureVectors, timestampInfoVectors } from './vector-cases-anchors.ts'
import { bundleVectors } from './vector-cases-bundle.ts'
import { canonicalVectors, leafVectors, partVectors } from './vector-cases-bytes.ts'
import { addCheckpointVectors, entryBundleVectors, trustFileVectors } from './vector-cases-hostile.ts'
import { checkpointVectors, tlogProofVectors } from './vector-cases-note.ts'
import { consistencyVectors, inclusionVectors, pathVectors, rootVectors } from './vector-cases-tree.ts'

// Run this file with Node to write ../vectors anew; a test holds the written files against what it would write.

export async function buildVectors(): Promise<Record<string, readonly unknown[]>> {
  return {
    'canonical.json': canonicalVectors(),
    'leaf.json': leafVectors(),
    'part.json': partVectors(),
    'root.json': rootVectors(),
    'inclusion.json': inclusionVectors(),
    'consistency.json': consistencyVectors(),
    'tile-path.json': pathVectors(),
    'checkpoint.json': await checkpointVectors(),
    'tlog-proof.json': await tlogProofVectors(),
    'trust-file.json': await trustFileVectors(),
    'entry-bundle.json': entryBundleVectors(),
    'add-checkpoint.json': await addCheckpointVectors(),
    'cosignature.json': await cosignatureVectors(),
    'timestamp-info.json': timestampInfoVectors(),
    'bundle.json': await bundleVectors(),
  }
}

const fileOf = (name: string): URL => new URL(`../vectors/${name}`, import.meta.url)

export const vectorText = (vectors: readonly unknown[]): string =>
  `[\n${vectors.map(vector => JSON.stringify(vector)).join(',\n')}\n]\n`

export const readVectorText = (name: string): string => readFileSync(fileOf(name), 'utf8')

if (import.meta.main) {
  for (const [name, vectors] of Object.entries(await buildVectors()))
    writeFileSync(fileOf(name), vectorText(vectors))
}
