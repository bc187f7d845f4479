import { sql } from 'kysely'
import type { ReadDb } from '../../db/database.ts'
import { seesEverything } from '../team/index.ts'
import { and, facetConditions, isCountable, type LogFilter, rangeOf } from './conditions.ts'
import { arePlain } from './counts.ts'
import type { Plan } from './drivers.ts'
import { rollupRows, uncountedSql } from './rollup.ts'
import type { Page, SearchRequest } from './search-request.ts'

const FACETS = ['event', 'actor', 'actorKind', 'department', 'bot', 'outcome', 'source'] as const
/** A filter that leaves more than this share of the entries fills a page wherever one looks. */
const COMMON = 0.02

/** Facets an index serves by itself, when nothing else narrows. */
const servedAlone = (filter: LogFilter, scopeIsAll: boolean): boolean => {
  const given = FACETS.filter(name => filter[name])
  if (!scopeIsAll) return false
  const [only] = given
  return given.length === 0 || (given.length === 1 && (only === 'event' || only === 'actor'))
}

/**
 * How far back a page of a filter can reach at most, by the counts of the log: a walk through time stops there instead
 * of reading the whole log for a rare agent, department or bot. Null: nothing is known, or there is no need to ask.
 * What the counts have not reached yet is asked for its oldest entry.
 */
export async function oldestWorthReading(
  { db, caller, scope, filter }: SearchRequest,
  plan: Plan,
  page: Page,
): Promise<string | null> {
  if (plan.narrow || servedAlone(filter, seesEverything(scope)) || !(await isCountable(db, caller, filter)))
    return null
  // A period of leading that begins within a day would make that day count as nothing: it is taken for what it may hold.
  const widened =
    scope.kind === 'departments'
      ? { ...scope, periods: scope.periods.map(period => ({ ...period, ...wholeMonths(period) })) }
      : scope
  const where = and(facetConditions(caller, widened, filter))
  const newest = page.after?.at ?? rangeOf(filter).to
  const top = newest ? sql`${newest}::timestamptz` : sql`now()`
  const counts = (unit: 'month' | 'day', from: ReturnType<typeof sql>) => sql`
    (select e.start, sum(e.n) as n from ${rollupRows(
      arePlain(scope, filter) ? 'plain' : 'full',
      caller.workspaceId,
      unit,
      sql`r.start >= ${from} and r.start < date_trunc(${unit}, ${top} at time zone 'UTC')`,
    )} e where ${where} group by e.start)`
  // Newest first until there is enough for the page; the unit the page begins in may have been used up already.
  const enough = (from: ReturnType<typeof sql>, unit: 'month' | 'day') => sql`
    (select min(start) from (select start, sum(n) over (order by start desc) - n as newer from ${counts(unit, from)} c) s
      where newer <= ${page.limit})`
  const beginning = sql`'-infinity'::date`
  const { rows } = await sql<{ month: string | null; share: number | null; first: string }>`
    with m as materialized (select ${enough(beginning, 'month')} as month)
    select m.month::text as month, to_char(date_trunc('month', ${top} at time zone 'UTC'), 'YYYY-MM-DD') as first,
      (select sum(n) from ${counts('month', beginning)} c where c.start = m.month)::float8
        / nullif((select sum(n) from log_rollup_plain where workspace_id = ${caller.workspaceId} and unit = 'month' and start = m.month), 0) as share
    from m`.execute(db as never)
  const found = rows[0]
  const uncounted = await oldestUncounted(db, caller.workspaceId)
  if (!found || uncounted === 'many') return null
  const oldest = (start: string) => {
    const counted = `${start}T00:00:00.000000Z`
    return uncounted !== null && uncounted < counted ? uncounted : counted
  }
  if (found.month === null) return oldest(found.first)
  if ((found.share ?? 1) > COMMON) return oldest(found.month)
  const day = await sql<{ day: string | null }>`
    select ${enough(sql`${found.month}::date`, 'day')}::text as day`.execute(db as never)
  return oldest(day.rows[0]?.day ?? found.month)
}

const UNCOUNTED_MAX = 50_000

/** The time of the oldest entry the counts have not reached: an import may bring history faster than it is counted. */
async function oldestUncounted(db: ReadDb, workspaceId: string): Promise<string | 'many' | null> {
  const { rows } = await sql<{ n: number; oldest: string | null }>`
    select count(*) as n, min(at) as oldest from (select at from log_entry where ${uncountedSql(workspaceId)}
      limit ${UNCOUNTED_MAX + 1}) e`.execute(db as never)
  return (rows[0]?.n ?? 0) > UNCOUNTED_MAX ? 'many' : (rows[0]?.oldest ?? null)
}

const wholeMonths = ({ from, to }: { from: string; to: string | null }) => ({
  from: `${from.slice(0, 7)}-01T00:00:00.000000Z`,
  to,
})
