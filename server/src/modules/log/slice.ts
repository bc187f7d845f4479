import { sql } from 'kysely'
import type { Caller } from '../../command/caller.ts'
import type { ReadDb } from '../../db/database.ts'
import type { SubjectKeys } from '../../ledger/subject-keys.ts'
import { scopeOf } from '../team/index.ts'
import { and, type LogFilter } from './conditions.ts'
import { planSearch, waysIn } from './drivers.ts'
import { Presenter, type StreamedEntry } from './entry-stream.ts'
import { conditionsOf } from './find-words.ts'
import { endOf } from './tail.ts'

/** Positions looked through at once. */
const WINDOW = 5_000

export interface SliceAsk {
  readonly viewer: Caller
  readonly filter: LogFilter
  readonly parts: 'open' | 'withheld'
  /** The first position that is looked at. */
  readonly from: number
  readonly limit: number
  /** Only before this position; the end of the log when absent. */
  readonly to?: number
  /** Events that are passed over, whatever the filter says. */
  readonly without: readonly string[]
}

export interface Slice {
  readonly entries: StreamedEntry[]
  /** Where to go on: everything before it was looked at. */
  readonly next: number
}

/**
 * The next entries a filter finds from a position on, in the order of the ledger, read and opened anew each time: what
 * was erased or destroyed meanwhile is not in it. Positions have no holes, so whoever goes on from `next` misses
 * nothing. What is restricted is withheld from everybody here.
 */
export async function readSlice(
  { db, keys, searchKey }: { db: ReadDb; keys: SubjectKeys; searchKey: Buffer },
  { viewer, filter, parts, from, limit, to: until, without }: SliceAsk,
): Promise<Slice> {
  const request = { db, caller: viewer, scope: await scopeOf(db, viewer), filter, key: searchKey }
  const end = Math.min(await endOf(request), until ?? Number.POSITIVE_INFINITY)
  const to = Math.min(from + WINDOW, end)
  if (to <= from) return { entries: [], next: from }
  const plan = await planSearch(db, viewer, filter)
  const where = [...(await conditionsOf(request, plan)), waysIn(plan)]
  if (without.length > 0) where.push(sql`e.event <> all(${without}::text[])`)
  const { rows } = await sql<{ position: number; leaf: Buffer }>`select e.position, e.leaf from log_entry e
    where ${and(where)} and e.position >= ${from} and e.position < ${to} order by e.position limit ${limit}`.execute(
    db as never, // a ReadDb runs selects
  )
  const last = rows.length === limit ? rows.at(-1)?.position : undefined
  return {
    entries: rows.length === 0 ? [] : await new Presenter(db, keys, { viewer, parts }).present(rows),
    next: last === undefined ? to : last + 1,
  }
}
