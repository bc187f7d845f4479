import { SALT_BYTES } from '@tracedesk/proof/node'
import type { Databases } from '../../db/database.ts'
import { unseal } from '../../kernel/secret.ts'
import { partContext } from '../../ledger/draft.ts'
import type { SubjectKeys } from '../../ledger/subject-keys.ts'

/** Plain parts by `<entry id>/<name>`; one whose owner was erased is not in it. */
export type PartsOf = ReadonlyMap<string, string>

/**
 * Opens the parts of entries for the gateway, which must say to Telegram what they hold. `from`: the earliest message
 * they belong to; an upload is at most a day older.
 */
export async function openParts(
  databases: Databases,
  keys: SubjectKeys,
  workspaceId: string,
  entryIds: readonly (string | null)[],
  from: string,
): Promise<PartsOf> {
  const wanted = [...new Set(entryIds.filter(id => id !== null))]
  if (wanted.length === 0) return new Map()
  const { rows } = await databases.app.query<{ id: string; name: string; owner: string; sealed: Buffer }>(
    `select entry_id as id, name, owner, sealed from log_part
     where workspace_id = $1 and entry_id = any($2::uuid[]) and at >= $3::timestamptz - interval '2 days'`,
    [workspaceId, wanted, from],
  )
  const found = await keys.forOpening(
    databases.read,
    workspaceId,
    rows.map(row => row.owner),
  )
  const parts = new Map<string, string>()
  for (const { id, name, owner, sealed } of rows) {
    const key = found.get(owner)
    if (key?.state !== 'alive') continue
    const salted = unseal(key.key, sealed, partContext(workspaceId, id, name))
    parts.set(`${id}/${name}`, salted.subarray(SALT_BYTES).toString('utf8'))
  }
  return parts
}
