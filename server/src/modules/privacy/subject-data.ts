import { SALT_BYTES } from '@tracedesk/proof/node'
import { sql } from 'kysely'
import type { ReadDb } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { unseal } from '../../kernel/secret.ts'
import { partContext } from '../../ledger/draft.ts'
import type { SubjectKeys } from '../../ledger/subject-keys.ts'
import { accountsOf, entriesOf } from './store.ts'

const SLICE = 500

export interface SubjectProfile {
  readonly id: string
  readonly telegramId: number | null
  readonly name: string
  readonly username: string | null
  readonly language: string | null
  readonly nickname: string | null
  readonly remark: string | null
  readonly since: string
  readonly restrictedSince: string | null
  readonly fields: readonly { key: string; name: string; value: string }[]
  readonly labels: readonly string[]
  readonly consents: readonly { purpose: string; state: string; at: string }[]
  readonly conversations: readonly { id: string; bot: string; status: string; openedAt: string }[]
}

/** One entry as its subject may have it: the facts and their own words; who of the desk it was stays with the desk. */
export interface SubjectEntry {
  readonly id: string
  readonly at: string
  readonly event: string
  readonly by: 'you' | 'desk'
  readonly conversationId: string | null
  readonly data: Record<string, unknown>
  readonly parts: Record<string, string>
}

/** What rows say of each account of the person a customer is. Throws `customer.not_found` and `customer.erased`. */
export async function readProfiles(
  db: ReadDb,
  workspaceId: string,
  customerId: string,
): Promise<SubjectProfile[]> {
  const profiles: SubjectProfile[] = []
  for (const id of await accountsOf(db, workspaceId, customerId))
    profiles.push(await readProfile(db, workspaceId, id))
  return profiles
}

/** What rows say of an account. Throws `customer.not_found` and `customer.erased`. */
async function readProfile(db: ReadDb, workspaceId: string, customerId: string): Promise<SubjectProfile> {
  const of = <T extends string>(table: T) => [`${table}.workspace_id`, '=', workspaceId] as const
  const row = await db
    .selectFrom('customer')
    .selectAll()
    .where(...of('customer'))
    .where('customer_id', '=', customerId)
    .executeTakeFirst()
  if (!row) throw new ConsoleError('customer.not_found', { customerId })
  if (row.erased_at !== null) throw new ConsoleError('customer.erased', { customerId })
  const fields = await db
    .selectFrom('customer_field as v')
    .innerJoin('field as f', join =>
      join.onRef('f.workspace_id', '=', 'v.workspace_id').onRef('f.field_id', '=', 'v.field_id'),
    )
    .select(['f.key', 'f.name', 'v.value'])
    .where(...of('v'))
    .where('v.customer_id', '=', customerId)
    .orderBy('f.key')
    .execute()
  const labels = await db
    .selectFrom('customer_label as c')
    .innerJoin('label as l', join =>
      join.onRef('l.workspace_id', '=', 'c.workspace_id').onRef('l.label_id', '=', 'c.label_id'),
    )
    .select('l.name')
    .where(...of('c'))
    .where('c.customer_id', '=', customerId)
    .orderBy('l.name')
    .execute()
  const consents = await db
    .selectFrom('consent')
    .select(['purpose', 'state', 'at'])
    .where(...of('consent'))
    .where('customer_id', '=', customerId)
    .orderBy('purpose')
    .execute()
  const conversations = await db
    .selectFrom('conversation as c')
    .innerJoin('bot as b', join =>
      join.onRef('b.workspace_id', '=', 'c.workspace_id').onRef('b.bot_id', '=', 'c.bot_id'),
    )
    .select(['c.conversation_id as id', 'b.username as bot', 'c.status', 'c.opened_at as openedAt'])
    .where(...of('c'))
    .where('c.customer_id', '=', customerId)
    .orderBy('c.opened_at')
    .execute()
  return {
    id: customerId,
    telegramId: row.telegram_id,
    name: row.name,
    username: row.username,
    language: row.language,
    nickname: row.nickname,
    remark: row.remark,
    since: row.created_at,
    restrictedSince: row.restricted_at,
    fields,
    labels: labels.map(label => label.name),
    consents,
    conversations,
  }
}

interface Row {
  readonly entry_id: string
  readonly at: string
  readonly event: string
  readonly actor_kind: string
  readonly actor_id: string | null
  readonly conversation_id: string | null
  readonly leaf: Buffer
  readonly parts: { name: string; sealed: string }[] | null
}

/** Every entry about a customer in the order of conversations and time, with the words that are theirs opened. */
export async function* readSubjectEntries(
  db: ReadDb,
  keys: SubjectKeys,
  workspaceId: string,
  profiles: readonly SubjectProfile[],
): AsyncGenerator<SubjectEntry> {
  for (const profile of profiles) yield* readEntriesOf(db, keys, workspaceId, profile)
}

async function* readEntriesOf(
  db: ReadDb,
  keys: SubjectKeys,
  workspaceId: string,
  profile: SubjectProfile,
): AsyncGenerator<SubjectEntry> {
  const owner = `customer:${profile.id}`
  const key = (await keys.forOpening(db, workspaceId, [owner])).get(owner)
  const groups = [[], ...profile.conversations.map(({ id }) => [id])]
  for (const group of groups) {
    const refs = await entriesOf(db, workspaceId, group.length > 0 ? NOBODY : profile.id, group)
    refs.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.entry_id < b.entry_id ? -1 : 1))
    for (let from = 0; from < refs.length; from += SLICE) {
      const rows = await readRows(db, workspaceId, owner, refs.slice(from, from + SLICE))
      for (const row of rows)
        yield present(workspaceId, profile.id, key?.state === 'alive' ? key.key : null, row)
    }
  }
}

const NOBODY = '00000000-0000-0000-0000-000000000000'

async function readRows(
  db: ReadDb,
  workspaceId: string,
  owner: string,
  refs: readonly { entry_id: string; at: string }[],
): Promise<Row[]> {
  const from = (table: 'log_entry' | 'log_pending') => sql`
    select e.entry_id, e.at, e.event, e.actor_kind, e.actor_id, e.conversation_id, e.leaf,
      (select jsonb_agg(jsonb_build_object('name', p.name, 'sealed', encode(p.sealed, 'base64'))) from log_part p
        where p.workspace_id = e.workspace_id and p.entry_id = e.entry_id and p.at = e.at and p.owner = ${owner}) as parts
    from unnest(${refs.map(ref => ref.entry_id)}::uuid[], ${refs.map(ref => ref.at)}::timestamptz[]) as r (id, at)
      join ${sql.table(table)} e on e.workspace_id = ${workspaceId} and e.entry_id = r.id and e.at = r.at`
  const { rows } =
    await sql<Row>`${from('log_entry')} union all ${from('log_pending')} order by at, entry_id`.execute(
      db as never,
    )
  return rows
}

function present(workspaceId: string, customerId: string, key: Buffer | null, row: Row): SubjectEntry {
  const parts: Record<string, string> = {}
  for (const { name, sealed } of row.parts ?? [])
    if (key)
      parts[name] = unseal(key, Buffer.from(sealed, 'base64'), partContext(workspaceId, row.entry_id, name))
        .subarray(SALT_BYTES)
        .toString('utf8')
  const { data } = JSON.parse(row.leaf.toString('utf8')) as { data: Record<string, unknown> }
  return {
    id: row.entry_id,
    at: row.at,
    event: row.event,
    by: row.actor_kind === 'customer' && row.actor_id === customerId ? 'you' : 'desk',
    conversationId: row.conversation_id,
    data,
    parts,
  }
}
