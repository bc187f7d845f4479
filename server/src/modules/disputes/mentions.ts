import { type RawBuilder, sql } from 'kysely'
import type { Matter } from './matter.ts'

/** Events that tell who looked at what, without belonging to it: what they name stands in their facts. */
export const LOOKS = ['log.viewed', 'log.revealed'] as const
/** A leaf is small, and so is the list of what can be looked for in it. */
const IDS_MAX = 200

/**
 * A condition on log_entry or log_pending (alias `e`): the entry tells that somebody looked, and names a conversation
 * or customer of the matter. Null for a span of time, in which such entries lie by themselves.
 */
export function mentionsSql({ kind, conversationIds, customerIds }: Matter): RawBuilder<boolean> | null {
  const ids = [...customerIds, ...conversationIds].slice(0, IDS_MAX)
  if (kind === 'range' || ids.length === 0) return null
  // in the words of log_entry_looks_idx, so that it is used
  return sql<boolean>`(e.event in (${sql.join(LOOKS.map(event => sql.lit(event)))})
    and ids_named_in(e.leaf) && ${ids}::uuid[])`
}
