import type { DisputeKind, DisputeOutcome, DisputeState } from '@tracedesk/contracts'
import { type RawBuilder, sql } from 'kysely'
import type { CommandContext } from '../../command/define.ts'
import type { ReadDb, Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import type { RecordedActor } from '../../ledger/draft.ts'
import { disputeScopeSql, type Scope, scopeOf } from '../team/index.ts'

/** A case as its row says. */
export interface Dispute {
  readonly id: string
  readonly kind: DisputeKind
  readonly customerId: string | null
  readonly conversationId: string | null
  readonly from: string | null
  readonly to: string | null
  readonly state: DisputeState
  readonly outcome: DisputeOutcome | null
  readonly departmentIds: readonly string[]
  readonly holdId: string
  readonly entryId: string
  readonly openedAt: string
  readonly openedBy: string | null
}

const COLUMNS = sql`d.dispute_id as id, d.kind, d.customer_id as "customerId", d.conversation_id as "conversationId",
  d.from_at as "from", d.to_at as "to", d.state, d.outcome, d.department_ids as "departmentIds", d.hold_id as "holdId",
  d.entry_id as "entryId", d.opened_at as "openedAt", d.opened_by as "openedBy"`

/** Runs SQL on a handle of either kind. */
export async function run<Row>(db: ReadDb | Tx, query: RawBuilder<Row>): Promise<Row[]> {
  // Kysely wants its whole self; a ReadDb is one with everything hidden that writes.
  return (await query.execute(db as never)).rows
}

/** A case a scope sees. Throws `dispute.not_found`. */
export async function readDispute(
  db: ReadDb | Tx,
  workspaceId: string,
  scope: Scope,
  id: string,
): Promise<Dispute> {
  const [found] = await run<Dispute>(
    db,
    sql`select ${COLUMNS} from dispute d
      where d.workspace_id = ${workspaceId} and d.dispute_id = ${id} and ${disputeScopeSql(scope)}`,
  )
  if (!found) throw new ConsoleError('dispute.not_found', { disputeId: id })
  return found
}

/** Locks a case that is not closed and that the caller sees. Throws `dispute.not_found`, `dispute.closed`. */
export async function lockDispute(context: CommandContext, id: string): Promise<Dispute> {
  const found = await lockAnyDispute(context, id)
  if (found.state === 'closed') throw new ConsoleError('dispute.closed', { disputeId: id })
  return found
}

/** The same, closed or not: for what only takes something out of the file. Throws `dispute.not_found`. */
export async function lockAnyDispute(
  { tx, caller, workspaceId }: CommandContext,
  id: string,
): Promise<Dispute> {
  // scopeOf only reads; a transaction can do all that a ReadDb can
  const scope = await scopeOf(tx as unknown as ReadDb, caller)
  const [found] = await run<Dispute>(
    tx,
    sql`select ${COLUMNS} from dispute d
      where d.workspace_id = ${workspaceId} and d.dispute_id = ${id} and ${disputeScopeSql(scope)} for update`,
  )
  if (!found) throw new ConsoleError('dispute.not_found', { disputeId: id })
  return found
}

export interface DisputeFilter {
  readonly state?: string | undefined
  readonly customer?: string | undefined
  readonly conversation?: string | undefined
}

/** A case in a list: with the names that are not personal. */
export interface ListedDispute extends Dispute {
  readonly openerName: string | null
  readonly customerName: string | null
}

/** Cases a scope sees, newest first, one more than `limit` where there are more. */
export function listRows(
  db: ReadDb,
  workspaceId: string,
  scope: Scope,
  { state, customer, conversation }: DisputeFilter,
  page: { limit: number; before: { at: string; id: string } | null; id?: string },
): Promise<ListedDispute[]> {
  const where = [sql`d.workspace_id = ${workspaceId}`, disputeScopeSql(scope)]
  if (page.id) where.push(sql`d.dispute_id = ${page.id}`)
  if (state) where.push(sql`d.state = ${state}`)
  if (customer) where.push(sql`d.customer_id = ${customer}`)
  if (conversation) where.push(sql`d.conversation_id = ${conversation}`)
  if (page.before)
    where.push(sql`(d.opened_at, d.dispute_id) < (${page.before.at}::timestamptz, ${page.before.id}::uuid)`)
  return run(
    db,
    sql`select ${COLUMNS}, a.name as "openerName", c.name as "customerName" from dispute d
      left join agent a on a.workspace_id = d.workspace_id and a.agent_id = d.opened_by
      left join customer c on c.workspace_id = d.workspace_id and c.customer_id = d.customer_id
      where ${sql.join(where, sql` and `)} order by d.opened_at desc, d.dispute_id desc limit ${page.limit + 1}`,
  )
}

export interface Participant {
  readonly id: string
  readonly name: string
  readonly role: 'concerned' | 'witness' | 'reviewer'
}

/** Who takes part in a case, by name. */
export const participantsOf = (db: ReadDb | Tx, workspaceId: string, id: string): Promise<Participant[]> =>
  run(
    db,
    sql`select a.agent_id as id, a.name, p.role from dispute_participant p
      join agent a on a.workspace_id = p.workspace_id and a.agent_id = p.agent_id
      where p.workspace_id = ${workspaceId} and p.dispute_id = ${id} order by a.name, a.agent_id`,
  )

/** Writes an entry into the case file. */
export async function addItem(
  tx: Tx,
  item: {
    workspaceId: string
    disputeId: string
    entryId: string
    event: string
    aboutEntryId: string | null
    at: string
  },
): Promise<void> {
  await tx
    .insertInto('dispute_item')
    .values({
      workspace_id: item.workspaceId,
      dispute_id: item.disputeId,
      entry_id: item.entryId,
      event: item.event,
      about_entry_id: item.aboutEntryId,
      at: item.at,
    })
    .execute()
}

/** The agent behind a caller; null for whatever has no seat. */
export const agentOf = ({ kind, id }: RecordedActor): string | null => (kind === 'agent' ? id : null)
