import { previewRetention, type RetentionWhat } from '@tracedesk/contracts'
import { sql } from 'kysely'
import { defineQueryHandler } from '../../command/define.ts'
import type { ReadDb, Tx } from '../../db/database.ts'
import { type ActiveHold, activeHolds } from '../holds/index.ts'
import { type DueAsk, doomedRows, dueRows } from './due.ts'
import { type ArchivedReach, monthsDue, reachOf } from './months.ts'
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

interface PreviewAsk {
  readonly db: ReadDb | Tx
  readonly workspaceId: string
  readonly rules: readonly RetentionRule[]
  readonly asOf: string
  readonly archived: ArchivedReach
}

/** What would go under these rules: counts by month, area and rule. */
async function countDoomed(asked: PreviewAsk): Promise<DoomedCount[]> {
  const { db, rules } = asked
  const counts: DoomedCount[] = []
  for await (const ask of asksOf(asked)) {
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

async function* asksOf({
  db,
  workspaceId,
  rules,
  asOf,
  archived,
}: PreviewAsk): AsyncGenerator<DueAsk & { readonly whole: number }> {
  const whole = await reachOf(db, workspaceId)
  for (const what of ['entries', 'parts'] as const)
    for (const month of await monthsDue(db, rules, what, asOf)) {
      const kept = what === 'entries' ? (await archived({ db, workspaceId }, month)).reach : whole
      yield { workspaceId, what, month, rules, asOf, reach: Math.min(whole, kept), whole }
    }
}

/** Entries that are due and would go, if an archive held them. */
async function countUnarchived(asked: PreviewAsk): Promise<number> {
  let count = 0
  for await (const ask of asksOf(asked)) {
    if (ask.reach >= ask.whole) continue
    const { rows } = await sql<{ n: number }>`select count(*)::int as n
      from (${await doomedRows(asked.db, { ...ask, reach: ask.whole })}) d where position >= ${ask.reach}`.execute(
      asked.db as never,
    )
    count += rows[0]?.n ?? 0
  }
  return count
}

const covers = (hold: ActiveHold) =>
  hold.kind === 'conversation'
    ? sql`d.conversation_id = ${hold.conversationId}`
    : hold.kind === 'customer'
      ? sql`d.customer_id = any(${hold.accounts}::uuid[])`
      : sql`d.at >= coalesce(${hold.from}::timestamptz, '-infinity') and d.at < coalesce(${hold.to}::timestamptz, 'infinity')`

/** Of what is due, how much each hold keeps. */
async function countHolds(asked: PreviewAsk) {
  const { db, workspaceId } = asked
  const holds = (await activeHolds(db, workspaceId)).slice(0, HOLDS_MAX)
  const kept = holds.map(({ id, kind, cause }) => ({ holdId: id, kind, cause, entries: 0, parts: 0 }))
  if (holds.length === 0) return []
  for await (const ask of asksOf(asked)) {
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
export async function previewOf(db: ReadDb | Tx, workspaceId: string, archived: ArchivedReach) {
  const rules = await readRules(db, workspaceId)
  const asOf = await today(db)
  const asked = { db, workspaceId, rules, asOf, archived }
  const items = await countDoomed(asked)
  const held = await countHolds(asked)
  const unarchived = await countUnarchived(asked)
  return {
    asOf,
    rules,
    items,
    entries: sumOf(items, 'entries'),
    parts: sumOf(items, 'parts'),
    held,
    unarchived,
  }
}

export const createPreviewRetention = (archived: ArchivedReach) =>
  defineQueryHandler(previewRetention, async ({ db, caller }) => {
    const { rules: _, ...shown } = await previewOf(db, caller.workspaceId, archived)
    return shown as never // branded ids
  })
