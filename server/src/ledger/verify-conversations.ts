import type pg from 'pg'
import { type CopiedRow, copyRows } from './verify-copy.ts'
import { ChainTable } from './verify-counters.ts'
import { F, readRow } from './verify-fields.ts'
import type { Findings } from './verify-findings.ts'
import type { Purges } from './verify-purges.ts'

/** Where a finding belongs. */
export type Where = { readonly position?: number; readonly entryId?: string }

/** `ConversationNumbers` for a state file. */
export interface SavedNumbers {
  readonly numbersGone: number
  readonly firstGap: string
}

/**
 * The number that each entry has in its conversation: no holes but those of leaves destroyed on record. Which numbers
 * those had is gone with them, so they are counted, and the sum is compared at the end.
 */
export class ConversationNumbers {
  readonly #findings: Findings
  readonly #purges: Purges
  readonly #chains = new ChainTable()
  /** Numbers that no leaf has, where leaves were destroyed on record; and the first such place. */
  #gone = 0
  #firstGap = ''

  constructor(findings: Findings, purges: Purges) {
    this.#findings = findings
    this.#purges = purges
  }

  /** Takes the number of a row's entry in the conversation it names. */
  take(row: CopiedRow, counter: number, where: () => Where): void {
    const slot = this.#chains.slot(row.bytes, row.at[F.conversation_id] as number)
    const last = this.#chains.last(slot)
    const says = () =>
      `conversation ${String(readRow(row).conversation_id)}: number ${counter} follows ${last}`
    if (counter > last + 1 && this.#purges.any) this.#gap(counter - last - 1, says)
    else if (counter !== last + 1) this.#findings.add('conversation_gap', says(), where())
    this.#chains.setLast(slot, counter)
  }

  /** Holds the database's own counters against the last numbers that were met, then the sum of what is not there. */
  async finish(client: pg.ClientBase, workspaceId: string): Promise<void> {
    await copyRows(
      client,
      `select chain_id, count from log_counter where workspace_id = '${workspaceId}'`,
      2,
      ({ bytes, at }) => {
        const id = at[0] as number
        const last = this.#chains.last(this.#chains.slot(bytes, id))
        const count = bytes.readInt32BE(at[1])
        const says = () =>
          `conversation ${bytes.toString('hex', id, id + 16)} has ${last} entries; its counter says ${count}`
        if (count > last && this.#purges.any) this.#gap(count - last, says)
        else if (last !== count) this.#findings.add('conversation_counter_wrong', says())
      },
    )
    this.#settle()
  }

  save(): SavedNumbers {
    return { numbersGone: this.#gone, firstGap: this.#firstGap }
  }

  /** The last number of each conversation, as `ChainTable.toBytes` gives it. */
  toBytes(): Uint8Array {
    return this.#chains.toBytes()
  }

  /** Takes in what `save` and `toBytes` gave. */
  fill({ numbersGone, firstGap }: SavedNumbers, chains: Uint8Array): void {
    this.#gone = numbersGone
    this.#firstGap = firstGap
    this.#chains.fill(chains)
  }

  #gap(numbers: number, says: () => string): void {
    this.#gone += numbers
    this.#firstGap ||= says()
  }

  #settle(): void {
    if (!this.#purges.any || this.#gone === this.#purges.numbered) return
    const first = this.#firstGap ? ` (first gap: ${this.#firstGap})` : ''
    this.#findings.add(
      'conversation_gap',
      `${this.#gone} numbers of conversations are not there; ${this.#purges.numbered} were destroyed by retention${first}`,
    )
  }
}
