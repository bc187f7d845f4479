import { includesBytes, utf8Encode } from './bytes.ts'
import { readUnverifiedCheckpoint, verifyCheckpoint } from './checkpoint.ts'
import { type EpochAnnouncement, readAnnouncement } from './epoch-announcement.ts'
import { ProofError } from './errors.ts'
import { type EpochTrust, type KeyRange, trustAtSize } from './trust-file.ts'
import type { Finding } from './verdict.ts'
import type { KnownNote } from './verify.ts'

/** What can be wrong with the epochs of a log that is verified from outside. */
export type RemoteEpochVerdict =
  /** The log is in an epoch that the verifier's trust does not know. */
  | 'epoch_unknown'
  /** It is in an epoch that no entry announces. */
  | 'epoch_unannounced'
  /** What the log says of an epoch is not what was signed. */
  | 'epoch_mismatch'
  /** An entry is said to be destroyed by retention, and the log does not say so. */
  | 'purge_unrecorded'

export type RemoteFinding = Omit<Finding, 'verdict'> & {
  readonly verdict: Finding['verdict'] | RemoteEpochVerdict
}

/** A new epoch as the log itself announces it. */
export interface RemoteBreak {
  readonly epoch: number
  readonly position: number
  readonly endedEpoch: number
  /** How many leaves of the epoch before had been signed, as far as was known then; null when nothing was. */
  readonly signed: number | null
  readonly lost: number
}

/** The newest head of an earlier epoch, as the server has it; undefined when it has none. */
export type ReadEpochNote = (epoch: number) => Promise<string | undefined>

const MARK = utf8Encode('"event":"ledger.epoch_started"')
type Announcement = EpochAnnouncement & { readonly position: number }

/** Workspace and epoch that an origin names; null for that of another kind of log. */
export function placeOf(origin: string): { readonly workspaceId: string; readonly epoch: number } | null {
  const place = /\/log\/([0-9a-f-]{36})\/(\d+)$/.exec(origin)
  return place ? { workspaceId: place[1] ?? '', epoch: Number(place[2]) } : null
}

/**
 * Follows a log through its epochs, from outside: which older heads it must still agree with, and whether each new
 * epoch is announced by an entry that admits what earlier signers, and the verifier's own notes, show.
 */
export class RemoteEpochs {
  readonly #origin: string
  readonly #epoch: number
  /** The keys given for the epoch in force; null when there are none. */
  readonly #keys: readonly string[] | null
  readonly #earlier: readonly EpochTrust[]
  readonly #announced: Announcement[] = []
  readonly #beyond: { size: number; epoch: number }[] = []
  /** `earlier`: what the verifier trusts of epochs before this one. */
  constructor(origin: string, keys: readonly string[] | null, earlier: readonly EpochTrust[]) {
    this.#origin = origin
    this.#epoch = placeOf(origin)?.epoch ?? 1
    this.#keys = keys
    this.#earlier = earlier
  }

  /**
   * Heads of earlier epochs that the tree of this one must contain: the newest the server still has of each, and the
   * verifier's `kept` ones. A kept one with more leaves than survived is held against the announcement later.
   */
  async knownNotes(
    kept: readonly string[],
    readNote: ReadEpochNote,
    ends: ReadonlyMap<string, number>,
  ): Promise<(string | KnownNote)[]> {
    const known: (string | KnownNote)[] = []
    for (const trust of this.#earlier) {
      const epoch = placeOf(trust.origin)?.epoch
      const note = epoch === undefined ? undefined : await readNote(epoch)
      if (note !== undefined) known.push({ note, trust: trustOf(trust, note) })
    }
    for (const note of kept) {
      const head = tryRead(note)
      const trust = head && this.#earlier.find(({ origin }) => origin === head.origin)
      if (!trust) known.push(note)
      else if (head.size <= (ends.get(head.origin) ?? Number.POSITIVE_INFINITY))
        known.push({ note, trust: trustOf(trust, note) })
      else this.#beyond.push({ size: head.size, epoch: placeOf(head.origin)?.epoch ?? 0 })
    }
    return known
  }

  /** Every leaf of the log, in order. */
  take(position: number, bytes: Uint8Array): void {
    if (!includesBytes(bytes, MARK)) return
    const data = readAnnouncement(bytes)
    if (data) this.#announced.push({ ...data, position })
  }

  get breaks(): RemoteBreak[] {
    return this.#announced.flatMap(({ epoch, position, ended }) =>
      ended
        ? [
            {
              epoch,
              position,
              endedEpoch: ended.epoch,
              signed: ended.checkpoint?.size ?? null,
              lost: ended.lost,
            },
          ]
        : [],
    )
  }

  /** What is wrong with the epochs, once all leaves were taken. */
  async finish(): Promise<{ findings: RemoteFinding[]; remarks: string[] }> {
    const findings: RemoteFinding[] = []
    const remarks: string[] = []
    this.#requireAnnouncement(findings)
    for (const announcement of this.#announced) await this.#checkEnded(announcement, findings, remarks)
    for (const { size, epoch } of this.#beyond) {
      const admitted =
        this.#announced.find(({ ended }) => ended?.epoch === epoch)?.ended?.checkpoint?.size ?? 0
      if (admitted < size)
        findings.push(
          wrong(
            'epoch_mismatch',
            null,
            `you keep a head of ${size} leaves of epoch ${epoch}; the log admits ${admitted}`,
          ),
        )
    }
    for (const { epoch, position, endedEpoch, lost } of this.breaks)
      remarks.push(
        `epoch ${epoch} began at position ${position} after a restore, and is announced there; ${lost} signed positions of epoch ${endedEpoch} are not there any more`,
      )
    if (this.breaks.length > 0 && this.#earlier.length === 0)
      remarks.push(
        'heads of earlier epochs were not compared: the trust names no keys of theirs ("bin/tracedesk trust" prints them)',
      )
    return { findings, remarks }
  }

  #requireAnnouncement(findings: RemoteFinding[]): void {
    const origins = [...this.#earlier.map(({ origin }) => origin), this.#origin]
    for (const origin of origins) {
      const epoch = placeOf(origin)?.epoch ?? 1
      if (epoch === 1) continue
      const found = this.#announced.find(
        one => one.epoch === epoch && one.origin === origin && one.ended !== null,
      )
      if (!found) findings.push(wrong('epoch_unannounced', null, `no entry announces epoch ${epoch}`))
      else if (origin === this.#origin && this.#keys && !this.#keys.includes(found.vkey))
        findings.push(
          wrong(
            'epoch_mismatch',
            found.position,
            `epoch ${epoch} began with a key that the trust does not name`,
          ),
        )
    }
    for (const { epoch, position } of this.#announced)
      if (epoch > this.#epoch)
        findings.push(
          wrong(
            'epoch_mismatch',
            position,
            `the log announced epoch ${epoch}; its head is in epoch ${this.#epoch}`,
          ),
        )
  }

  async #checkEnded(
    { position, ended }: Announcement,
    findings: RemoteFinding[],
    remarks: string[],
  ): Promise<void> {
    if (!ended) return
    const signed = ended.checkpoint?.size ?? 0
    if (ended.lost !== Math.max(0, signed - position))
      findings.push(
        wrong('epoch_mismatch', position, `${signed} leaves were signed; ${ended.lost} are said to be lost`),
      )
    const note = ended.checkpoint?.note
    const trust = this.#earlier.find(({ origin }) => origin === ended.origin)
    if (!note || !trust) return
    const { verdict } = await verifyCheckpoint(note, trustOf(trust, note))
    if (verdict === 'note_unsigned')
      remarks.push(`the last head of epoch ${ended.epoch} is signed by a key that the trust does not name`)
    else if (verdict !== 'ok')
      findings.push(wrong('epoch_mismatch', position, `the last head of epoch ${ended.epoch}: ${verdict}`))
  }
}

const wrong = (verdict: RemoteEpochVerdict, position: number | null, detail: string): RemoteFinding => ({
  verdict,
  position,
  detail,
})

/** Where each earlier epoch ended, as the trust says: where the one after it begins. */
export function endsOf(
  earlier: readonly EpochTrust[],
  keys: readonly KeyRange[] | undefined,
): ReadonlyMap<string, number> {
  return new Map(
    earlier.flatMap(({ origin }, at) => {
      const next = (earlier[at + 1]?.keys ?? keys)?.[0]?.fromSize
      return next === undefined ? [] : [[origin, next] as const]
    }),
  )
}

/** The trust of an epoch for one of its notes: the keys that could sign that size. */
function trustOf(trust: EpochTrust, note: string) {
  return trustAtSize({ ...trust, witnesses: [] }, tryRead(note)?.size ?? 0)
}

function tryRead(note: string) {
  try {
    return readUnverifiedCheckpoint(note)
  } catch (error) {
    if (error instanceof ProofError) return undefined // the verifier reports it
    throw error
  }
}
