import {
  decodeLeaf,
  type KeyRange,
  keyRanges,
  ProofError,
  parseVkey,
  verifyCheckpoint,
} from '@tracedesk/proof/node'
import type pg from 'pg'
import type { SignerMemory } from './signer-memory.ts'
import type { TreeHead } from './tree-store.ts'
import type { Findings } from './verify-findings.ts'

/** An epoch as the tables say: its origin and keys, and up to which size its heads can be compared with what is here. */
export interface Epoch {
  readonly epoch: number
  readonly origin: string
  readonly keys: readonly KeyRange[]
  /** The position it began at, 0 for the first. */
  readonly from: number
  /** Its last leaf that is still here lies before this position. */
  readonly to: number
}

/** An epoch that began after a restore, as its first entry announces it. */
export interface EpochBreak {
  readonly epoch: number
  readonly position: number
  readonly endedEpoch: number
  /** How many leaves of the epoch before had been signed, as far as was known; null when nothing was known. */
  readonly signed: number | null
  readonly lost: number
}

interface Announcement {
  readonly position: number
  readonly epoch: unknown
  readonly origin: unknown
  readonly vkey: unknown
  readonly ended: {
    readonly epoch: number
    readonly origin: string
    readonly lost: number
    readonly checkpoint: { readonly size: number; readonly note: string | null } | null
  } | null
}

/** The epochs of a ledger up to the one in force, the oldest first. An older one's origin is the name of its keys. */
export async function readEpochs(
  client: pg.ClientBase,
  workspaceId: string,
  head: TreeHead,
): Promise<Epoch[]> {
  const { rows } = await client.query<{ epoch: number; vkey: string; from_size: number }>(
    'select epoch, vkey, from_size from log_signer where workspace_id = $1 and epoch <= $2 order by epoch, from_size',
    [workspaceId, head.epoch],
  )
  const numbers = [...new Set([...rows.map(row => row.epoch), head.epoch])].sort((a, b) => a - b)
  const begins = (epoch: number) => Number(rows.find(row => row.epoch === epoch)?.from_size ?? 0)
  return numbers.map((epoch, i) => {
    const own = rows.filter(row => row.epoch === epoch)
    const next = numbers[i + 1]
    return {
      epoch,
      origin: epoch === head.epoch ? head.origin : originOfKey(own[0]?.vkey),
      keys: keyRanges(own.map(row => ({ vkey: row.vkey, fromSize: Number(row.from_size) }))),
      from: begins(epoch),
      to: next === undefined ? head.size : begins(next),
    }
  })
}

function originOfKey(vkey = ''): string {
  try {
    return parseVkey(vkey).name
  } catch (error) {
    if (error instanceof ProofError) return ''
    throw error
  }
}

/** `EpochCheck` as JSON. */
export type SavedEpochs = readonly Announcement[]

/** Collects what the log says of its epochs, and holds it against what tables and signer say. */
export class EpochCheck {
  readonly #announced: Announcement[] = []

  /** A leaf whose event is `ledger.epoch_started`. */
  take(position: number, leaf: Uint8Array): void {
    const { data } = decodeLeaf(leaf)
    const { epoch, origin, vkey, ended } = data
    // The encoder parsed it by the event's schema; whatever else stands there fails the comparisons below.
    this.#announced.push({ position, epoch, origin, vkey, ended: (ended ?? null) as Announcement['ended'] })
  }

  save(): SavedEpochs {
    return [...this.#announced]
  }

  /** Takes in what `save` gave. */
  fill(saved: SavedEpochs): void {
    this.#announced.push(...saved)
  }

  /**
   * Every epoch but the first needs the entry that announces it, just where it begins, naming its origin and key and
   * what the epoch before came to. Returns the breaks that are announced as they should be.
   */
  async finish(
    epochs: readonly Epoch[],
    memory: SignerMemory,
    findings: Findings,
  ): Promise<{ breaks: EpochBreak[]; remarks: string[] }> {
    const breaks: EpochBreak[] = []
    const remarks: string[] = []
    for (const epoch of epochs) {
      if (epoch.epoch === 1 && epoch.from === 0) continue
      const found = this.#announcementOf(epoch)
      if (!found?.ended) {
        findings.add('epoch_unannounced', `no entry announces epoch ${epoch.epoch} where it begins`, {
          position: epoch.from,
        })
        continue
      }
      const { position, ended } = found
      await this.#checkEnded(position, ended, epochs, memory, findings, remarks)
      const signed = ended.checkpoint?.size ?? null
      breaks.push({ epoch: epoch.epoch, position, endedEpoch: ended.epoch, signed, lost: ended.lost })
    }
    const last = epochs.at(-1)?.epoch ?? 1
    for (const { position, epoch } of this.#announced)
      if (Number(epoch) > last)
        findings.add(
          'epoch_mismatch',
          `the log announced epoch ${String(epoch)}; the head is in epoch ${last}`,
          { position },
        )
    for (const [epoch, { size }] of memory)
      if (epoch > last && size > 0)
        findings.add(
          'epoch_mismatch',
          `the signer signed ${size} leaves in epoch ${epoch}; the head is in epoch ${last}`,
        )
    for (const { epoch, position, endedEpoch, lost } of breaks)
      remarks.push(
        `epoch ${epoch} began at position ${position} after a restore, and is announced there; ${lost} signed positions of epoch ${endedEpoch} are not there any more`,
      )
    return { breaks, remarks }
  }

  #announcementOf({ epoch, from, origin, keys }: Epoch): Announcement | undefined {
    return this.#announced.find(
      found =>
        found.position === from &&
        found.epoch === epoch &&
        found.origin === origin &&
        found.vkey === keys[0]?.vkey,
    )
  }

  /** What is said of the epoch before: its last head was signed by its key, and its signer signed nothing beyond. */
  async #checkEnded(
    position: number,
    ended: NonNullable<Announcement['ended']>,
    epochs: readonly Epoch[],
    memory: SignerMemory,
    findings: Findings,
    remarks: string[],
  ): Promise<void> {
    const { checkpoint } = ended
    const before = epochs.find(({ epoch }) => epoch === ended.epoch)
    const remembered = memory.get(ended.epoch)
    const trustedVkeys = [
      ...(before?.keys.map(({ vkey }) => vkey) ?? []),
      ...(remembered ? [remembered.vkey] : []),
    ]
    if (checkpoint?.note) {
      const { verdict } = await verifyCheckpoint(checkpoint.note, { origin: ended.origin, trustedVkeys })
      if (verdict === 'note_unsigned')
        remarks.push(`the last head of epoch ${ended.epoch} is signed by a key that is not known here`)
      else if (verdict !== 'ok')
        findings.add('epoch_mismatch', `the last head of epoch ${ended.epoch}: ${verdict}`, { position })
    }
    const signed = checkpoint?.size ?? 0
    if (ended.lost !== Math.max(0, signed - position))
      findings.add('epoch_mismatch', `${signed} leaves were signed; ${ended.lost} are said to be lost`, {
        position,
      })
    if (remembered && remembered.size > signed)
      findings.add(
        'epoch_mismatch',
        `the signer of epoch ${ended.epoch} signed ${remembered.size} leaves; the log admits ${signed}`,
        { position },
      )
  }
}
