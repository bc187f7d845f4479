import { CATALOGUE, typedParts } from '@tracedesk/contracts'
import { sql } from 'kysely'
import type { CommandContext } from '../../command/define.ts'
import type { Tx } from '../../db/database.ts'
import type { Identity } from '../../kernel/names-in.ts'
import { type InstallationSecret, seal, unseal } from '../../kernel/secret.ts'

/** Whom the words of colleagues are looked through for: every account of one person. */
export interface Sought {
  readonly customerIds: readonly string[]
  readonly identities: readonly Identity[]
}

/** Up to where entries were looked at: an event of the catalogue, and the last entry of it. */
export interface Place {
  readonly event: string
  readonly at: string
  readonly afterId: string
}

export const START: Place = { event: '', at: '-infinity', afterId: '00000000-0000-0000-0000-000000000000' }

/** Events in which colleagues write, with the parts that hold it, in one order for all. */
export const TYPED: readonly { readonly event: string; readonly parts: readonly string[] }[] = [
  ...CATALOGUE.values(),
]
  .map(event => ({ event: event.name, parts: typedParts(event) }))
  .filter(({ parts }) => parts.length > 0)
  .sort((a, b) => (a.event < b.event ? -1 : 1))

const contextOf = (workspaceId: string, entryId: string) => `mentions/${workspaceId}/${entryId}`

/** By what the person was known, as it was sealed when they were erased. */
export const openSought = (
  secret: InstallationSecret,
  workspaceId: string,
  entryId: string,
  known: Buffer,
): Sought =>
  // we wrote it
  JSON.parse(
    unseal(secret.key('mentions'), known, contextOf(workspaceId, entryId)).toString('utf8'),
  ) as Sought

/** Begins a search, in the transaction of the erasure whose entry is `entryId`. */
export async function beginSearch(
  { tx, workspaceId }: CommandContext,
  secret: InstallationSecret,
  { entryId, customerId, sought }: { entryId: string; customerId: string; sought: Sought },
): Promise<void> {
  const known = seal(
    secret.key('mentions'),
    Buffer.from(JSON.stringify(sought), 'utf8'),
    contextOf(workspaceId, entryId),
  )
  await tx
    .insertInto('mention_search')
    .values({ workspace_id: workspaceId, entry_id: entryId, customer_id: customerId, known })
    .execute()
}

/** A search under way, locked; null when another node has ended it. */
export async function lockSearch(
  tx: Tx,
  workspaceId: string,
  entryId: string,
): Promise<{ customerId: string; held: number } | null> {
  const { rows } = await sql<{ customerId: string; held: number }>`
    select customer_id as "customerId", held from mention_search
    where workspace_id = ${workspaceId} and entry_id = ${entryId} and holds is null for update`.execute(tx)
  return rows[0] ?? null
}

/** Keeps how far a search has come: a place, or its end, at which it goes unless these holds keep something. */
export async function moveSearch(
  tx: Tx,
  workspaceId: string,
  entryId: string,
  { held, place, holds }: { held: number; place: Place | null; holds: readonly string[] },
): Promise<void> {
  const row = sql`workspace_id = ${workspaceId} and entry_id = ${entryId}`
  if (place)
    await sql`update mention_search set held = ${held}, event = ${place.event}, at = ${place.at}, after_id = ${place.afterId}
      where ${row}`.execute(tx)
  else if (held > 0)
    await sql`update mention_search set held = ${held}, holds = ${holds}::uuid[] where ${row}`.execute(tx)
  else await sql`delete from mention_search where ${row}`.execute(tx)
}
