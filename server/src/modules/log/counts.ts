import { type RawBuilder, sql } from 'kysely'
import type { Caller } from '../../command/caller.ts'
import type { ReadDb } from '../../db/database.ts'
import { instantFromMillis, millisOf } from '../../kernel/instant.ts'
import { type Scope, seesEverything } from '../team/index.ts'
import { and, facetConditions, type LogFilter, rangeOf, timeConditions } from './conditions.ts'
import { type Counts, hourRows, rollupRows, uncountedSql } from './rollup.ts'
import { type CountedUnits, cutSpan, type Span } from './spans.ts'

type Condition = RawBuilder<unknown>

/** Entries are counted one by one only up to so many; beyond, an answer says that it is incomplete. */
export const COUNT_CAP = 50_000

/** Where entries begin and end in a workspace, in milliseconds; null when there are none. */
export async function spanOfLog(db: ReadDb, workspaceId: string): Promise<Span | null> {
  const end = (direction: 'asc' | 'desc') =>
    sql`(select at from (select at from log_entry where workspace_id = ${workspaceId}
      order by at ${sql.raw(direction)}, entry_id ${sql.raw(direction)} limit 1) x)`
  const { rows } = await sql<{ first: string | null; last: string | null }>`
    select least(${end('asc')}, p.first) as first, greatest(${end('desc')}, p.last) as last
    from (select min(at) as first, max(at) as last from log_pending where workspace_id = ${workspaceId}) p`.execute(
    db as never,
  )
  const row = rows[0]
  return row?.first && row.last ? { from: millisOf(row.first), to: millisOf(row.last) + 1 } : null
}

/** An instant lies between two milliseconds, or on one: neither a month nor a day that it cuts counts as whole. */
const cutsAt = (instant: string): number[] => [
  millisOf(instant),
  millisOf(instant) + (instant.endsWith('000Z') ? 0 : 1),
]

/** The instants at which a scope begins or ends to see something. */
const cutsOf = (scope: Scope): number[] =>
  scope.kind === 'departments'
    ? scope.periods.flatMap(({ from, to }) => [...cutsAt(from), ...(to ? cutsAt(to) : [])])
    : []

const COLUMNS = sql.raw('e.event, e.outcome, e.source, e.actor_kind, e.actor_id, e.bot_id, e.department_ids')

export interface CountRequest {
  readonly caller: Caller
  readonly scope: Scope
  readonly filter: LogFilter
  /** What the log spans; it stands in where the filter is open. */
  readonly span: Span
  /** A facet whose own choice does not count. */
  readonly without?: keyof LogFilter
  /** What may be taken from the counts, where it matters when within a month or day; hours only of plain counts. */
  readonly units?: CountedUnits
  /** `plain` only where `arePlain` says so, and nobody looks at people, bots or departments of what comes out. */
  readonly counts?: Counts
}

/** Can a filter be answered without knowing people, bots and departments? */
export const arePlain = (scope: Scope, filter: LogFilter): boolean =>
  seesEverything(scope) && !filter.actor && !filter.department && !filter.bot

/**
 * A relation `(at, event, outcome, source, actor_kind, actor_id, bot_id, department_ids, n)` whose sum over `n` is the
 * number of entries a filter finds in a scope. Whole months and days come from the counts, the edges and whatever the
 * counts have not reached yet from the entries themselves. For filters that `isCountable` admits.
 */
export function countedRows({
  caller,
  scope,
  filter,
  span,
  without,
  units = 'months',
  counts = 'full',
}: CountRequest): Condition {
  const { from, to } = rangeOf(filter)
  const wanted = {
    from: from ? Math.max(millisOf(from), span.from) : span.from,
    to: to ? Math.min(millisOf(to) + 1, span.to) : span.to,
  }
  const cuts = [...cutsOf(scope), ...[from, to].flatMap(edge => (edge ? cutsAt(edge) : []))]
  const { months, days, hours, rest } = cutSpan(roundOut(wanted, from, to), cuts, units)
  const where = and(facetConditions(caller, scope, filter, without))
  const within = and([sql`true`, ...timeConditions(filter)])
  const raw = (table: 'log_entry' | 'log_pending', condition: Condition) =>
    sql`select e.at, ${COLUMNS}, 1 as n from ${sql.table(table)} e where ${where} and ${within} and ${condition}`
  const restCondition = isWithin(sql`e.at`, rest)
  const counted = (unit: 'month' | 'day', starts: readonly string[]) =>
    sql`select e.at, ${COLUMNS}, e.n from ${rollupRows(counts, caller.workspaceId, unit, sql`r.start = any(${starts}::date[])`)} e where ${where}`
  return sql.join(
    [
      ...(months.length ? [counted('month', months)] : []),
      ...(days.length ? [counted('day', days)] : []),
      ...(hours.length
        ? [
            sql`select e.at, ${COLUMNS}, e.n from ${hourRows(caller.workspaceId, isWithin(sql`r.start`, hours))} e where ${where}`,
          ]
        : []),
      ...(rest.length ? [raw('log_entry', restCondition)] : []),
      // fenced in: else an index of a common event is walked from end to end for the few that are not counted yet
      sql`select e.at, ${COLUMNS}, 1 as n from (select * from log_entry where ${uncountedSql(caller.workspaceId)} offset 0) e where ${where} and ${within} and not ${restCondition}`,
      raw('log_pending', sql`true`),
    ],
    sql` union all `,
  )
}

/** A condition: an instant lies in one of the spans. */
const isWithin = (at: Condition, spans: readonly Span[]): Condition =>
  spans.length
    ? sql`(${sql.join(
        spans.map(
          ({ from, to }) => sql`(${at} >= ${instantFromMillis(from)} and ${at} < ${instantFromMillis(to)})`,
        ),
        sql` or `,
      )})`
    : sql`false`

const DAY = 86_400_000

/** Where a filter is open, the whole first and last day count: nothing lies beyond them. */
const roundOut = (span: Span, from: string | null, to: string | null): Span => ({
  from: from && millisOf(from) > span.from - DAY ? span.from : monthBefore(span.from),
  to: to && millisOf(to) < span.to ? span.to : monthAfter(span.to),
})
const monthBefore = (ms: number): number =>
  Date.parse(`${new Date(ms).toISOString().slice(0, 7)}-01T00:00:00Z`)
const monthAfter = (ms: number): number => monthBefore(monthBefore(ms) + 32 * DAY)

/** The same relation for filters the counts cannot answer: what `where` finds, at most COUNT_CAP entries and one. */
export function foundRows(where: Condition): Condition {
  const from = (table: 'log_entry' | 'log_pending') =>
    sql`(select e.at, ${COLUMNS}, 1 as n from ${sql.table(table)} e where ${where} limit ${COUNT_CAP + 1})`
  return sql`${from('log_entry')} union all ${from('log_pending')}`
}
