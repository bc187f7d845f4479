import { previewRetention, type RetentionWhat } from '@tracedesk/contracts'
import { sql } from 'kysely'
import { defineQueryHandler } from '../../command/define.ts'
import type { ReadDb, Tx } from '../../db/database.ts'
import { type ActiveHold, activeHolds } from '../holds/index.ts'
import { type DueAsk, doomedRows, dueRows } from './due.ts'
import { monthsDue, reachOf } from './months.ts'
import type { RetentionRule } from './rules.ts'
import { readRules } from './store.ts'

const HOLDS_MAX = 50

export interface DoomedCount {
  readonly what: RetentionWhat
  readonly month: string
  readonly area: string
  readonly ruleId: string
  readonly count: number
}

/** Today as UTC, from the database's clock. */
export async function today(db: ReadDb | Tx): Promise<string> {
  const { rows } = await sql<{ day: string }>`select (now() at time zone 'UTC')::date::text as day`.execute(
    db as never,
  )
  return rows[0]?.day ?? ''
}

/** What would go under these rules: counts by month, area and rule. */
export async function countDoomed(
  db: ReadDb | Tx,
  workspaceId: string,
  rules: readonly RetentionRule[],
  asOf: string,
): Promise<DoomedCount[]> {
  const counts: DoomedCount[] = []
  for await (const ask of asksOf(db, workspaceId, rules, asOf)) {
    const { rows } = await sql<{ area: string; rule: number; n: number }>`
      select split_part(event, '.', 1) as area, rule, count(*)::int as n
      from (${await doomedRows(db, ask)}) d group by 1, 2 order by 1, 2`.execute(db as never)
    for (const { area, rule, n } of rows)
      counts.push({
        what: ask.what,
        month: ask.month.slice(0, 7),
        area,
        ruleId: rules[rule]?.id ?? '',
        count: n,
      })
  }
  return counts
}

async function* asksOf(
  db: ReadDb | Tx,
  workspaceId: string,
  rules: readonly RetentionRule[],
  asOf: string,
): AsyncGenerator<DueAsk> {
  const reach = await reachOf(db, workspaceId)
  for (const what of ['entries', 'parts'] as const)
    for (const month of await monthsDue(db, rules, what, asOf))
      yield { workspaceId, what, month, rules, asOf, reach }
}

const covers = (hold: ActiveHold) =>
  hold.kind === 'conversation'
    ? sql`d.conversation_id = ${hold.conversationId}`
    : hold.kind === 'customer'
      ? sql`d.customer_id = ${hold.customerId}`
      : sql`d.at >= coalesce(${hold.from}::timestamptz, '-infinity') and d.at < coalesce(${hold.to}::timestamptz, 'infinity')`

/** Of what is due, how much each hold keeps. */
async function countHolds(
  db: ReadDb | Tx,
  workspaceId: string,
  rules: readonly RetentionRule[],
  asOf: string,
) {
  const holds = (await activeHolds(db, workspaceId)).slice(0, HOLDS_MAX)
  const kept = holds.map(({ id, kind, cause }) => ({ holdId: id, kind, cause, entries: 0, parts: 0 }))
  if (holds.length === 0) return []
  for await (const ask of asksOf(db, workspaceId, rules, asOf)) {
    const columns = holds.map(
      (hold, i) => sql`count(*) filter (where ${covers(hold)})::int as ${sql.ref(`h${i}`)}`,
    )
    const { rows } = await sql<Record<string, number>>`select ${sql.join(columns)}
      from (${dueRows(ask)}) d where d.rule is not null`.execute(db as never)
    for (const [i, each] of kept.entries()) each[ask.what] += rows[0]?.[`h${i}`] ?? 0
  }
  return kept.filter(({ entries, parts }) => entries + parts > 0)
}

const sumOf = (counts: readonly DoomedCount[], what: RetentionWhat) =>
  counts.filter(each => each.what === what).reduce((sum, { count }) => sum + count, 0)

/** Everything the preview says. */
export async function previewOf(db: ReadDb | Tx, workspaceId: string) {
  const rules = await readRules(db, workspaceId)
  const asOf = await today(db)
  const items = await countDoomed(db, workspaceId, rules, asOf)
  const held = await countHolds(db, workspaceId, rules, asOf)
  return { asOf, rules, items, entries: sumOf(items, 'entries'), parts: sumOf(items, 'parts'), held }
}

export const previewRetentionQuery = defineQueryHandler(previewRetention, async ({ db, caller }) => {
  const { rules: _, ...shown } = await previewOf(db, caller.workspaceId)
  return shown as never // branded ids
})
