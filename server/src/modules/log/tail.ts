import { sql } from 'kysely'
import { and } from './conditions.ts'
import { planSearch, waysIn } from './drivers.ts'
import { conditionsOf, hasWords } from './find-words.ts'
import type { FoundEntry, SearchRequest } from './search-request.ts'

/** Positions looked through for one answer, and entries given in it. */
const WINDOW = 5_000
const ITEMS_MAX = 200

/**
 * What a filter finds among the entries from position `since` on (without it: nothing yet, only where to go on), oldest
 * first, and the position to go on from. Positions have no holes, so whoever goes on from `next` misses nothing. One's
 * own looks at the tail are left out: each would be news to the next. Words are found once the word index has them,
 * which it may not yet: with words the tail stays behind it.
 */
export async function tailEntries(
  request: SearchRequest,
  since: number | undefined,
): Promise<{ rows: FoundEntry[]; next: number; more: boolean }> {
  const { db, caller, filter } = request
  const end = await endOf(request)
  if (since === undefined) return { rows: [], next: end, more: false }
  const to = Math.min(since + WINDOW, end)
  if (to <= since) return { rows: [], next: since, more: false }
  const plan = await planSearch(db, caller, filter)
  const where = [
    ...(await conditionsOf(request, plan)),
    waysIn(plan),
    sql`not (e.event = 'log.viewed' and e.subject_id = 'log.tail' and e.actor_id is not distinct from ${caller.actor.id})`,
  ]
  const { rows } = await sql<FoundEntry>`select e.entry_id, e.at, e.leaf, e.position from log_entry e
    where ${and(where)} and e.position >= ${since} and e.position < ${to} order by e.position limit ${ITEMS_MAX}`.execute(
    db as never,
  )
  const last = rows.length === ITEMS_MAX ? rows.at(-1)?.position : null
  const next = last == null ? to : last + 1
  return { rows, next, more: next < end }
}

/** The end of the ledger, or with words how far the word index has come. */
export async function endOf({ db, caller, filter }: SearchRequest): Promise<number> {
  const row = hasWords(filter)
    ? await db
        .selectFrom('log_text_cursor')
        .select('position as end')
        .where('workspace_id', '=', caller.workspaceId)
        .executeTakeFirst()
    : await db
        .selectFrom('log_head')
        .select('size as end')
        .where('workspace_id', '=', caller.workspaceId)
        .executeTakeFirst()
  return row?.end ?? 0
}
