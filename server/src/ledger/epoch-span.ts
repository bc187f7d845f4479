import type { ReadDb } from '../db/database.ts'
import { readHead } from './tree-store.ts'

/** How far the tree of an epoch reaches that is still here: to the head, or to where the next epoch began. */
export interface EpochSpan {
  readonly epoch: number
  readonly size: number
}

/** The span of an epoch of a workspace's ledger, in force or ended; null when there is, or was, no such epoch. */
export async function readEpochSpan(
  db: ReadDb,
  workspaceId: string,
  epoch: number,
): Promise<EpochSpan | null> {
  const head = await readHead(db, workspaceId)
  if (!head || epoch > head.epoch) return null
  if (epoch === head.epoch) return { epoch, size: head.size }
  const rows = await db
    .selectFrom('log_signer')
    .select(['epoch', 'from_size'])
    .where('workspace_id', '=', workspaceId)
    .where('epoch', '>=', epoch)
    .orderBy('epoch')
    .orderBy('from_size')
    .execute()
  if (rows[0]?.epoch !== epoch) return null
  const next = rows.find(row => row.epoch > epoch)
  return { epoch, size: Number(next?.from_size ?? head.size) }
}
