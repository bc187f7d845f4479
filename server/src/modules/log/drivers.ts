import { type RawBuilder, sql } from 'kysely'
import type { Caller } from '../../command/caller.ts'
import type { ReadDb } from '../../db/database.ts'
import { eventNames, type LogFilter } from './conditions.ts'

type Condition = RawBuilder<unknown>

/**
 * One way into the log that an index serves in the order of time: entries whose `column` is one of `keys`, or all of
 * them. Each key is walked by itself and only as far as a page needs, so that no choice of a planner can end in
 * reading the whole log.
 */
export interface Driver {
  readonly by: {
    readonly column: Condition
    readonly type: 'uuid' | 'text'
    readonly keys: readonly string[]
  } | null
  /** What else holds for this way, word for word as the index says it. */
  readonly extra: Condition
}

/** How a filter is found: the ways in, which do not overlap, and what must hold for each entry besides the facets. */
export interface Plan {
  readonly drivers: readonly Driver[]
  readonly residual: readonly Condition[]
  /** The ways in are narrow: no need to look beforehand where there is something to find. */
  readonly narrow: boolean
}

/** All ways in as one condition, so that indexes can be combined: for counting, where no order is needed. */
export const waysIn = ({ drivers }: Plan): Condition =>
  sql`(${sql.join(
    drivers.map(({ by, extra }) =>
      by ? sql`(${by.column} = any(${by.keys}::${sql.raw(by.type)}[]) and ${extra})` : sql`(${extra})`,
    ),
    sql` or `,
  )})`

const by = (
  column: string,
  type: 'uuid' | 'text',
  keys: readonly string[],
  extra: Condition = sql`true`,
): Driver => ({
  by: { column: sql.ref(`e.${column}`), type, keys: [...new Set(keys)] },
  extra,
})
const ALONE = sql`e.conversation_id is null`
/** More events than this are no narrower than time itself. */
const EVENTS_MAX = 24

/** Chooses the way for a filter; looks up which conversations a customer or a thing belongs to. */
export async function planSearch(db: ReadDb, caller: Caller, filter: LogFilter): Promise<Plan> {
  const { conversation, subject, actor, event, outcome } = filter
  const customer = filter.customer && (await accountsOf(db, caller.workspaceId, filter.customer))
  const customers = customer ? await conversationsOfCustomers(db, caller, customer) : []
  const ofCustomer = customer
    ? [sql`(e.customer_id = any(${customer}::uuid[]) or e.conversation_id = any(${customers}::uuid[]))`]
    : []
  const ofSubject = subject ? [sql`e.subject_id = any(${subject}::text[])`] : []
  const narrow = (drivers: Driver[], residual: Condition[]): Plan => ({ drivers, residual, narrow: true })
  if (conversation)
    return narrow([by('conversation_id', 'uuid', conversation)], [...ofCustomer, ...ofSubject])
  if (customer)
    return narrow(
      [
        by('conversation_id', 'uuid', customers),
        by('customer_id', 'uuid', customer, sql`${ALONE} and e.customer_id is not null`),
      ],
      ofSubject,
    )
  if (subject) return narrow(await subjectDrivers(db, caller, subject), ofSubject)
  const wide = (driver: Driver): Plan => ({ drivers: [driver], residual: [], narrow: false })
  if (outcome && !outcome.includes('done')) return wide({ by: null, extra: sql`e.outcome <> 'done'` })
  if (actor) return wide(by('actor_id', 'uuid', actor))
  const names = event ? eventNames(event) : []
  if (event && names.length <= EVENTS_MAX) return wide(by('event', 'text', names))
  return wide({ by: null, extra: sql`true` })
}

/** Customers with every account of the person each of them belongs to, whichever of the accounts was named. */
export async function accountsOf(
  db: ReadDb,
  workspaceId: string,
  customers: readonly string[],
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select a.customer_id as id from customer i join customer a on a.workspace_id = i.workspace_id
      and (a.customer_id = coalesce(i.merged_into, i.customer_id) or a.merged_into = coalesce(i.merged_into, i.customer_id))
    where i.workspace_id = ${workspaceId} and i.customer_id = any(${customers}::uuid[])`.execute(db as never)
  return [...new Set([...customers, ...rows.map(row => row.id)])]
}

async function conversationsOfCustomers(
  db: ReadDb,
  caller: Caller,
  customers: readonly string[],
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select conversation_id as id from conversation
    where workspace_id = ${caller.workspaceId} and customer_id = any(${customers}::uuid[]) limit 5000`.execute(
    db as never,
  )
  return rows.map(row => row.id)
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/**
 * What an entry is about lies either outside conversations, for which there is an index, or in a conversation that the
 * thing's own table names. A thing of neither kind is looked for in the whole log.
 */
async function subjectDrivers(db: ReadDb, caller: Caller, subjects: readonly string[]): Promise<Driver[]> {
  const ids = subjects.filter(id => UUID.test(id))
  const w = caller.workspaceId
  const { rows } = await sql<{ subject: string; id: string | null }>`
    select conversation_id::text as subject, conversation_id as id from conversation where workspace_id = ${w} and conversation_id = any(${ids}::uuid[])
    union select message_id::text, conversation_id from message where workspace_id = ${w} and message_id = any(${ids}::uuid[])
    union select note_id::text, conversation_id from note where workspace_id = ${w} and note_id = any(${ids}::uuid[])
    union select customer_id::text, conversation_id from conversation where workspace_id = ${w} and customer_id = any(${ids}::uuid[])
    union select s.id, null from unnest(${subjects}::text[]) s (id) where exists (
      select from log_entry e where e.workspace_id = ${w} and e.subject_id = s.id and ${ALONE})`.execute(
    db as never,
  )
  const known = new Set(rows.map(row => row.subject))
  if (ids.some(id => !known.has(id))) return [{ by: null, extra: sql`true` }]
  return [
    by('subject_id', 'text', subjects, ALONE),
    by(
      'conversation_id',
      'uuid',
      rows.flatMap(row => row.id ?? []),
    ),
  ]
}
