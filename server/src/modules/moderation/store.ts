import type { ModerationAction } from '@tracedesk/contracts'
import { sql } from 'kysely'
import type { ReadDb, Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import type { Rule } from './phrases.ts'

export interface PhraseGroup {
  readonly id: string
  readonly name: string
  readonly botId: string | null
  readonly languages: readonly string[]
  readonly action: ModerationAction
  readonly version: number
  readonly rules: readonly Rule[]
}

type Row = {
  phrase_group_id: string
  name: string
  bot_id: string | null
  languages: string[]
  action: string
  version: number
  rules: unknown
}
const COLUMNS = ['phrase_group_id', 'name', 'bot_id', 'languages', 'action', 'version', 'rules'] as const

// The table admits only these actions, and only our commands write rules, parsed by their contract.
const describe = (row: Row): PhraseGroup => ({
  id: row.phrase_group_id,
  name: row.name,
  botId: row.bot_id,
  languages: row.languages,
  action: row.action as ModerationAction,
  version: row.version,
  rules: row.rules as Rule[],
})

export const listGroups = async (db: ReadDb, workspaceId: string): Promise<PhraseGroup[]> =>
  (
    await db
      .selectFrom('phrase_group')
      .select(COLUMNS)
      .where('workspace_id', '=', workspaceId)
      .orderBy('name')
      .orderBy('phrase_group_id')
      .execute()
  ).map(describe)

/** Locks a group. Throws `phrase_group.not_found`. */
export async function lockGroup(tx: Tx, workspaceId: string, id: string): Promise<PhraseGroup> {
  const row = await tx
    .selectFrom('phrase_group')
    .select(COLUMNS)
    .where('workspace_id', '=', workspaceId)
    .where('phrase_group_id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw new ConsoleError('phrase_group.not_found', { phraseGroupId: id })
  return describe(row)
}

/** The groups that apply to a bot, without their rules. */
export const groupsFor = (tx: Tx, workspaceId: string, botId: string) =>
  tx
    .selectFrom('phrase_group')
    .select(['phrase_group_id as id', 'name', 'version', 'action'])
    .where('workspace_id', '=', workspaceId)
    .where(eb => eb.or([eb('bot_id', 'is', null), eb('bot_id', '=', botId)]))
    .orderBy('phrase_group_id')
    .execute()

/** The rules of groups, by group. */
export async function rulesOf(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<PhraseGroup[]> {
  if (ids.length === 0) return []
  const rows = await tx
    .selectFrom('phrase_group')
    .select(COLUMNS)
    .where('workspace_id', '=', workspaceId)
    .where('phrase_group_id', 'in', [...ids])
    .execute()
  return rows.map(describe)
}

/** Which of these wallets (`network canonical`) are of the house. */
export async function allowedAmong(
  tx: Tx,
  workspaceId: string,
  wallets: readonly { network: string; canonical: string }[],
): Promise<Set<string>> {
  const rows = await tx
    .selectFrom('wallet')
    .select(['network', 'canonical'])
    .where('workspace_id', '=', workspaceId)
    .where('canonical', 'in', [...new Set(wallets.map(wallet => wallet.canonical))])
    .execute()
  return new Set(rows.map(row => `${row.network} ${row.canonical}`))
}

/**
 * Notes that an actor's text met a rule, and returns the entries of their hits within the last `minutes`, this one
 * included. Hits of one actor queue here, so that two at once cannot both miss being the last that was needed.
 */
export async function noteHit(
  tx: Tx,
  workspaceId: string,
  actor: string,
  hit: { entryId: string; at: string; minutes: number },
): Promise<string[]> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`moderation/${workspaceId}/${actor}`}, 0))`.execute(
    tx,
  )
  await sql`delete from moderation_hit where workspace_id = ${workspaceId} and actor = ${actor}
    and at < ${hit.at}::timestamptz - make_interval(mins => ${hit.minutes})`.execute(tx)
  await tx
    .insertInto('moderation_hit')
    .values({ workspace_id: workspaceId, actor, entry_id: hit.entryId, at: hit.at })
    .execute()
  const rows = await tx
    .selectFrom('moderation_hit')
    .select('entry_id')
    .where('workspace_id', '=', workspaceId)
    .where('actor', '=', actor)
    .orderBy('at')
    .execute()
  return rows.map(row => row.entry_id)
}

/** Begins to count anew. */
export const forgetHits = async (tx: Tx, workspaceId: string, actor: string): Promise<void> =>
  void (await tx
    .deleteFrom('moderation_hit')
    .where('workspace_id', '=', workspaceId)
    .where('actor', '=', actor)
    .execute())
