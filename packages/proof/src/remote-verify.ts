import { readUnverifiedCheckpoint, verifyCheckpoint } from './checkpoint.ts'
import { ProofError } from './errors.ts'
import { parseVkey } from './note-key.ts'
import {
  endsOf,
  placeOf,
  type RemoteBreak,
  RemoteEpochs,
  type RemoteEpochVerdict,
  type RemoteFinding,
} from './remote-epochs.ts'
import { type ReadPath, RemoteError, RemoteLog } from './remote-log.ts'
import { RemotePurges } from './remote-purges.ts'
import { type EpochTrust, type KeyRange, trustAtSize } from './trust-file.ts'
import type { Verdict } from './verdict.ts'
import { verifyLog } from './verify-log.ts'

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

/** A head that somebody else keeps of the log, if it could be had, and what to remark about it. */
export interface ElsewhereView {
  readonly note?: string | undefined
  readonly remark: string
}

export interface RemoteOptions {
  readonly read: ReadPath
  readonly trust: RemoteTrust | null
  /** Asks somebody else, a witness for one, what they have of the log with this origin and these keys. */
  readonly askElsewhere?:
    | ((log: { origin: string; vkeys: readonly string[] }) => Promise<ElsewhereView>)
    | undefined
  readonly onProgress?: ((progress: { done: number; of: number }) => void) | undefined
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
}

/**
 * Verifies a log by what its server lays out, as any stranger could (C2SP tlog-tiles): fetches the signed checkpoint,
 * every entry bundle and every tile, and recomputes all of it. Across epochs: heads of earlier ones whose keys the trust
 * names must still be in the tree, and every epoch must be announced by an entry. What retention destroyed counts by its
 * hash, if an entry of the log vouches for it. Throws RemoteError when the server cannot be read.
 */
export async function verifyRemoteLog(options: RemoteOptions): Promise<RemoteReport> {
  const remote = new RemoteLog(options.read)
  const note = await remote.text('/api/ledger.checkpoint')
  const { origin, size } = readCheckpoint(note)
  const place = placeOf(origin)
  if (!place) throw new RemoteError(`the origin ${JSON.stringify(origin)} names no ledger of Tracedesk`)
  remote.prefix = `/log/${place.workspaceId}/${place.epoch}`
  const given = options.trust?.vkeys.length ? options.trust : null
  const outdated = given !== null && isEarlier(given.origin ?? nameOf(given.vkeys), origin)
  const trust = await chooseTrust(given, outdated, { note, origin, size }, remote)
  const epochs = new RemoteEpochs(origin, outdated ? null : (given?.vkeys ?? null), trust.earlier)
  const view = await options.askElsewhere?.(trust.now)
  const known = await epochs.knownNotes(
    options.trust?.checkpoints ?? [],
    epoch => remote.optionalText(`/log/${place.workspaceId}/${epoch}/checkpoint`),
    endsOf(trust.earlier, outdated ? undefined : given?.keys),
  )
  // A head that somebody else keeps is one the log must still agree with.
  if (view?.note !== undefined) known.push(view.note)
  const purges = new RemotePurges()
  const report = await verifyLog(
    {
      origin: trust.now.origin,
      trustedVkeys: trust.now.vkeys,
      checkpoint: note,
      known,
      numbersDestroyed: () => purges.numbered,
    },
    remote.leaves(size, epochs, purges, options.onProgress),
    (level, index, width) => remote.tile(level, index, width),
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
    remarks: [...(view ? [view.remark] : []), ...purgeRemarks(purges), ...remarks],
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
  const now = { origin, vkeys: [await readVkey(remote)] }
  if (!given) return { now, earlier: [] }
  const keys = given.keys ?? given.vkeys.map(vkey => ({ vkey, fromSize: 0, toSize: null }))
  const last = { origin: given.origin ?? nameOf(given.vkeys), keys }
  return { now, earlier: [...(given.earlier ?? []), last] }
}

async function readVkey(remote: RemoteLog): Promise<string> {
  const vkey = (await remote.text('/api/ledger.vkey')).trim()
  try {
    parseVkey(vkey)
    return vkey
  } catch (error) {
    if (error instanceof ProofError) throw new RemoteError(`the server’s key cannot be read (${error.code})`)
    throw error
  }
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
