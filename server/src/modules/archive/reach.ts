import type { ReadDb, Tx } from '../../db/database.ts'
import { coveredOf, readPolicy } from './store.ts'

/**
 * How far whole entries of a month (its first day) may be destroyed: where the policy asks for an archive, no further
 * than a verified one reaches; else as far as there is.
 */
export async function archivedReach(
  { db, workspaceId }: { readonly db: ReadDb | Tx; readonly workspaceId: string },
  month: string,
): Promise<{ readonly archiveId: string | null; readonly reach: number }> {
  const policy = await readPolicy(db, workspaceId)
  if (!policy?.required) return { archiveId: null, reach: Number.MAX_SAFE_INTEGER }
  return coveredOf(db, workspaceId, month.slice(0, 7))
}
