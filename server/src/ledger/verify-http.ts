import {
  decodeEntryBundle,
  type Finding,
  type KeyRange,
  ProofError,
  readUnverifiedCheckpoint,
  TILE_WIDTH,
  tilePath,
  trustAtSize,
  type Verdict,
  verifyCheckpoint,
  verifyLog,
} from '@tracedesk/proof/node'
import { viewWitness, type WitnessAddress, type WitnessView } from './witness-view.ts'

/** So many bundles are asked for ahead of the one being verified. */
const AHEAD = 8
const PATIENCE_MS = 30_000

/** Whom to believe, from the verifier's own file: never from the server that is being verified. */
export interface RemoteTrust {
  readonly origin?: string | undefined
  readonly vkeys: readonly string[]
  /** The same keys with the sizes each may sign; without them each may sign any. */
  readonly keys?: readonly KeyRange[] | undefined
  /** Signed notes seen earlier: the log must still agree with them. */
  readonly checkpoints?: readonly string[] | undefined
}

export interface RemoteOptions {
  readonly url: string
  readonly token: string | undefined
  readonly trust: RemoteTrust | null
  /** A witness to ask itself what it has of this log; its address is the verifier's own choice. */
  readonly witness?: WitnessAddress | undefined
  readonly onProgress?: ((progress: { done: number; of: number }) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

export interface RemoteReport {
  readonly verdict: Verdict
  /** `given`: keys came from the verifier. `server`: from the server itself, which proves only that it agrees with itself. */
  readonly keysFrom: 'given' | 'server'
  readonly origin: string
  readonly size: number
  readonly checkedEntries: number
  readonly findings: readonly Finding[]
  readonly findingCount: number
  readonly checkpoint: { readonly size: number; readonly note: string }
  readonly remarks: readonly string[]
  readonly seconds: number
}

/** The server did not answer, refused us, or does not speak as a log does. */
export class RemoteError extends Error {}

/**
 * Verifies a ledger over HTTP as any stranger could (C2SP tlog-tiles): fetches the signed checkpoint, every entry
 * bundle and every tile, and recomputes all of it. Throws RemoteError when the server cannot be read.
 */
export async function verifyRemote(options: RemoteOptions): Promise<RemoteReport> {
  const begun = performance.now()
  const remote = new RemoteLog(options)
  const note = await remote.text('/api/ledger.checkpoint')
  const { origin, size } = readCheckpoint(note)
  const place = /\/log\/([0-9a-f-]{36})\/(\d+)$/.exec(origin)
  if (!place) throw new RemoteError(`the origin ${JSON.stringify(origin)} names no ledger of Tracedesk`)
  remote.prefix = `/log/${place[1]}/${place[2]}`
  const trustedVkeys = options.trust?.vkeys.length
    ? await keysFor(options.trust, note, origin, size)
    : [(await remote.text('/api/ledger.vkey')).trim()]
  const log = { origin: options.trust?.origin ?? origin, vkeys: trustedVkeys }
  const view = options.witness
    ? await viewWitness(options.witness, log, { allowPrivate: true, signal: options.signal })
    : null
  // A head that somebody else keeps is one the log must still agree with.
  const kept = view && 'note' in view ? [view.note] : []
  const report = await verifyLog(
    {
      origin: log.origin,
      trustedVkeys,
      checkpoint: note,
      known: [...(options.trust?.checkpoints ?? []), ...kept],
    },
    remote.leaves(size),
    (level, index, width) => remote.bytes(`${remote.prefix}/${tilePath(level, index, width)}`),
  )
  return {
    verdict: report.verdict,
    keysFrom: options.trust?.vkeys.length ? 'given' : 'server',
    origin,
    size,
    checkedEntries: report.size,
    findings: report.findings,
    findingCount: Object.values(report.counts).reduce((sum, count) => sum + (count ?? 0), 0),
    checkpoint: { size, note },
    remarks: view === null ? [] : [remarkOf(view)],
    seconds: (performance.now() - begun) / 1000,
  }
}

const remarkOf = (view: WitnessView): string =>
  'problem' in view
    ? `the witness ${view.name} was not compared: ${view.problem}`
    : `the witness ${view.name} has the head of ${view.checkpoint.size} leaves`

/**
 * The keys to verify with. One that may not sign this size any more is left out, unless the newest note stands without
 * it: then it is needed only for the notes kept from before.
 */
async function keysFor(
  { vkeys, keys }: RemoteTrust,
  note: string,
  origin: string,
  size: number,
): Promise<readonly string[]> {
  if (!keys) return vkeys
  const { trustedVkeys } = trustAtSize({ origin, keys, witnesses: [] }, size)
  const { verdict } = await verifyCheckpoint(note, { origin, trustedVkeys })
  return verdict === 'ok' ? vkeys : trustedVkeys
}

function readCheckpoint(note: string) {
  try {
    return readUnverifiedCheckpoint(note)
  } catch (error) {
    if (error instanceof ProofError)
      throw new RemoteError(`the server’s checkpoint cannot be read (${error.code})`)
    throw error
  }
}

class RemoteLog {
  readonly #options: RemoteOptions
  readonly #root: string
  prefix = ''

  constructor(options: RemoteOptions) {
    this.#options = options
    this.#root = options.url.replace(/\/+$/, '')
  }

  async text(path: string): Promise<string> {
    const bytes = await this.bytes(path)
    if (!bytes) throw new RemoteError(`${this.#root}${path} does not exist`)
    return Buffer.from(bytes).toString('utf8')
  }

  /** Undefined when the server says that there is no such thing. */
  async bytes(path: string): Promise<Uint8Array | undefined> {
    const { token, signal } = this.#options
    const patience = AbortSignal.timeout(PATIENCE_MS)
    try {
      const response = await fetch(`${this.#root}${path}`, {
        headers: token ? { authorization: `Bearer ${token}` } : {},
        signal: signal ? AbortSignal.any([signal, patience]) : patience,
        redirect: 'error', // a token is for the server that was named
      })
      if (response.status === 404) return undefined
      if (!response.ok)
        throw new RemoteError(`${this.#root}${path} answered ${response.status}${hint(response.status)}`)
      return new Uint8Array(await response.arrayBuffer())
    } catch (error) {
      signal?.throwIfAborted()
      if (error instanceof RemoteError) throw error
      const { message, cause } = error as Error
      throw new RemoteError(
        `${this.#root} cannot be reached: ${cause instanceof Error ? cause.message : message}`,
      )
    }
  }

  /** All leaves in batches of a bundle, fetched a few ahead. */
  async *leaves(size: number): AsyncIterable<{ position: number; bytes: Uint8Array }[]> {
    const bundles = Math.ceil(size / TILE_WIDTH)
    const asked: Promise<Uint8Array[]>[] = []
    for (let index = 0; index < bundles; index++) {
      while (asked.length < AHEAD && index + asked.length < bundles)
        asked.push(this.#bundle(index + asked.length, size))
      const entries = await (asked.shift() as Promise<Uint8Array[]>)
      yield entries.map((bytes, i) => ({ position: index * TILE_WIDTH + i, bytes }))
      this.#options.onProgress?.({ done: Math.min((index + 1) * TILE_WIDTH, size), of: size })
    }
  }

  #bundle(index: number, size: number): Promise<Uint8Array[]> {
    const width = Math.min(TILE_WIDTH, size - index * TILE_WIDTH)
    const reading = this.bytes(`${this.prefix}/${tilePath('entries', index, width)}`).then(bytes => {
      if (!bytes) return [] // a gap: the verifier reports it
      try {
        return decodeEntryBundle(bytes, width)
      } catch (error) {
        if (error instanceof ProofError) return []
        throw error
      }
    })
    reading.catch(() => {}) // awaited in its turn; until then a failure is nobody's unhandled rejection
    return reading
  }
}

const hint = (status: number): string =>
  status === 401 || status === 403
    ? ': it wants a token that may read the whole ledger (owner, admin or auditor)'
    : ''
