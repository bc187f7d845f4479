import { AnchorFailure, type AnchorKind } from '@tracedesk/contracts'
import { sql } from 'kysely'
import type pg from 'pg'
import type { ReadDb, Tx } from '../../db/database.ts'

/** How one anchor stands. `size` counts leaves; null before its first success. */
export interface AnchorState {
  readonly kind: AnchorKind
  readonly name: string
  readonly epoch: number
  readonly size: number | null
  readonly anchoredAt: string | null
  readonly failingSince: string | null
  readonly failure: AnchorFailure | null
}

/** Why it fails, as stored; a name we do not know (any longer) is a failure all the same. */
const readFailure = (text: string | null): AnchorFailure | null =>
  text === null ? null : (AnchorFailure.safeParse(text).data ?? 'internal')

const COLUMNS = ['kind', 'name', 'epoch', 'size', 'anchored_at', 'failing_since', 'failure'] as const

/** The state of every anchor a workspace ever had. */
export async function readStates(db: ReadDb, workspaceId: string): Promise<AnchorState[]> {
  const rows = await db
    .selectFrom('anchor_state')
    .select(COLUMNS)
    .where('workspace_id', '=', workspaceId)
    .execute()
  return rows.map(row => ({
    kind: row.kind as AnchorKind,
    name: row.name,
    epoch: row.epoch,
    size: row.size,
    anchoredAt: row.anchored_at,
    failingSince: row.failing_since,
    failure: readFailure(row.failure),
  }))
}

/** Locks the state of one anchor, making it when it is new. */
export async function lockState(
  tx: Tx,
  workspaceId: string,
  { kind, name, epoch }: { kind: AnchorKind; name: string; epoch: number },
): Promise<{ epoch: number; size: number | null; failure: string | null }> {
  await tx
    .insertInto('anchor_state')
    .values({ workspace_id: workspaceId, kind, name, epoch })
    .onConflict(conflict => conflict.doNothing())
    .execute()
  return tx
    .selectFrom('anchor_state')
    .select(['epoch', 'size', 'failure'])
    .where('workspace_id', '=', workspaceId)
    .where('kind', '=', kind)
    .where('name', '=', name)
    .forUpdate()
    .executeTakeFirstOrThrow()
}

/** The newest signed head with its note; null before the first. */
export async function newestCheckpoint(
  db: ReadDb,
  workspaceId: string,
): Promise<{ epoch: number; size: number; note: string; signedAt: string } | null> {
  const row = await db
    .selectFrom('log_checkpoint')
    .select(['epoch', 'size', 'note', 'signed_at'])
    .where('workspace_id', '=', workspaceId)
    .orderBy('epoch', 'desc')
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ? { epoch: row.epoch, size: row.size, note: row.note, signedAt: row.signed_at } : null
}

/**
 * When the oldest entry from `position` on was recorded that is more than anchoring speaking of itself, and how many
 * seconds ago; null when there is none. Without this an idle log would anchor its own anchor entries for ever.
 */
export async function oldestUnanchored(
  db: ReadDb,
  workspaceId: string,
  position: number,
  end: number,
): Promise<{ seconds: number } | null> {
  const { rows } = await sql<{ seconds: number }>`
    select extract(epoch from clock_timestamp() - recorded_at)::float8 as seconds from log_entry
    where workspace_id = ${workspaceId} and position >= ${position} and position < ${end}
      and event not in ('ledger.anchored', 'ledger.anchor_failed')
    order by position limit 1`.execute(db as never)
  return rows[0] ?? null
}

/** Signature lines that belong under the checkpoint of a size: cosignatures, and the key that took over there. */
export async function readSignatureLines(
  db: ReadDb,
  workspaceId: string,
  epoch: number,
  size: number,
): Promise<string[]> {
  const rows = await db
    .selectFrom('log_anchor')
    .select('proof')
    .where('workspace_id', '=', workspaceId)
    .where('epoch', '=', epoch)
    .where('size', '=', size)
    .where('kind', 'in', ['witness', 'key'])
    .orderBy('anchored_at')
    .orderBy('name')
    .execute()
  return rows.map(row => row.proof.toString('utf8'))
}

/** Takes the lease `name` for `seconds` unless somebody holds it. Whoever has it may ask the outside. */
export async function takeLease(
  pool: pg.Pool,
  name: string,
  holder: string,
  seconds: number,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `insert into lease (name, holder, term, expires_at) values ($1, $2, 1, clock_timestamp() + make_interval(secs => $3))
     on conflict (name) do update set holder = excluded.holder, term = lease.term + 1, expires_at = excluded.expires_at
       where lease.expires_at < clock_timestamp()`,
    [name, holder, seconds],
  )
  return rowCount === 1
}

export async function releaseLease(pool: pg.Pool, name: string, holder: string): Promise<void> {
  await pool.query('delete from lease where name = $1 and holder = $2', [name, holder])
}
