import { sql } from 'kysely'
import type { ReadDb } from '../../db/database.ts'
import { run } from './store.ts'

/** The numbers of a conversation's entries: from 1 to `to`, of which `count` are there. */
export interface Chain {
  readonly conversationId: string
  readonly from: number
  readonly to: number
  readonly count: number
}

const SHOWN = 5
const SLICE = 5_000

interface Row {
  readonly id: string
  /** Different numbers among its entries, the highest of them, and the counter itself. */
  readonly count: number
  readonly highest: number
  readonly counter: number | null
}

/** A conversation's chain from its entries: it must hold every number from 1 to the counter. */
export const chainOf = ({ id, count, highest, counter }: Row): Chain => ({
  conversationId: id,
  from: 1,
  to: Math.max(highest, counter ?? 0),
  count,
})

/** How many numbers of a chain are not there. */
export const holesOf = ({ from, to, count }: Chain): number => to - from + 1 - count

/**
 * Whether conversations are whole: each entry carries its number in its conversation, and the counter says how far
 * they go, also where not one entry is left. What is missing was purged, or taken away. Whoever asks needs not see the entries: only numbers are told.
 */
export async function readChains(
  db: ReadDb,
  workspaceId: string,
  conversationIds: readonly string[],
): Promise<{ first: Chain[]; holes: number }> {
  const first: Chain[] = []
  let holes = 0
  for (let at = 0; at < conversationIds.length; at += SLICE) {
    const ids = conversationIds.slice(at, at + SLICE)
    const number = sql`(convert_from(leaf, 'UTF8')::json -> 'counters' ->> 'conversation')::int`
    const mine = sql`workspace_id = ${workspaceId} and conversation_id = any(${ids}::uuid[])`
    const rows = await run<Row>(
      db,
      sql`select n.conversation_id as id, count(distinct n.number)::int as count, coalesce(max(n.number), 0) as highest, max(c.count) as counter
        from (select unnest(${ids}::uuid[]) as conversation_id, null::int as number
          union all select conversation_id, ${number} from log_entry where ${mine}
          union all select conversation_id, ${number} from log_pending where ${mine}) n
        left join log_counter c on c.workspace_id = ${workspaceId} and c.chain_id = n.conversation_id
        group by n.conversation_id order by n.conversation_id`,
    )
    const chains = rows.map(chainOf)
    first.push(...chains.slice(0, SHOWN - first.length))
    holes += chains.reduce((sum, chain) => sum + holesOf(chain), 0)
  }
  return { first, holes }
}
