import type { Caller } from '../../command/caller.ts'
import type { ReadDb } from '../../db/database.ts'
import type { Place } from '../../kernel/cursor.ts'
import type { Scope } from '../team/index.ts'
import type { LogFilter } from './conditions.ts'

export interface FoundEntry {
  readonly entry_id: string
  readonly at: string
  readonly leaf: Buffer
  readonly position: number | null
}

export interface Page {
  readonly limit: number
  readonly after: Place | null
  readonly ascending?: boolean
}

export interface SearchRequest {
  readonly db: ReadDb
  readonly caller: Caller
  readonly scope: Scope
  readonly filter: LogFilter
  /** Blinds words for the word index. */
  readonly key: Buffer
}
