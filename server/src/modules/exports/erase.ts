import type { Tx } from '../../db/database.ts'
import type { ExportFilter, ExportPort } from './port.ts'
import { removeFile } from './store.ts'

/**
 * Removes every file that could hold something of a customer, and lets those being written begin anew. Filters by words
 * are not weighed: such a file goes. Runs in the transaction of an erasure; returns how many files went.
 */
export async function eraseExports(
  { folder, couldHold }: Pick<ExportPort, 'folder' | 'couldHold'>,
  {
    tx,
    workspaceId,
    ...who
  }: { tx: Tx; workspaceId: string; customerId: string; conversationIds: readonly string[] },
): Promise<number> {
  const files = await tx
    .selectFrom('export')
    .select(['export_id as id', 'format', 'filter', 'state'])
    .where('workspace_id', '=', workspaceId)
    .where('parts', '=', 'open')
    .where('state', 'in', ['waiting', 'done'])
    .forUpdate()
    .execute()
  let gone = 0
  for (const { id, format, filter, state } of files) {
    if (!(await couldHold(tx, workspaceId, filter as ExportFilter, who))) continue
    gone++
    await removeFile(folder, workspaceId, id, format)
    if (state === 'waiting')
      // its writer finds itself without a hold, and whoever takes it next begins at the beginning
      await tx
        .deleteFrom('export_progress')
        .where('workspace_id', '=', workspaceId)
        .where('export_id', '=', id)
        .execute()
    else
      await tx
        .updateTable('export')
        .set({ state: 'removed', code: 'erasure' })
        .where('workspace_id', '=', workspaceId)
        .where('export_id', '=', id)
        .execute()
  }
  return gone
}
