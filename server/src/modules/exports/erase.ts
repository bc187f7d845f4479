import type { Tx } from '../../db/database.ts'
import type { HoldsPerson } from '../../kernel/names-in.ts'
import type { ExportFilter, ExportPort, HeldEntry } from './port.ts'
import { openFilter, removeFile } from './store.ts'

/**
 * Removes every file that could hold something of a customer, and lets those being written begin anew. Filters by words
 * are not weighed: such a file goes. Runs in the transaction of an erasure; returns how many files went.
 */
export const eraseExports = (
  { folder, couldHold }: Pick<ExportPort, 'folder' | 'couldHold'>,
  {
    tx,
    workspaceId,
    ...who
  }: { tx: Tx; workspaceId: string; customerId: string; conversationIds: readonly string[] },
): Promise<number> =>
  eraseOpenFiles(folder, { tx, workspaceId }, filter => couldHold(tx, workspaceId, filter, who))

/** The same for files that could hold one of these entries. */
export const eraseExportsOf = (
  { folder, couldHoldAny }: Pick<ExportPort, 'folder' | 'couldHoldAny'>,
  { tx, workspaceId, entries }: { tx: Tx; workspaceId: string; entries: readonly HeldEntry[] },
): Promise<number> =>
  eraseOpenFiles(folder, { tx, workspaceId }, filter => couldHoldAny(tx, workspaceId, filter, entries))

async function eraseOpenFiles(
  folder: string,
  { tx, workspaceId }: { tx: Tx; workspaceId: string },
  isDoomed: (filter: ExportFilter) => Promise<boolean>,
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
    if (!(await isDoomed(filter as ExportFilter))) continue
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

/**
 * Ends every export on a schedule that looks for somebody by id, or names them. Runs in the transaction of an erasure, whose
 * entry counts them; an entry of their own would hold the name again. Returns how many went.
 */
export async function eraseSchedules(
  { secret }: Pick<ExportPort, 'secret'>,
  doomed: {
    tx: Tx
    workspaceId: string
    customerId: string
    conversationIds: readonly string[]
    holdsPerson: HoldsPerson
  },
): Promise<number> {
  const { tx, workspaceId, customerId, conversationIds, holdsPerson } = doomed
  const rows = await tx
    .selectFrom('export_schedule')
    .select(['schedule_id as id', 'name', 'filter', 'query'])
    .where('workspace_id', '=', workspaceId)
    .forUpdate()
    .execute()
  const ids: readonly unknown[] = [customerId, ...conversationIds]
  const gone = rows.filter(({ id, name, ...kept }) => {
    const filter = openFilter(secret, workspaceId, id, kept)
    return (
      Object.values(filter).some(value => [value].flat().some(each => ids.includes(each))) ||
      holdsPerson(name, 'words') ||
      holdsPerson(String(filter.q ?? ''), 'search')
    )
  })
  for (const { id } of gone)
    await tx
      .deleteFrom('export_schedule')
      .where('workspace_id', '=', workspaceId)
      .where('schedule_id', '=', id)
      .execute()
  return gone.length
}
