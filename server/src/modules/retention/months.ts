import type { RetentionWhat } from '@tracedesk/contracts'
import { sql } from 'kysely'
import type { ReadDb, Tx } from '../../db/database.ts'
import { latestCutoff, type RetentionRule } from './rules.ts'

/** A month as its first day: `2024-03-01`. */
export type Month = string

export const monthAfter = (month: Month): Month => {
  const day = new Date(`${month}T00:00:00Z`)
  day.setUTCMonth(day.getUTCMonth() + 1)
  return day.toISOString().slice(0, 10)
}

/**
 * How far whole entries of a month may go because a verified archive holds them, and which; everything, where no archive
 * is asked for. The archive answers.
 */
export type ArchivedReach = (
  where: { readonly db: ReadDb | Tx; readonly workspaceId: string },
  month: Month,
) => Promise<{ readonly archiveId: string | null; readonly reach: number }>

/** The months that have a table and begin before anything of `what` stops being due, the oldest first. */
export async function monthsDue(
  db: ReadDb | Tx,
  rules: readonly RetentionRule[],
  what: RetentionWhat,
  asOf: string,
): Promise<Month[]> {
  const cutoff = latestCutoff(rules, what, asOf)
  if (cutoff === null) return []
  const { rows } = await sql<{ month: string }>`
    select replace(substring(c.relname from '^log_entry_([0-9]{4}_[0-9]{2})$'), '_', '-') || '-01' as month
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'log_entry'::regclass and c.relname ~ '^log_entry_[0-9]{4}_[0-9]{2}$' order by 1`.execute(
    db as never,
  )
  return rows.map(row => row.month).filter(month => month < cutoff)
}

/** Entries of a month, as a condition on log_entry `e`. */
export const withinMonth = (workspaceId: string, month: Month) =>
  sql`e.workspace_id = ${workspaceId} and e.at >= ${`${month}T00:00:00Z`} and e.at < ${`${monthAfter(month)}T00:00:00Z`}`

/**
 * Positions from this one on are not touched: their tile is not full, so that nothing but the leaf holds the hash, or
 * somebody who reads the log in its order has not come by yet.
 */
export async function reachOf(db: ReadDb | Tx, workspaceId: string): Promise<number> {
  const { rows } = await sql<{ reach: number }>`select least(
      (select size - size % 256 from log_head where workspace_id = ${workspaceId}),
      coalesce((select max(size) from log_checkpoint where workspace_id = ${workspaceId}), 0),
      coalesce((select position from log_text_cursor where workspace_id = ${workspaceId}), 0),
      coalesce((select position from log_rollup_cursor where workspace_id = ${workspaceId}), 0)) as reach`.execute(
    db as never,
  )
  return Number(rows[0]?.reach ?? 0)
}
