import {
  DESTROYED,
  type ReadPath,
  RemoteError,
  type RemoteTrust,
  type RemoteReport as Report,
  verifyRemoteLog,
} from '@tracedesk/proof/node'
import { viewWitness, type WitnessAddress } from './witness-view.ts'

const PATIENCE_MS = 30_000
/** A tile holds 256 leaves of 4,096 bytes at most, each led by two. */
const MOST_TILE_BYTES = 256 * 4_098
/** Notes are small; lists of what retention destroyed take 11 KB for 65,536 positions. */
const MOST_BYTES = 256_000_000

export interface RemoteOptions {
  readonly url: string
  readonly token: string | undefined
  readonly trust: RemoteTrust | null
  /** A witness to ask itself what it has of this log; its address is the verifier's own choice. */
  readonly witness?: WitnessAddress | undefined
  readonly onProgress?: ((progress: { done: number; of: number }) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

export type RemoteReport = Report & { readonly seconds: number }

/**
 * Verifies a ledger over HTTP (`verifyRemoteLog`), with a token that may read all of it, and holds it against what a
 * witness has when one is named. Throws RemoteError when the server cannot be read.
 */
export async function verifyRemote(options: RemoteOptions): Promise<RemoteReport> {
  const begun = performance.now()
  const { trust, onProgress, witness, signal } = options
  const report = await verifyRemoteLog({
    ...{ read: readOver(options), trust, onProgress },
    askElsewhere: witness && (log => askWitness(witness, log, signal)),
  })
  return { ...report, seconds: (performance.now() - begun) / 1000 }
}

async function askWitness(
  witness: WitnessAddress,
  log: { origin: string; vkeys: readonly string[] },
  signal: AbortSignal | undefined,
) {
  const view = await viewWitness(witness, log, { allowPrivate: true, signal })
  return 'problem' in view
    ? { remark: `the witness ${view.name} was not compared: ${view.problem}` }
    : { note: view.note, remark: `the witness ${view.name} has the head of ${view.checkpoint.size} leaves` }
}

/** Reads paths of a server by fetch. */
function readOver({ url, token, signal }: RemoteOptions): ReadPath {
  const root = url.replace(/\/+$/, '')
  return async path => {
    const patience = AbortSignal.timeout(PATIENCE_MS)
    try {
      const response = await fetch(`${root}${path}`, {
        headers: token ? { authorization: `Bearer ${token}` } : {},
        signal: signal ? AbortSignal.any([signal, patience]) : patience,
        redirect: 'error', // a token is for the server that was named
      })
      if (response.status === 404) return undefined
      if (response.status === 410) return DESTROYED
      if (!response.ok)
        throw new RemoteError(`${root}${path} answered ${response.status}${hint(response.status)}`)
      return await readAtMost(response, path.includes('/tile/') ? MOST_TILE_BYTES : MOST_BYTES)
    } catch (error) {
      signal?.throwIfAborted()
      if (error instanceof RemoteError) throw error
      const { message, cause } = error as Error
      throw new RemoteError(`${root} cannot be reached: ${cause instanceof Error ? cause.message : message}`)
    }
  }
}

/** The body of an answer. Throws RemoteError as soon as it is longer than anything a log says there. */
async function readAtMost(response: Response, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > most) throw new RemoteError(`${response.url} answered with more than ${most} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const hint = (status: number): string =>
  status === 401 || status === 403
    ? ': it wants a token that may read the whole ledger (owner, admin or auditor)'
    : ''
