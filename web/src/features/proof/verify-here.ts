import {
  DESTROYED,
  formatTrustFile,
  ProofError,
  parseTrustFile,
  type ReadPath,
  type RemoteReport,
  readUnverifiedCheckpoint,
  type TrustFile,
  verifyRemoteLog,
} from '@tracedesk/proof'
import { ApiError, api } from '../../shared/api.ts'

export interface VerifyProgress {
  readonly done: number
  readonly of: number
}

export interface HereResult {
  readonly report: RemoteReport
  /** Size of the checkpoint this browser remembered from last time; null at the first time. */
  readonly remembered: number | null
  /** Keys the log names now and did not name last time. */
  readonly newKeys: number
}

/** What this browser saw when it last found everything in order. */
interface Memory {
  readonly trust: TrustFile
  readonly note: string
}

/**
 * Fetches every sealed entry and every tile and recomputes all of it in this browser: hashes, tree, counters, the
 * signature; what retention destroyed only where an entry of the log vouches for it; epochs only as entries announce
 * them. The checkpoint this browser saw last time, of whatever key and epoch, must still be part of today's log. Only
 * bytes are taken from the server, no opinion. Throws ApiError or RemoteError when something cannot be fetched,
 * AbortError when stopped.
 */
export async function verifyHere(
  workspaceId: string,
  signal: AbortSignal,
  onProgress: (progress: VerifyProgress) => void,
): Promise<HereResult> {
  const trust = parseTrustFile(await api.text('ledger.trust', { signal, cache: 'no-store' }))
  const memory = recall(workspaceId)
  const report = await verifyRemoteLog({
    read: readOver(signal),
    trust: {
      ...trust,
      vkeys: trust.keys.map(({ vkey }) => vkey),
      checkpoints: memory ? [memory.note] : [],
    },
    onProgress,
  })
  if (report.verdict === 'ok') remember(workspaceId, { trust, note: report.checkpoint.note })
  const before = new Set(memory ? keysOf(memory.trust) : keysOf(trust))
  return {
    report,
    remembered: memory ? readUnverifiedCheckpoint(memory.note).size : null,
    newKeys: keysOf(trust).filter(vkey => !before.has(vkey)).length,
  }
}

/** A full tile may lie in the browser's cache, as it was before somebody changed it: every byte is asked for anew. */
function readOver(signal: AbortSignal): ReadPath {
  return async path => {
    try {
      return await api.bytes(path, { signal, cache: 'no-store' })
    } catch (error) {
      if (error instanceof ApiError && error.status === 410) return DESTROYED
      if (error instanceof ApiError && error.status === 404) return undefined
      throw error
    }
  }
}

const keysOf = ({ keys, earlier = [] }: TrustFile): string[] =>
  [...earlier.flatMap(epoch => epoch.keys), ...keys].map(({ vkey }) => vkey)

const placeOf = (workspaceId: string) => `tracedesk.proof.${workspaceId}`

function remember(workspaceId: string, { trust, note }: Memory): void {
  localStorage.setItem(placeOf(workspaceId), JSON.stringify({ trust: formatTrustFile(trust), note }))
}

/** Undefined when nothing was kept, or what was kept can no longer be read. */
function recall(workspaceId: string): Memory | undefined {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(placeOf(workspaceId)) ?? 'null')
    if (typeof kept !== 'object' || kept === null) return undefined
    const { trust, note }: { trust?: unknown; note?: unknown } = kept
    if (typeof trust !== 'string' || typeof note !== 'string') return undefined
    readUnverifiedCheckpoint(note)
    return { trust: parseTrustFile(trust), note }
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof ProofError) return undefined
    throw error
  }
}
