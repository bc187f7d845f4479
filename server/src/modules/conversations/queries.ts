import {
  type Conversation,
  getConversation,
  listConversations,
  listLabels,
  listMessages,
  listMessageVersions,
  type Message,
  type Part,
} from '@tracedesk/contracts'
import { type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import { type Caller, confidantOf, isWithheldFrom } from '../../command/caller.ts'
import { defineQueryHandler, type Query, type QueryContext } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { decodeCursor, type Place, pageOf } from '../../kernel/cursor.ts'
import { conversationScopeSql, type Scope, scopeOf } from '../team/index.ts'
import { accountsSql } from './customer-scope.ts'
import { answerableSql } from './imported.ts'
import { pageMessages } from './page-messages.ts'
import { hasUnreadSql, unreadSql } from './read-mark.ts'
import {
  type MessageReading,
  type MessageRow,
  readMessages,
  readVersions,
  writerOf,
} from './read-messages.ts'

/** Opens the texts of entries: entry id → part, as the viewer may read it. */
export type OpenTexts = (context: QueryContext, entryIds: readonly string[]) => Promise<Map<string, Part>>

const PREVIEW_MAX = 140

type Row = {
  conversation_id: string
  status: Conversation['status']
  opened_at: string
  topic_id: number
  is_business: boolean
  in_group: boolean
  waiting_since: string | null
  last_message_at: string
  customer_id: string
  customer_name: string
  username: string | null
  language: string | null
  blocked: boolean
  desk_blocked: boolean
  bot_id: string
  bot_username: string
  bot_name: string
  assignee_id: string | null
  assignee_name: string | null
  department_id: string | null
  department_name: string | null
  labels: { id: string; name: string; colour: string }[]
  message_id: string | null
  message_at: string | null
  direction: 'in' | 'out' | null
  kind: string | null
  text_entry_id: string | null
  snoozed_until: string | null
  priority: Conversation['priority']
  pinned: boolean
  pinned_own: boolean
  merged_into: string | null
  unread: number
  offer_entry_id: string | null
  offered_agent_id: string | null
  offered_agent_name: string | null
  offered_department_id: string | null
  offered_department_name: string | null
}

const ORDERS = {
  recent: {
    by: sql`order by c.last_message_at desc, c.conversation_id desc`,
    beyond: (place: Place) => sql`(c.last_message_at, c.conversation_id) < (${place.at}, ${place.id})`,
    placeOf: (row: Row): Place => ({ at: row.last_message_at, id: row.conversation_id }),
  },
  waiting: {
    by: sql`order by coalesce(c.waiting_since, 'infinity'), c.conversation_id`,
    beyond: (place: Place) =>
      sql`(coalesce(c.waiting_since, 'infinity'), c.conversation_id) > (${place.at}::timestamptz, ${place.id}::uuid)`,
    placeOf: (row: Row): Place => ({ at: row.waiting_since ?? 'infinity', id: row.conversation_id }),
  },
} as const

const selectConversations = (
  where: RawBuilder<unknown>,
  tail: RawBuilder<unknown>,
  viewerId: string | null,
  order: keyof typeof ORDERS = 'recent',
) => sql<Row>`
  select c.conversation_id, c.topic_id, c.business <> '' as is_business, coalesce(c.chat_id < 0, false) as in_group, c.status, c.opened_at, c.waiting_since, c.last_message_at,
    cu.customer_id, cu.name as customer_name, cu.username, cu.language, cu.blocked_at is not null as desk_blocked,
    exists (select from customer_block x where x.workspace_id = c.workspace_id and x.customer_id = c.customer_id and x.bot_id = c.bot_id) as blocked,
    b.bot_id, b.username as bot_username, b.name as bot_name, a.agent_id as assignee_id, a.name as assignee_name,
    d.department_id, d.name as department_name,
    coalesce((select jsonb_agg(jsonb_build_object('id', l.label_id, 'name', l.name, 'colour', l.colour) order by l.name) from customer_label cl
      join label l on l.workspace_id = cl.workspace_id and l.label_id = cl.label_id
      where cl.workspace_id = c.workspace_id and cl.customer_id = cu.customer_id), '[]') as labels,
    m.message_id, m.at as message_at, m.direction, m.kind, m.text_entry_id,
    ${unreadSql(viewerId)} as unread,
    c.snoozed_until, c.priority, c.pinned, c.merged_into, c.offer_entry_id, c.offered_agent_id, c.offered_department_id,
    exists (select from conversation_pin p where p.workspace_id = c.workspace_id and p.agent_id = ${viewerId} and p.conversation_id = c.conversation_id) as pinned_own,
    (select oa.name from agent oa where oa.workspace_id = c.workspace_id and oa.agent_id = c.offered_agent_id) as offered_agent_name,
    (select od.name from department od where od.workspace_id = c.workspace_id and od.department_id = c.offered_department_id) as offered_department_name
  from (select c.* from conversation c where ${where} ${tail}) c
  join customer account on account.workspace_id = c.workspace_id and account.customer_id = c.customer_id
  join customer cu on cu.workspace_id = c.workspace_id and cu.customer_id = coalesce(account.merged_into, account.customer_id)
  join bot b on b.workspace_id = c.workspace_id and b.bot_id = c.bot_id
  left join agent a on a.workspace_id = c.workspace_id and a.agent_id = c.assignee_id
  left join department d on d.workspace_id = c.workspace_id and d.department_id = c.department_id
  left join message m on m.workspace_id = c.workspace_id and m.message_id = c.last_message_id
  ${ORDERS[order].by}`

const offerOf = (row: Row, { actor }: QueryContext['caller']) => ({
  agent: row.offered_agent_id ? { id: row.offered_agent_id, name: row.offered_agent_name ?? '' } : null,
  department: row.offered_department_id
    ? { id: row.offered_department_id, name: row.offered_department_name ?? '' }
    : null,
  forMe:
    actor.kind === 'agent' &&
    (row.offered_agent_id
      ? row.offered_agent_id === actor.id
      : actor.departments.includes(row.offered_department_id ?? '')),
})

async function present(context: QueryContext, openTexts: OpenTexts, rows: Row[]): Promise<Conversation[]> {
  const texts = await openTexts(
    context,
    rows.flatMap(row => row.text_entry_id ?? []),
  )
  const withheld = isCustomerWithheld(context.caller)
  return rows.map(row => ({
    id: row.conversation_id,
    status: row.status,
    openedAt: row.opened_at,
    waitingSince: row.waiting_since,
    snoozedUntil: row.snoozed_until,
    priority: row.priority,
    pinned: { own: row.pinned_own, shared: row.pinned },
    offer: row.offer_entry_id ? offerOf(row, context.caller) : null,
    mergedInto: row.merged_into,
    unread: Number(row.unread),
    customer: {
      id: row.customer_id,
      name: withheld ? null : row.customer_name || null, // an erased customer has none
      username: withheld ? null : row.username,
      language: row.language,
      blockedBot: row.blocked,
      blocked: row.desk_blocked,
    },
    bot: { id: row.bot_id, username: row.bot_username, name: row.bot_name },
    topicId: row.topic_id === 0 ? null : Number(row.topic_id),
    business: row.is_business,
    inGroup: row.in_group,
    assignee: row.assignee_id ? { id: row.assignee_id, name: row.assignee_name ?? '' } : null,
    department: row.department_id ? { id: row.department_id, name: row.department_name ?? '' } : null,
    labels: row.labels,
    lastMessage: row.message_id
      ? {
          id: row.message_id,
          at: row.message_at ?? '',
          direction: row.direction ?? 'in',
          kind: row.kind ?? 'other',
          preview: cut(row.text_entry_id ? texts.get(row.text_entry_id) : undefined),
        }
      : null,
  })) as Conversation[]
}

const cut = (part: Part | undefined): Part | null => {
  if (!part) return null
  return part.state === 'open'
    ? { state: 'open', value: [...part.value.slice(0, 2 * PREVIEW_MAX)].slice(0, PREVIEW_MAX).join('') }
    : part
}

/** The caller's conversation, or `conversation.not_found`: out of sight and not there look the same. */
async function requireVisible(context: QueryContext, scope: Scope, id: string): Promise<void> {
  const { rows } =
    await sql`select from conversation c where c.workspace_id = ${context.caller.workspaceId} and c.conversation_id = ${id} and ${conversationScopeSql(scope)}`.execute(
      context.db as never,
    )
  if (rows.length === 0) throw new ConsoleError('conversation.not_found', { conversationId: id })
}

export function createConversationQueries(openTexts: OpenTexts, reading: MessageReading): Query[] {
  const list = defineQueryHandler(listConversations, async (context, input) => {
    const { db, caller } = context
    const after = decodeCursor(input.cursor)
    const scope = await scopeOf(db, caller)
    const where = [
      sql`c.workspace_id = ${caller.workspaceId}`,
      conversationScopeSql(scope),
      ...asideConditions(input, caller.actor),
    ]
    if (input.status) where.push(sql`c.status = ${input.status}`)
    // asked for by its bot, its customer or a name it is found all the same
    if (input.status === 'in_progress' && !input.bot && !input.customer && !input.q?.trim())
      where.push(answerableSql(caller.workspaceId))
    if (input.assignee === 'none') where.push(sql`c.assignee_id is null`)
    else if (input.assignee)
      where.push(sql`c.assignee_id = ${input.assignee === 'me' ? caller.actor.id : input.assignee}`)
    if (input.department === 'mine')
      where.push(sql`c.department_id = any(${caller.actor.departments}::uuid[])`)
    else if (input.department) where.push(sql`c.department_id = ${input.department}`)
    if (input.bot) where.push(sql`c.bot_id = ${input.bot}`)
    if (input.customer)
      where.push(sql`c.customer_id = any(${accountsSql(caller.workspaceId, input.customer)})`)
    if (input.label)
      where.push(
        sql`exists (select from customer account join customer_label cl on cl.workspace_id = account.workspace_id
          and cl.customer_id = coalesce(account.merged_into, account.customer_id) and cl.label_id = ${input.label}
          where account.workspace_id = c.workspace_id and account.customer_id = c.customer_id)`,
      )
    if (input.unread) where.push(hasUnreadSql(caller.actor.id))
    if (input.q?.trim()) where.push(nameCondition(caller, input.q.trim()))
    const order = ORDERS[input.order]
    if (after) where.push(order.beyond(after))
    const { rows } = await selectConversations(
      sql.join(where, sql` and `),
      sql`${order.by} limit ${input.limit + 1}`,
      caller.actor.id,
      input.order,
    ).execute(db as never)
    const page = pageOf(rows, input.limit, order.placeOf)
    return { items: await present(context, openTexts, page.rows), nextCursor: page.nextCursor }
  })
  const get = defineQueryHandler(getConversation, async (context, { id }) => {
    const { db, caller } = context
    const { rows } = await selectConversations(
      sql`c.workspace_id = ${caller.workspaceId} and c.conversation_id = ${id} and ${conversationScopeSql(await scopeOf(db, caller))}`,
      sql``,
      caller.actor.id,
    ).execute(db as never)
    const [conversation] = await present(context, openTexts, rows)
    if (!conversation) throw new ConsoleError('conversation.not_found', { conversationId: id })
    return { conversation, notes: await notesOf(context, openTexts, id) }
  })
  const messages = defineQueryHandler(listMessages, async (context, input) => {
    await requireVisible(context, await scopeOf(context.db, context.caller), input.id)
    const page = await pageMessages(context, reading, input)
    const newest = page.items.findLast(({ direction }) => direction === 'in')
    // older pages show nothing that is new
    if (page.prevCursor === null && newest)
      context.show({ conversationId: input.id, messageId: newest.id, at: newest.at })
    return page
  })
  const labels = defineQueryHandler(listLabels, async ({ db, caller }) => ({
    items: (await db
      .selectFrom('label')
      .select(['label_id as id', 'name', 'colour'])
      .where('workspace_id', '=', caller.workspaceId)
      .orderBy('name')
      .execute()) as never,
  }))
  const versions = defineQueryHandler(listMessageVersions, async (context, { messageId }) => {
    const { rows } = await sql<MessageRow>`
      select m.*, coalesce(a.name, cu.name) as author_name, w.name as writer_name from message m
      left join customer cu on m.author_kind = 'customer' and cu.workspace_id = m.workspace_id and cu.customer_id = m.author_id
      left join agent a on a.workspace_id = m.workspace_id and a.agent_id = m.author_id
      left join agent w on w.workspace_id = m.workspace_id and w.agent_id = m.written_by
      where m.workspace_id = ${context.caller.workspaceId} and m.message_id = ${messageId}`.execute(
      context.db as never,
    )
    const [message] = rows
    if (!message) throw new ConsoleError('message.not_found', { messageId })
    await requireVisible(context, await scopeOf(context.db, context.caller), message.conversation_id)
    return { items: await readVersions(context, reading, message) }
  })
  return [list, get, messages, labels, versions] as Query[]
}

/** An auditor is not shown who a customer is, nor helped to find out. */
export const isCustomerWithheld = (caller: Caller): boolean => isWithheldFrom(caller)
/** Conditions on what was put aside: pins, snoozes, offers to the viewer. */
function asideConditions(
  { pinned, snoozed, offered }: z.output<typeof listConversations.input>,
  viewer: Caller['actor'],
): RawBuilder<unknown>[] {
  const own = sql`exists (select from conversation_pin p where p.workspace_id = c.workspace_id and p.agent_id = ${viewer.id} and p.conversation_id = c.conversation_id)`
  const where: RawBuilder<unknown>[] = []
  if (pinned === 'own') where.push(own)
  if (pinned === 'shared') where.push(sql`c.pinned`)
  if (pinned === 'any') where.push(sql`(c.pinned or ${own})`)
  if (snoozed === 'true') where.push(sql`c.snoozed_until is not null`)
  if (snoozed === 'false') where.push(sql`c.snoozed_until is null`)
  if (offered)
    where.push(
      sql`c.offer_entry_id is not null and (c.offered_agent_id = ${viewer.id} or c.offered_department_id = any(${viewer.departments}::uuid[]))`,
    )
  return where
}

/** Customers whose name, username or nickname holds `q`, without regard to case. */
function nameCondition(caller: Caller, q: string): RawBuilder<unknown> {
  if (isCustomerWithheld(caller)) throw new ConsoleError('permission.denied', { permission: 'log.reveal' })
  const pattern = `%${q
    .toWellFormed()
    .replaceAll('\0', '')
    .replace(/[\\%_]/g, '\\$&')}%`
  return sql`exists (select from customer account join customer cu on cu.workspace_id = account.workspace_id
    and cu.customer_id in (account.customer_id, account.merged_into)
    where account.workspace_id = c.workspace_id and account.customer_id = c.customer_id
      and (cu.name ilike ${pattern} or cu.username ilike ${pattern} or cu.nickname ilike ${pattern}))`
}

async function notesOf(context: QueryContext, openTexts: OpenTexts, conversationId: string) {
  const { db, caller } = context
  const rows = await db
    .selectFrom('note as n')
    .innerJoin('agent as a', join =>
      join.onRef('a.workspace_id', '=', 'n.workspace_id').onRef('a.agent_id', '=', 'n.author_id'),
    )
    .leftJoin('agent as w', join =>
      join.onRef('w.workspace_id', '=', 'n.workspace_id').onRef('w.agent_id', '=', 'n.written_by'),
    )
    .select(['n.note_id', 'n.at', 'n.scope', 'n.entry_id', 'n.version', 'n.mentions', 'n.written_by'])
    .select(['a.agent_id', 'a.name', 'w.name as writer_name'])
    .where('n.workspace_id', '=', caller.workspaceId)
    .where('n.conversation_id', '=', conversationId)
    .where(eb =>
      eb.or([
        eb('n.scope', '=', 'team'),
        eb('n.author_id', '=', confidantOf(caller) ?? '00000000-0000-8000-8000-000000000000'),
      ]),
    )
    .orderBy('n.at', 'desc')
    .limit(200)
    .execute()
  const texts = await openTexts(
    context,
    rows.map(row => row.entry_id),
  )
  return rows.map(row => ({
    id: row.note_id,
    at: row.at,
    scope: row.scope,
    author: { id: row.agent_id, name: row.name },
    writtenBy: writerOf(row),
    text: texts.get(row.entry_id) ?? { state: 'missing' },
    version: row.version,
    mentions: row.mentions,
  })) as never
}

/** The messages a caller sees of a conversation after a place, for the timeline; none when it is not on their desk. */
export async function visibleMessagesAfter(
  context: QueryContext,
  reading: MessageReading,
  id: string,
  after: Place | null,
  limit: number,
): Promise<Message[]> {
  const { rows } =
    await sql`select from conversation c where c.workspace_id = ${context.caller.workspaceId} and c.conversation_id = ${id} and ${conversationScopeSql(await scopeOf(context.db, context.caller))}`.execute(
      context.db as never,
    )
  return rows.length === 0 ? [] : readMessages(context, reading, id, { after }, limit)
}

/** Throws `conversation.not_found` unless the conversation is on the caller's desk. */
export const requireVisibleConversation = async (context: QueryContext, id: string): Promise<void> =>
  requireVisible(context, await scopeOf(context.db, context.caller), id)
