import { type RawBuilder, sql } from 'kysely'
import { and } from './conditions.ts'
import { type Driver, type Plan, planSearch } from './drivers.ts'
import { conditionsOf, findByWords, hasWords } from './find-words.ts'
import type { FoundEntry, Page, SearchRequest } from './search-request.ts'
import { oldestWorthReading } from './where-to-look.ts'

type Condition = RawBuilder<unknown>

/** Entries a filter finds, newest (or `ascending`: oldest) first by time and id, one more than `limit` when there are more. */
export async function findEntries(request: SearchRequest, page: Page): Promise<FoundEntry[]> {
  const { db, caller, filter } = request
  const plan = await planSearch(db, caller, filter)
  if (hasWords(filter) && !plan.narrow && !page.ascending) return findByWords(request, page)
  const where = [...(await conditionsOf(request, plan)), ...placeConditions(page)]
  const floor = await floorOf(request, plan, page)
  const order = page.ascending ? sql`order by at, entry_id` : sql`order by at desc, entry_id desc`
  const limit = sql`limit ${page.limit + 1}`
  const ways = plan.drivers.map(driver => walk(driver, and([...where, ...floor]), sql`${order} ${limit}`))
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

/** Each key of a way is walked by itself in the order of an index, and only as far as the page needs. */
function walk({ by, extra }: Driver, where: Condition, end: Condition): Condition {
  const entries = (own: Condition) =>
    sql`(select e.entry_id, e.at, e.leaf, e.position from log_entry e where ${where} and ${extra} and ${own} ${end})`
  if (!by) return entries(sql`true`)
  const keys = sql`unnest(${by.keys}::${sql.raw(by.type)}[]) as k (key)`
  return sql`select w.* from ${keys} cross join lateral ${entries(sql`${by.column} = k.key`)} w`
}

/** How far back the page can reach, where the way in is wide and what is looked for may be rare. */
async function floorOf(request: SearchRequest, plan: Plan, page: Page): Promise<Condition[]> {
  if (plan.narrow || page.ascending) return []
  const oldest = await oldestWorthReading(request, plan, page)
  return oldest === null ? [] : [sql`e.at >= ${oldest}`]
}
