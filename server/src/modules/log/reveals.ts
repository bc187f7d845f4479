import { sql } from 'kysely'
import { type Caller, isWithheldFrom } from '../../command/caller.ts'
import type { ReadDb } from '../../db/database.ts'

/** What is open to a viewer for now although it is withheld from them. */
export interface Reveals {
  readonly entries: ReadonlySet<string>
  readonly conversations: ReadonlySet<string>
}

const NONE: Reveals = { entries: new Set(), conversations: new Set() }

/** The reveals in force for a viewer; none for whom nothing is withheld. */
export async function revealsFor(db: ReadDb, viewer: Caller): Promise<Reveals> {
  if (!isWithheldFrom(viewer) || viewer.actor.kind !== 'agent' || !viewer.actor.id) return NONE
  const rows = await db
    .selectFrom('log_reveal')
    .select(['kind', 'target_id'])
    .where('workspace_id', '=', viewer.workspaceId)
    .where('agent_id', '=', viewer.actor.id)
    .where('state', '=', 'open')
    .where('expires_at', '>', sql<string>`now()`)
    .execute()
  const of = (kind: string) => new Set(rows.filter(row => row.kind === kind).map(row => row.target_id))
  return { entries: of('entry'), conversations: of('conversation') }
}

/** Is this entry open to whoever holds these reveals? */
export const isRevealed = (
  reveals: Reveals,
  entry: { id: string; conversationId?: string | undefined },
): boolean =>
  reveals.entries.has(entry.id) ||
  (entry.conversationId !== undefined && reveals.conversations.has(entry.conversationId))

/** Of some entries, those that are revealed to a viewer from whom parts are withheld. */
export async function revealedAmong(
  db: ReadDb,
  viewer: Caller,
  entryIds: readonly string[],
): Promise<string[]> {
  const { entries, conversations } = await revealsFor(db, viewer)
  if (entries.size + conversations.size === 0 || entryIds.length === 0) return []
  const { rows } = await sql<{ id: string }>`select entry_id as id from log_entry
    where workspace_id = ${viewer.workspaceId} and entry_id = any(${[...entryIds]}::uuid[])
      and (entry_id = any(${[...entries]}::uuid[]) or conversation_id = any(${[...conversations]}::uuid[]))`.execute(
    db as never,
  )
  return rows.map(row => row.id)
}
