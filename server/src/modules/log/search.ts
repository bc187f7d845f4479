import type { searchLog } from '@tracedesk/contracts'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import { type Caller, isWithheldFrom } from '../../command/caller.ts'
import type { ReadDb } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import type { Place } from '../../kernel/cursor.ts'
import { instantFromRfc3339 } from '../../kernel/instant.ts'
import { entryScopeSql, type Scope } from '../team/index.ts'
import { seesRestricted } from './restricted.ts'
import { blindWords, wordsOf } from './words.ts'

export type LogFilter = Omit<z.output<typeof searchLog.input>, 'limit' | 'cursor'>

/** Conditions on log_entry or log_pending, whose alias is `e`; the scope is always the first. */
function conditions(caller: Caller, scope: Scope, filter: LogFilter): RawBuilder<unknown>[] {
  const list: RawBuilder<unknown>[] = [sql`e.workspace_id = ${caller.workspaceId}`, entryScopeSql(scope)]
  if (filter.from) list.push(sql`e.at >= ${instantFromRfc3339(filter.from)}`)
  if (filter.to) list.push(sql`e.at < ${instantFromRfc3339(filter.to)}`)
  if (filter.event) list.push(eventCondition(filter.event))
  if (filter.actor) list.push(sql`e.actor_id = any(${filter.actor}::uuid[])`)
  if (filter.actorKind) list.push(sql`e.actor_kind = any(${filter.actorKind}::text[])`)
  if (filter.department) list.push(sql`e.department_ids && ${filter.department}::uuid[]`)
  if (filter.conversation) list.push(sql`e.conversation_id = any(${filter.conversation}::uuid[])`)
  if (filter.customer) list.push(sql`e.customer_id = any(${filter.customer}::uuid[])`)
  if (filter.bot) list.push(sql`e.bot_id = any(${filter.bot}::uuid[])`)
  if (filter.subject) list.push(sql`e.subject_id = any(${filter.subject}::text[])`)
  if (filter.outcome) list.push(sql`e.outcome = any(${filter.outcome}::text[])`)
  if (filter.source) list.push(sql`e.source = any(${filter.source}::text[])`)
  return list
}

/** `message.*` is a range of names, so that the index on the event serves it too. */
function eventCondition(patterns: readonly string[]): RawBuilder<unknown> {
  const exact = patterns.filter(pattern => !pattern.endsWith('*'))
  const ranges = patterns
    .filter(pattern => pattern.endsWith('*'))
    .map(pattern => sql`(e.event >= ${pattern.slice(0, -1)} and e.event < ${`${pattern.slice(0, -2)}/`})`)
  return sql`(${sql.join([...(exact.length ? [sql`e.event = any(${exact}::text[])`] : []), ...ranges], sql` or `)})`
}

/** Entries that hold all words of `q`, as a condition; `false` when the query has no word at all. */
function textCondition(q: string, key: Buffer): RawBuilder<unknown> {
  const words = blindWords(key, wordsOf(q))
  if (words.length === 0) return sql`false`
  // Materialised first: a planner that walks the time index for a rare word would read the whole log.
  return sql`e.entry_id in (select entry_id from matching)`
}

const matching = (caller: Caller, q: string | undefined, key: Buffer): RawBuilder<unknown> => {
  if (q === undefined || q.trim() === '') return sql``
  // Finding an entry by its words would tell which words it holds: whoever gets parts withheld does not search them.
  if (isWithheldFrom(caller)) throw new ConsoleError('permission.denied', { permission: 'log.reveal' })
  return sql`with matching as materialized (
    select entry_id from log_text where workspace_id = ${caller.workspaceId} and tokens @> ${blindWords(key, wordsOf(q))}::bigint[]
      and (only_for is null or only_for = ${caller.actor.id})${seesRestricted(caller) ? sql`` : UNRESTRICTED})`
}

/** What is only stored is not found by its words either. */
const UNRESTRICTED = sql`
      and not exists (select from customer u where u.workspace_id = log_text.workspace_id
        and log_text.owner = 'customer:' || u.customer_id and u.restricted_at is not null)`

const COLUMNS = sql`e.entry_id, e.at, e.leaf`

export interface FoundEntry {
  readonly entry_id: string
  readonly at: string
  readonly leaf: Buffer
  readonly position: number | null
}

/** Entries a filter finds, newest (or `ascending`: oldest) first by time and id, one more than `limit` when there are more. */
export async function findEntries(
  db: ReadDb,
  caller: Caller,
  scope: Scope,
  filter: LogFilter,
  key: Buffer,
  page: { limit: number; after: Place | null; ascending?: boolean },
): Promise<FoundEntry[]> {
  const where = conditions(caller, scope, filter)
  if (filter.q?.trim()) where.push(textCondition(filter.q, key))
  if (page.after)
    where.push(
      page.ascending
        ? sql`(e.at, e.entry_id) > (${page.after.at}, ${page.after.id})`
        : sql`(e.at, e.entry_id) < (${page.after.at}, ${page.after.id})`,
    )
  const condition = sql.join(where, sql` and `)
  const order = page.ascending ? sql`order by at, entry_id` : sql`order by at desc, entry_id desc`
  const limit = sql`limit ${page.limit + 1}`
  const { rows } = await sql<FoundEntry>`${matching(caller, filter.q, key)}
    select * from (
      (select ${COLUMNS}, e.position from log_entry e where ${condition} ${order} ${limit})
      union all
      (select ${COLUMNS}, null as position from log_pending e where ${condition} ${order} ${limit})
    ) found ${order} ${limit}`.execute(db as never)
  return rows
}

/** How many entries a filter finds. */
export async function countEntries(
  db: ReadDb,
  caller: Caller,
  scope: Scope,
  filter: LogFilter,
  key: Buffer,
): Promise<number> {
  const where = conditions(caller, scope, filter)
  if (filter.q?.trim()) where.push(textCondition(filter.q, key))
  const condition = sql.join(where, sql` and `)
  const { rows } = await sql<{ n: number }>`${matching(caller, filter.q, key)}
    select (select count(*) from log_entry e where ${condition}) + (select count(*) from log_pending e where ${condition}) as n`.execute(
    db as never,
  )
  return Number(rows[0]?.n ?? 0)
}
