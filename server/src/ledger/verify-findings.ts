/** Everything verification can find. Closed: a new way to be wrong is a new name. */
export const LEDGER_VERDICTS = [
  'ledger_missing',
  'leaf_missing',
  'leaf_duplicate',
  'leaf_surplus',
  'leaf_malformed',
  'leaf_changed',
  'leaf_moved',
  'column_mismatch',
  'tile_missing',
  'tile_mismatch',
  'tile_surplus',
  'head_mismatch',
  'tree_shrunk',
  'checkpoint_malformed',
  'checkpoint_other_key',
  'checkpoint_bad_signature',
  'checkpoint_wrong_origin',
  'checkpoint_mismatch',
  /** What an outsider confirmed is not kept (any longer). */
  'anchor_missing',
  /** What is kept of an outsider is over another head, or not theirs. */
  'anchor_mismatch',
  /** A witness itself has more of this log than there is: it was rolled back. */
  'witness_ahead',
  /** A witness itself has another head of this log than the leaves give: it was rewritten. */
  'witness_mismatch',
  'signer_other_key',
  'signer_mismatch',
  /** A new epoch that no entry announces where it begins. */
  'epoch_unannounced',
  /** What the log says of an epoch is not what was signed. */
  'epoch_mismatch',
  'conversation_gap',
  'conversation_counter_wrong',
  'node_gap',
  'part_missing',
  'part_surplus',
  'part_mismatch',
  /** Something is said to be destroyed by retention, and no entry of the log vouches for it. */
  'purge_unrecorded',
  /** The log says that it was destroyed, and it is still there. */
  'purge_undone',
  'entry_rejected',
  'pending_forged',
  'pending_stuck',
] as const
export type LedgerVerdict = (typeof LEDGER_VERDICTS)[number]

export interface LedgerFinding {
  readonly verdict: LedgerVerdict
  readonly position?: number
  readonly entryId?: string
  readonly detail: string
}

export interface SavedFindings {
  readonly kept: readonly LedgerFinding[]
  readonly count: number
}

const MOST_KEPT = 100

/** Collects what verification finds: the first 100 in full, the rest as a count. */
export class Findings {
  readonly #kept: LedgerFinding[] = []
  #count = 0

  add(verdict: LedgerVerdict, detail: string, where: { position?: number; entryId?: string } = {}): void {
    this.#count++
    if (this.#kept.length < MOST_KEPT) this.#kept.push({ verdict, ...where, detail })
  }

  /** What was found so far, to go on with later. */
  save(): SavedFindings {
    return { kept: [...this.#kept], count: this.#count }
  }

  /** Adds what another verification, or another part of this one, has found. */
  take({ kept, count }: SavedFindings): void {
    this.#kept.push(...kept.slice(0, MOST_KEPT - this.#kept.length))
    this.#count += count
  }

  get kept(): readonly LedgerFinding[] {
    return this.#kept
  }

  get count(): number {
    return this.#count
  }

  /** The first finding names the verdict of the whole. */
  get verdict(): 'ok' | LedgerVerdict {
    return this.#kept[0]?.verdict ?? 'ok'
  }
}
