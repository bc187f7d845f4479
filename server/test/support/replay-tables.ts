import { expect } from 'vitest'
import { PEOPLE } from './replay-people.ts'
import { type Facts, facts, openPart, type Projection, type Rows, seatOf, writerOf } from './replay-values.ts'
import type { World } from './world.ts'

const PROJECTIONS: readonly Projection[] = [
  {
    table: 'label',
    sql: 'select label_id as id, name, colour from label',
    step: (rows, { event, subject, data }) => {
      const id = subject.id ?? ''
      if (event === 'label.created') rows.set(id, { name: data.name, colour: data.colour })
      if (event === 'label.renamed') rows.set(id, { ...rows.get(id), name: data.to })
      if (event === 'label.colour_changed') rows.set(id, { ...rows.get(id), colour: data.to })
      if (event === 'label.deleted') rows.delete(id)
    },
  },
  {
    table: 'customer_label',
    sql: "select customer_id || ' ' || label_id as id from customer_label",
    step: (rows, { event, subject, data }) => {
      const id = `${subject.id} ${data.labelId}`
      if (event === 'customer.label_added') rows.set(id, {})
      if (event === 'customer.label_removed') rows.delete(id)
      if (event === 'label.deleted')
        for (const key of rows.keys()) if (key.endsWith(` ${subject.id}`)) rows.delete(key)
      if (event === 'customer.merged' && data.side === 'merged_away')
        for (const key of rows.keys()) if (key.startsWith(`${subject.id} `)) rows.delete(key)
      if (event === 'customer.merged')
        for (const labelId of data.labelsAdded as string[]) rows.set(`${subject.id} ${labelId}`, {})
    },
  },
  {
    table: 'label_set',
    sql: 'select label_set_id as id, name, label_ids::text[] as "labelIds" from label_set',
    step: (rows, { event, subject, data }) => {
      if (event === 'label_set.created' || event === 'label_set.changed')
        rows.set(subject.id ?? '', facts(data.to))
      if (event === 'label_set.deleted') rows.delete(subject.id ?? '')
    },
  },
  {
    table: 'inbox_view',
    sql: 'select inbox_view_id as id, name, filter, shared from inbox_view',
    step: (rows, whole) => {
      const { event, subject, data } = whole
      const id = subject.id ?? ''
      const name = () => openPart(whole, 'name')
      if (event === 'inbox_view.created') rows.set(id, { ...facts(data.to), name: name(), shared: false })
      if (event === 'inbox_view.changed') rows.set(id, { ...rows.get(id), ...facts(data.to), name: name() })
      if (event === 'inbox_view.shared') rows.set(id, { ...rows.get(id), shared: data.to })
      if (event === 'inbox_view.deleted') rows.delete(id)
    },
  },
  {
    table: 'note',
    sql: 'select note_id as id, author_id as author, written_by as writer, scope, version, entry_id as entry, mentions::text[] as mentions from note',
    step: (rows, whole) => {
      const { event, id: entry, subject, data } = whole
      const id = subject.id ?? ''
      const { scope, mentions } = data
      if (event === 'note.added')
        rows.set(id, { author: seatOf(whole), writer: writerOf(whole), scope, version: 1, entry, mentions })
      if (event === 'note.edited')
        rows.set(id, { ...rows.get(id), writer: writerOf(whole), version: data.version, entry, mentions })
      if (event === 'note.deleted') rows.delete(id)
    },
  },
  {
    table: 'message',
    sql: "select message_id as id, direction, state, version, own_reaction as reaction, recalled_at is not null as recalled, written_by as writer from message where kind = 'text'",
    step: (rows, whole) => {
      const { event, subject, data } = whole
      const id = subject.id ?? ''
      const set = (changes: object) => rows.set(id, { ...rows.get(id), ...changes })
      const state = (next: string) => set({ state: next })
      const fresh = { version: 1, reaction: null, recalled: false, writer: writerOf(whole) }
      if (event === 'message.received')
        rows.set(id, { direction: data.byOwner ? 'out' : 'in', state: 'received', ...fresh })
      if (event === 'message.sent') rows.set(id, { direction: 'out', state: 'queued', ...fresh })
      if (event === 'message.edited' || event === 'message.edited_by_customer') set({ version: data.version })
      if (event === 'message.reacted') set({ reaction: data.to })
      if (event === 'message.change_delivered' && data.operation === 'recall') set({ recalled: true })
      if (event === 'message.delivered') state('delivered')
      if (event === 'message.refused') state('refused')
      if (event === 'message.unreachable') state('unreachable')
      if (event === 'message.retried') state('queued')
    },
  },
  {
    table: 'field',
    sql: 'select field_id as id, key, name, kind from field',
    step: (rows, { event, subject, data }) => {
      const { key, name, fieldKind: kind } = facts(data.to ?? {})
      if (event === 'field.defined' || event === 'field.changed')
        rows.set(subject.id ?? '', { key, name, kind })
      if (event === 'field.deleted') rows.delete(subject.id ?? '')
    },
  },
  {
    table: 'customer_field',
    sql: "select customer_id || ' ' || field_id as id, value from customer_field",
    step: (rows, entry) => {
      const { event, subject, data } = entry
      const id = `${subject.id} ${data.fieldId}`
      const value = openPart(entry, 'after')
      if (event === 'customer.field_set' && value !== null) rows.set(id, { value })
      if (event === 'customer.field_set' && value === null) rows.delete(id)
      if (event === 'field.deleted')
        for (const key of rows.keys()) if (key.endsWith(` ${subject.id}`)) rows.delete(key)
    },
  },
  {
    table: 'customer',
    sql: 'select customer_id as id, name, named_by as "namedBy", nickname, remark, blocked_at is not null as blocked, merged_into as "mergedInto" from customer',
    step: (rows, entry) => {
      const { event, subject, data } = entry
      const id = subject.id ?? ''
      const change = (next: Facts) => rows.set(id, { ...rows.get(id), ...next })
      const named = { name: openPart(entry, 'name'), namedBy: entry.id }
      const blank = { nickname: null, remark: null, blocked: false, mergedInto: null }
      if (event === 'customer.created') rows.set(id, { ...named, ...blank })
      if (event === 'customer.profile_changed') change(named)
      if (event === 'customer.profile_updated')
        for (const field of data.fields as string[]) change({ [field]: openPart(entry, `${field}After`) })
      if (event === 'customer.blocked') change({ blocked: true })
      if (event === 'customer.unblocked') change({ blocked: false })
      if (event === 'customer.merged' && data.side === 'merged_away')
        change({ mergedInto: data.other, blocked: rows.get(String(data.other))?.blocked })
    },
  },
  {
    table: 'canned_reply',
    sql: 'select canned_reply_id as id, title, body as text, version from canned_reply',
    step: (rows, entry) => {
      const { event, subject, data } = entry
      const row = { title: facts(data.to ?? {}).title, text: openPart(entry, 'after'), version: data.version }
      if (event === 'canned_reply.created' || event === 'canned_reply.updated')
        rows.set(subject.id ?? '', row)
      if (event === 'canned_reply.file_added' || event === 'canned_reply.file_removed')
        rows.set(subject.id ?? '', { ...rows.get(subject.id ?? ''), version: data.version })
      if (event === 'canned_reply.deleted') rows.delete(subject.id ?? '')
    },
  },
  {
    table: 'canned_reply_file',
    sql: "select file_id as id, canned_reply_id as reply, name, encode(sha256, 'hex') as sha256 from canned_reply_file",
    step: (rows, { event, subject, data }) => {
      const { fileId, name, sha256 } = facts(data.file ?? {})
      if (event === 'canned_reply.file_added') rows.set(String(fileId), { reply: subject.id, name, sha256 })
      if (event === 'canned_reply.file_removed') rows.delete(String(fileId))
      if (event === 'canned_reply.deleted')
        for (const [id, row] of rows) if (row.reply === subject.id) rows.delete(id)
    },
  },
  {
    table: 'phrase_group',
    sql: 'select phrase_group_id as id, name, action, version from phrase_group',
    step: (rows, { event, subject, data }) => {
      const { name, action } = facts(data.to ?? {})
      if (event === 'phrase_group.created' || event === 'phrase_group.updated')
        rows.set(subject.id ?? '', { name, action, version: data.version })
      if (event === 'phrase_group.deleted') rows.delete(subject.id ?? '')
    },
  },
  {
    table: 'bot',
    sql: 'select bot_id as id, username, name, state, groups, token_fingerprint as token from bot',
    step: (rows, { event, subject, data }) => {
      const id = subject.id ?? ''
      const change = (next: Facts) => rows.set(id, { ...rows.get(id), ...next })
      const { username, name, token } = data
      if (event === 'bot.connected')
        rows.set(id, { groups: false, ...rows.get(id), username, name, token, state: 'connected' })
      if (event === 'bot.groups_changed') change({ groups: data.to })
      if (event === 'bot.token_rotated') change({ token: data.to })
      if (event === 'bot.disconnected') change({ state: 'disconnected' })
    },
  },
  {
    table: 'bot_change',
    sql: 'select entry_id as id, bot_id as bot, kind, scope, chat_customer_id as chat, member_customer_id as member, language, state, error_code as "errorCode" from bot_change',
    step: (rows, { id, event, subject, data, causedBy }) => {
      const nowhere = { scope: null, chat: null, member: null }
      const fresh = { bot: subject.id, ...nowhere, language: data.language, state: 'queued', errorCode: null }
      const { scope, chat = null, member = null } = data
      if (event === 'bot.commands_set') rows.set(id, { ...fresh, kind: 'commands', scope, chat, member })
      if (event === 'bot.photo_set') rows.set(id, { ...fresh, kind: 'photo', language: '' })
      if (event === 'bot.profile_set') rows.set(id, { ...fresh, kind: data.field })
      const ended = /^bot\.change_(accepted|refused|unreachable)$/.exec(event)
      const key = causedBy ?? ''
      if (ended) rows.set(key, { ...rows.get(key), state: ended[1], errorCode: data.errorCode ?? null })
    },
  },
  {
    table: 'bot_routing',
    sql: `select bot_id as id, mode, department_id as "departmentId", fallback_department_id as "fallbackDepartmentId" from bot_routing`,
    step: (rows, { event, subject, data }) => {
      if (event === 'bot.routing_changed') rows.set(subject.id ?? '', facts(data.to))
    },
  },
  {
    table: 'wallet',
    sql: 'select wallet_id as id, network, address, name from wallet',
    step: (rows, { event, subject, data }) => {
      if (event === 'wallet.allowed') rows.set(subject.id ?? '', data)
      if (event === 'wallet.disallowed') rows.delete(subject.id ?? '')
    },
  },
  ...PEOPLE,
]

/** Fails unless, table by table, replaying the entries of the workspace gives the rows that are there; all tables when not said which. */
export async function checkTables(
  world: World,
  projections: readonly Projection[] = PROJECTIONS,
): Promise<void> {
  const entries = (await world.entries())
    .filter(entry => entry.position !== null)
    .sort((a, b) => (a.position ?? 0) - (b.position ?? 0))
  for (const { table, sql, step } of projections) {
    const replayed: Rows = new Map()
    for (const entry of entries) step(replayed, entry)
    const rows = await world.asSuperuser<{ id: string } & Facts>(sql)
    const found = Object.fromEntries(rows.map(({ id, ...row }) => [id, row]))
    expect(rows.length, `${table} is empty: the test shows nothing of it`).toBeGreaterThan(0)
    expect(found, table).toEqual(Object.fromEntries(replayed))
  }
}
