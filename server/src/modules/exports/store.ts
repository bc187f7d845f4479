import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExportFormat } from '@tracedesk/contracts'
import { sql } from 'kysely'
import type { Caller } from '../../command/caller.ts'
import type { ReadDb, Tx } from '../../db/database.ts'
import { type InstallationSecret, seal, unseal } from '../../kernel/secret.ts'
import type { ExportOptions } from './file-writer.ts'
import type { ExportFilter } from './port.ts'

/** What somebody wants in a file. */
export interface Wanted {
  readonly format: ExportFormat
  readonly filter: ExportFilter
  readonly parts: 'open' | 'withheld'
  readonly options: ExportOptions
}

/** Who asked, as they stood then: permissions as a list, because a set has no JSON. */
interface KeptCaller extends Omit<Caller, 'permissions' | 'address'> {
  readonly permissions: readonly string[] | 'all'
}

export const keepCaller = ({ address: _, permissions, ...caller }: Caller): string =>
  JSON.stringify({
    ...caller,
    permissions: permissions === 'all' ? 'all' : [...permissions],
  } satisfies KeptCaller)

export const recallCaller = (kept: unknown): Caller => {
  const { permissions, ...caller } = kept as KeptCaller // we wrote it
  return { ...caller, permissions: permissions === 'all' ? 'all' : new Set(permissions), address: null }
}

/** The words searched for are personal: they are kept sealed, apart from the filter. */
const queryContext = (workspaceId: string, id: string) => `export/${workspaceId}/${id}`

export const sealQuery = (
  secret: InstallationSecret,
  workspaceId: string,
  id: string,
  { q }: ExportFilter,
): Buffer | null =>
  typeof q === 'string'
    ? seal(secret.key('export-query'), Buffer.from(q, 'utf8'), queryContext(workspaceId, id))
    : null

export const openFilter = (
  secret: InstallationSecret,
  workspaceId: string,
  id: string,
  row: { filter: unknown; query: Buffer | null },
): ExportFilter => ({
  ...(row.filter as ExportFilter),
  ...(row.query
    ? { q: unseal(secret.key('export-query'), row.query, queryContext(workspaceId, id)).toString('utf8') }
    : {}),
})

/** A filter without its words, as lists. */
export const listFilter = ({ q: _, ...filter }: ExportFilter): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(filter).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, (Array.isArray(value) ? value : [value]).map(String)]],
    ),
  )

/** The same for entries, which have room for twenty values each. */
export const describeFilter = (filter: ExportFilter): Record<string, string[]> =>
  Object.fromEntries(Object.entries(listFilter(filter)).map(([key, values]) => [key, values.slice(0, 20)]))

export const plainFilter = ({ q: _, ...filter }: ExportFilter): string => JSON.stringify(filter)

export const exportPath = (folder: string, workspaceId: string, id: string, format: string): string =>
  join(folder, workspaceId, `${id}.${format}`)

export const removeFile = (folder: string, workspaceId: string, id: string, format: string): Promise<void> =>
  rm(exportPath(folder, workspaceId, id, format), { force: true })

/** Size of the log now: entries from there on are not in an export that is asked for now. */
export async function logSize(db: ReadDb | Tx, workspaceId: string): Promise<number> {
  const row = await db
    .selectFrom('log_head')
    .select('size')
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst()
  return row?.size ?? 0
}

/** May whoever asked still have it: is their seat open, in the same role, or their token alive? */
export async function isStillThere(db: ReadDb, { workspaceId, actor }: Caller): Promise<boolean> {
  if (actor.kind === 'agent') {
    const row = await db
      .selectFrom('agent')
      .select('role')
      .where('workspace_id', '=', workspaceId)
      .where('agent_id', '=', actor.id ?? '')
      .where('state', '=', 'active')
      .executeTakeFirst()
    return row?.role === actor.role
  }
  if (actor.kind !== 'api_token') return true
  const { rows } =
    await sql`select from api_token where workspace_id = ${workspaceId} and api_token_id = ${actor.id}
    and revoked_at is null and (expires_at is null or expires_at > now())`.execute(db as Tx)
  return rows.length > 0
}
