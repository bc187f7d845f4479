import {
  decodeEntryBundle,
  type EpochTrust,
  type KeyRange,
  type LogEntry,
  ProofError,
  readUnverifiedCheckpoint,
  splitHashes,
  TILE_WIDTH,
  tilePath,
  trustAtSize,
  type Verdict,
  verifyCheckpoint,
  verifyLog,
} from '@tracedesk/proof/node'
import type { z } from 'zod'
import {
  endsOf,
  placeOf,
  type RemoteBreak,
  RemoteEpochs,
  type RemoteEpochVerdict,
  type RemoteFinding,
} from './remote-epochs.ts'
import { DestroyedLine, RemotePurges } from './remote-purges.ts'
import { viewWitness, type WitnessAddress, type WitnessView } from './witness-view.ts'

/** So many bundles are asked for ahead of the one being verified. */
const AHEAD = 8
const PATIENCE_MS = 30_000
const MOST_FINDINGS = 100

/** Whom to believe, from the verifier's own file: never from the server that is being verified. */
export interface RemoteTrust {
  readonly origin?: string | undefined
  readonly vkeys: readonly string[]
  /** The same keys with the sizes each may sign; without them each may sign any. */
  readonly keys?: readonly KeyRange[] | undefined
  /** The epochs before, the oldest first. */
  readonly earlier?: readonly EpochTrust[] | undefined
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
  readonly verdict: Verdict | RemoteEpochVerdict
  /** `given`: keys came from the verifier. `server`: from the server itself, which proves only that it agrees with itself. */
  readonly keysFrom: 'given' | 'server'
  readonly origin: string
  readonly size: number
  readonly checkedEntries: number
  /** Leaves that retention destroyed, as the log itself says; their hashes are in the tree. */
  readonly purged: { readonly entries: number }
  readonly findings: readonly RemoteFinding[]
  readonly findingCount: number
  readonly checkpoint: { readonly size: number; readonly note: string }
  /** Epochs that began after a restore, as the log announces them. */
  readonly epochs: readonly RemoteBreak[]
  readonly remarks: readonly string[]
  readonly seconds: number
}

/** The server did not answer, refused us, or does not speak as a log does. */
export class RemoteError extends Error {}

/**
 * Verifies a ledger over HTTP as any stranger could (C2SP tlog-tiles): fetches the signed checkpoint, every entry
 * bundle and every tile, and recomputes all of it. Across epochs: heads of earlier ones whose keys the trust names must
 * still be in the tree, and every epoch must be announced by an entry. Throws RemoteError when the server cannot be read.
 */
export async function verifyRemote(options: RemoteOptions): Promise<RemoteReport> {
  const begun = performance.now()
  const remote = new RemoteLog(options)
  const note = await remote.text('/api/ledger.checkpoint')
  const { origin, size } = readCheckpoint(note)
  const place = placeOf(origin)
  if (!place) throw new RemoteError(`the origin ${JSON.stringify(origin)} names no ledger of Tracedesk`)
  remote.prefix = `/log/${place.workspaceId}/${place.epoch}`
  const given = options.trust?.vkeys.length ? options.trust : null
  const outdated = given !== null && isEarlier(given.origin ?? nameOf(given.vkeys), origin)
  const trust = await chooseTrust(given, outdated, { note, origin, size }, remote)
  const epochs = new RemoteEpochs(origin, outdated ? null : (given?.vkeys ?? null), trust.earlier)
  const view = options.witness
    ? await viewWitness(options.witness, trust.now, { allowPrivate: true, signal: options.signal })
    : null
  const known = await epochs.knownNotes(
    options.trust?.checkpoints ?? [],
    epoch => remote.optionalText(`/log/${place.workspaceId}/${epoch}/checkpoint`),
    endsOf(trust.earlier, outdated ? undefined : given?.keys),
  )
  // A head that somebody else keeps is one the log must still agree with.
  if (view && 'note' in view) known.push(view.note)
  const purges = new RemotePurges()
  const report = await verifyLog(
    {
      origin: trust.now.origin,
      trustedVkeys: trust.now.vkeys,
      checkpoint: note,
      known,
      numbersDestroyed: () => purges.numbered,
    },
    remote.leaves(size, epochs, purges),
    (level, index, width) => remote.bytes(`${remote.prefix}/${tilePath(level, index, width)}`),
  )
  const { findings: broken, remarks } = await epochs.finish()
  const unrecorded = purges.count > 0 ? purges.judge(await remote.destroyed()) : []
  // That the trust is outdated is the verdict only when what it still covers is in order; a fork weighs most.
  const advice = outdated
    ? [outdatedTrust(given?.origin ?? nameOf(given?.vkeys ?? []), origin, epochs.breaks)]
    : []
  const wrongs = [...broken, ...unrecorded, ...report.findings]
  const findings = [...wrongs.slice(0, MOST_FINDINGS - advice.length), ...advice]
  const fork = outdated ? findings.find(({ verdict }) => verdict === 'forked') : undefined
  return {
    verdict: (fork ?? findings[0])?.verdict ?? 'ok',
    keysFrom: given ? 'given' : 'server',
    origin,
    size,
    checkedEntries: report.size - purges.count,
    purged: { entries: purges.count },
    findings,
    findingCount:
      advice.length +
      broken.length +
      unrecorded.length +
      Object.values(report.counts).reduce((sum, count) => sum + (count ?? 0), 0),
    checkpoint: { size, note },
    epochs: epochs.breaks,
    remarks: [...(view === null ? [] : [remarkOf(view)]), ...purgeRemarks(purges), ...remarks],
    seconds: (performance.now() - begun) / 1000,
  }
}

const nameOf = ([vkey = '']: readonly string[]): string => vkey.split('+')[0] ?? ''

/** Whether one origin is of an epoch before that of another, of the same workspace. */
function isEarlier(given: string, present: string): boolean {
  const [ours, theirs] = [placeOf(given), placeOf(present)]
  return ours?.workspaceId === theirs?.workspaceId && (ours?.epoch ?? 0) < (theirs?.epoch ?? 0)
}

interface ChosenTrust {
  readonly now: { readonly origin: string; readonly vkeys: readonly string[] }
  readonly earlier: readonly EpochTrust[]
}

/**
 * Whom to believe of the epoch in force, and of those before. A trust of an earlier epoch cannot tell who signs now: the
 * server's own word is then good enough to look whether what that trust covers is still there, and for nothing else.
 */
async function chooseTrust(
  given: RemoteTrust | null,
  outdated: boolean,
  { note, origin, size }: { note: string; origin: string; size: number },
  remote: RemoteLog,
): Promise<ChosenTrust> {
  if (given && !outdated) {
    const now = { origin: given.origin ?? origin, vkeys: await keysFor(given, note, origin, size) }
    return { now, earlier: given.earlier ?? [] }
  }
  const now = { origin, vkeys: [(await remote.text('/api/ledger.vkey')).trim()] }
  if (!given) return { now, earlier: [] }
  const keys = given.keys ?? given.vkeys.map(vkey => ({ vkey, fromSize: 0, toSize: null }))
  const last = { origin: given.origin ?? nameOf(given.vkeys), keys }
  return { now, earlier: [...(given.earlier ?? []), last] }
}

/** What to do about a trust of an epoch that has ended. */
function outdatedTrust(given: string, present: string, breaks: readonly RemoteBreak[]): RemoteFinding {
  const [ours, theirs] = [placeOf(given)?.epoch, placeOf(present)?.epoch]
  const found = breaks.findLast(({ endedEpoch }) => endedEpoch === ours) ?? breaks.at(-1)
  const how = found
    ? `It announces at position ${found.position} that a restore ended epoch ${found.endedEpoch} and lost ${found.lost} of its positions. Have the restore explained, compare with the heads and anchors you keep, then`
    : 'No entry announces why. Ask why;'
  return {
    verdict: 'epoch_unknown',
    position: found?.position ?? null,
    detail: `your trust is of epoch ${ours}, the log is in epoch ${theirs}, signed by a key you have no trust in. ${how} take the new trust file ("bin/tracedesk trust") by another way than from this server.`,
  }
}

const purgeRemarks = ({ count, entries }: RemotePurges): string[] =>
  count === 0
    ? []
    : [
        `${count} entries (their hashes are still in the tree) were destroyed by retention, as ${entries} entries of the log say`,
      ]

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

/** What a server answers (410) for entries that retention destroyed, all or some of them. */
const DESTROYED = new Uint8Array()
/** A leaf, or its hash where the leaf is said to be destroyed. */
type Fetched = { readonly bytes: Uint8Array } | { readonly leafHash: Uint8Array }

function tryJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    if (error instanceof SyntaxError) return null
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

  /** An entry that is empty was destroyed: what is left of it is its hash in the tree. */
  async #closeEmpty(entries: readonly Uint8Array[], index: number, width: number): Promise<Fetched[]> {
    if (entries.every(({ length }) => length > 0)) return entries.map(bytes => ({ bytes }))
    const tile = await this.bytes(`${this.prefix}/${tilePath(0, index, width)}`)
    const hashes = tile ? splitHashes(tile) : []
    return entries.flatMap<Fetched>((bytes, i) => {
      const leafHash = hashes[i]
      return bytes.length > 0 ? [{ bytes }] : leafHash ? [{ leafHash }] : []
    })
  }

  async text(path: string): Promise<string> {
    const bytes = await this.bytes(path)
    if (!bytes) throw new RemoteError(`${this.#root}${path} does not exist`)
    return Buffer.from(bytes).toString('utf8')
  }

  async optionalText(path: string): Promise<string | undefined> {
    const bytes = await this.bytes(path)
    return bytes && Buffer.from(bytes).toString('utf8')
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
      if (response.status === 410) return DESTROYED
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
  async *leaves(size: number, epochs: RemoteEpochs, purges: RemotePurges): AsyncIterable<LogEntry[]> {
    const bundles = Math.ceil(size / TILE_WIDTH)
    const asked: Promise<Fetched[]>[] = []
    for (let index = 0; index < bundles; index++) {
      while (asked.length < AHEAD && index + asked.length < bundles)
        asked.push(this.#bundle(index + asked.length, size))
      const entries = await (asked.shift() as Promise<Fetched[]>)
      const batch = entries.map((entry, i) => ({ position: index * TILE_WIDTH + i, ...entry }))
      for (const entry of batch) {
        if ('leafHash' in entry) purges.close(entry.position)
        else {
          epochs.take(entry.position, entry.bytes)
          purges.take(entry.bytes)
        }
      }
      yield batch
      this.#options.onProgress?.({ done: Math.min((index + 1) * TILE_WIDTH, size), of: size })
    }
  }

  /** The lists of destroyed entries that the server has. */
  async destroyed(): Promise<z.infer<typeof DestroyedLine>[]> {
    const text = (await this.optionalText(`${this.prefix}/destroyed`)) ?? ''
    return text
      .split('\n')
      .filter(line => line !== '')
      .flatMap(line => {
        const parsed = DestroyedLine.safeParse(tryJson(line))
        return parsed.success ? [parsed.data] : [] // what only it names stays unrecorded
      })
  }

  #bundle(index: number, size: number): Promise<Fetched[]> {
    const width = Math.min(TILE_WIDTH, size - index * TILE_WIDTH)
    const path = `${this.prefix}/${tilePath('entries', index, width)}`
    const reading = this.bytes(path).then(async bytes => {
      if (!bytes) return [] // a gap: the verifier reports it
      const entries = bytes === DESTROYED ? await this.bytes(`${path}?destroyed=empty`) : bytes
      if (!entries || entries === DESTROYED) return []
      try {
        return await this.#closeEmpty(decodeEntryBundle(entries, width), index, width)
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
