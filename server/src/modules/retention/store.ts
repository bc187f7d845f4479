import { createHash } from 'node:crypto'
import type { ReadDb, Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { bySpecificity, KeptRules, type RetentionRule } from './rules.ts'

/** The rules in force, the most specific first. */
export async function readRules(db: ReadDb | Tx, workspaceId: string): Promise<RetentionRule[]> {
  const rows = await db
    .selectFrom('retention_rule')
    .select(['rule_id as id', 'what', 'event', 'bot_id as botId', 'part', 'days'])
    .where('workspace_id', '=', workspaceId)
    .orderBy('rule_id')
    .execute()
  // the table admits only these two
  return bySpecificity(rows.map(row => ({ ...row, what: row.what as RetentionRule['what'] })))
}

/** What an entry names rules by: the digest of all of them in order. */
export const digestOfRules = (rules: readonly RetentionRule[]): string =>
  createHash('sha256').update(JSON.stringify(rules)).digest('hex')

export type RunState = 'requested' | 'running' | 'done' | 'stopped' | 'declined'

export interface RetentionRun {
  readonly id: string
  readonly state: RunState
  readonly rules: readonly RetentionRule[]
  /** The day ages are counted from, as YYYY-MM-DD. */
  readonly asOf: string
  readonly requestedBy: string
  readonly steps: number
  readonly entriesGone: number
  readonly partsGone: number
}

/** A run, locked until the transaction ends. Throws `retention.run_not_found`. */
export async function lockRun(tx: Tx, workspaceId: string, runId: string): Promise<RetentionRun> {
  const row = await tx
    .selectFrom('retention_run')
    .select(['state', 'rules', 'requested_by', 'steps', 'entries_gone', 'parts_gone'])
    .select(({ cast, ref }) => cast<string>(ref('as_of'), 'text').as('as_of'))
    .where('workspace_id', '=', workspaceId)
    .where('run_id', '=', runId)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw new ConsoleError('retention.run_not_found', { runId })
  return {
    id: runId,
    state: row.state as RunState, // the table admits only these
    rules: KeptRules.parse(row.rules),
    asOf: row.as_of,
    requestedBy: row.requested_by,
    steps: row.steps,
    entriesGone: Number(row.entries_gone),
    partsGone: Number(row.parts_gone),
  }
}
