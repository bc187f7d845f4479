import type { Beside } from './beside.ts'
import { createVerifier, type Verifier, type VerifierOptions, type VerifyReport } from './verify.ts'

/** One leaf of a log as it is read, or its hash alone where its content is not shown. */
export type LogEntry =
  | ({ readonly position: number; readonly bytes: Uint8Array } & Beside)
  | { readonly position: number; readonly leafHash: Uint8Array }

/** Bytes of a stored tile, undefined when the log has none. */
export type StoredTileReader = (
  level: number,
  index: number,
  width: number,
) => Promise<Uint8Array | undefined>

/**
 * Verifies a whole log out of a stream of batches. With `readTile` every stored tile is compared too, which is what
 * names the exact position of a leaf that was changed: without tiles only the root can differ.
 */
export async function verifyLog(
  options: Omit<VerifierOptions, 'collectTiles'>,
  batches: AsyncIterable<readonly LogEntry[]> | Iterable<readonly LogEntry[]>,
  readTile?: StoredTileReader,
): Promise<VerifyReport> {
  const verifier = createVerifier({ ...options, collectTiles: readTile !== undefined })
  for await (const batch of batches) {
    for (const entry of batch) addEntry(verifier, entry)
    if (readTile !== undefined) await compareTiles(verifier, readTile, verifier.takeTiles())
  }
  if (readTile !== undefined) await compareTiles(verifier, readTile, verifier.partialTiles())
  return verifier.finish()
}

function addEntry(verifier: Verifier, entry: LogEntry): void {
  if ('leafHash' in entry) verifier.addClosed(entry.position, entry.leafHash)
  else verifier.add(entry.position, entry.bytes, entry)
}

async function compareTiles(
  verifier: Verifier,
  readTile: StoredTileReader,
  tiles: ReturnType<Verifier['takeTiles']>,
): Promise<void> {
  for (const tile of tiles) verifier.compareTile(tile, await readTile(tile.level, tile.index, tile.width))
}
