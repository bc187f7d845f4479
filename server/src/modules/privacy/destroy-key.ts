import { sql } from 'kysely'
import type { CommandContext } from '../../command/define.ts'

/** Destroys one key with the parts it sealed; the database wants an entry for it in the same transaction. */
export async function destroyKey(
  { tx, workspaceId }: CommandContext,
  owner: string,
  entryId: string,
  entries: readonly { entry_id: string; at: string }[],
): Promise<number> {
  const { rows } = await sql<{
    parts: number
  }>`select destroy_subject_key(${workspaceId}, ${owner}, ${entryId},
    ${entries.map(entry => entry.entry_id)}::uuid[], ${entries.map(entry => entry.at)}::timestamptz[]) as parts`.execute(
    tx,
  )
  return rows[0]?.parts ?? 0
}
