import { type Caller, may } from '../../command/caller.ts'
import type { ReadDb } from '../../db/database.ts'

/** Those who handle restrictions go on seeing what is restricted; everybody else gets it withheld. */
export const seesRestricted = (viewer: Caller): boolean => may(viewer, 'privacy.restrict')

/** Of the owners of parts, those whose data is only stored: `customer:<id>`. */
export async function restrictedOwners(
  db: ReadDb,
  workspaceId: string,
  owners: Iterable<string>,
): Promise<ReadonlySet<string>> {
  const ids = [...new Set(owners)]
    .filter(owner => owner.startsWith('customer:'))
    .map(owner => owner.slice('customer:'.length))
    .filter(id => id.length === 36)
  if (ids.length === 0) return NOBODY
  const rows = await db
    .selectFrom('customer')
    .select('customer_id')
    .where('workspace_id', '=', workspaceId)
    .where('customer_id', 'in', ids)
    .where('restricted_at', 'is not', null)
    .execute()
  return new Set(rows.map(row => `customer:${row.customer_id}`))
}

const NOBODY: ReadonlySet<string> = new Set()
