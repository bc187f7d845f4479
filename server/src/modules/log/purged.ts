import { isListed, PURGE_CHUNK } from '@tracedesk/proof/node'
import { sql } from 'kysely'
import type { ReadDb } from '../../db/database.ts'

/** A part that was looked for and is not there. */
export interface AbsentPart {
  readonly entryId: string
  readonly name: string
}

/**
 * Of parts that are not there, those that retention destroyed: `entry/part` → the entry that says so. Whatever is left
 * is missing, which is an alarm. A part of an entry that is gone itself counts as destroyed when leaves were destroyed
 * at all; whether rightly, `verify` knows.
 */
export async function purgedParts(
  db: ReadDb,
  workspaceId: string,
  absent: readonly AbsentPart[],
): Promise<ReadonlyMap<string, string>> {
  const purged = new Map<string, string>()
  if (absent.length === 0) return purged
  const { rows: any } =
    await sql`select 1 from log_purge where workspace_id = ${workspaceId} limit 1`.execute(db as never)
  if (any.length === 0) return purged // most workspaces have destroyed nothing
  const ids = [...new Set(absent.map(part => part.entryId))]
  const { rows: places } = await sql<{ entry_id: string; position: number | null }>`
    select entry_id, position from log_entry where workspace_id = ${workspaceId} and entry_id = any(${ids}::uuid[])
    union all select entry_id, null from log_pending where workspace_id = ${workspaceId} and entry_id = any(${ids}::uuid[])`.execute(
    db as never,
  )
  const positionOf = new Map(places.map(row => [row.entry_id, row.position]))
  const chunks = [...new Set(places.flatMap(({ position }) => (position === null ? [] : chunkOf(position))))]
  const { rows: lists } = await sql<{ chunk: number; part: string; entry_id: string; positions: Buffer }>`
    select chunk, part, entry_id, positions from log_purge
    where workspace_id = ${workspaceId} and chunk = any(${chunks}::bigint[]) and part <> ''`.execute(
    db as never,
  )
  const whole = await newestOfLeaves(db, workspaceId)
  for (const { entryId, name } of absent) {
    const position = positionOf.get(entryId)
    const by =
      position === undefined
        ? whole
        : lists.find(
            list =>
              position !== null &&
              list.part === name &&
              list.chunk === chunkOf(position) &&
              isListed(list.positions, position),
          )?.entry_id
    if (by) purged.set(`${entryId}/${name}`, by)
  }
  return purged
}

/** Of parts at positions, those that a rule on parts destroyed: `position/part`. */
export async function partsDestroyedAt(
  db: ReadDb,
  workspaceId: string,
  places: readonly { readonly position: number; readonly name: string }[],
): Promise<Set<string>> {
  const chunks = [...new Set(places.map(({ position }) => chunkOf(position)))]
  if (chunks.length === 0) return new Set()
  const { rows } = await sql<{ chunk: number; part: string; positions: Buffer }>`
    select chunk, part, positions from log_purge
    where workspace_id = ${workspaceId} and chunk = any(${chunks}::bigint[]) and part <> ''`.execute(
    db as never,
  )
  const isGone = ({ position, name }: { position: number; name: string }) =>
    rows.some(
      row => row.part === name && row.chunk === chunkOf(position) && isListed(row.positions, position),
    )
  return new Set(places.filter(isGone).map(({ position, name }) => `${position}/${name}`))
}

const chunkOf = (position: number): number => Math.floor(position / PURGE_CHUNK)

async function newestOfLeaves(db: ReadDb, workspaceId: string): Promise<string | undefined> {
  const { rows } = await sql<{ entry_id: string }>`select entry_id from log_purge
    where workspace_id = ${workspaceId} and part = '' order by entry_id desc limit 1`.execute(db as never)
  return rows[0]?.entry_id
}
