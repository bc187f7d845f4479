import { getLedgerState, ledgerVerificationFailed, ledgerVerified } from '@tracedesk/contracts'
import { sql } from 'kysely'
import { defineQueryHandler, type Query } from '../../command/define.ts'
import type { ReadDb } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { readSetting } from '../team/index.ts'
import { countUnacknowledged, createListFindings, type OpenReasons } from './findings.ts'

/** What the reads need of the node they run on. */
export interface LedgerQueriesPort {
  readonly signerProblem: (workspaceId: string) => string | null
  /** Opens the reasons that entries hold, as far as the reader may see them. */
  readonly openReasons: OpenReasons
  readonly verificationProgress: (workspaceId: string) => { done: number; of: number } | null
}

/** `ledger.state` and `ledger.findings`. */
export function createLedgerQueries(port: LedgerQueriesPort): Query[] {
  const state = defineQueryHandler(getLedgerState, async ({ db, caller }) => {
    const { workspaceId } = caller
    const head = await db
      .selectFrom('log_head')
      .select(['epoch', 'origin', 'size', 'root'])
      .where('workspace_id', '=', workspaceId)
      .executeTakeFirst()
    if (!head) throw new ConsoleError('ledger.size_unknown')
    const signed = await db
      .selectFrom('log_checkpoint')
      .select(['size', 'signed_at', 'vkey'])
      .where('workspace_id', '=', workspaceId)
      .where('epoch', '=', head.epoch)
      .orderBy('size', 'desc')
      .limit(1)
      .executeTakeFirst()
    const { rows } = await sql<{
      pending: number
    }>`select count(*) as pending from log_pending where workspace_id = ${workspaceId}`.execute(db as never)
    const last = await lastVerification(db, workspaceId)
    return {
      epoch: head.epoch,
      origin: head.origin,
      size: head.size,
      root: head.root.toString('base64'),
      pending: Number(rows[0]?.pending ?? 0),
      rejected: await countUnacknowledged(db, workspaceId),
      signed: signed ? { size: signed.size, at: signed.signed_at, vkey: signed.vkey } : null,
      unsignedSeconds: await secondsUnsigned(db, workspaceId, signed?.size ?? 0),
      signerProblem: port.signerProblem(workspaceId),
      verification: {
        last,
        running: port.verificationProgress(workspaceId),
        overdue: await isVerificationOverdue(db, workspaceId, last?.at ?? null),
      },
    }
  })
  return [state, createListFindings(port.openReasons)] as Query[]
}

/** How long the oldest entry has waited for the tree, or stood in it unsigned. */
async function secondsUnsigned(db: ReadDb, workspaceId: string, signedSize: number): Promise<number | null> {
  const { rows } = await sql<{ seconds: number | null }>`
    select floor(extract(epoch from now() - least(
      (select min(recorded_at) from log_pending where workspace_id = ${workspaceId}),
      (select recorded_at from log_entry where workspace_id = ${workspaceId} and position >= ${signedSize} order by position limit 1)
    )))::int as seconds`.execute(db as never)
  const [row] = rows
  return row?.seconds === null || row?.seconds === undefined ? null : Math.max(0, row.seconds)
}

/** Whether two intervals went by since the last verification, or since the log began when there was none. */
async function isVerificationOverdue(
  db: ReadDb,
  workspaceId: string,
  lastAt: string | null,
): Promise<boolean> {
  const hours = Number(await readSetting(db, workspaceId, 'ledger.verify_hours'))
  if (hours === 0) return false
  const { rows } = await sql<{ overdue: boolean | null }>`
    select now() - coalesce(${lastAt}::timestamptz,
      (select recorded_at from log_entry where workspace_id = ${workspaceId} order by position limit 1)) > make_interval(hours => ${2 * hours}) as overdue`.execute(
    db as never,
  )
  return rows[0]?.overdue ?? false
}

async function lastVerification(db: ReadDb, workspaceId: string) {
  const row = await db
    .selectFrom('log_entry')
    .select(['at', 'leaf'])
    .where('workspace_id', '=', workspaceId)
    .where('event', 'in', [ledgerVerified.name, ledgerVerificationFailed.name])
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (!row) return null
  const { data } = JSON.parse(row.leaf.toString('utf8')) as {
    data: { size: number; verdict?: string; position?: number | null }
  }
  return { at: row.at, verdict: data.verdict ?? 'ok', size: data.size, position: data.position ?? null }
}
