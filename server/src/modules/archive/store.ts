import type { ArchivePolicy } from '@tracedesk/contracts'
import { sql } from 'kysely'
import type { ReadDb, Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import type { ArchiveManifest } from './manifest.ts'
import { spanOf } from './month.ts'
import type { ArchiveJob } from './write-archive.ts'

/** What holds while nobody said otherwise: nothing is written by itself. */
export const NO_POLICY: ArchivePolicy = {
  enabled: false,
  afterDays: 7,
  required: false,
  withParts: true,
  lockDays: null,
}

export type ArchiveState = 'waiting' | 'stopped' | 'failed' | 'done'

/** A finished archive, as far as reading it takes. */
export interface DoneArchive {
  readonly id: string
  readonly month: string
  readonly since: number
  readonly size: number
  readonly manifest: string
  readonly manifestBytes: number
  readonly sha256: string
}

/** The policy in force; null when none was ever set. */
export async function readPolicy(db: ReadDb | Tx, workspaceId: string): Promise<ArchivePolicy | null> {
  const row = await db
    .selectFrom('archive_policy')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst()
  return row
    ? {
        enabled: row.enabled,
        afterDays: row.after_days,
        required: row.required,
        withParts: row.with_parts,
        lockDays: row.lock_days,
      }
    : null
}

/** What the archive holds of a month (`2024-03`) by now: its newest archive, and the positions it reaches to. */
export async function coveredOf(
  db: ReadDb | Tx,
  workspaceId: string,
  month: string,
): Promise<{ readonly archiveId: string | null; readonly reach: number }> {
  const row = await db
    .selectFrom('archive')
    .select(['archive_id', 'size'])
    .where('workspace_id', '=', workspaceId)
    .where('month', '=', `${month}-01`)
    .where('state', '=', 'done')
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirst()
  return { archiveId: row?.archive_id ?? null, reach: row?.size ?? 0 }
}

/** Does the log have entries of this month at positions from `since` on? */
export async function hasEntries(
  db: ReadDb | Tx,
  workspaceId: string,
  month: string,
  since: number,
): Promise<boolean> {
  const { from, to } = spanOf(month)
  const { rows } = await sql`select 1 from log_entry where workspace_id = ${workspaceId}
    and at >= ${from} and at < ${to} and position >= ${since} limit 1`.execute(db as Tx)
  return rows.length > 0
}

/** Months (`2024-03`) that have a table and ended more than `days` ago, the oldest first. */
export async function closedMonths(db: ReadDb | Tx, days: number): Promise<string[]> {
  const { rows } = await sql<{ month: string }>`
    select replace(substring(c.relname from '^log_entry_([0-9]{4}_[0-9]{2})$'), '_', '-') as month
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'log_entry'::regclass and c.relname ~ '^log_entry_[0-9]{4}_[0-9]{2}$'
      and (replace(substring(c.relname from '[0-9]{4}_[0-9]{2}$'), '_', '-') || '-01')::date + interval '1 month'
        <= (now() at time zone 'UTC') - make_interval(days => ${days}) order by 1`.execute(db as Tx)
  return rows.map(row => row.month)
}

/** Finished archives of a month, the oldest first: what came later into the month stands in a later one. */
export async function doneArchives(
  db: ReadDb | Tx,
  workspaceId: string,
  month: string,
): Promise<DoneArchive[]> {
  const rows = await db
    .selectFrom('archive')
    .select(['archive_id', 'since', 'size', 'manifest', 'manifest_bytes', 'sha256'])
    .where('workspace_id', '=', workspaceId)
    .where('month', '=', `${month}-01`)
    .where('state', '=', 'done')
    .orderBy('size')
    .execute()
  return rows.map(row => doneOf(month, row))
}

function doneOf(
  month: string,
  row: {
    archive_id: string
    since: number
    size: number
    manifest: string | null
    manifest_bytes: number | null
    sha256: string | null
  },
): DoneArchive {
  return {
    id: row.archive_id,
    month,
    since: row.since,
    size: row.size,
    manifest: row.manifest ?? '',
    manifestBytes: row.manifest_bytes ?? 0,
    sha256: row.sha256 ?? '',
  }
}

/** One finished archive. Throws `archive.not_found`, `archive.not_written`. */
export async function requireDone(
  db: ReadDb | Tx,
  workspaceId: string,
  archiveId: string,
): Promise<DoneArchive> {
  const row = await db
    .selectFrom('archive')
    .select(['archive_id', 'state', 'since', 'size', 'manifest', 'manifest_bytes', 'sha256'])
    .select(sql<string>`to_char(month, 'YYYY-MM')`.as('month'))
    .where('workspace_id', '=', workspaceId)
    .where('archive_id', '=', archiveId)
    .executeTakeFirst()
  if (!row) throw new ConsoleError('archive.not_found', { archiveId })
  if (row.state !== 'done') throw new ConsoleError('archive.not_written', { archiveId })
  return doneOf(row.month, row)
}

export interface LockedArchive extends ArchiveJob {
  readonly state: ArchiveState
}

/** An archive, locked until the transaction ends. Throws `archive.not_found`. */
export async function lockArchive(tx: Tx, workspaceId: string, archiveId: string): Promise<LockedArchive> {
  const row = await tx
    .selectFrom('archive')
    .select(['state', 'since', 'size', 'with_parts', 'lock_days'])
    .select(sql<string>`to_char(month, 'YYYY-MM')`.as('month'))
    .where('workspace_id', '=', workspaceId)
    .where('archive_id', '=', archiveId)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw new ConsoleError('archive.not_found', { archiveId })
  return {
    workspaceId,
    id: archiveId,
    state: row.state as ArchiveState, // the table admits only these
    month: row.month,
    since: row.since,
    size: row.size,
    withParts: row.with_parts,
    lockDays: row.lock_days,
  }
}

/** Keeps what a finished archive says of itself. */
export async function settleArchive(
  tx: Tx,
  job: ArchiveJob,
  now: string,
  done: {
    readonly manifest: Pick<ArchiveManifest, 'entries' | 'parts' | 'files'>
    readonly key: string
    readonly manifestBytes: number
    readonly sha256: string
    readonly bytes: number
    readonly from: number
    readonly to: number
    readonly lockedUntil: string | null
  },
): Promise<void> {
  await tx
    .updateTable('archive')
    .set({
      state: 'done',
      ended_at: now,
      entries: done.manifest.entries,
      parts: done.manifest.parts,
      files: done.manifest.files.length + 1,
      bytes: done.bytes,
      from_position: done.from,
      to_position: done.to,
      manifest: done.key,
      manifest_bytes: done.manifestBytes,
      sha256: done.sha256,
      locked_until: done.lockedUntil,
      code: null,
      verified_at: now,
      verdict: 'ok',
    })
    .where('workspace_id', '=', job.workspaceId)
    .where('archive_id', '=', job.id)
    .execute()
}
