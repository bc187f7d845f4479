import {
  decodeEntryBundle,
  readUnverifiedCheckpoint,
  TILE_WIDTH,
  tilePath,
  type VerifyReport,
  verifyLog,
} from '@tracedesk/proof'
import { api } from '../../shared/api.ts'

export interface VerifyProgress {
  readonly done: number
  readonly of: number
}

export interface HereResult {
  readonly report: VerifyReport
  readonly size: number
  /** Size of the checkpoint this browser remembered from last time; null at the first time. */
  readonly remembered: number | null
}

const memoryOf = (origin: string) => `tracedesk.checkpoint.${origin}`

/**
 * Fetches every sealed entry and every tile and recomputes all of it in this browser: hashes, tree, counters, the
 * signature. The checkpoint this browser saw last time must still be part of today's log. Only bytes are taken from
 * the server, no opinion. Throws ApiError when something cannot be fetched, AbortError when stopped.
 */
export async function verifyHere(
  vkey: string,
  signal: AbortSignal,
  onProgress: (progress: VerifyProgress) => void,
): Promise<HereResult> {
  const note = new TextDecoder().decode(await api.bytes('/api/ledger.checkpoint', { signal }))
  const { origin, size } = readUnverifiedCheckpoint(note)
  const [, , epoch] = /\/log\/([^/]+)\/(\d+)$/.exec(origin) ?? []
  const workspace = /\/log\/([^/]+)\//.exec(origin)?.[1]
  const root = `/log/${workspace}/${epoch}/`
  const known = localStorage.getItem(memoryOf(origin))
  async function* leaves() {
    for (let first = 0; first < size; first += TILE_WIDTH) {
      const width = Math.min(TILE_WIDTH, size - first)
      const bundle = await api.bytes(root + tilePath('entries', first / TILE_WIDTH, width), { signal })
      yield decodeEntryBundle(bundle, width).map((bytes, i) => ({ position: first + i, bytes }))
      onProgress({ done: first + width, of: size })
    }
  }
  const readTile = (level: number, index: number, width: number) =>
    api.bytes(root + tilePath(level, index, width), { signal })
  const report = await verifyLog(
    { origin, trustedVkeys: [vkey], checkpoint: note, ...(known ? { known: [known] } : {}) },
    leaves(),
    readTile,
  )
  if (report.verdict === 'ok') localStorage.setItem(memoryOf(origin), note)
  return { report, size, remembered: known ? readUnverifiedCheckpoint(known).size : null }
}
