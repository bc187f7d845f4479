// Fills a workspace with entries as a year of work leaves them, in one SQL statement a month. The rows have the shape
// and the spread of real ones; they are in no tree, and their texts are in the word index but have no sealed bytes.

import { indexWords } from '../server/src/modules/log/index.ts'
import type { Desk } from './desk.ts'
import { runSql } from './desk.ts'

/** How large the year is, and whom one can ask for. */
export interface FilledLog {
  readonly entries: number
  readonly agentId: string
  readonly quietAgentId: string
  readonly conversationId: string
  readonly customerId: string
  readonly departmentId: string
  readonly botId: string
  /** Words by how many texts hold them. */
  readonly words: {
    readonly rare: string
    readonly middling: string
    readonly common: string
    readonly chinese: string
  }
}

const MONTHS = 12
const PER_CONVERSATION = 25
const VOCABULARY = 20_000
const HAN = 400
/** One text in so many holds the rare word. */
const RARE_EVERY = 100_000

/** An id that SQL makes in the same way: kind and number in hex. */
const idOf = (kind: number, n: number): string =>
  `00000000-000${kind}-8000-8000-${n.toString(16).padStart(12, '0')}`
const SQL_ID = (kind: number, n: string): string =>
  `('00000000-000${kind}-8000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`

const word = (i: number): string => `w${i.toString(36)}x`
const han = (i: number): string => String.fromCodePoint(0x4e00 + i, 0x5e00 + (i % 97))

/** Fills the workspace of `desk` with about `entries` entries. Indexes are made afterwards, which is five times faster. */
export async function fillLog(desk: Desk, entries: number): Promise<FilledLog> {
  const conversations = Math.ceil(entries / PER_CONVERSATION)
  await desk.node.settle()
  await desk.node.sequencer.stop() // what is filled here is in no tree: nothing can be put behind it
  const head = await desk.node.databases.read.selectFrom('log_head').select('size').executeTakeFirstOrThrow()
  const run = (text: string, values: unknown[] = []) => runSql(desk.connection, text, values)
  const w = desk.workspaceId
  const { secret } = desk.node.options
  const tokens = [
    ...Array.from({ length: VOCABULARY }, (_, i) => word(i)),
    ...Array.from({ length: HAN }, (_, i) => han(i)),
    'needle',
  ].flatMap(each => indexWords(secret, each))
  await run('create table bench_vocabulary as select $1::bigint[] as v', [tokens])
  await addPeople(run, w, conversations)
  const restore = await dropIndexes(desk)
  const start = new Date()
  start.setUTCDate(1)
  start.setUTCMonth(start.getUTCMonth() - MONTHS + 1)
  start.setUTCHours(0, 0, 0, 0)
  const seconds = Math.floor((Date.now() - start.getTime()) / 1000) - 7_200
  await run(
    `select ensure_log_month($1::timestamptz + make_interval(months => m)) from generate_series(0, ${MONTHS - 1}) m`,
    [start.toISOString()],
  )
  const step = Math.ceil(conversations / MONTHS)
  for (let from = 0; from < conversations; from += step) {
    const to = Math.min(conversations, from + step) - 1
    await run(fillStatement(), [w, start.toISOString(), seconds / conversations, from, to, head.size])
  }
  await restore()
  await run(
    "insert into log_head (workspace_id, epoch, origin, size, root, updated_at) values ($1, 1, 'bench', $2, '', now()) on conflict (workspace_id) do update set size = $2",
    [w, head.size + conversations * PER_CONVERSATION],
  )
  await run(
    'insert into log_text_cursor (workspace_id, position) values ($1, $2) on conflict (workspace_id) do update set position = $2',
    [w, head.size + conversations * PER_CONVERSATION],
  )
  await run('vacuum (analyze) log_entry')
  await run('vacuum (analyze) log_text')
  while ((await desk.node.rollup.countOnce(w, 250_000)) > 0);
  await run('vacuum (analyze) log_rollup')
  await run('vacuum (analyze) log_rollup_plain')
  await run('vacuum (analyze) log_rollup_hour')
  const middle = Math.floor(conversations / 2)
  return {
    entries: conversations * PER_CONVERSATION,
    agentId: idOf(1, 7),
    quietAgentId: idOf(1, 99),
    conversationId: idOf(4, middle),
    customerId: idOf(3, Math.floor(middle / 4)),
    departmentId: idOf(2, 3),
    botId: idOf(5, 2),
    words: { rare: 'needle', middling: word(2_000), common: word(0), chinese: han(1) },
  }
}

async function addPeople(
  run: (text: string, values?: unknown[]) => Promise<void>,
  w: string,
  conversations: number,
): Promise<void> {
  await run(
    `insert into agent (workspace_id, agent_id, name, email, role, state, named_by, created_at)
     select $1, ${SQL_ID(1, 'n')}, 'Agent ' || n, 'a' || n || '@bench.example', 'agent', 'active', gen_random_uuid(), now() from generate_series(0, 99) n`,
    [w],
  )
  await run(
    `insert into department (workspace_id, department_id, name, created_at) select $1, ${SQL_ID(2, 'n')}, 'Department ' || n, now() from generate_series(0, 9) n`,
    [w],
  )
  await run(
    `insert into bot (workspace_id, bot_id, telegram_id, username, name, state, delivery, token_fingerprint, connected_at)
     select $1, ${SQL_ID(5, 'n')}, 10 + n, 'bot' || n, 'Bot ' || n, 'connected', 'polling', '', now() from generate_series(0, 4) n`,
    [w],
  )
  await run(
    `insert into customer (workspace_id, customer_id, telegram_id, name, named_by, created_at)
     select $1, ${SQL_ID(3, 'n')}, 1000 + n, 'Customer ' || n, gen_random_uuid(), now() from generate_series(0, ${Math.ceil(conversations / 4)}) n`,
    [w],
  )
  await run(
    `insert into conversation (workspace_id, conversation_id, bot_id, customer_id, chat_id, status, opened_at, last_message_at)
     select $1, ${SQL_ID(4, 'n')}, ${SQL_ID(5, 'n % 5')}, ${SQL_ID(3, 'n / 4')}, null, 'resolved', now(), now() from generate_series(0, ${conversations - 1}) n`,
    [w],
  )
}

/** Drops the indexes of the tables that are filled; returns how to make them again. */
async function dropIndexes(desk: Desk): Promise<() => Promise<void>> {
  const tables = ['log_entry', 'log_text']
  const { rows } = await desk.node.databases.readPool.query<{
    name: string
    definition: string
    primary: boolean
    table: string
    constraint: string | null
  }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition, i.indisprimary as primary,
       i.indrelid::regclass::text as table, c.conname as constraint
     from pg_index i left join pg_constraint c on c.conindid = i.indexrelid and c.contype = 'p' where i.indrelid = any($1::text[]::regclass[])`,
    [tables],
  )
  for (const row of rows)
    await runSql(
      desk.connection,
      row.primary ? `alter table ${row.table} drop constraint ${row.constraint}` : `drop index ${row.name}`,
    )
  return async () => {
    await runSql(
      desk.connection,
      `alter database ${desk.connection.database} set maintenance_work_mem = '512MB'`,
    )
    for (const row of rows) {
      const columns = /\(.*\)/.exec(row.definition)?.[0]
      // ON ONLY is how PostgreSQL words an index of a partitioned table; without it the partitions get theirs as well
      const text = row.definition.replace(' ON ONLY ', ' ON ')
      await runSql(
        desk.connection,
        row.primary
          ? `alter table ${row.table} add constraint ${row.constraint} primary key ${columns}`
          : text,
      )
    }
  }
}

/** $1 workspace, $2 begin, $3 seconds between conversations, $4 first and $5 last conversation, $6 first position. */
function fillStatement(): string {
  const token = 'v[1 + floor(20000 * power(random(), 3))::int]'
  const bigram = `v[${VOCABULARY} + 1 + floor(${HAN} * power(random(), 2))::int]`
  return `
  with vocabulary as materialized (select v || '{}'::bigint[] as v from bench_vocabulary), raw as materialized (
    select c, k, c * ${PER_CONVERSATION} + k as n,
      date_trunc('milliseconds', $2::timestamptz + make_interval(secs => c * $3::float8 + k * 90)) as at,
      (c % 97 * 7919) % 97 as agent, c % 5 as bot, (c * 31) % 10 as department, md5(c::text || '/' || k) as h
    from generate_series($4::int, $5::int) c, generate_series(0, ${PER_CONVERSATION - 1}) k
  ), facts as materialized (
    select r.*, (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(h, 1, 3) || '8' || substr(h, 4, 15))::uuid as id,
      case when k = 0 then 'conversation.opened' when k = 2 then 'conversation.assigned' when k = ${PER_CONVERSATION - 1} then 'conversation.status_changed'
        when k = 20 and c % 3 = 0 then 'note.added' when k = 21 and c % 50 = 0 then 'command.refused'
        when k = 22 then 'log.viewed'
        when k % 3 = 1 then 'message.received' when k % 3 = 2 then 'message.sent' else 'message.delivered' end as event
    from raw r
  ), rows as materialized (
    select f.*, case event when 'message.received' then 'customer' when 'message.delivered' then 'system' when 'conversation.opened' then 'customer' else 'agent' end as actor_kind,
      case when event in ('message.received', 'conversation.opened') then ${SQL_ID(3, 'c / 4')}
        when event <> 'message.delivered' then ${SQL_ID(1, 'agent')} end as actor_id,
      event in ('message.received', 'message.sent', 'note.added') as has_text
    from facts f
  ), texts as (
    insert into log_text (workspace_id, entry_id, at, owner, only_for, tokens)
    select $1, id, at, 'customer:' || ${SQL_ID(3, 'c / 4')}, null,
      array[${Array(8).fill(token).join(', ')}] || case when n % 5 = 0 then array[${Array(3).fill(bigram).join(', ')}] else '{}' end
        || case when n % ${RARE_EVERY} = 1 then array[v[${VOCABULARY + HAN + 1}]] else '{}' end
    from rows, vocabulary where has_text
  )
  insert into log_entry (workspace_id, entry_id, position, at, recorded_at, event, version, outcome, reach, actor_kind, actor_id, subject_kind,
    subject_id, conversation_id, customer_id, bot_id, agent_ids, department_ids, source, leaf)
  select $1, id, $6::bigint + n, at, at, event, 1, case when event = 'command.refused' then 'refused' else 'done' end, 'work', actor_kind, actor_id,
    split_part(event, '.', 1), ${SQL_ID(4, 'c')}::text, ${SQL_ID(4, 'c')}, ${SQL_ID(3, 'c / 4')}, ${SQL_ID(5, 'bot')},
    array[${SQL_ID(1, 'agent')}], array[${SQL_ID(2, 'department')}], case when actor_kind = 'agent' then 'console' else 'telegram' end,
    convert_to(format('{"actor":{"id":"%s","kind":"%s"},"at":"%s","botId":"%s","conversationId":"%s","customerId":"%s","data":{"kind":"text","length":64},"event":"%s","id":"%s","nonce":"%s","outcome":"done","parts":%s,"recordedAt":"%s","scope":{"agents":["%s"],"departments":["%s"]},"subject":{"id":"%s","kind":"message"},"v":1,"version":1,"via":{"nodeId":"01900000-0000-7000-8000-000000000000","source":"console"}}',
      coalesce(actor_id, ${SQL_ID(1, 'agent')}), actor_kind, t, ${SQL_ID(5, 'bot')}, ${SQL_ID(4, 'c')}, ${SQL_ID(3, 'c / 4')}, event, id, h,
      case when has_text then '{"text":{"commitment":"' || h || '","owner":"customer:' || ${SQL_ID(3, 'c / 4')} || '"}}' else '{}' end,
      t, ${SQL_ID(1, 'agent')}, ${SQL_ID(2, 'department')}, id), 'UTF8')
  from rows, lateral (select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as t) x`
}
