import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type RawBuilder, sql } from 'kysely'
import type { Tx } from '../../db/database.ts'

/**
 * Removes the bundles that could hold a customer's words: those over a range with any of their entries. They lie in the
 * open for whoever made them. Returns how many went.
 */
export async function eraseBundles(
  folder: string,
  {
    tx,
    workspaceId,
    customerId,
    conversationIds,
  }: {
    readonly tx: Tx
    readonly workspaceId: string
    readonly customerId: string
    readonly conversationIds: readonly string[]
  },
): Promise<number> {
  return eraseRanges(
    join(folder, workspaceId),
    { tx, workspaceId },
    sql`(select e.position from log_entry e where e.workspace_id = ${workspaceId}
      and (e.conversation_id = any(${conversationIds}::uuid[]) or (e.customer_id = ${customerId} and e.conversation_id is null)))`,
  )
}

/** The same for bundles over a range with any of these entries. */
export const eraseBundlesOf = (
  folder: string,
  {
    tx,
    workspaceId,
    entries,
  }: {
    readonly tx: Tx
    readonly workspaceId: string
    readonly entries: readonly { readonly position: number }[]
  },
): Promise<number> =>
  eraseRanges(
    join(folder, workspaceId),
    { tx, workspaceId },
    sql`(select unnest(${entries.map(({ position }) => position)}::bigint[]) as position)`,
  )

/** Removes the bundles in a folder whose range has any of the positions that `doomed` selects. */
async function eraseRanges(
  own: string,
  { tx, workspaceId }: { readonly tx: Tx; readonly workspaceId: string },
  doomed: RawBuilder<unknown>,
): Promise<number> {
  const files = (await readdir(own).catch(ignoreMissing)).filter(name =>
    /^[0-9a-f-]{36}[.](zip|part)$/.test(name),
  )
  if (files.length === 0) return 0
  const { rows } = await sql<{ id: string }>`
    select b.entry_id as id from log_entry b where b.workspace_id = ${workspaceId} and b.event = 'evidence.bundled'
      and b.entry_id = any(${files.map(name => name.slice(0, 36))}::uuid[])
      and not exists (select from ${doomed} d
        where d.position between (convert_from(b.leaf, 'UTF8')::jsonb -> 'data' ->> 'fromPosition')::bigint
          and (convert_from(b.leaf, 'UTF8')::jsonb -> 'data' ->> 'toPosition')::bigint)`.execute(tx)
  const innocent = new Set(rows.map(row => row.id))
  const gone = files.filter(name => !innocent.has(name.slice(0, 36)))
  for (const name of gone) await rm(join(own, name), { force: true })
  return gone.length
}

/** No bundle was ever made. */
function ignoreMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return []
  throw error
}
