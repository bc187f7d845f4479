import type { facetLog, histogramLog } from '@tracedesk/contracts'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import { instantFromMillis, millisOf } from '../../kernel/instant.ts'
import { and, isCountable, type LogFilter, rangeOf } from './conditions.ts'
import { arePlain, COUNT_CAP, countedRows, foundRows, spanOfLog } from './counts.ts'
import { planSearch, waysIn } from './drivers.ts'
import { amongTexts, conditionsOf, findTexts, hasWords } from './find-words.ts'
import type { Counts } from './rollup.ts'
import type { SearchRequest } from './search-request.ts'
import type { CountedUnits, Span } from './spans.ts'

type Condition = RawBuilder<unknown>
type Facets = z.input<typeof facetLog.output>
type Histogram = z.input<typeof histogramLog.output>

/** Values of a facet that are told; the others are many and small. */
const VALUES_MAX = 60

/** How each facet is read from a relation of counts `c`. */
const FACETS = {
  event: sql`select event as value, sum(n) as n from c group by 1`,
  actor: sql`select actor_id::text as value, sum(n) as n from c where actor_kind = 'agent' group by 1`,
  actorKind: sql`select actor_kind as value, sum(n) as n from c group by 1`,
  department: sql`select d::text as value, sum(n) as n from c, unnest(c.department_ids) d group by 1`,
  bot: sql`select bot_id::text as value, sum(n) as n from c where bot_id is not null and bot_id <> '00000000-0000-0000-0000-000000000000' group by 1`,
  outcome: sql`select outcome as value, sum(n) as n from c group by 1`,
  source: sql`select source as value, sum(n) as n from c group by 1`,
} as const
type Facet = keyof typeof FACETS
const NAMES = Object.keys(FACETS) as Facet[] // its keys, which TypeScript only calls strings
/** Facets that counts without people, bots and departments can tell. */
const PLAIN: readonly Facet[] = ['event', 'actorKind', 'outcome', 'source']

/** A relation of counts for a filter, and whether it is only a part of what there is. */
interface Source {
  readonly rows: Condition
  /** Counts found entry by entry may be cut off at COUNT_CAP. */
  readonly isCounted: boolean
  readonly isPart: boolean
}

async function sourceOf(
  request: SearchRequest,
  span: Span,
  options: { without?: keyof LogFilter; units?: CountedUnits; counts?: Counts } = {},
): Promise<Source> {
  const { db, caller, scope, filter } = request
  const { without } = options
  const given = without ? { ...filter, [without]: undefined } : filter
  if (await isCountable(db, caller, given))
    return {
      rows: countedRows({ caller, scope, filter: given, span, ...options }),
      isCounted: true,
      isPart: false,
    }
  const narrowed = { ...request, filter: given }
  const plan = await planSearch(db, caller, given)
  if (plan.narrow || !hasWords(given)) {
    const where = await conditionsOf(narrowed, plan)
    return {
      rows: foundRows(and([...where, waysIn(plan)])),
      isCounted: false,
      isPart: false,
    }
  }
  const { texts, isPart } = await findTexts(narrowed)
  const [ats, ids] = [texts.map(text => text.at), texts.map(text => text.id)]
  const where = await conditionsOf({ ...narrowed, filter: { ...given, q: undefined } }, plan)
  const hit = sql`(e.at, e.entry_id) in (select * from unnest(${ats}::timestamptz[], ${ids}::uuid[]))`
  return { rows: foundRows(and([...where, hit])), isCounted: false, isPart }
}

type CountRow = { facet: string; value: string; n: number }

async function countBy(request: SearchRequest, source: Source, names: readonly Facet[]): Promise<CountRow[]> {
  const each = names.map(
    name =>
      sql`(select ${name} as facet, value, n from (${FACETS[name]}) f order by n desc, value limit ${VALUES_MAX})`,
  )
  const total = sql`(select 'total' as facet, '' as value, coalesce(sum(n), 0) as n from c)`
  // Months fall together first: what each facet then goes over are the combinations, not their rows in every month.
  const combined = source.isCounted
    ? sql`select event, outcome, source, actor_kind, actor_id, bot_id, department_ids, sum(n) as n from (${source.rows}) r group by 1, 2, 3, 4, 5, 6, 7`
    : source.rows
  const { rows } = await sql<CountRow>`with c as materialized (${combined})
    ${sql.join([...each, total], sql` union all `)}`.execute(request.db as never)
  return rows.map(row => ({ ...row, n: Number(row.n) }))
}

const NOTHING: Facets = {
  total: 0,
  capped: false,
  event: [],
  actor: [],
  actorKind: [],
  department: [],
  bot: [],
  outcome: [],
  source: [],
}

/**
 * How many entries a filter finds, and how they divide: each facet as if nothing of its own had been chosen, so that
 * it shows what else there is.
 */
export async function readFacets(request: SearchRequest): Promise<Facets> {
  const span = await spanOfLog(request.db, request.caller.workspaceId)
  if (!span) return NOTHING
  const chosen = NAMES.filter(name => request.filter[name])
  const source = await sourceOf(request, span)
  const open = NAMES.filter(name => !chosen.includes(name))
  const plain = source.isCounted && arePlain(request.scope, request.filter) ? PLAIN : []
  const [own, ...others] = await Promise.all([
    countBy(
      request,
      source,
      open.filter(name => !plain.includes(name)),
    ),
    ...(plain.length > 0
      ? [
          sourceOf(request, span, { counts: 'plain' }).then(counts =>
            countBy(
              request,
              counts,
              open.filter(name => plain.includes(name)),
            ),
          ),
        ]
      : []),
    ...chosen.map(async name => {
      const isPlain = PLAIN.includes(name) && arePlain(request.scope, request.filter)
      const counts = isPlain ? 'plain' : 'full'
      return countBy(request, await sourceOf(request, span, { without: name, counts }), [name])
    }),
  ])
  const total = own?.find(row => row.facet === 'total')?.n ?? 0
  const rows = [...(own ?? []), ...others.flat()]
  const valuesOf = (name: Facet) =>
    rows
      .filter(row => row.facet === name)
      .sort((a, b) => b.n - a.n)
      .map(({ value, n }) => ({ value, count: n }))
  return {
    ...NOTHING,
    ...Object.fromEntries(NAMES.map(name => [name, valuesOf(name)])),
    total,
    capped: source.isPart || (!source.isCounted && total > COUNT_CAP),
  }
}

const SECOND = 1_000
const HOUR = 3_600 * SECOND
const DAY = 24 * HOUR
/** Widths a bar can have, in milliseconds. From a day on the counts answer, from an hour on where plain ones do. */
const WIDTHS = [10 * SECOND, 60 * SECOND, 5 * 60 * SECOND, 15 * 60 * SECOND, HOUR, 3 * HOUR, DAY, 7 * DAY]
const BARS_MAX = 130
/** Longer than this, entries are not counted one by one for finer bars. */
const FINE_SPAN = 8 * DAY

/** Longer than this, bars of departments and bots are months: their days have as many rows as there are combinations. */
const COUNTED_SPAN = 92 * DAY

/** The width of a bar for a span: the finest that keeps the bars few; null: calendar months. */
function widthOf(length: number): number | null {
  const fits = WIDTHS.filter(width => length / width <= BARS_MAX)
  return (length > FINE_SPAN ? fits.find(width => width >= DAY) : fits[0]) ?? null
}

/** What of a span with bars of a width the counts can answer. */
function unitsOf(width: number | null, plain: boolean): CountedUnits {
  if (width === null) return 'months'
  if (width >= DAY) return 'days'
  return plain && width >= HOUR ? 'hours' : 'none'
}

/** How dense the log is over time for a filter. Bars without entries are left out. */
export async function readHistogram(request: SearchRequest): Promise<Histogram> {
  const { db, caller, filter } = request
  const span = await spanOfLog(db, caller.workspaceId)
  if (!span) return { from: null, to: null, seconds: null, capped: false, bars: [] }
  const { from, to } = rangeOf(filter)
  const shown = {
    from: from ? Math.max(millisOf(from), span.from - DAY) : span.from,
    to: to ? Math.min(millisOf(to), span.to + DAY) : Math.max(span.to, Math.min(Date.now(), span.to + DAY)),
  }
  const plain = arePlain(request.scope, filter)
  const length = Math.max(shown.to - shown.from, 1)
  const width = !plain && length > COUNTED_SPAN && !filter.actor ? null : widthOf(length)
  const source = await sourceOf(request, span, {
    counts: plain ? 'plain' : 'full',
    units: unitsOf(width, plain),
  })
  const seconds = width === null ? null : width / 1000
  // Weeks begin on Monday: the first day of 1970 was a Thursday.
  const offset = width === 7 * DAY ? 4 * 86_400 : 0
  const bar =
    seconds === null
      ? sql`extract(epoch from date_trunc('month', at at time zone 'UTC') at time zone 'UTC')`
      : sql`floor((extract(epoch from at) - ${offset}) / ${seconds}) * ${seconds} + ${offset}`
  const { rows } = await sql<{ at: number; n: number; bad: number }>`
    with c as materialized (${source.rows})
    select (${bar})::float8 as at, sum(n)::float8 as n, coalesce(sum(n) filter (where outcome <> 'done'), 0)::float8 as bad
    from c group by 1 order by 1`.execute(db as never)
  const total = rows.reduce((sum, row) => sum + row.n, 0)
  return {
    from: instantFromMillis(shown.from),
    to: instantFromMillis(shown.to),
    seconds,
    capped: source.isPart || (!source.isCounted && total > COUNT_CAP),
    bars: rows.map(row => ({ at: instantFromMillis(row.at * 1000), count: row.n, notDone: row.bad })),
  }
}

/** How many entries a filter finds. */
export async function countEntries(request: SearchRequest): Promise<number> {
  const { db, caller, filter } = request
  const span = await spanOfLog(db, caller.workspaceId)
  if (!span) return 0
  if (await isCountable(db, caller, filter)) {
    const source = await sourceOf(request, span)
    return (await countBy(request, source, [])).find(row => row.facet === 'total')?.n ?? 0
  }
  const plan = await planSearch(db, caller, filter)
  const words = hasWords(filter) && !plan.narrow
  const conditions = await conditionsOf(
    words ? { ...request, filter: { ...filter, q: undefined } } : request,
    plan,
  )
  const where = and([...conditions, waysIn(plan), ...(words ? [amongTexts(request)] : [])])
  const { rows } = await sql<{ n: number }>`
    select (select count(*) from log_entry e where ${where}) + (select count(*) from log_pending e where ${where}) as n`.execute(
    db as never,
  )
  return Number(rows[0]?.n ?? 0)
}
