import { listHolds, type Part } from '@tracedesk/contracts'
import { sql } from 'kysely'
import { defineQueryHandler, type QueryContext } from '../../command/define.ts'
import { isCustomerWithheld } from '../conversations/index.ts'

type Row = {
  id: string
  kind: string
  customerId: string | null
  conversationId: string | null
  name: string | null
  from: string | null
  to: string | null
  cause: string
  placedBy: string | null
  placedAt: string
  releasedAt: string | null
  entryId: string
}

/** Opens parts of entries for a reader: by entry and part name; the log module provides it. */
export type OpenReasons = (
  context: QueryContext,
  entryIds: readonly string[],
  name: string,
) => Promise<Map<string, Part>>

/** The cases that holds were placed for, by hold; the disputes module provides it. */
export type CasesOf = (context: QueryContext, holdIds: readonly string[]) => Promise<Map<string, string>>

/** `hold.list`; `openReasons` shows the words of the reasons as far as the reader may see them; for a dispute its case is the reason. */
export const createListHolds = (openReasons: OpenReasons, casesOf: CasesOf) =>
  defineQueryHandler(listHolds, async (context, { released }) => {
    const { rows } = await sql<Row>`
      select h.hold_id as id, h.kind, h.customer_id as "customerId", h.conversation_id as "conversationId", c.name,
        h.from_at as "from", h.to_at as "to", h.cause, h.placed_by as "placedBy", h.placed_at as "placedAt",
        h.released_at as "releasedAt", h.entry_id as "entryId"
      from hold h
      left join conversation t on t.workspace_id = h.workspace_id and t.conversation_id = h.conversation_id
      left join customer c on c.workspace_id = h.workspace_id and c.customer_id = coalesce(h.customer_id, t.customer_id)
      where h.workspace_id = ${context.caller.workspaceId} and (${released === 'true'} or h.released_at is null)
      order by h.placed_at desc, h.hold_id desc limit 500`.execute(context.db as never)
    const reasons = await openReasons(
      context,
      rows.map(row => row.entryId),
      'reasonText',
    )
    const cases = await casesOf(
      context,
      rows.flatMap(row => (row.cause === 'dispute' ? row.id : [])),
    )
    const withheld = isCustomerWithheld(context.caller)
    const nameOf = (name: string | null): Part | null =>
      name === null ? null : withheld ? { state: 'withheld' } : { state: 'open', value: name }
    const items = rows.map(({ name, ...row }) => ({
      ...row,
      customerName: nameOf(name),
      disputeId: cases.get(row.id) ?? null,
      reason: cases.has(row.id) ? null : (reasons.get(row.entryId) ?? { state: 'missing' as const }),
    }))
    return { items } as never // branded ids: the contract parses what leaves
  })
