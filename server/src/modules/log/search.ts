import { type RawBuilder, sql } from 'kysely'
import { and } from './conditions.ts'
import { type Driver, planSearch } from './drivers.ts'
import { conditionsOf, findByWords, hasWords } from './find-words.ts'
import type { FoundEntry, Page, SearchRequest } from './search-request.ts'
import { type Reach, reachOf } from './where-to-look.ts'

type Condition = RawBuilder<unknown>

/** Entries a filter finds, newest (or `ascending`: oldest) first by time and id, one more than `limit` when there are more. */
export async function findEntries(request: SearchRequest, page: Page): Promise<FoundEntry[]> {
  const { db, caller, filter } = request
  const plan = await planSearch(db, caller, filter)
  if (hasWords(filter) && !plan.narrow && !page.ascending) return findByWords(request, page)
  const where = [...(await conditionsOf(request, plan)), ...placeConditions(page)]
  const reach = plan.narrow || page.ascending ? null : await reachOf(request, plan, page)
  const order = page.ascending ? sql`order by at, entry_id` : sql`order by at desc, entry_id desc`
  const limit = sql`limit ${page.limit + 1}`
  const ways = plan.drivers.map(driver => walk(driver, and(where), sql`${order} ${limit}`, reach))
  const { rows } = await sql<FoundEntry>`select * from (
      ${sql.join(ways, sql` union all `)}
      union all (select e.entry_id, e.at, e.leaf, null as position from log_pending e where ${and(where)} ${order} ${limit})
    ) found ${order} ${limit}`.execute(db as never)
  return rows
}

const placeConditions = ({ after, ascending }: Page): Condition[] => {
  if (!after) return []
  const place = sql`(${after.at}::timestamptz, ${after.id}::uuid)`
  return [ascending ? sql`(e.at, e.entry_id) > ${place}` : sql`(e.at, e.entry_id) < ${place}`]
}

/**
 * Each key of a way is walked by itself in the order of an index, and only as far as the page needs; time itself in the
 * days that hold something, where they are known and are not all.
 */
function walk({ by, extra }: Driver, where: Condition, end: Condition, reach: Reach | null): Condition {
  const entries = (...own: Condition[]) =>
    sql`(select e.entry_id, e.at, e.leaf, e.position from log_entry e where ${where} and ${extra} and ${and(own)} ${end})`
  const floor = reach ? sql`e.at >= ${reach.oldest}` : sql`true`
  if (by) {
    const keys = sql`unnest(${by.keys}::${sql.raw(by.type)}[]) as k (key)`
    return sql`select w.* from ${keys} cross join lateral ${entries(sql`${by.column} = k.key`, floor)} w`
  }
  if (!reach?.days || isUnbroken(reach.days)) return entries(floor)
  // a clock may be ahead of the one that says what day it is: the newest day has no end
  const ends = sql`case when k.n = 1 then 'infinity' else (k.day + 1)::timestamp at time zone 'UTC' end`
  return sql`select w.* from unnest(${reach.days}::date[]) with ordinality as k (day, n)
    cross join lateral ${entries(sql`e.at >= k.day::timestamp at time zone 'UTC' and e.at < ${ends}`)} w`
}

/** Whether days, newest first, follow one another. */
const isUnbroken = (days: readonly string[]): boolean => {
  const [newest = '', oldest = ''] = [days[0], days.at(-1)]
  return (Date.parse(newest) - Date.parse(oldest)) / 86_400_000 === days.length - 1
}
