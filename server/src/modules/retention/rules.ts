import type { RetentionWhat } from '@tracedesk/contracts'
import { DISPOSABLE_AREAS } from '@tracedesk/contracts'
import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'

/** How long a class is kept: `days` null for ever. */
export interface RetentionRule {
  readonly id: string
  readonly what: RetentionWhat
  /** `*`, `area.*` or one event. */
  readonly event: string
  readonly botId: string | null
  readonly part: string | null
  readonly days: number | null
}

/** Rules as a run keeps them. */
export const KeptRules = z.array(
  z.strictObject({
    id: z.string(),
    what: z.enum(['entries', 'parts']),
    event: z.string(),
    botId: z.string().nullable(),
    part: z.string().nullable(),
    days: z.number().nullable(),
  }),
)

const weightOf = ({ event, botId, part }: RetentionRule): number =>
  (event === '*' ? 0 : event.endsWith('.*') ? 4 : 8) + (botId ? 2 : 0) + (part ? 1 : 0)

/** The most specific rule first: an event before an area before everything, then a bot, then a part. */
export const bySpecificity = <R extends RetentionRule>(rules: readonly R[]): R[] =>
  rules.toSorted((a, b) => weightOf(b) - weightOf(a) || (a.event < b.event ? -1 : a.event > b.event ? 1 : 0))

/** The first day of the oldest that is kept: what happened before it is due. */
export function cutoffOf(asOf: string, days: number): string {
  return new Date(Date.parse(`${asOf}T00:00:00Z`) - days * 86_400_000).toISOString()
}

/** The instant before which anything can be due at all; null when every rule says for ever. */
export function latestCutoff(rules: readonly RetentionRule[], what: RetentionWhat, asOf: string) {
  const days = rules.filter(rule => rule.what === what).flatMap(rule => rule.days ?? [])
  return days.length === 0 ? null : cutoffOf(asOf, Math.min(...days))
}

const matches = ({ event, botId, part }: RetentionRule): RawBuilder<unknown> =>
  sql.join(
    [
      sql`true`,
      // as a range of the "C" order: it can use the index by event
      ...(event.endsWith('.*')
        ? [sql`e.event >= ${event.slice(0, -1)} and e.event < ${`${event.slice(0, -2)}/`}`]
        : event === '*'
          ? []
          : [sql`e.event = ${event}`]),
      ...(botId ? [sql`e.bot_id = ${botId}`] : []),
      ...(part ? [sql`p.name = ${part}`] : []),
    ],
    sql` and `,
  )

/**
 * The rule under which an entry `e` (with its part `p`, for rules on parts) is due: its place in `rules`, which are in
 * order, or null when nothing is due. The first rule that is about it decides.
 */
export function dueRule(
  rules: readonly RetentionRule[],
  what: RetentionWhat,
  asOf: string,
): RawBuilder<unknown> {
  const cases = rules.flatMap((rule, i) => {
    if (rule.what !== what) return []
    const due =
      rule.days === null
        ? sql`null`
        : sql`case when e.at < ${cutoffOf(asOf, rule.days)} then ${sql.lit(i)} end`
    return [sql`when ${matches(rule)} then ${due}`]
  })
  if (cases.length === 0) return sql`null::int`
  const areas = sql.join(DISPOSABLE_AREAS.map(area => sql.lit(area)))
  return sql`case when split_part(e.event, '.', 1) not in (${areas}) then null ${sql.join(cases, sql` `)} end`
}

/** What still works depends on: entries that brought the name of a customer in force, and those of living sessions. */
export const isNeeded = (workspaceId: string): RawBuilder<unknown> =>
  sql`e.entry_id in (select named_by from customer where workspace_id = ${workspaceId} and erased_at is null
    union all select origin_entry_id from session where workspace_id = ${workspaceId} and ended_at is null and expires_at > now())`
