import {
  encodeLeaf,
  formatCheckpoint,
  generateSigner,
  hashLeaf,
  type LogEntry,
  rootOf,
  signNote,
  type Tile,
  TileBuilder,
  tilePath,
} from '../src/index.ts'
import { sampleLeaf } from './samples.ts'

export const SAMPLE_ORIGIN = 'desk.example/log/1/1'

/** Leaves of seven conversations taking turns, each with its own dense counter. */
export function sampleLeaves(size: number): Uint8Array[] {
  return Array.from({ length: size }, (_, at) => encodeLeaf(sampleLeaf(at, at % 7, Math.floor(at / 7) + 1)))
}

export type SampleLog = Awaited<ReturnType<typeof openSampleLog>>

/** A key pair and everything a log would do with it. */
export async function openSampleLog() {
  const { vkey, skey } = await generateSigner(SAMPLE_ORIGIN)
  const trust = { origin: SAMPLE_ORIGIN, trustedVkeys: [vkey] }
  const sign = (leaves: readonly Uint8Array[], origin = SAMPLE_ORIGIN) =>
    signNote(formatCheckpoint({ origin, size: leaves.length, root: rootOf(leaves.map(hashLeaf)) }), [skey])
  return { trust, sign, skey }
}

/** Every tile of a log by its path, as a store keeps them. */
export function tilesOf(leaves: readonly Uint8Array[]): Map<string, Uint8Array> {
  const tiles = new Map<string, Uint8Array>()
  const keep = ({ level, index, width, hashes }: Tile) => tiles.set(tilePath(level, index, width), hashes)
  const builder = TileBuilder.start()
  for (const leaf of leaves) builder.append(hashLeaf(leaf)).forEach(keep)
  builder.partialTiles().forEach(keep)
  return tiles
}

export const readerOf =
  (tiles: Map<string, Uint8Array>) => async (level: number, index: number, width: number) =>
    tiles.get(tilePath(level, index, width))

/** The leaves in batches of a hundred, numbered from `first`. */
export function* batchesOf(leaves: readonly Uint8Array[], first = 0): Generator<LogEntry[]> {
  for (let at = 0; at < leaves.length; at += 100) {
    yield leaves.slice(at, at + 100).map((bytes, offset) => ({ position: first + at + offset, bytes }))
  }
}
