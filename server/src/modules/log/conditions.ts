import { CATALOGUE, RULE_IDS, type searchLog } from '@tracedesk/contracts'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { Caller } from '../../command/caller.ts'
import type { ReadDb } from '../../db/database.ts'
import { instantFromRfc3339 } from '../../kernel/instant.ts'
import { entryScopeSql, type Scope } from '../team/index.ts'

export type LogFilter = Omit<z.output<typeof searchLog.input>, 'limit' | 'cursor'>
type Condition = RawBuilder<unknown>

export const and = (conditions: readonly Condition[]): Condition => sql.join(conditions, sql` and `)

/** From when (included) to when (excluded) a filter reaches; null where it is open. */
export const rangeOf = (filter: LogFilter): { from: string | null; to: string | null } => ({
  from: filter.from ? instantFromRfc3339(filter.from) : null,
  to: filter.to ? instantFromRfc3339(filter.to) : null,
})

/**
 * What entries and the counts of them have in common: scope first, then the facets. On log_entry, log_pending or
 * log_rollup, whose alias is `e`. A facet can be left out, to count what else it could be.
 */
export function facetConditions(
  caller: Caller,
  scope: Scope,
  filter: LogFilter,
  without?: keyof LogFilter,
): Condition[] {
  const list: Condition[] = [sql`e.workspace_id = ${caller.workspaceId}`, entryScopeSql(scope)]
  const given = { ...filter, ...(without ? { [without]: undefined } : {}) }
  if (given.event) list.push(eventCondition(given.event))
  if (given.actor) list.push(sql`e.actor_id = any(${given.actor}::uuid[])`)
  if (given.actorKind) list.push(sql`e.actor_kind = any(${given.actorKind}::text[])`)
  if (given.department) list.push(sql`e.department_ids && ${given.department}::uuid[]`)
  if (given.bot) list.push(sql`e.bot_id = any(${given.bot}::uuid[])`)
  if (given.outcome) list.push(outcomeCondition(given.outcome))
  if (given.source) list.push(sql`e.source = any(${given.source}::text[])`)
  return list
}

/** The time of a filter, on log_entry or log_pending. */
export function timeConditions(filter: LogFilter): Condition[] {
  const { from, to } = rangeOf(filter)
  return [...(from ? [sql`e.at >= ${from}`] : []), ...(to ? [sql`e.at < ${to}`] : [])]
}

/** `message.*` is a range of names, so that the index on the event serves it too. */
function eventCondition(patterns: readonly string[]): Condition {
  const exact = patterns.filter(pattern => !pattern.endsWith('*'))
  const ranges = patterns
    .filter(pattern => pattern.endsWith('*'))
    .map(pattern => sql`(e.event >= ${pattern.slice(0, -1)} and e.event < ${`${pattern.slice(0, -2)}/`})`)
  return sql`(${sql.join([...(exact.length ? [sql`e.event = any(${exact}::text[])`] : []), ...ranges], sql` or `)})`
}

/** Said twice where it applies: the index over what was not done is used only when the query says those very words. */
const outcomeCondition = (outcomes: readonly string[]): Condition =>
  outcomes.includes('done')
    ? sql`e.outcome = any(${outcomes}::text[])`
    : sql`(e.outcome <> 'done' and e.outcome = any(${outcomes}::text[]))`

/** The names of the catalogue that patterns stand for. */
export const eventNames = (patterns: readonly string[]): string[] => [
  ...new Set(
    patterns.flatMap(pattern =>
      pattern.endsWith('*')
        ? [...CATALOGUE.keys()].filter(name => name.startsWith(pattern.slice(0, -1)))
        : [pattern],
    ),
  ),
]

const RULES: ReadonlySet<string> = new Set(Object.values(RULE_IDS))

/** Can a filter be answered from the counts alone? Not when it names a conversation, a customer, a thing or words. */
export async function isCountable(db: ReadDb, caller: Caller, filter: LogFilter): Promise<boolean> {
  if (filter.conversation || filter.customer || filter.subject || filter.q?.trim()) return false
  const people = (filter.actor ?? []).filter(id => !RULES.has(id))
  if (people.length === 0) return true
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from (select agent_id from agent where workspace_id = ${caller.workspaceId} and agent_id = any(${people}::uuid[])
      union all select api_token_id from api_token where workspace_id = ${caller.workspaceId} and api_token_id = any(${people}::uuid[])) known`.execute(
    db as never,
  )
  return Number(rows[0]?.n) === new Set(people).size
}
