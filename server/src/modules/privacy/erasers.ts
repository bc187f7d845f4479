import type { Tx } from '../../db/database.ts'

/** Who is erased, as whoever keeps something of them needs to know it. */
export interface Doomed {
  readonly tx: Tx
  readonly workspaceId: string
  readonly customerId: string
  readonly conversationIds: readonly string[]
  /**
   * By what nobody else is called: a name of two words or more, the Telegram number. A first name alone is many
   * people's, and may be a colleague's.
   */
  readonly names: readonly string[]
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
}
