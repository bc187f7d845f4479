import { type RawBuilder, sql } from 'kysely'
import type { ReadDb } from '../../db/database.ts'
import { type Dispute, run } from './store.ts'

/** What a case is about, as the log finds it. Times are instants; `to` is excluded; null: open. */
export interface Matter {
  readonly workspaceId: string
  readonly kind: Dispute['kind']
  /** Every conversation it covers, with those that were merged into them; empty for a span of time. */
  readonly conversationIds: readonly string[]
  /** Every account of the customer; empty for a span of time. */
  readonly customerIds: readonly string[]
  readonly from: string | null
  readonly to: string | null
}

/** What a case is about. A conversation brings along what is known of its customer, and a customer all conversations. */
export async function matterOf(
  db: ReadDb,
  workspaceId: string,
  about: Pick<Dispute, 'kind' | 'customerId' | 'conversationId' | 'from' | 'to'>,
): Promise<Matter> {
  const { kind, customerId, conversationId, from, to } = about
  const matter = { workspaceId, kind, from, to, conversationIds: [], customerIds: [] }
  if (!customerId) return matter
  const customerIds = await accountsOf(db, workspaceId, customerId)
  return {
    ...matter,
    customerIds,
    conversationIds: conversationId
      ? await storyOf(db, workspaceId, conversationId)
      : await conversationsOf(db, workspaceId, customerIds),
  }
}

const idsOf = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id)

async function accountsOf(db: ReadDb, workspaceId: string, customerId: string): Promise<string[]> {
  const query = sql<{ id: string }>`select customer_id as id from customer
    where workspace_id = ${workspaceId} and (customer_id = ${customerId} or merged_into = ${customerId})`
  return idsOf(await run(db, query))
}

async function conversationsOf(db: ReadDb, workspaceId: string, customerIds: string[]): Promise<string[]> {
  const query = sql<{ id: string }>`select conversation_id as id from conversation
    where workspace_id = ${workspaceId} and customer_id = any(${customerIds}::uuid[])`
  return idsOf(await run(db, query))
}

/** A conversation and those that were merged into it, at any remove. */
async function storyOf(db: ReadDb, workspaceId: string, conversationId: string): Promise<string[]> {
  const rows = await run<{ id: string }>(
    db,
    sql`with recursive story as (select ${conversationId}::uuid as id union
      select c.conversation_id from conversation c join story on c.merged_into = story.id where c.workspace_id = ${workspaceId})
    select id from story`,
  )
  return idsOf(rows)
}

/** A condition on log_entry or log_pending (alias `e`): this entry belongs to the matter, at whatever time. */
export function belongsSql({ kind, conversationIds, customerIds, from, to }: Matter): RawBuilder<boolean> {
  if (kind === 'range') return sql<boolean>`(e.at >= ${from} and e.at < ${to})`
  return sql<boolean>`(e.conversation_id = any(${[...conversationIds]}::uuid[])
    or (e.conversation_id is null and e.customer_id = any(${[...customerIds]}::uuid[])))`
}

/** A condition on log_entry or log_pending (alias `e`): the entry lies in the times the case is about. */
export function inTimesSql({ from, to }: Pick<Matter, 'from' | 'to'>): RawBuilder<boolean> {
  return sql<boolean>`(e.at >= coalesce(${from}::timestamptz, '-infinity') and e.at < coalesce(${to}::timestamptz, 'infinity'))`
}
