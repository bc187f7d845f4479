import { ProofError } from './errors.ts'
import { decodeLeaf } from './leaf.ts'

/** What an entry `ledger.epoch_started` says: the epoch that begins, and how the one before it ended. */
export interface EpochAnnouncement {
  readonly epoch: number
  readonly origin: string
  readonly vkey: string
  readonly ended: EndedEpoch | null
}

export interface EndedEpoch {
  readonly epoch: number
  readonly origin: string
  /** So many signed positions are not there any more. */
  readonly lost: number
  /** Its newest head that was known; null when nothing had been signed. */
  readonly checkpoint: { readonly size: number; readonly note: string | null } | null
}

type Fields = Readonly<Record<string, unknown>>

/** The announcement in a leaf; undefined for one that cannot be read, or that announces nothing by the event's schema. */
export function readAnnouncement(bytes: Uint8Array): EpochAnnouncement | undefined {
  try {
    const { event, data } = decodeLeaf(bytes)
    return event === 'ledger.epoch_started' ? readData(data) : undefined
  } catch (error) {
    if (error instanceof ProofError) return undefined // the walk over all leaves reports it
    throw error
  }
}

function readData({ epoch, origin, vkey, ended }: Fields): EpochAnnouncement | undefined {
  const before = ended === null ? null : readEnded(ended)
  if (!isCount(epoch) || typeof origin !== 'string' || typeof vkey !== 'string') return undefined
  return before === undefined ? undefined : { epoch, origin, vkey, ended: before }
}

function readEnded(value: unknown): EndedEpoch | undefined {
  const { epoch, origin, lost, checkpoint } = fieldsOf(value)
  const head = checkpoint === null ? null : readHead(checkpoint)
  if (!isCount(epoch) || typeof origin !== 'string' || !isCount(lost)) return undefined
  return head === undefined ? undefined : { epoch, origin, lost, checkpoint: head }
}

function readHead(value: unknown): EndedEpoch['checkpoint'] | undefined {
  const { size, note } = fieldsOf(value)
  return isCount(size) && (note === null || typeof note === 'string') ? { size, note } : undefined
}

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? { ...value } : {})
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0
