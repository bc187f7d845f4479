import { type RawBuilder, sql } from 'kysely'
import type { Matter } from './matter.ts'

/** Events that tell who looked at what, without belonging to it: what they name stands in their facts. */
export const LOOKS = ['log.viewed', 'log.revealed'] as const

/**
 * A condition on log_entry or log_pending (alias `e`): the entry tells that somebody looked, and names a conversation
 * or customer of the matter, or one entry of it. Null for a span of time, in which such entries lie by themselves.
 */
export function mentionsSql({
  kind,
  workspaceId,
  conversationIds,
  customerIds,
}: Matter): RawBuilder<boolean> | null {
  const [conversations, customers] = [[...conversationIds], [...customerIds]]
  if (kind === 'range' || conversations.length + customers.length === 0) return null
  const entries = sql`array(select m.entry_id from log_entry m where m.workspace_id = ${workspaceId}
      and m.conversation_id = any(${conversations}::uuid[])
    union all select m.entry_id from log_entry m where m.workspace_id = ${workspaceId}
      and m.conversation_id is null and m.customer_id = any(${customers}::uuid[]))`
  // in the words of log_entry_looks_idx, so that it is used
  return sql<boolean>`(e.event in (${sql.join(LOOKS.map(event => sql.lit(event)))})
    and ids_named_in(e.leaf) && (${[...customers, ...conversations]}::uuid[] || ${entries}))`
}
