import { countInbox, listMentions, type Part, searchConversations } from '@tracedesk/contracts'
import { sql } from 'kysely'
import { confidantOf } from '../../command/caller.ts'
import { defineQueryHandler, type Query, type QueryContext } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { conversationScopeSql, scopeOf } from '../team/index.ts'
import { answerableSql } from './imported.ts'
import { isCustomerWithheld, type OpenTexts } from './queries.ts'
import { hasUnreadSql } from './read-mark.ts'
import { writerOf } from './read-messages.ts'
import { callsSql, readBell } from './see-mentions.ts'

/** The words of a search as the text index knows them. */
export type IndexWords = (q: string) => string[]

/** So many of the newest matches are looked through; a word that is in more of them needs a second one. */
const MATCHES_MAX = 3_000
const MENTIONS_SHOWN = 50
/** A badge says 99+ beyond that. */
const UNREAD_SHOWN = 100

type Counts = Record<'mine' | 'queue' | 'departments' | 'all' | 'pinned' | 'snoozed' | 'offered', number> & {
  unread: number
  waitingSince: string | null
}

const counts = defineQueryHandler(countInbox, async ({ db, caller }) => {
  const { workspaceId, actor } = caller
  const scope = conversationScopeSql(await scopeOf(db, caller))
  const mine = sql`c.assignee_id = ${actor.id} and c.snoozed_until is null`
  const open = sql`c.workspace_id = ${workspaceId} and c.status = 'in_progress' and ${answerableSql(workspaceId)}`
  const { rows } = await sql<Counts>`
    select count(*) filter (where ${mine})::int as mine,
      count(*) filter (where c.assignee_id is null and c.snoozed_until is null)::int as queue,
      count(*) filter (where c.department_id = any(${actor.departments}::uuid[]))::int as departments,
      count(*)::int as "all",
      count(*) filter (where c.pinned or exists (select from conversation_pin p where p.workspace_id = c.workspace_id
        and p.agent_id = ${actor.id} and p.conversation_id = c.conversation_id))::int as pinned,
      count(*) filter (where c.snoozed_until is not null)::int as snoozed,
      count(*) filter (where c.offer_entry_id is not null and (c.offered_agent_id = ${actor.id}
        or c.offered_department_id = any(${actor.departments}::uuid[])))::int as offered,
      (select count(*)::int from (select from conversation c where ${open} and ${mine} and ${hasUnreadSql(actor.id)} limit ${UNREAD_SHOWN}) u) as unread,
      min(c.waiting_since) filter (where ${mine}) as "waitingSince"
    from conversation c where ${open} and ${scope}`.execute(db as never)
  const [row] = rows
  if (!row) throw new Error('a count gave no row')
  return row
})

type Hit = {
  kind: 'message' | 'note'
  id: string
  at: string
  direction: 'in' | 'out' | null
  author_name: string | null
  written_by: string | null
  writer_name: string | null
  entry_id: string
  conversation_id: string
  status: string
  customer_name: string
  bot_id: string
  bot_username: string
  assignee_id: string | null
  assignee_name: string | null
  matches: number
}

/** Words in force now: earlier versions, and notes that were taken away, are found in the log. */
async function findHits(
  { db, caller }: QueryContext,
  words: readonly string[],
  limit: number,
): Promise<Hit[]> {
  const { workspaceId } = caller
  // Materialised first: a planner that walks the conversations for a rare word would open the whole index.
  const { rows } = await sql<Hit>`
    with matching as materialized (select entry_id, at from log_text where workspace_id = ${workspaceId}
        and tokens @> ${words}::bigint[] and (only_for is null or only_for = ${confidantOf(caller)}) order by at desc limit ${MATCHES_MAX}),
      found as (select e.entry_id, e.subject_kind, e.subject_id::uuid as subject_id from matching x
        join log_entry e on e.workspace_id = ${workspaceId} and e.entry_id = x.entry_id and e.at = x.at
        where e.subject_kind in ('message', 'note')),
      hits as (
        select 'message' as kind, m.message_id as id, m.conversation_id, m.at, m.direction, m.author_id, m.written_by, m.text_entry_id as entry_id
          from found f join message m on m.workspace_id = ${workspaceId} and m.message_id = f.subject_id and m.text_entry_id = f.entry_id
          where f.subject_kind = 'message'
        union all select 'note', n.note_id, n.conversation_id, n.at, null, n.author_id, n.written_by, n.entry_id
          from found f join note n on n.workspace_id = ${workspaceId} and n.note_id = f.subject_id and n.entry_id = f.entry_id
          where f.subject_kind = 'note')
    select h.*, c.status, cu.name as customer_name, b.bot_id, b.username as bot_username, a.agent_id as assignee_id,
      a.name as assignee_name, author.name as author_name, w.name as writer_name, (select count(*)::int from matching) as matches
    from hits h
    join conversation c on c.workspace_id = ${workspaceId} and c.conversation_id = h.conversation_id
    join customer cu on cu.workspace_id = c.workspace_id and cu.customer_id = c.customer_id
    join bot b on b.workspace_id = c.workspace_id and b.bot_id = c.bot_id
    left join agent a on a.workspace_id = c.workspace_id and a.agent_id = c.assignee_id
    left join agent author on author.workspace_id = c.workspace_id and author.agent_id = h.author_id
    left join agent w on w.workspace_id = c.workspace_id and w.agent_id = h.written_by
    where ${conversationScopeSql(await scopeOf(db, caller))}
    order by h.at desc, h.id desc limit ${limit}`.execute(db as never)
  return rows
}

const MISSING: Part = { state: 'missing' }

const createSearch = (openTexts: OpenTexts, indexWords: IndexWords) =>
  defineQueryHandler(searchConversations, async (context, { q, limit }) => {
    const words = indexWords(q)
    if (words.length === 0) return { items: [], isCut: false }
    // finding by words would tell which words are there: whoever gets texts withheld does not search them
    if (isCustomerWithheld(context.caller))
      throw new ConsoleError('permission.denied', { permission: 'log.reveal' })
    const hits = await findHits(context, words, limit)
    const texts = await openTexts(
      context,
      hits.map(hit => hit.entry_id),
    )
    return {
      items: hits.map(hit => ({
        kind: hit.kind,
        id: hit.id,
        at: hit.at,
        direction: hit.direction,
        agentName: hit.author_name,
        writtenBy: writerOf(hit),
        text: texts.get(hit.entry_id) ?? MISSING,
        conversation: {
          id: hit.conversation_id,
          status: hit.status,
          customerName: hit.customer_name,
          bot: { id: hit.bot_id, username: hit.bot_username },
          assignee: hit.assignee_id ? { id: hit.assignee_id, name: hit.assignee_name ?? '' } : null,
        },
      })) as never, // branded ids: the contract parses what leaves
      isCut: (hits[0]?.matches ?? 0) >= MATCHES_MAX,
    }
  })

type Mention = {
  note_id: string
  conversation_id: string
  customer_name: string
  visible: boolean
  author_id: string
  author_name: string
  written_by: string | null
  writer_name: string | null
  at: string
  entry_id: string
}

const createMentions = (openTexts: OpenTexts) =>
  defineQueryHandler(listMentions, async context => {
    const { db, caller } = context
    const { rows } = await sql<Mention>`
      select n.note_id, n.conversation_id, cu.name as customer_name, ${conversationScopeSql(await scopeOf(db, caller))} as visible,
        a.agent_id as author_id, a.name as author_name, n.written_by, w.name as writer_name, n.at, n.entry_id
      from note n
      join conversation c on c.workspace_id = n.workspace_id and c.conversation_id = n.conversation_id
      join customer cu on cu.workspace_id = c.workspace_id and cu.customer_id = c.customer_id
      join agent a on a.workspace_id = n.workspace_id and a.agent_id = n.author_id
      left join agent w on w.workspace_id = n.workspace_id and w.agent_id = n.written_by
      where ${callsSql(caller.workspaceId, caller.actor.id)}
      order by n.at desc, n.note_id desc limit ${MENTIONS_SHOWN}`.execute(db as never)
    const texts = await openTexts(
      context,
      rows.map(row => row.entry_id),
    )
    const withheld = isCustomerWithheld(caller)
    return {
      items: rows.map(row => ({
        noteId: row.note_id,
        conversationId: row.conversation_id,
        customerName: row.visible && !withheld ? row.customer_name : null,
        isVisible: row.visible,
        author: { id: row.author_id, name: row.author_name },
        writtenBy: writerOf(row),
        at: row.at,
        text: texts.get(row.entry_id) ?? MISSING,
      })) as never, // branded ids: the contract parses what leaves
      seenTo: await readBell(db, caller.workspaceId, caller.actor.id),
    }
  })

/** What an inbox shows beside its conversations: counts, what a search finds, and who called. */
export const createInboxQueries = (openTexts: OpenTexts, indexWords: IndexWords): Query[] =>
  [counts, createSearch(openTexts, indexWords), createMentions(openTexts)] as unknown as Query[]
