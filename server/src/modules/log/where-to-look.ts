import { type RawBuilder, sql } from 'kysely'
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

/** Where a page of a filter lies: nowhere before `oldest`, and where `days` are named in no other days (UTC), newest first. */
export interface Reach {
  readonly oldest: string
  readonly days: readonly string[] | null
}

/**
 * How far back a page of a filter can reach at most, by the counts of the log: a walk through time stops there instead
 * of reading the whole log for a rare agent, department or bot. Null: nothing is known, or there is no need to ask.
 * What the counts have not reached yet is asked for its oldest entry.
 */
export async function reachOf(request: SearchRequest, plan: Plan, page: Page): Promise<Reach | null> {
  const { db, caller, scope, filter } = request
  if (plan.narrow || servedAlone(filter, seesEverything(scope)) || !(await isCountable(db, caller, filter)))
    return null
  const today = (page.after?.at ?? rangeOf(filter).to)?.slice(0, 10) ?? (await todayIn(db))
  // before the counts are read: what is counted in between is then looked for twice instead of not at all
  const uncounted = await oldestUncounted(db, caller.workspaceId)
  if (uncounted === 'many') return null
  const found = await new Counted(request, today, page.limit).find()
  const oldest = `${found.oldest}T00:00:00.000000Z`
  // what is not counted yet can lie in any day since its oldest
  if (uncounted !== null && uncounted < today)
    return { oldest: uncounted < oldest ? uncounted : oldest, days: null }
  return { ...found, oldest }
}

interface Month {
  /** `2026-11-01` */
  readonly start: string
  /** The filter leaves much of it. */
  readonly isCommon: boolean
}

/** So many days are asked first: most pages lie in them. */
const NEAR_DAYS = 2
/** And so many before all days of the months that hold something. */
const RECENT_DAYS = 16

/** What the counts say of a filter before the day in which a page begins, which may have been used up already. */
class Counted {
  readonly #request: SearchRequest
  /** The day in which the page begins (UTC). */
  readonly #today: string
  readonly #limit: number
  readonly #where: RawBuilder<unknown>

  constructor(request: SearchRequest, today: string, limit: number) {
    const { caller, scope, filter } = request
    this.#request = request
    this.#today = today
    this.#limit = limit
    // A period of leading that begins within a day would make that day count as nothing: it is taken for what it may hold.
    const widened =
      scope.kind === 'departments'
        ? { ...scope, periods: scope.periods.map(period => ({ ...period, ...wholeMonths(period) })) }
        : scope
    this.#where = and(facetConditions(caller, widened, filter))
  }

  /** Where the page lies, by days: its oldest, and all that hold something unless the filter leaves much. */
  async find(): Promise<Reach> {
    const near = await this.#days(this.#daysBefore(NEAR_DAYS))
    if (near.enough) return near
    const months = await this.#months()
    const last = months.at(-1)
    // any day of such a month holds a page: looking for the days would cost more than reading them
    if (last?.isCommon) return { oldest: last.start, days: null }
    const recent = await this.#days(this.#daysBefore(RECENT_DAYS))
    if (recent.enough) return recent
    const starts = [`${this.#today.slice(0, 7)}-01`, ...months.map(month => month.start)]
    return this.#days(
      sql`r.start >= ${starts.at(-1)}::date and date_trunc('month', r.start::timestamp)::date = any(${starts}::date[])`,
    )
  }

  #daysBefore(days: number): RawBuilder<unknown> {
    return sql`r.start >= ${this.#today}::date - ${days}::int`
  }

  /** The months before it that hold entries, newest first, until there are enough for the page. */
  async #months(): Promise<Month[]> {
    const { workspaceId } = this.#request.caller
    return this.#ask<Month>(sql`
      select m.start::text as start, coalesce(m.n > ${COMMON}::float8 * (select sum(n) from log_rollup_plain
        where workspace_id = ${workspaceId} and unit = 'month' and start = m.start), true) as "isCommon"
      from ${this.#enough('month', sql`true`)} m order by m.start desc`)
  }

  /** The days of a span that hold entries, newest first, until there are `enough` for the page; the page's own day is the first. */
  async #days(span: RawBuilder<unknown>): Promise<Reach & { enough: boolean }> {
    const found = await this.#ask<{ start: string; enough: boolean }>(sql`
      select d.start::text as start, d.newer + d.n > ${this.#limit} as enough
      from ${this.#enough('day', span)} d order by d.start desc`)
    const days = [this.#today, ...found.map(day => day.start)]
    return { oldest: days.at(-1) ?? this.#today, days, enough: found.at(-1)?.enough ?? false }
  }

  /** Newest first until there is enough for the page: `start`, its count `n`, and `newer`, how many are newer. */
  #enough(unit: 'month' | 'day', span: RawBuilder<unknown>): RawBuilder<unknown> {
    const { caller, scope, filter } = this.#request
    const rows = rollupRows(
      arePlain(scope, filter) ? 'plain' : 'full',
      caller.workspaceId,
      unit,
      sql`${span} and r.start < date_trunc(${unit}, ${this.#today}::timestamp)::date`,
    )
    return sql`(select * from (select c.start, c.n, sum(c.n) over (order by c.start desc) - c.n as newer from
        (select e.start, sum(e.n) as n from ${rows} e where ${this.#where} group by e.start) c) s
      where newer <= ${this.#limit})`
  }

  async #ask<Row>(query: RawBuilder<unknown>): Promise<Row[]> {
    return (await (query as RawBuilder<Row>).execute(this.#request.db as never)).rows
  }
}

async function todayIn(db: ReadDb): Promise<string> {
  const { rows } = await sql<{ day: string }>`select (now() at time zone 'UTC')::date::text as day`.execute(
    db as never,
  )
  if (!rows[0]) throw new Error('the database did not tell the day')
  return rows[0].day
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
