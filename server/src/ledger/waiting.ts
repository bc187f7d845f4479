import { CompiledQuery } from 'kysely'
import type { Tx } from '../db/database.ts'
import { ENTRY_COLUMNS } from './append.ts'

/** One batch is at most so many entries: about 10 MB of leaves. */
export const BATCH_MAX = 5_000

/** An entry that is committed and not yet in the tree. */
export interface PendingRow {
  readonly entry_id: string
  readonly ordinal: number
  readonly at: string
  readonly leaf: Buffer
  readonly mac: Buffer
}

/** The oldest of what waits, at most one batch; `further` narrows it. */
export async function oldestPending(tx: Tx, workspaceId: string, further = ''): Promise<PendingRow[]> {
  const { rows } = await tx.executeQuery<PendingRow>(
    CompiledQuery.raw(
      `select entry_id, ordinal, at, leaf, mac from log_pending where workspace_id = $1 ${further} order by ordinal limit $2`,
      [workspaceId, BATCH_MAX],
    ),
  )
  return rows
}

/**
 * Moves the oldest of what waits into the entries, from position `from` on. Returns the hashes of the leaves as they
 * stand there (32 bytes each, in order) and what vouched for them in the queue.
 */
export async function moveOldest(
  tx: Tx,
  workspaceId: string,
  from: number,
): Promise<{ hashes: Buffer; macs: Buffer }> {
  const columns = ENTRY_COLUMNS.join(', ')
  const { rows } = await tx.executeQuery<{ hashes: Buffer | null; macs: Buffer | null }>(
    CompiledQuery.raw(
      `with taken as (delete from log_pending where workspace_id = $1 and ordinal = any(array(
         select ordinal from log_pending where workspace_id = $1 order by ordinal limit $3)) returning *),
       put as (insert into log_entry (workspace_id, position, ${columns})
         select workspace_id, $2::bigint - 1 + row_number() over (order by ordinal), ${columns} from taken order by ordinal
         returning position, leaf)
       select (select string_agg(sha256('\\x00'::bytea || leaf), ''::bytea order by position) from put) as hashes,
         (select string_agg(mac, ''::bytea order by ordinal) from taken) as macs`,
      [workspaceId, from, BATCH_MAX],
    ),
  )
  const { hashes = null, macs = null } = rows[0] ?? {}
  return { hashes: hashes ?? Buffer.alloc(0), macs: macs ?? Buffer.alloc(0) }
}

/** Moves the named rows of the queue into the entries, in their order, from position `from` on. Throws when one is gone. */
export async function movePending(
  tx: Tx,
  workspaceId: string,
  ordinals: number[],
  from: number,
): Promise<void> {
  const columns = ENTRY_COLUMNS.join(', ')
  const { numAffectedRows } = await tx.executeQuery(
    CompiledQuery.raw(
      `with place as (select o, place - 1 + $3::bigint as position from unnest($2::bigint[]) with ordinality as t (o, place)),
     moved as (delete from log_pending using place where workspace_id = $1 and ordinal = place.o returning log_pending.*, place.position)
     insert into log_entry (workspace_id, position, ${columns}) select workspace_id, position, ${columns} from moved order by position`,
      [workspaceId, ordinals, from],
    ),
  )
  if (Number(numAffectedRows) !== ordinals.length)
    throw new Error(`${ordinals.length} entries were to be moved, ${numAffectedRows} were`)
}
