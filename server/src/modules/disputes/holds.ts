import type { QueryContext } from '../../command/define.ts'

/** The cases that placed holds, by hold: `hold.list` shows the case as the reason. */
export async function casesOfHolds(
  { db, caller }: Pick<QueryContext, 'db' | 'caller'>,
  holdIds: readonly string[],
): Promise<Map<string, string>> {
  if (holdIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('dispute')
    .select(['hold_id', 'dispute_id'])
    .where('workspace_id', '=', caller.workspaceId)
    .where('hold_id', 'in', holdIds)
    .execute()
  return new Map(rows.map(row => [row.hold_id, row.dispute_id]))
}
