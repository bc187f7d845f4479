import type { Part } from '@tracedesk/contracts'
import { sql } from 'kysely'
import type { ReadDb } from '../../db/database.ts'

interface Actors {
  readonly actor: { readonly kind: string; readonly id?: string | undefined }
}

/** The tokens that acted in these leaves. */
export const tokensOf = (leaves: readonly Actors[]): string[] => [
  ...new Set(leaves.flatMap(({ actor }) => (actor.kind === 'api_token' && actor.id ? [actor.id] : []))),
]

/**
 * What tokens are called: a name given for good when the token is made, and nothing personal. Token → name, also of those
 * that are ended.
 */
export async function tokenNames(
  db: ReadDb,
  workspaceId: string,
  ids: readonly string[],
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('api_token')
    .select(['api_token_id', 'name'])
    .where('workspace_id', '=', workspaceId)
    .where(sql<boolean>`api_token_id = any(${ids}::uuid[])`)
    .execute()
  return new Map(rows.map(row => [row.api_token_id, row.name]))
}

/** A name that anybody may read. */
export const openName = (name: string | undefined): Part | null =>
  name === undefined ? null : { state: 'open', value: name }
