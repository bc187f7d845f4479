import type { Tx } from '../../db/database.ts'
import type { HoldsPerson } from '../../kernel/names-in.ts'

/** Who is erased, as whoever keeps something of them needs to know it. */
export interface Doomed {
  readonly tx: Tx
  readonly workspaceId: string
  readonly customerId: string
  readonly conversationIds: readonly string[]
  /** Tells what names them by what nobody else is called: a first name alone is many people's. */
  readonly holdsPerson: HoldsPerson
}

/** Parts of entries that are destroyed because they name somebody who was erased. */
export interface DoomedWords {
  readonly tx: Tx
  readonly workspaceId: string
  readonly entries: readonly {
    readonly id: string
    readonly at: string
    readonly position: number
    readonly event: string
    /** Whose key seals the part: `agent:<id>`, `customer:<id>` … */
    readonly owner: string
    readonly conversationId: string | null
    readonly customerId: string | null
  }[]
}

/**
 * Somebody who keeps personal things outside the tables that privacy knows itself: files, exports, bundles. It runs in
 * the transaction of the erasure and may be run again. What lies in the open it removes at once: a crash before the
 * commit then costs a file that can be made anew, never leaves one that should have gone.
 */
export interface Eraser {
  /** Under which count the entry names what went. */
  readonly counts: 'files' | 'exports' | 'views'
  /** Removes what is kept of a customer; returns how many things went. */
  erase(doomed: Doomed): Promise<number>
  /** Removes files that could hold one of these parts in the open; returns how many went. */
  eraseWords?(doomed: DoomedWords): Promise<number>
}
