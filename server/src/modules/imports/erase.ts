import type { Tx } from '../../db/database.ts'
import type { Uploads } from './uploads.ts'

/** Removes the files that wait to be imported: they may name whoever is erased. Returns how many went. */
export async function eraseUploads(
  uploads: Uploads,
  { tx, workspaceId }: { readonly tx: Tx; readonly workspaceId: string },
): Promise<number> {
  const rows = await tx
    .selectFrom('import_run')
    .select('upload_id')
    .where('workspace_id', '=', workspaceId)
    .where('state', '<>', 'completed')
    .execute()
  const needed = new Set(rows.map(row => row.upload_id))
  return uploads.removeWaiting(workspaceId, id => needed.has(id))
}
