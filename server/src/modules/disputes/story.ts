import { type Entry, getStory, StoryPart } from '@tracedesk/contracts'
import { type RawBuilder, sql } from 'kysely'
import type { Caller } from '../../command/caller.ts'
import { defineQueryHandler } from '../../command/define.ts'
import type { ReadDb } from '../../db/database.ts'
import { decodeCursor, type Place, pageOf } from '../../kernel/cursor.ts'
import { addMicros, instantFromRfc3339 } from '../../kernel/instant.ts'
import { caseEntryScopeSql, type Scope, scopeOf } from '../team/index.ts'
import { belongsSql, inTimesSql, type Matter, matterOf } from './matter.ts'
import { mentionsSql } from './mentions.ts'
import { type Dispute, readDispute, run } from './store.ts'
import { eventsOfParts, partOf } from './story-parts.ts'

export interface StoredEntry {
  readonly position: number | null
  readonly leaf: Buffer
}

/** Presents entries as one reader gets them; the log module provides it. */
export type PresentEntries = (db: ReadDb, viewer: Caller, records: readonly StoredEntry[]) => Promise<Entry[]>

type Row = StoredEntry & { readonly id: string; readonly at: string }
type Condition = RawBuilder<unknown>

export interface StoryPage {
  readonly parts: readonly StoryPart[]
  readonly from: string | null
  readonly to: string | null
  readonly after: Place | null
  readonly limit: number
}

/** Who came and went is told from so long before the first entry: whoever is there then came earlier. */
const PRESENCE_BEFORE_MICROS = -86_400_000_000
const PEOPLE_MAX = 100

/** The entries of a matter in sight, oldest first, one more than the page's limit when there are more. */
export async function readStory(
  db: ReadDb,
  scope: Scope,
  matter: Matter,
  page: StoryPage,
): Promise<{ rows: Row[]; people: string[] }> {
  const people = await peopleOf(db, scope, matter)
  const ways = [...waysInto(matter), ...(await presenceWay(db, matter, people))]
  const place: Condition = page.after
    ? sql`(e.at, e.entry_id) > (${page.after.at}::timestamptz, ${page.after.id}::uuid)`
    : sql`true`
  const where = sql`e.workspace_id = ${matter.workspaceId} and ${caseEntryScopeSql(scope, matter.conversationIds)} and ${place}
    and ${inTimesSql(page)} and e.event = any(${eventsOfParts(page.parts)}::text[])`
  const end = sql`order by e.at, e.entry_id limit ${page.limit + 1}`
  const entry = (way: Condition) =>
    sql`(select e.entry_id as id, e.at, e.position, e.leaf from log_entry e where ${where} and ${way} ${end})`
  const waiting = sql`(select e.entry_id as id, e.at, null::bigint as position, e.leaf from log_pending e
    where ${where} and (${sql.join(ways, sql` or `)}) ${end})`
  // an entry can be found on two ways, and can move from waiting into the tree while we look
  const rows = await run<Row>(
    db,
    sql`select distinct on (at, id) * from (${sql.join([...ways.map(entry), waiting], sql` union all `)}) found
      order by at, id, position nulls last limit ${page.limit + 1}`,
  )
  return { rows, people }
}

/** Each way has an index of its own; together they are the matter. */
function waysInto(matter: Matter): Condition[] {
  if (matter.kind === 'range') return [belongsSql(matter)]
  const times = inTimesSql(matter)
  const mentioned = mentionsSql(matter)
  return [
    sql`(e.conversation_id = any(${[...matter.conversationIds]}::uuid[]) and ${times})`,
    sql`(e.conversation_id is null and e.customer_id = any(${[...matter.customerIds]}::uuid[]) and ${times})`,
    ...(mentioned ? [sql`(${mentioned} and ${times})`] : []),
  ]
}

/** The people a matter is about: who acted in it and who held it. For a span of time their presence lies in it anyway. */
export async function peopleOf(db: ReadDb, scope: Scope, matter: Matter): Promise<string[]> {
  const belongs = sql`e.workspace_id = ${matter.workspaceId} and ${belongsSql(matter)} and ${inTimesSql(matter)}
    and ${caseEntryScopeSql(scope, matter.conversationIds)} and e.reach = 'work' and e.event not like 'dispute.%'`
  const rows = await run<{ id: string }>(
    db,
    sql`select distinct a.id from log_entry e cross join lateral unnest(
        case when e.actor_kind = 'agent' then e.agent_ids || e.actor_id else e.agent_ids end) as a (id)
      where ${belongs} and a.id is not null limit ${PEOPLE_MAX}`,
  )
  return rows.map(({ id }) => id)
}

async function presenceWay(db: ReadDb, matter: Matter, people: readonly string[]): Promise<Condition[]> {
  if (matter.kind === 'range' || people.length === 0) return []
  const [span] = await run<{ first: string | null; last: string | null }>(
    db,
    sql`select min(e.at) as first, max(e.at) as last from log_entry e
      where e.workspace_id = ${matter.workspaceId} and e.conversation_id = any(${[...matter.conversationIds]}::uuid[])
        and ${inTimesSql(matter)}`,
  )
  if (!span?.first || !span.last) return []
  return [
    sql`(e.conversation_id is null and e.event = 'presence.changed' and e.subject_id = any(${[...people]}::text[])
      and e.at >= ${addMicros(span.first, PRESENCE_BEFORE_MICROS)} and e.at <= ${span.last})`,
  ]
}

/** What a look at a case discloses, for the record of it. */
export const disclosureOf = (
  { id, conversationId, customerId }: Dispute,
  scope: Scope,
  count: number,
  deep: boolean,
) => ({
  filter: {
    dispute: [id],
    ...(conversationId ? { conversation: [conversationId] } : {}),
    ...(customerId ? { customer: [customerId] } : {}),
  },
  q: undefined,
  scope: scope.kind,
  count,
  deep,
})

/** `dispute.story`. Throws `dispute.not_found`. */
export const createStory = (present: PresentEntries) =>
  defineQueryHandler(getStory, async ({ db, caller, disclose }, { id, part, from, to, limit, cursor }) => {
    const scope = await scopeOf(db, caller)
    const dispute = await readDispute(db, caller.workspaceId, scope, id)
    const matter = await matterOf(db, caller.workspaceId, dispute)
    const found = await readStory(db, scope, matter, {
      parts: part ?? StoryPart.options,
      from: from ? instantFromRfc3339(from) : null,
      to: to ? instantFromRfc3339(to) : null,
      after: decodeCursor(cursor),
      limit,
    })
    const { rows, nextCursor } = pageOf(found.rows, limit, row => ({ at: row.at, id: row.id }))
    const entries = await present(db, caller, rows)
    disclose(disclosureOf(dispute, scope, rows.length, cursor !== undefined))
    return { items: entries.map(entry => ({ part: partOf(entry.event), entry })), nextCursor }
  })
