import type { AgentId, Message, MessageFile, MessageVersion, Part, ShownEntity } from '@tracedesk/contracts'
import { sql } from 'kysely'
import type { QueryContext } from '../../command/define.ts'
import type { Place } from '../../kernel/cursor.ts'
import { isObject } from './json-members.ts'
import type { OutgoingContent } from './outgoing.ts'
import {
  messageOf,
  readTelegramContent,
  type TelegramContent,
  type TelegramFile,
} from './telegram-content.ts'

/** Opens parts of entries: `<entry id>/<name>` → part, as the viewer may read it. */
export type OpenParts = (
  context: QueryContext,
  entryIds: readonly string[],
  names: readonly string[],
) => Promise<Map<string, Part>>

/** What reading messages needs from others. */
export interface MessageReading {
  readonly openParts: OpenParts
  /** A short-lived address of a file's bytes. */
  readonly linkOf: (workspaceId: string, fileId: string) => string
  /** Is who a customer is withheld from this viewer? */
  readonly isWithheld: (context: QueryContext) => boolean
}

const NAMES = ['text', 'entities', 'content', 'update', 'reaction', 'name'] as const

type FileRow = {
  fileId: string
  messageId: string
  version: number
  kind: MessageFile['kind']
  state: 'waiting' | 'stored' | 'failed' | 'removed'
  problem: string | null
  type: string | null
  size: number | null
  entryId: string | null
}

export type MessageRow = {
  message_id: string
  conversation_id: string
  at: string
  direction: 'in' | 'out'
  author_kind: string
  author_id: string | null
  author_name: string | null
  written_by: string | null
  writer_name: string | null
  kind: Message['kind']
  state: Message['state']
  problem: Message['problem']
  delivered_at: string | null
  telegram_message_id: number | null
  reply_to: string | null
  version: number
  deleted_by_customer: boolean
  entry_id: string
  text_entry_id: string | null
  content_entry_id: string | null
  recalled_at: string | null
  change: { operation: string; state: string; errorCode?: number; description?: string } | null
  own_reaction: string | null
  reaction_entry_id: string | null
}

/** A conversation and those that were merged into it, at any remove: one story to read. */
async function storyOf({ db, caller }: QueryContext, conversationId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with recursive story as (select ${conversationId}::uuid as id union
      select c.conversation_id from conversation c join story on c.merged_into = story.id where c.workspace_id = ${caller.workspaceId})
    select id from story`.execute(db as never)
  return rows.map(row => row.id)
}

/** Messages of a conversation: newest first before a place, or oldest first after one, or after the place of an entry. */
export async function readMessages(
  context: QueryContext,
  reading: MessageReading,
  conversationId: string,
  from: { before: Place | null } | { beyond: Place } | { after: Place | null },
  limit: number,
): Promise<Message[]> {
  const { db, caller } = context
  const beyond =
    'before' in from
      ? from.before
        ? sql`and (m.at, m.message_id) < (${from.before.at}, ${from.before.id}) order by m.at desc, m.message_id desc`
        : sql`order by m.at desc, m.message_id desc`
      : 'beyond' in from
        ? sql`and (m.at, m.message_id) > (${from.beyond.at}, ${from.beyond.id}) order by m.at, m.message_id`
        : from.after
          ? sql`and (m.at, m.entry_id) > (${from.after.at}, ${from.after.id}) order by m.at, m.entry_id`
          : sql`order by m.at, m.entry_id`
  const ids = await storyOf(context, conversationId)
  // one conversation as a rule: then the index gives the order
  const inStory =
    ids.length === 1
      ? sql`m.conversation_id = ${conversationId}`
      : sql`m.conversation_id = any(${ids}::uuid[])`
  const { rows } = await sql<MessageRow>`
    select m.*, coalesce(a.name, cu.name) as author_name, w.name as writer_name from message m
    left join customer cu on m.author_kind = 'customer' and cu.workspace_id = m.workspace_id and cu.customer_id = m.author_id
    left join agent a on a.workspace_id = m.workspace_id and a.agent_id = m.author_id
    left join agent w on w.workspace_id = m.workspace_id and w.agent_id = m.written_by
    where m.workspace_id = ${caller.workspaceId} and ${inStory} ${beyond} limit ${limit}`.execute(db as never)
  return presentMessages(context, reading, rows)
}

async function presentMessages(
  context: QueryContext,
  reading: MessageReading,
  rows: MessageRow[],
): Promise<Message[]> {
  const stickers = await stickersOf(context, reading, rows)
  const files = await filesOf(context, [...rows.map(row => row.message_id), ...stickers.values()])
  const parts = await reading.openParts(
    context,
    [
      ...rows.flatMap(row => [row.entry_id, row.text_entry_id, row.content_entry_id, row.reaction_entry_id]),
      ...files.map(file => file.entryId),
    ].filter(id => id !== null),
    NAMES,
  )
  return rows.map(row => {
    const source = stickers.get(row.message_id) ?? row.message_id
    const own = files.filter(file => file.messageId === source)
    const latest = Math.max(0, ...own.map(file => file.version))
    return presentMessage(
      context,
      reading,
      row,
      own.filter(file => file.version === latest),
      parts,
    )
  })
}

function presentMessage(
  context: QueryContext,
  reading: MessageReading,
  row: MessageRow,
  files: FileRow[],
  parts: Map<string, Part>,
): Message {
  const shown = contentOf(row, parts)
  const words = row.text_entry_id
  const withheld = reading.isWithheld(context)
  return {
    id: row.message_id,
    conversationId: row.conversation_id,
    at: row.at,
    direction: row.direction,
    author: {
      kind: row.author_kind,
      id: row.author_id,
      name: withheld && row.author_kind === 'customer' ? null : row.author_name,
    },
    writtenBy: writerOf(row),
    kind: row.kind,
    text: words ? (parts.get(`${words}/text`) ?? { state: 'missing' }) : null,
    state: row.state,
    problem: row.problem,
    deliveredAt: row.delivered_at,
    telegramMessageId: row.telegram_message_id,
    replyTo: row.reply_to,
    version: row.version,
    deletedByCustomer: row.deleted_by_customer,
    entities: words ? entitiesOf(words, row, shown, parts) : [],
    content: shown.content,
    files: files.map(file => presentFile(context, reading, file, shown, row.entry_id, parts)),
    album: shown.album,
    forwardedFrom: shown.forwardedFrom,
    quote: shown.quote,
    reactions: { own: row.own_reaction, customer: reactionsOf(row, parts) },
    change: row.change
      ? {
          operation: row.change.operation,
          state: row.change.state,
          errorCode: row.change.errorCode ?? null,
          description: row.change.description ?? null,
        }
      : null,
    recalledAt: row.recalled_at,
    entryId: row.entry_id,
    // ids are branded and columns hold their lists' values: the contract's schema looks at the whole once more
  } as Message
}

/** Who wrote in the author's name. */
export const writerOf = (row: { written_by: string | null; writer_name: string | null }) =>
  row.written_by === null ? null : { id: row.written_by as AgentId, name: row.writer_name ?? '' } // branded: the column refers to a seat

const openValue = (part: Part | undefined): string | null => (part?.state === 'open' ? part.value : null)

function parse(text: string | null): unknown {
  if (text === null) return null
  try {
    return JSON.parse(text)
  } catch {
    return null // an update whose bytes were no JSON is kept all the same
  }
}

/** What a customer's message shows stands in its update; what an agent's shows, in parts of its own. */
function contentOf(row: MessageRow, parts: Map<string, Part>): TelegramContent & { sticker: string | null } {
  const entryId = row.content_entry_id ?? row.entry_id
  const update = readTelegramContent(messageOf(parse(openValue(parts.get(`${entryId}/update`)))))
  const own = parse(openValue(parts.get(`${row.entry_id}/content`)))
  if (!isObject(own)) return { ...update, sticker: null }
  const outgoing = own as unknown as OutgoingContent
  if (outgoing.type === 'location') return { ...update, content: { ...outgoing, live: false }, sticker: null }
  if (outgoing.type === 'contact') return { ...update, content: outgoing, sticker: null }
  return { ...update, content: { type: 'sticker', emoji: null, set: null }, sticker: outgoing.of }
}

function entitiesOf(
  words: string,
  row: MessageRow,
  shown: TelegramContent,
  parts: Map<string, Part>,
): ShownEntity[] {
  if (row.direction === 'in' || row.author_kind === 'business') return shown.entities
  return readOwnEntities(parts.get(`${words}/entities`))
}

function readOwnEntities(part: Part | undefined): ShownEntity[] {
  const list = parse(openValue(part))
  if (!Array.isArray(list)) return []
  return list.filter(isObject).map(({ type, offset, length, url, language }) => ({
    type: String(type),
    offset: Number(offset),
    length: Number(length),
    url: typeof url === 'string' ? url : null,
    language: typeof language === 'string' ? language : null,
  }))
}

function reactionsOf(row: MessageRow, parts: Map<string, Part>): string[] {
  const list = row.reaction_entry_id ? parse(openValue(parts.get(`${row.reaction_entry_id}/reaction`))) : []
  return Array.isArray(list) ? list.filter(each => typeof each === 'string') : []
}

function presentFile(
  context: QueryContext,
  reading: MessageReading,
  file: FileRow,
  shown: { file: TelegramFile | null; spoiler: boolean },
  messageEntryId: string,
  parts: Map<string, Part>,
): MessageFile {
  const described = shown.file
  // a file is shown to whoever is shown what came with it
  const places = [`${messageEntryId}/update`, `${messageEntryId}/text`, `${file.entryId}/name`]
  const isWithheld =
    reading.isWithheld(context) || places.some(place => parts.get(place)?.state === 'withheld')
  const isErased = places.some(place => parts.get(place)?.state === 'erased')
  const state = isErased ? 'erased' : isWithheld && file.state === 'stored' ? 'withheld' : file.state
  const uploaded = file.entryId ? openValue(parts.get(`${file.entryId}/name`)) : null
  return {
    id: file.fileId as MessageFile['id'],
    kind: file.kind,
    state,
    problem: file.problem,
    name: uploaded ?? described?.name?.slice(0, 300) ?? null,
    type: file.type,
    size: file.size,
    width: described?.width ?? null,
    height: described?.height ?? null,
    duration: described?.duration ?? null,
    spoiler: shown.spoiler,
    link: state === 'stored' ? reading.linkOf(context.caller.workspaceId, file.fileId) : null,
  }
}

async function filesOf({ db, caller }: QueryContext, messageIds: readonly string[]): Promise<FileRow[]> {
  if (messageIds.length === 0) return []
  return (await db
    .selectFrom('file')
    .select([
      'file_id as fileId',
      'message_id as messageId',
      'version',
      'kind',
      'state',
      'problem',
      'type',
      'size',
      'entry_id as entryId',
    ])
    .where('workspace_id', '=', caller.workspaceId)
    .where('message_id', 'in', [...new Set(messageIds)])
    .orderBy('message_id')
    .orderBy('version')
    .orderBy('ordinal')
    .execute()) as FileRow[]
}

/** Stickers that were sent again show the file of the message they came from. */
async function stickersOf(
  context: QueryContext,
  reading: MessageReading,
  rows: MessageRow[],
): Promise<Map<string, string>> {
  const sent = rows.filter(row => row.kind === 'sticker' && row.direction === 'out')
  if (sent.length === 0) return new Map()
  const parts = await reading.openParts(
    context,
    sent.map(row => row.entry_id),
    ['content'],
  )
  return new Map(
    sent.flatMap(row => {
      const of = contentOf(row, parts).sticker
      return of ? [[row.message_id, of] as const] : []
    }),
  )
}

type VersionRow = {
  version: number
  at: string
  author_kind: string
  author_id: string | null
  author_name: string | null
  written_by: string | null
  writer_name: string | null
  entry_id: string
  has_text: boolean
  state: MessageVersion['state']
}

/** Every version of a message, the original first. The message is one the caller may see. */
export async function readVersions(
  context: QueryContext,
  reading: MessageReading,
  message: MessageRow,
): Promise<MessageVersion[]> {
  const { db, caller } = context
  const { rows } = await sql<VersionRow>`
    select v.*, coalesce(a.name, cu.name) as author_name, w.name as writer_name from message_version v
    left join customer cu on v.author_kind = 'customer' and cu.workspace_id = v.workspace_id and cu.customer_id = v.author_id
    left join agent a on a.workspace_id = v.workspace_id and a.agent_id = v.author_id
    left join agent w on w.workspace_id = v.workspace_id and w.agent_id = v.written_by
    where v.workspace_id = ${caller.workspaceId} and v.message_id = ${message.message_id} order by v.version`.execute(
    db as never,
  )
  const original: VersionRow = {
    ...message,
    version: 1,
    has_text: true,
  }
  const files = await filesOf(context, [message.message_id])
  const all = [original, ...rows]
  const parts = await reading.openParts(
    context,
    [...all.map(row => row.entry_id), ...files.flatMap(file => file.entryId ?? [])],
    NAMES,
  )
  return all.map(row => presentVersion(context, reading, row, files, parts))
}

function presentVersion(
  context: QueryContext,
  reading: MessageReading,
  row: VersionRow,
  files: FileRow[],
  parts: Map<string, Part>,
): MessageVersion {
  const shown = readTelegramContent(messageOf(parse(openValue(parts.get(`${row.entry_id}/update`)))))
  const own = readOwnEntities(parts.get(`${row.entry_id}/entities`))
  const text = parts.get(`${row.entry_id}/text`) ?? null
  const withheld = reading.isWithheld(context)
  return {
    version: row.version,
    at: row.at,
    author: {
      kind: row.author_kind,
      id: row.author_id,
      name: withheld && row.author_kind === 'customer' ? null : row.author_name,
    },
    writtenBy: writerOf(row),
    // an original without words has no part of that name
    text: row.has_text && text?.state !== 'missing' ? text : null,
    entities: own.length > 0 ? own : shown.entities,
    files: files
      .filter(file => file.version === row.version)
      .map(file => presentFile(context, reading, file, shown, row.entry_id, parts)),
    state: row.state,
    entryId: row.entry_id,
  }
}
