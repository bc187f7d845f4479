import { defineCommand, labelCreated } from '@tracedesk/contracts'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { systemCaller } from '../src/command/caller.ts'
import { defineCommandHandler } from '../src/command/define.ts'
import { newId } from '../src/kernel/id.ts'
import { hmac } from '../src/kernel/secret.ts'
import { createWorld, TEST_SECRET, type World } from './support/world.ts'

/**
 * Tables that are not state: the ledger itself and what is derived from it, and the machinery (inbox, outbox, leases,
 * answers kept for repeated requests). Every other table must refuse unrecorded changes; a new one fails this test
 * until it either has the trigger or is listed here on purpose.
 */
const MACHINERY = new Set([
  'schema_version',
  'log_pending',
  'log_entry',
  'log_part',
  'subject_key',
  'log_counter',
  'log_head',
  'log_tile',
  'log_checkpoint',
  'log_signer',
  'log_anchor',
  'log_rejected',
  'log_text',
  'log_text_cursor',
  'log_rollup',
  'log_rollup_cursor',
  'log_rollup_plain',
  'log_rollup_hour',
  'alert_cursor',
  'alert_fired',
  'alert_delivery',
  'idempotency',
  'lease',
  'telegram_update',
  'telegram_outbox',
  'bot_change_outbox', // what came of each change is recorded
  'file_fetch',
  'file_removal',
  'bot_line',
  'presence_beat',
  // how far each has read: what they were shown is the entry message.read
  'read_mark',
  'restore_run', // written before anybody is served; its end is recorded as restore.performed
  'api_token_use',
  'telegram_notice',
  'log_watch', // what an open page of the log showed; told of as log.viewed within a minute
  'telegram_notice_cursor',
  'archive_progress', // which files are written; that a month is finished is recorded
  'export_progress', // how far a file is written; that it is finished is recorded
  'stream_cursor', // how far a stream is; what it is and what was laid aside are state
  'mention_search', // how far colleagues' words were looked through; what is destroyed is recorded
  'privacy_cursor', // how far the log was read for questions; answering moves it
])

let world: World
let app: pg.Client
let tables: string[]

beforeAll(async () => {
  world = await createWorld()
  const department = await world.department('Billing')
  const maya = await world.person('Maya', 'supervisor', [department])
  await world.owner.do('department.set_lead', {
    departmentId: department as never,
    agentId: maya.id as never,
    lead: true,
  })
  await world.owner.do('api_token.create', { name: 'reports', role: 'auditor' })
  await world.owner.do('impersonation.start', {
    agentId: maya.id as never,
    reasonText: 'to see what she sees',
  })
  await world.owner.do('impersonation.end', {})
  await world.owner.do('setting.change', { key: 'conversation.reopen_hours', value: 12 })
  const talk = await world.conversation()
  await world.owner.do('message.send', { conversationId: talk.id as never, text: 'hello' })
  await world.owner.do('note.add', { conversationId: talk.id as never, text: 'a note' })
  const { label } = await world.owner.do('label.create', { name: 'vip' })
  await world.owner.do('customer.add_label', { customerId: talk.customerId as never, labelId: label.id })
  await world.owner.do('phrase_group.create', {
    name: 'Phrases',
    botId: null,
    languages: [],
    action: 'block',
    rules: [{ kind: 'plain', pattern: 'forbidden' }],
  })
  const address = 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t'
  await world.owner.do('wallet.allow', { address, name: 'Cashier' })
  const { field } = await world.owner.do('field.define', { key: 'city', name: 'City', kind: 'text' })
  await world.owner.do('customer.set_field', {
    customerId: talk.customerId as never,
    fieldId: field.id,
    value: 'Riga',
  })
  await world.owner.do('canned_reply.create', {
    title: 'Hello',
    folder: null,
    shortcut: 'hello',
    departmentId: null,
    text: 'Hello',
  })
  await world.asSuperuser('insert into agent_bell (workspace_id, agent_id, seen_to) values ($1, $2, now())', [
    world.workspaceId,
    maya.id,
  ])
  await world.asSuperuser(
    "insert into canned_reply_file (workspace_id, file_id, canned_reply_id, name, sha256, size, type, store_key, sealed_key, added_at) select workspace_id, gen_random_uuid(), canned_reply_id, 'n', 'x', 1, 't', 'k', 'x', now() from canned_reply where workspace_id = $1",
    [world.workspaceId],
  )
  await expect(
    world.owner.do('message.send', { conversationId: talk.id as never, text: 'forbidden' }),
  ).rejects.toMatchObject({ code: 'moderation.blocked' })
  const { dispute } = await world.owner.do('dispute.open', {
    conversationId: talk.id as never,
    title: 'A case',
  })
  await world.owner.do('dispute.add_participant', {
    disputeId: dispute.id,
    agentId: maya.id as never,
    role: 'reviewer',
  })
  await world.owner.do('hold.place', {
    customerId: talk.customerId as never,
    cause: 'legal',
    reason: 'A letter',
  })
  await world.asSuperuser(
    "insert into bot_change (workspace_id, change_id, bot_id, kind, language, value, state, entry_id, at) values ($1, gen_random_uuid(), $2, 'name', '', 'n', 'accepted', gen_random_uuid(), now())",
    [world.workspaceId, talk.botId],
  )
  await world.owner.do('presence.change', { state: 'online' })
  await world.owner.do('conversation.pin', { conversationId: talk.id as never })
  await world.owner.do('bot.set_routing', {
    botId: talk.botId as never,
    mode: 'manual',
    departmentId: null,
    fallbackDepartmentId: null,
  })
  await world.owner.do('inbox_view.create', {
    name: 'Unread',
    filter: { place: 'all', status: 'any', botId: null, labelId: null, departmentId: null, unread: true },
  })
  await world.owner.do('label_set.create', { name: 'Topic', labelIds: [label.id] })
  const w = world.workspaceId
  await world.owner.do('role.create', { name: 'Role', scope: 'own', permissions: [] })
  await world.owner.do('agent.revoke', { agentId: maya.id as never, switch: 'transfer' })
  await world.owner.do('access.mark_reviewed', { agentIds: [maya.id as never] })
  await world.asSuperuser(
    "insert into agent_two_factor (workspace_id, agent_id, sealed, enabled_at, last_step) values ($1, $2, 'x', now(), 0)",
    [w, maya.id],
  )
  await world.asSuperuser('insert into agent_telegram (workspace_id, agent_id, bot_id) values ($1, $2, $3)', [
    w,
    maya.id,
    talk.botId,
  ])
  await world.asSuperuser(
    "insert into oidc_provider (workspace_id, issuer, client_id, label) values ($1, 'https://id.example', 'c', 'l')",
    [w],
  )
  await world.asSuperuser(
    "insert into agent_identity (workspace_id, agent_id, issuer, subject, linked_at) values ($1, $2, 'https://id.example', 's', now())",
    [w, maya.id],
  )
  await world.asSuperuser(
    "insert into recovery_code (workspace_id, agent_id, code_sha256) values ($1, $2, 'x')",
    [w, maya.id],
  )
  await world.asSuperuser('insert into bot_token (workspace_id, bot_id, sealed) values ($1, $2, $3)', [
    w,
    talk.botId,
    Buffer.from('x'),
  ])
  await world.asSuperuser(
    'insert into customer_block (workspace_id, customer_id, bot_id) values ($1, $2, $3)',
    [w, talk.customerId, talk.botId],
  )
  const customerId = talk.customerId as never
  await world.owner.do('privacy.open_request', { customerId, kind: 'access', channel: 'letter' })
  await world.owner.do('consent.give', { customerId, purpose: 'support', channel: 'letter' })
  await world.owner.do('export.request', { format: 'csv', filter: {} })
  await world.owner.do('export.schedule', { format: 'csv', filter: {}, name: 'daily', every: 'daily' })
  await world.owner.do('import.save_mapping', {
    name: 'old desk',
    mapping: {
      format: 'csv',
      at: { column: 'at' },
      event: { column: 'event' },
      conversation: { column: 'case' },
      actorKey: { column: 'who' },
    },
  })
  await world.asSuperuser(
    "insert into import_run (workspace_id, import_id, file_sha256, format, state, started_at) values ($1, $2, 'x', 'f', 'running', now())",
    [w, newId()],
  )
  await world.asSuperuser(
    "insert into anchor_state (workspace_id, kind, name, epoch) values ($1, 'witness', 'w', 1)",
    [w],
  )
  for (const statement of [
    "insert into log_view (workspace_id, log_view_id, owner_id, shared, sealed, changed_at) values ($1, gen_random_uuid(), $2, false, '', now())",
    "insert into log_reveal (workspace_id, reveal_id, agent_id, kind, target_id, state, requested_at, entry_id) values ($1, gen_random_uuid(), $2, 'entry', $2, 'open', now(), $2)",
    "insert into retention_rule (workspace_id, rule_id, what, event, days) values ($1, $2, 'parts', '*', 365)",
    "insert into retention_run (workspace_id, run_id, state, rules, as_of, requested_by, requested_at, entries, parts) values ($1, $2, 'done', '[]', now(), $2, now(), 0, 0)",
    'insert into archive_policy (workspace_id, enabled, after_days, required, with_parts) select $1, false, 7, false, true where $2::uuid is not null',
    "insert into archive (workspace_id, archive_id, month, state, since, size, with_parts, requested_at) values ($1, $2, '2020-01-01', 'stopped', 0, 1, true, now())",
    "insert into stream (workspace_id, stream_id, name, kind, target, sealed, envelope, payload, parts, filter, batch, has_authorization, state, created_at) values ($1, $2, 's', 'webhook', 't', '', 'plain', 'entry', 'withheld', '{}', 1, false, 'running', now())",
    'insert into stream_letter (workspace_id, stream_id, position, entry_id, attempts, at) values ($1, $2, 0, $2, 1, now())',
    'insert into alert_acknowledgement (workspace_id, alert_entry_id, agent_id, at) values ($1, gen_random_uuid(), $2, now())',
  ])
    await world.asSuperuser(statement, [w, world.owner.id])
  await world.asSuperuser(
    "insert into file (workspace_id, file_id, conversation_id, kind, state, created_at) values ($1, $2, $3, 'photo', 'waiting', now())",
    [w, newId(), talk.id],
  )
  await world.asSuperuser(
    "insert into message_version (workspace_id, message_id, version, at, author_kind, entry_id, has_text, state) select workspace_id, message_id, 2, at, 'agent', entry_id, true, 'queued' from message where workspace_id = $1 limit 1",
    [w],
  )
  app = new pg.Client(world.targets.app)
  await app.connect()
  tables = (
    await app.query(
      `select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by 1`,
    )
  ).rows.map(row => row.relname)
})
afterAll(async () => {
  await app.end()
  await world.end()
})

/** Runs a statement as the application and commits; returns the error's code, or null when the change went through. */
async function attempt(statement: string): Promise<string | null> {
  await app.query('begin')
  try {
    const { rowCount } = await app.query(statement, [world.workspaceId])
    if (rowCount === 0) throw new Error(`the test has no row for: ${statement}`)
    await app.query('commit')
    return null
  } catch (error) {
    await app.query('rollback')
    return (error as { code?: string }).code ?? String(error)
  }
}

test('every table is state with the commit check, or machinery on purpose', async () => {
  const { rows } = await app.query(
    "select tgrelid::regclass::text as name from pg_trigger where tgname = 'is_recorded' and tgdeferrable and tginitdeferred and tgenabled = 'O'",
  )
  const checked = new Set(rows.map(row => row.name))
  expect(tables.filter(table => !checked.has(table) && !MACHINERY.has(table))).toEqual([])
  expect([...checked].filter(table => MACHINERY.has(table))).toEqual([])
  expect(checked.size).toBeGreaterThanOrEqual(19)
})

describe('around the door', () => {
  test('an update, a delete and an insert by the application’s own user fail in every state table', async () => {
    for (const table of tables.filter(name => !MACHINERY.has(name))) {
      const before = await world.asSuperuser(
        `select md5(coalesce(string_agg(t::text, ',' order by t::text), '')) as sum from ${table} t`,
      )
      const refused = ['TD001', '42501'] // the commit check, or no right to begin with
      expect(refused, `update ${table}`).toContain(
        await attempt(`update ${table} set workspace_id = workspace_id where workspace_id = $1`),
      )
      expect([...refused, '23503'], `delete ${table}`).toContain(
        await attempt(`delete from ${table} where workspace_id = $1`),
      )
      const { rows: key } = await app.query(
        'select a.attname from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey) where i.indrelid = $1::regclass and i.indisprimary order by a.attnum desc limit 1',
        [table],
      )
      // a copy of a row under a new key: keys of other tables in it may not exist, which PostgreSQL says first
      const copied = await attempt(
        `insert into ${table} select (jsonb_populate_record(t, jsonb_build_object('${key[0]?.attname}', case when '${key[0]?.attname}' in ('key', 'from_at') then to_jsonb(now()::text) when '${key[0]?.attname}' in ('version', 'position') then to_jsonb(1000) else to_jsonb(gen_random_uuid()) end))).* from ${table} t where workspace_id = $1 limit 1`,
      )
      expect([...refused, '23503', '23505', '428C9'], `insert ${table}`).toContain(copied)
      const after = await world.asSuperuser(
        `select md5(coalesce(string_agg(t::text, ',' order by t::text), '')) as sum from ${table} t`,
      )
      expect(after, table).toEqual(before)
    }
  })

  test('an entry of another workspace does not cover a change', async () => {
    await app.query('begin')
    await app.query(`insert into log_pending (workspace_id, entry_id, at, recorded_at, event, version, outcome, reach, actor_kind, subject_kind, subject_id, agent_ids, department_ids, source, leaf, mac)
      values (gen_random_uuid(), gen_random_uuid(), now(), now(), 'label.created', 1, 'done', 'work', 'system', 'label', 'x', '{}', '{}', 'system', '', '')`)
    await app.query("update agent set name = 'Mallory' where workspace_id = $1", [world.workspaceId])
    await expect(app.query('commit')).rejects.toMatchObject({ code: 'TD001' })
  })

  test('the check reads the entry of its own transaction, however many others wait', async () => {
    const client = new pg.Client(world.targets.app)
    await client.connect()
    const readSoFar = async (): Promise<number> => {
      const { rows } = await client.query(
        "select seq_tup_read + idx_tup_fetch as read from pg_stat_xact_user_tables where relname = 'log_pending'",
      )
      return Number(rows[0]?.read)
    }
    const readByCheck = async (others: number): Promise<number> => {
      await client.query('begin')
      for (const [count, xact] of [
        [others, "'3'"],
        [1, 'pg_current_xact_id()'],
      ])
        await client.query(
          `insert into log_pending (workspace_id, entry_id, xact, at, recorded_at, event, version, outcome, reach, actor_kind, subject_kind, subject_id, agent_ids, department_ids, source, leaf, mac)
          select $1, gen_random_uuid(), ${xact}, now(), now(), 'label.created', 1, 'done', 'work', 'system', 'label', 'x', '{}', '{}', 'system', '', '' from generate_series(1, ${count})`,
          [world.workspaceId],
        )
      await client.query('update agent set name = name where workspace_id = $1 and agent_id = $2', [
        world.workspaceId,
        world.owner.id,
      ])
      const before = await readSoFar()
      await client.query('set constraints all immediate')
      const after = await readSoFar()
      await client.query('rollback')
      return after - before
    }
    // a connection keeps the plans it made while hardly anything waited
    for (let i = 0; i < 10; i++) await readByCheck(0)
    expect(await readByCheck(3_000)).toBe(1)
    await client.end()
  })

  test('the application can neither change nor remove what is in the ledger, nor switch the check off', async () => {
    await world.settle()
    for (const statement of [
      'update log_entry set event = event',
      'delete from log_entry',
      'truncate log_entry',
      'update log_part set sealed = sealed',
      'delete from log_part',
      'delete from log_pending',
      'update log_pending set leaf = leaf',
      'update log_tile set hashes = hashes',
      'update log_head set size = 0',
      'delete from log_checkpoint',
      'update subject_key set wrapped = null',
      'delete from log_rejected',
      'update log_signer set vkey = vkey',
      'alter table agent disable trigger is_recorded',
      'drop trigger is_recorded on agent',
      "set session_replication_role = 'replica'",
      'create table mine (x int)',
    ])
      await expect(app.query(statement), statement).rejects.toMatchObject({ code: '42501' })
  })

  test('the reading user cannot write anything and does not see secrets', async () => {
    const read = new pg.Client(world.targets.read)
    await read.connect()
    for (const table of tables) {
      await expect(read.query(`delete from ${table}`), table).rejects.toMatchObject({
        code: expect.stringMatching(/^(42501|25006)$/),
      })
      await expect(
        read.query(`set default_transaction_read_only = off; begin read write; delete from ${table}`),
        table,
      ).rejects.toMatchObject({ code: '42501' })
      await read.query('rollback')
    }
    for (const secret of [
      'select password_hash from agent_credential',
      'select sealed from bot_token',
      'select body from telegram_update',
      'select answer from idempotency',
      'select sealed from stream',
    ])
      await expect(read.query(secret), secret).rejects.toMatchObject({ code: '42501' })
    await read.end()
  })

  test('a forged pending row is put aside, not sequenced', async () => {
    const before = await world.owner.ask('ledger.state')
    await app.query(
      `insert into log_pending (workspace_id, entry_id, at, recorded_at, event, version, outcome, reach, actor_kind, subject_kind, subject_id, agent_ids, department_ids, source, leaf, mac)
      values ($1, gen_random_uuid(), now(), now(), 'label.created', 1, 'done', 'work', 'system', 'label', 'x', '{}', '{}', 'system', 'forged', 'forged')`,
      [world.workspaceId],
    )
    await world.settle()
    const after = await world.owner.ask('ledger.state')
    expect(after.rejected).toBe(before.rejected + 1)
    expect((await world.entries({ subject: 'x' })).length).toBe(0)
  })

  test('of a batch with forged rows in it, at times no entry can have, what is ours comes into the tree in its order', async () => {
    const before = await world.owner.ask('ledger.state')
    await world.node.sequencer.stop()
    const forge = (at: string, mac: string) =>
      app.query(
        `insert into log_pending (workspace_id, entry_id, at, recorded_at, event, version, outcome, reach, actor_kind, subject_kind, subject_id, agent_ids, department_ids, source, leaf, mac)
        select workspace_id, gen_random_uuid(), $1::timestamptz, now(), event, version, outcome, reach, actor_kind, subject_kind, 'y', agent_ids, department_ids, source, leaf || ' ', ${mac}
        from log_pending where workspace_id = $2 order by ordinal desc limit 1`,
        [at, world.workspaceId],
      )
    await world.owner.do('label.create', { name: 'first' })
    await forge('1871-01-01T00:00:00Z', 'mac')
    await world.owner.do('label.create', { name: 'second' })
    await forge('2999-01-01T00:00:00Z', "''")
    await forge(new Date().toISOString(), "decode(repeat('00', 32), 'hex')")
    await world.owner.do('label.create', { name: 'third' })
    world.node.sequencer.start()
    await world.settle()
    expect((await world.owner.ask('ledger.state')).rejected).toBe(before.rejected + 3)
    const created = (await world.entries({ event: 'label.created' })).map(entry => entry.data.name)
    expect(created.filter(name => ['first', 'second', 'third'].includes(String(name))).sort()).toEqual([
      'first',
      'second',
      'third',
    ])
    const places = await world.asSuperuser<{ name: string; position: string }>(
      `select convert_from(leaf, 'utf8')::json -> 'data' ->> 'name' as name, position from log_entry
       where event = 'label.created' order by position desc limit 3`,
    )
    expect(places.map(row => row.name)).toEqual(['third', 'second', 'first'])
  })

  test('what an older version wrote last, with the MAC of the leaf itself, is taken after an upgrade', async () => {
    const before = await world.owner.ask('ledger.state')
    await world.node.sequencer.stop()
    await world.owner.do('label.create', { name: 'older' })
    const waiting = await world.asSuperuser<{ ordinal: string; leaf: Buffer }>(
      'select ordinal, leaf from log_pending order by ordinal desc limit 1',
    )
    const row = waiting[0]
    if (!row) throw new Error('nothing waits')
    await world.asSuperuser('update log_pending set mac = $1 where ordinal = $2', [
      hmac(TEST_SECRET.key('pending-mac'), row.leaf),
      row.ordinal,
    ])
    world.node.sequencer.start()
    await world.settle()
    expect((await world.owner.ask('ledger.state')).rejected).toBe(before.rejected)
    expect((await world.entries({ event: 'label.created' })).some(({ data }) => data.name === 'older')).toBe(
      true,
    )
  })
})

const silent = (records: boolean) =>
  defineCommandHandler(
    defineCommand({
      name: 'test.silent',
      access: 'internal',
      summary: 'Change a label',
      input: z.strictObject({}),
      output: z.strictObject({}),
      records: records ? [labelCreated] : [],
    }),
    {
      handle: async context => {
        await context.tx
          .updateTable('label')
          .set({ colour: '#000000' })
          .where('workspace_id', '=', context.workspaceId)
          .execute()
        if (!records)
          context.record(labelCreated, { name: 'x', colour: '#000000' }, { subject: { id: newId() } })
        return {}
      },
    },
  )

test('a handler that changes something and records nothing fails, and so does one that records what it did not declare', async () => {
  const caller = systemCaller(world.workspaceId)
  await expect(world.node.door.execute(silent(true), caller, {})).rejects.toThrow('recorded nothing')
  await expect(world.node.door.execute(silent(false), caller, {})).rejects.toThrow('does not declare')
  expect(await world.asSuperuser('select distinct colour from label')).toEqual([{ colour: '#64748b' }])
  expect((await world.entries({ event: 'command.failed' })).map(entry => entry.data)).toEqual([
    { name: 'test.silent', code: 'internal' },
    { name: 'test.silent', code: 'internal' },
  ])
})

test('queries get a handle whose type has no way to write', () => {
  const db = world.node.databases.read
  // @ts-expect-error insertInto is not there for a reader
  db.insertInto
  // @ts-expect-error nor is updateTable
  db.updateTable
  // @ts-expect-error nor deleteFrom
  db.deleteFrom
  expect(db.selectFrom).toBeTypeOf('function')
})
