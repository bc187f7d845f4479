import type { Tx } from '../../db/database.ts'
import type { HoldsPerson } from '../../kernel/names-in.ts'
import type { Uploads } from './uploads.ts'

/** Removes the files that wait to be imported: they may name whoever is erased. So may the names of files that were. Returns how many files went. */
export async function eraseUploads(
  uploads: Uploads,
  {
    tx,
    workspaceId,
    holdsPerson,
  }: { readonly tx: Tx; readonly workspaceId: string; readonly holdsPerson: HoldsPerson },
): Promise<number> {
  const rows = await tx
    .selectFrom('import_run')
    .select(['import_id as id', 'upload_id', 'file_name as fileName', 'state'])
    .where('workspace_id', '=', workspaceId)
    .execute()
  for (const { id, fileName } of rows)
    if (fileName !== null && holdsPerson(fileName, 'words'))
      await tx
        .updateTable('import_run')
        .set({ file_name: null })
        .where('workspace_id', '=', workspaceId)
        .where('import_id', '=', id)
        .execute()
  const needed = new Set(rows.filter(({ state }) => state !== 'completed').map(row => row.upload_id))
  return uploads.removeWaiting(workspaceId, id => needed.has(id))
}
