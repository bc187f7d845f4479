import type { RetentionWhat } from '@tracedesk/contracts'
import { type RawBuilder, sql } from 'kysely'
import type { ReadDb, Tx } from '../../db/database.ts'
import { activeHolds, heldEntrySql } from '../holds/index.ts'
import { type Month, withinMonth } from './months.ts'
import { dueRule, isNeeded, type RetentionRule } from './rules.ts'

/** What is looked for: things of one kind in one month that these rules call due. */
export interface DueAsk {
  readonly workspaceId: string
  readonly what: RetentionWhat
  readonly month: Month
  readonly rules: readonly RetentionRule[]
  readonly asOf: string
  /** Positions before this one. */
  readonly reach: number
}

const fromWhat = (what: RetentionWhat) =>
  what === 'entries'
    ? sql`log_entry e`
    : sql`log_entry e join log_part p on p.workspace_id = e.workspace_id and p.entry_id = e.entry_id and p.at = e.at`

/** Everything due of a month, held or not: position, the place of its rule, and for parts the name. */
export function dueRows(ask: DueAsk): RawBuilder<unknown> {
  const { what, rules, asOf, workspaceId, month, reach } = ask
  return sql`select e.position, e.event, e.conversation_id, e.customer_id, e.at, e.workspace_id, e.entry_id, e.leaf,
      ${what === 'parts' ? sql`p.name` : sql`''`} as part, ${dueRule(rules, what, asOf)} as rule
    from ${fromWhat(what)} where ${withinMonth(workspaceId, month)} and e.position < ${reach}
      and not ${isNeeded(workspaceId)}`
}

/** What may go: due, and not held. Without any hold in force nothing is asked about each entry. */
export async function doomedRows(db: ReadDb | Tx, ask: DueAsk): Promise<RawBuilder<unknown>> {
  const held = (await activeHolds(db, ask.workspaceId)).length > 0
  return sql`select * from (${dueRows(ask)}) e where e.rule is not null ${held ? sql`and not ${heldEntrySql()}` : sql``}`
}

/** How many things a hold keeps that are due. */
export async function countHeld(db: ReadDb | Tx, ask: DueAsk): Promise<number> {
  if ((await activeHolds(db, ask.workspaceId)).length === 0) return 0
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from (${dueRows(ask)}) e
    where e.rule is not null and ${heldEntrySql()}`.execute(db as never)
  return rows[0]?.n ?? 0
}

/** Is there anything to destroy in this month? */
export async function isAnythingDoomed(db: ReadDb | Tx, ask: DueAsk): Promise<boolean> {
  const { rows } = await sql`select 1 from (${await doomedRows(db, ask)}) d limit 1`.execute(db as never)
  return rows.length > 0
}
