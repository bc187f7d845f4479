import { type RawBuilder, sql } from 'kysely'
import { type Caller, confidantOf, isWithheldFrom } from '../../command/caller.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { and, facetConditions, type LogFilter, rangeOf, timeConditions } from './conditions.ts'
import type { Plan } from './drivers.ts'
import { seesRestricted } from './restricted.ts'
import type { FoundEntry, Page, SearchRequest } from './search-request.ts'
import { blindWords, wordsOf } from './words.ts'

type Condition = RawBuilder<unknown>

export const hasWords = (filter: LogFilter): boolean => (filter.q?.trim() ?? '') !== ''

/** So many of the newest texts are looked through for the words before the word index is asked. */
const FIRST_WALK = 4_000
/** A word in more texts than this is common: it is found sooner by walking on through time. */
const RARE_MAX = 20_000

/** The blinded words of a query. Throws `permission.denied` for whom parts are withheld from. */
function wordsFor(caller: Caller, q: string, key: Buffer): string[] {
  // Finding an entry by its words would tell which words it holds: whoever gets parts withheld does not search them.
  if (isWithheldFrom(caller)) throw new ConsoleError('permission.denied', { permission: 'log.reveal' })
  return blindWords(key, wordsOf(q))
}

/** What is only stored is not found by its words either. */
const UNRESTRICTED = sql`
  and not exists (select from customer u where u.workspace_id = t.workspace_id
    and t.owner = 'customer:' || u.customer_id and u.restricted_at is not null)`

const textHolds = ({ caller, filter, key }: SearchRequest): Condition => {
  const words = wordsFor(caller, filter.q ?? '', key)
  if (words.length === 0) return sql`false`
  const restricted = seesRestricted(caller) ? sql`` : UNRESTRICTED
  return sql`t.tokens @> ${words}::bigint[] and (t.only_for is null or t.only_for = ${confidantOf(caller)})${restricted}`
}

/** A condition on log_entry `e`: it holds the words. For ways that find few entries; `offset` keeps the planner from turning it round. */
const holdsWords = (request: SearchRequest): Condition =>
  sql`(select true from log_text t where t.workspace_id = ${request.caller.workspaceId} and t.at = e.at and t.entry_id = e.entry_id
    and ${textHolds(request)} limit 1 offset 0)`

/** A condition on log_entry `e`: it is among all the texts that hold the words. For exact counts, however long they take. */
export const amongTexts = (request: SearchRequest): Condition =>
  sql`(e.at, e.entry_id) in (select t.at, t.entry_id from log_text t
    where t.workspace_id = ${request.caller.workspaceId} and ${textHolds(request)} and ${textTime(request.filter)})`

/** Enough hits among the newest texts to say how a common word is spread. */
const SAMPLE = 500

/**
 * Texts that hold the words, at most RARE_MAX of them: all, or (`isPart`) the newest of a common word. For counting;
 * each as time and id.
 */
export async function findTexts(
  request: SearchRequest,
): Promise<{ texts: { at: string; id: string }[]; isPart: boolean }> {
  const { db, caller, filter } = request
  const condition = sql`t.workspace_id = ${caller.workspaceId} and ${textTime(filter)}`
  const newest = await sql<{ at: string; id: string; walked: number }>`
    with newest as materialized (select * from log_text t where ${condition} ${ORDER} limit ${RARE_MAX})
    select t.at, t.entry_id as id, w.walked from (select count(*)::int as walked from newest) w left join newest t on ${textHolds(request)}`.execute(
    db as never,
  )
  const texts = newest.rows.filter(row => row.id !== null)
  if ((newest.rows[0]?.walked ?? 0) < RARE_MAX) return { texts, isPart: false }
  if (texts.length >= SAMPLE) return { texts, isPart: true }
  const { rows } = await sql<{ at: string; id: string }>`
    select t.at, t.entry_id as id from log_text t where ${condition} and ${textHolds(request)} limit ${RARE_MAX + 1}`.execute(
    db as never,
  )
  return { texts: rows, isPart: rows.length > RARE_MAX }
}

function textTime(filter: LogFilter): Condition {
  const { from, to } = rangeOf(filter)
  return and([sql`true`, ...(from ? [sql`t.at >= ${from}`] : []), ...(to ? [sql`t.at < ${to}`] : [])])
}

/**
 * Entries that hold all words, newest first. A common word is met soon by walking back through the newest texts; a
 * rare one is in few texts, which the word index names. So neither a rare nor a common word reads the whole log: the
 * walk comes first, then the word index, and only a word that is common elsewhere but not here walks on.
 */
export async function findByWords(request: SearchRequest, page: Page): Promise<FoundEntry[]> {
  let walk = await walkTexts(request, page, FIRST_WALK)
  if (walk.isDone) return walk.found
  const rare = await findAmongRare(request, page)
  if (rare) return rare
  for (let texts = FIRST_WALK * 16; !walk.isDone; texts *= 8) walk = await walkTexts(request, page, texts)
  return walk.found
}

/** Everything that must hold for an entry but its place in the list. */
export async function conditionsOf(request: SearchRequest, plan: Plan): Promise<Condition[]> {
  const { caller, scope, filter } = request
  return [
    ...facetConditions(caller, scope, filter),
    ...timeConditions(filter),
    ...plan.residual,
    // a narrow way finds few entries, each of which is asked for the words
    ...(hasWords(filter) ? [holdsWords(request)] : []),
  ]
}

const ORDER = sql`order by at desc, entry_id desc`

const before = (page: Page, alias: 't' | 'e'): Condition =>
  page.after
    ? sql`(${sql.ref(`${alias}.at`)}, ${sql.ref(`${alias}.entry_id`)}) < (${page.after.at}::timestamptz, ${page.after.id}::uuid)`
    : sql`true`

/** Looks through so many of the newest texts before the page's place. Done when the page is full or no text is left. */
async function walkTexts(request: SearchRequest, page: Page, texts: number) {
  const { db, caller, scope, filter } = request
  const { rows } = await sql<FoundEntry & { walked: number }>`
    with newest as materialized (
      select t.* from log_text t
      where t.workspace_id = ${caller.workspaceId} and ${before(page, 't')} and ${textTime(filter)} ${ORDER} limit ${texts}
    ), hit as materialized (
      select distinct t.at, t.entry_id from newest t where ${textHolds(request)}
    ), found as (
      select e.entry_id, e.at, e.leaf, e.position from (select * from hit ${ORDER}) h
        cross join lateral (select * from log_entry e where e.workspace_id = ${caller.workspaceId} and e.entry_id = h.entry_id and e.at = h.at
          and ${and([...facetConditions(caller, scope, filter), ...timeConditions(filter)])} offset 0) e
      ${ORDER} limit ${page.limit + 1}
    )
    select f.*, w.walked from (select count(*)::int as walked from newest) w left join found f on true ${ORDER}`.execute(
    db as never,
  )
  const found = rows.filter(row => row.entry_id !== null)
  return { found, isDone: found.length > page.limit || (rows[0]?.walked ?? 0) < texts }
}

/** The page when the words are in few texts; null when they are common. */
async function findAmongRare(request: SearchRequest, page: Page): Promise<FoundEntry[] | null> {
  const { db, caller, scope, filter } = request
  const { rows } = await sql<FoundEntry & { hits: number }>`
    with hit as materialized (
      select t.at, t.entry_id from log_text t
      where t.workspace_id = ${caller.workspaceId} and ${textHolds(request)} and ${textTime(filter)} limit ${RARE_MAX + 1}
    ), found as (
      select e.entry_id, e.at, e.leaf, e.position from (select distinct at, entry_id from hit t where ${before(page, 't')} ${ORDER}) h
        cross join lateral (select * from log_entry e where e.workspace_id = ${caller.workspaceId} and e.entry_id = h.entry_id and e.at = h.at
          and ${and([...facetConditions(caller, scope, filter), ...timeConditions(filter)])} offset 0) e
      ${ORDER} limit ${page.limit + 1}
    )
    select f.*, w.hits from (select count(*)::int as hits from hit) w left join found f on true ${ORDER}`.execute(
    db as never,
  )
  if ((rows[0]?.hits ?? 0) > RARE_MAX) return null
  return rows.filter(row => row.entry_id !== null)
}
