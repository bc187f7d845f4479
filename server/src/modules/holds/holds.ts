import type { HoldCause, HoldKind } from '@tracedesk/contracts'
import { type RawBuilder, sql } from 'kysely'
import type { ReadDb, Tx } from '../../db/database.ts'
import { personSql } from '../conversations/index.ts'

/** A hold in force. `from` and `to` (excluded) only for a hold on a range; null where it is open. */
export interface ActiveHold {
  readonly id: string
  readonly kind: HoldKind
  readonly customerId: string | null
  /** Every account of the person a customer who is held is; empty for other holds. */
  readonly accounts: readonly string[]
  readonly conversationId: string | null
  readonly from: string | null
  readonly to: string | null
  readonly cause: HoldCause
  readonly placedAt: string
}

/** What somebody wants to destroy: everything of a customer, a conversation, or a span of time (`to` excluded). */
export type Doomed =
  | { readonly customerId: string }
  | { readonly conversationId: string }
  | { readonly from: string | null; readonly to: string | null }

/** The accounts of whom a hold `h` is on. */
const ACCOUNTS = sql`array${personSql(sql`h.workspace_id`, sql`h.customer_id`)}`

const COLUMNS = sql`h.hold_id as id, h.kind, h.customer_id as "customerId", ${ACCOUNTS} as accounts, h.conversation_id as "conversationId",
  h.from_at as "from", h.to_at as "to", h.cause, h.placed_at as "placedAt"`

/** Every hold in force in a workspace, oldest first. */
export async function activeHolds(db: ReadDb | Tx, workspaceId: string): Promise<ActiveHold[]> {
  const { rows } = await sql<ActiveHold>`select ${COLUMNS} from hold h
    where h.workspace_id = ${workspaceId} and h.released_at is null order by h.placed_at, h.hold_id`.execute(
    db as never,
  )
  return rows
}

/**
 * The holds in force that forbid to destroy something; empty when it may go. A customer is the person with every account
 * that was joined to theirs: held by a hold on any of these, on a conversation of any, or on a span in which there are
 * entries about any. A conversation is held by a hold on
 * it, on its customer, or on a span in which it has entries. A span is held by any span that overlaps it, and by a
 * hold on whomever or whatever has entries in it. Run it in the transaction that destroys: `hold.place` waits for no
 * one, so judge as late as possible.
 */
export async function holdsOn(db: ReadDb | Tx, workspaceId: string, doomed: Doomed): Promise<ActiveHold[]> {
  const covers =
    'customerId' in doomed
      ? coversCustomer(doomed.customerId)
      : 'conversationId' in doomed
        ? coversConversation(doomed.conversationId)
        : coversSpan(doomed.from, doomed.to)
  const { rows } = await sql<ActiveHold>`select ${COLUMNS} from hold h
    where h.workspace_id = ${workspaceId} and h.released_at is null and ${covers}
    order by h.placed_at, h.hold_id`.execute(db as never)
  return rows
}

/** Does any hold in force forbid to destroy this? `holdsOn` says which. */
export const isHeld = async (db: ReadDb | Tx, workspaceId: string, doomed: Doomed): Promise<boolean> =>
  (await holdsOn(db, workspaceId, doomed)).length > 0

/**
 * Of the owners of personal parts (`customer:<id>`, `agent:<id>` …) those whom a hold in force keeps, each with the
 * holds that do. A customer is kept as `holdsOn` says; anybody else by a span in which a part of theirs lies.
 */
export async function heldOwners(
  db: ReadDb | Tx,
  workspaceId: string,
  owners: readonly string[],
): Promise<Map<string, ActiveHold[]>> {
  const held = new Map<string, ActiveHold[]>()
  if ((await activeHolds(db, workspaceId)).length === 0) return held
  for (const owner of new Set(owners)) {
    const found = owner.startsWith('customer:')
      ? await holdsOn(db, workspaceId, { customerId: owner.slice('customer:'.length) })
      : await spansWithPartsOf(db, workspaceId, owner)
    if (found.length > 0) held.set(owner, found)
  }
  return held
}

/** A condition on log_entry, whose alias is `e`: a hold in force covers this entry. */
export const heldEntrySql =
  (): RawBuilder<boolean> => sql<boolean>`exists (select from ${HOLDS_WITH_ACCOUNTS} h
  where h.workspace_id = e.workspace_id and ${coversEntry})`

/** `offset 0`: the accounts are looked up once a hold, not once an entry. */
const HOLDS_WITH_ACCOUNTS = sql`(select h.workspace_id, h.kind, h.conversation_id, h.from_at, h.to_at, ${ACCOUNTS} as accounts
  from hold h where h.released_at is null offset 0)`

/** A hold `h` covers an entry `e`. */
const coversEntry = sql<boolean>`(h.conversation_id = e.conversation_id or e.customer_id = any(h.accounts)
  or (h.kind = 'range' and e.at >= coalesce(h.from_at, '-infinity') and e.at < coalesce(h.to_at, 'infinity')))`

const inSpan = (alias: 'e' | 'p') =>
  sql`${sql.ref(`${alias}.at`)} >= coalesce(h.from_at, '-infinity') and ${sql.ref(`${alias}.at`)} < coalesce(h.to_at, 'infinity')`

/** Entries still waiting to be sequenced count as well. */
const entryWithin = (condition: RawBuilder<unknown>) =>
  sql`(exists (select from log_entry e where e.workspace_id = h.workspace_id and ${condition} and ${inSpan('e')})
    or exists (select from log_pending e where e.workspace_id = h.workspace_id and ${condition} and ${inSpan('e')}))`

const conversationsOf = (customerId: string) =>
  sql`(select c.conversation_id from conversation c where c.workspace_id = h.workspace_id
    and c.customer_id in ${personSql(sql`h.workspace_id`, customerId)})`

function coversCustomer(customerId: string): RawBuilder<unknown> {
  const person = personSql(sql`h.workspace_id`, customerId)
  // Through their conversations, which the log has an index for; what is of no conversation has one of its own.
  const mentioned = sql`(e.conversation_id in ${conversationsOf(customerId)} or (e.conversation_id is null and e.customer_id in ${person}))`
  return sql`(h.customer_id in ${person} or h.conversation_id in ${conversationsOf(customerId)}
    or (h.kind = 'range' and ${entryWithin(mentioned)}))`
}

function coversConversation(conversationId: string): RawBuilder<unknown> {
  return sql`(h.conversation_id = ${conversationId}
    or h.customer_id in ${personSql(
      sql`h.workspace_id`,
      sql`(select c.customer_id from conversation c where c.workspace_id = h.workspace_id and c.conversation_id = ${conversationId})`,
    )}
    or (h.kind = 'range' and ${entryWithin(sql`e.conversation_id = ${conversationId}`)}))`
}

function coversSpan(from: string | null, to: string | null): RawBuilder<unknown> {
  const [start, end] = [from ?? '-infinity', to ?? 'infinity']
  const within = sql`e.workspace_id = h.workspace_id and e.at >= ${start} and e.at < ${end}`
  const named = sql`((h.kind = 'conversation' and e.conversation_id = h.conversation_id)
    or (h.kind = 'customer' and e.customer_id = any(${ACCOUNTS})))`
  return sql`((h.kind = 'range' and coalesce(h.from_at, '-infinity') < ${end} and coalesce(h.to_at, 'infinity') > ${start})
    or (h.kind <> 'range' and (exists (select from log_entry e where ${within} and ${named})
      or exists (select from log_pending e where ${within} and ${named}))))`
}

async function spansWithPartsOf(db: ReadDb | Tx, workspaceId: string, owner: string): Promise<ActiveHold[]> {
  const { rows } = await sql<ActiveHold>`select ${COLUMNS} from hold h
    where h.workspace_id = ${workspaceId} and h.released_at is null and h.kind = 'range'
      and exists (select from log_part p where p.workspace_id = h.workspace_id and p.owner = ${owner} and ${inSpan('p')})
    order by h.placed_at, h.hold_id`.execute(db as never)
  return rows
}
