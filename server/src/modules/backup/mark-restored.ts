import type pg from 'pg'
import { newId } from '../../kernel/id.ts'
import type { Erasure } from '../../ledger/erasures.ts'

/** An erasure that was made again; `entryId` is the entry that will say so. */
export interface ReplayedErasure extends Erasure {
  /** The entry that recorded the erasure at the time; it may have been lost. */
  readonly erasedBy: string
}

export interface RestoreMark {
  readonly workspaceId: string
  readonly restoreId: string
  readonly cause: 'backup' | 'elsewhere'
  readonly manifestSha256: string | null
  readonly takenAt: string | null
  readonly erasures: readonly Erasure[]
}

/**
 * Makes an older database fit for the present, as its owner and in the caller's transaction with the commit checks
 * off: whoever was erased since is forgotten again, sessions end, messages that waited for Telegram become those of
 * unknown fate, and a row keeps servers away until the restore is finished.
 */
export async function markRestored(client: pg.ClientBase, mark: RestoreMark): Promise<void> {
  const { workspaceId } = mark
  const erased: ReplayedErasure[] = []
  for (const erasure of mark.erasures) {
    const replayed = await forgetAgain(client, workspaceId, erasure)
    if (replayed) erased.push(replayed)
  }
  const sessions = await client.query(
    'update session set ended_at = now() where workspace_id = $1 and ended_at is null',
    [workspaceId],
  )
  // `sending` is what a crash leaves: the gateway records such a message as of unknown fate and never sends it again.
  const unsent = await client.query(
    "update telegram_outbox set state = 'sending' where workspace_id = $1 and state = 'waiting'",
    [workspaceId],
  )
  await client.query(
    `insert into restore_run (workspace_id, restore_id, cause, manifest_sha256, taken_at, epoch_before, sessions_ended, unsent, erased)
     select $1, $2, $3, $4, $5, epoch, $6, $7, $8 from log_head where workspace_id = $1`,
    [
      workspaceId,
      mark.restoreId,
      mark.cause,
      mark.manifestSha256,
      mark.takenAt,
      sessions.rowCount ?? 0,
      unsent.rowCount ?? 0,
      JSON.stringify(erased),
    ],
  )
}

/** Destroys the key, the sealed parts and the search rows of somebody who was erased; null when they are gone. */
async function forgetAgain(
  client: pg.ClientBase,
  workspaceId: string,
  erasure: Erasure,
): Promise<ReplayedErasure | null> {
  const { owner, entryId: erasedBy } = erasure
  const entryId = newId()
  const { rowCount } = await client.query(
    'update subject_key set wrapped = null, erased_at = now(), erased_by = $3 where workspace_id = $1 and owner = $2 and wrapped is not null',
    [workspaceId, owner, entryId],
  )
  if (!rowCount) return null
  for (const table of ['log_part', 'log_text'])
    await client.query(`delete from ${table} where workspace_id = $1 and owner = $2`, [workspaceId, owner])
  return { ...erasure, entryId, erasedBy }
}
