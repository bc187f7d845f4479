import type { BlindSpot, ClaimKind } from '@tracedesk/contracts'
import { sql } from 'kysely'
import type { ReadDb } from '../../db/database.ts'
import { belongsSql, inTimesSql, type Matter } from './matter.ts'
import { run } from './store.ts'

/** Claims about what a source of imported history need not have recorded; messages it has. */
const NEEDS_OUR_RECORD: ReadonlySet<ClaimKind> = new Set([
  'unattended_transfer',
  'wrong_label',
  'data_changed',
  'data_seen',
])
/** Settings that switch the recording of looks off. */
const LOOKS = [
  { key: 'log.record_reads', spot: 'reads_off' },
  { key: 'log.record_views', spot: 'views_off' },
] as const

const facts = sql`convert_from(e.leaf, 'UTF8')::json -> 'data'`

/** Why an absence of entries says nothing about a claim, although every entry there is was searched. */
export async function findBlindSpots(db: ReadDb, matter: Matter, claim: ClaimKind): Promise<BlindSpot[]> {
  const spots: BlindSpot[] = []
  if (NEEDS_OUR_RECORD.has(claim) && (await hasImported(db, matter))) spots.push('imported')
  if (claim !== 'data_seen') return spots
  for (const { key, spot } of LOOKS) if (await wasOff(db, matter, key)) spots.push(spot)
  return spots
}

async function hasImported(db: ReadDb, matter: Matter): Promise<boolean> {
  const rows = await run(
    db,
    sql`select 1 from log_entry e where exists (select from import_run i where i.workspace_id = ${matter.workspaceId})
      and e.workspace_id = ${matter.workspaceId} and e.source = 'import' and ${belongsSql(matter)} and ${inTimesSql(matter)} limit 1`,
  )
  return rows.length > 0
}

/** Was a setting that is on by default off at any time of the matter? */
async function wasOff(db: ReadDb, { workspaceId, from, to }: Matter, key: string): Promise<boolean> {
  const changes = await run<{ at: string; on: boolean }>(
    db,
    sql`select e.at, (${facts} ->> 'to') <> 'false' as on from log_entry e
      where e.workspace_id = ${workspaceId} and e.event = 'setting.changed' and ${facts} ->> 'key' = ${key} order by e.at`,
  )
  return changes.some(({ at, on }, index) => {
    const until = changes[index + 1]?.at
    return !on && (to === null || at < to) && (from === null || until === undefined || until > from)
  })
}

/**
 * How many entries that could decide a claim retention destroyed in the months of a matter, by the rules that did it.
 * Entries of a conversation leave a hole in its numbers; those of none, and whole conversations, are known only so.
 */
export async function countDestroyed(db: ReadDb, matter: Matter, events: readonly string[]): Promise<number> {
  const { workspaceId, from, to } = matter
  const since = from ?? (await firstMet(db, matter))
  const [row] = await run<{ n: number | null }>(
    db,
    sql`select sum((rule ->> 'count')::int)::int as n
      from log_entry e cross join lateral json_array_elements(${facts} -> 'rules') as rule
      where e.workspace_id = ${workspaceId} and e.event = 'retention.applied' and ${facts} ->> 'what' = 'entries'
        and (left(${facts} ->> 'month', 7) || '-01')::date + interval '1 month' > coalesce(${since}::timestamptz, '-infinity')
        and (left(${facts} ->> 'month', 7) || '-01')::date < coalesce(${to}::timestamptz, 'infinity')
        and exists (select from log_entry s where s.workspace_id = ${workspaceId} and s.event = 'retention.rule_set'
          and s.subject_id = rule ->> 'ruleId'
          and ${[...events]}::text[] && (select array_agg(name) from unnest(${[...events]}::text[]) as name
            where name like replace(convert_from(s.leaf, 'UTF8')::json -> 'data' ->> 'event', '*', '%')))`,
  )
  return row?.n ?? 0
}

/** Answers that show entries of many at once; counts, facets and densities show none. */
const LISTS = ['log.search', 'log.tail', 'desk.board_entries', 'archive.entries'] as const
/** What a filter names when it is about something in particular. */
const PARTICULARS = ['conversation', 'customer', 'subject', 'entry', 'dispute'] as const

/**
 * How many lists of the log and exports may have shown something of the matter, and do not say whether: they were asked
 * for by times, events, people or words. Those that name it are looks like others, those that name something else none.
 * A look at nothing counts as none; with `agentId` only that person's.
 */
export async function countWideLooks(db: ReadDb, matter: Matter, agentId: string | null): Promise<number> {
  const { workspaceId, from, to } = matter
  const since = from ?? (await firstMet(db, matter))
  const ours = [...matter.customerIds, ...matter.conversationIds]
  const filter = sql`convert_from(e.leaf, 'UTF8')::jsonb -> 'data' -> 'filter'`
  const [row] = await run<{ n: number }>(
    db,
    sql`select count(*) as n from log_entry e
      where e.workspace_id = ${workspaceId} and e.event in ('log.viewed', 'export.requested') and e.outcome = 'done'
        and e.at >= coalesce(${since}::timestamptz, '-infinity') and e.at < coalesce(${to}::timestamptz, 'infinity')
        and (${agentId}::text is null or e.actor_id = ${agentId})
        and case e.event
          when 'log.viewed' then ${facts} ->> 'query' = any(${[...LISTS]}::text[]) and (${facts} ->> 'count')::int > 0
            and not (${filter} ?| ${[...PARTICULARS]}::text[])
          else not (${filter} ?| ${[...PARTICULARS]}::text[]) or ids_named_in(e.leaf) && ${ours}::uuid[] end`,
  )
  return Number(row?.n ?? 0)
}

async function firstMet(db: ReadDb, { workspaceId, customerIds }: Matter): Promise<string | null> {
  const [row] = await run<{ at: string | null }>(
    db,
    sql`select least(
        (select min(created_at) from customer where workspace_id = ${workspaceId} and customer_id = any(${[...customerIds]}::uuid[])),
        (select min(at) from log_entry where workspace_id = ${workspaceId} and customer_id = any(${[...customerIds]}::uuid[]))) as at`,
  )
  return row?.at ?? null
}
