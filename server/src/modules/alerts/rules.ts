import { type Alert, RULE_IDS } from '@tracedesk/contracts'
import type { Leaf } from '@tracedesk/proof/node'
import { sql } from 'kysely'
import type { ReadDb } from '../../db/database.ts'
import { instantFromMillis, millisOf } from '../../kernel/instant.ts'
import { isOpenAt, parseBusinessHours, readSetting } from '../team/index.ts'

/** An alert that is to be raised, with what led to it. */
export interface Finding {
  readonly alert: Alert
  /** Whom or what it is about: for so long as `quietMinutes` it is not raised about the same again. */
  readonly about: string
  readonly quietMinutes: number
  readonly agentId: string | null
  readonly hits: number
  readonly minutes: number
  readonly entries: readonly string[]
  /** Departments whose leads see it; without any it is for those who see everything. */
  readonly departments: readonly string[]
}

/** Exports and bundles: whatever takes entries out of the desk. */
const EXPORTS = ['export.requested', 'export.downloaded', 'evidence.bundled', 'evidence.downloaded']
/** What says how many entries a file holds. */
const WRITTEN = ['export.completed', 'evidence.bundled']
const TOKENS = new Set(['bot.token_rotated', 'api_token.created', 'api_token.revoked'])
/** What looks or signs in: done outside hours, somebody should know. */
const WATCHED_HOURS = new Set(['session.signed_in', 'log.viewed', 'log.revealed', ...EXPORTS])
const isDeletion = (event: string): boolean => /\.(deleted|recalled)$/.test(event)
const DELETIONS = sql`e.event ~ '[.](deleted|recalled)$'`
const ENTRIES_MAX = 20
const HALF_A_DAY = 720

/** A condition on log_entry `e`: an entry that a rule looks at. Imported history raises no alarms. */
export const WATCHED = sql`e.source <> 'import' and e.outcome <> 'refused' and (e.event = any(${[
  ...TOKENS,
  ...WATCHED_HOURS,
  ...WRITTEN,
  'conversation.transferred',
  'ledger.verification_failed',
]}::text[]) or ${DELETIONS})`

interface Looked {
  readonly db: ReadDb
  readonly workspaceId: string
  readonly leaf: Leaf
}

/** What the rules find at an entry. Settings are those of now. */
export async function judge(looked: Looked): Promise<Finding[]> {
  const { leaf } = looked
  const found: (Finding | null)[] = []
  if (leaf.event === 'log.revealed')
    found.push(await burst(looked, 'mass_reveal', 'reveal', sql`e.event = 'log.revealed'`))
  if (EXPORTS.includes(leaf.event))
    found.push(await burst(looked, 'mass_export', 'export', sql`e.event = any(${EXPORTS}::text[])`))
  if (WRITTEN.includes(leaf.event)) found.push(await largeFile(looked))
  if (isDeletion(leaf.event)) found.push(await burst(looked, 'deletion_burst', 'deletion', DELETIONS))
  if (TOKENS.has(leaf.event) && (await isOn(looked, 'alert.token_change')))
    found.push(single(looked, 'token_changed', `${leaf.subject.id}/${leaf.id}`, 0))
  if (leaf.event === 'ledger.verification_failed')
    found.push(single(looked, 'verification_failed', leaf.id, 0))
  if (
    leaf.event === 'conversation.transferred' &&
    leaf.data.online === 0 &&
    (await isOn(looked, 'alert.transfer_unattended'))
  )
    found.push({
      ...single(looked, 'transfer_unattended', leaf.conversationId ?? leaf.id, HALF_A_DAY),
      departments: leaf.scope.departments,
    })
  if (WATCHED_HOURS.has(leaf.event)) found.push(await outOfHours(looked))
  return found.filter(each => each !== null)
}

const isOn = async ({ db, workspaceId }: Looked, key: string) =>
  (await readSetting(db, workspaceId, key)) === true

const agentOf = ({ leaf }: Looked): string | null =>
  leaf.actor.kind === 'agent' ? (leaf.actor.id ?? null) : null

const single = (looked: Looked, alert: Alert, about: string, quietMinutes: number): Finding => ({
  alert,
  about,
  quietMinutes,
  agentId: agentOf(looked),
  hits: 1,
  minutes: 0,
  entries: [looked.leaf.id],
  departments: [],
})

/** So many entries of one agent within so many minutes, both by settings; 0 switches the rule off. */
async function burst(
  looked: Looked,
  alert: Alert,
  settings: 'reveal' | 'export' | 'deletion',
  condition: ReturnType<typeof sql>,
): Promise<Finding | null> {
  const { db, workspaceId, leaf } = looked
  const actor = leaf.actor.id
  const needed = Number(await readSetting(db, workspaceId, `alert.${settings}_count`))
  const minutes = Number(await readSetting(db, workspaceId, `alert.${settings}_minutes`))
  if (needed === 0 || !actor) return null
  const from = instantFromMillis(millisOf(leaf.at) - minutes * 60_000)
  const { rows } = await sql<{ id: string }>`select e.entry_id as id from log_entry e
    where e.workspace_id = ${workspaceId} and e.actor_id = ${actor} and e.at > ${from} and e.at <= ${leaf.at}
      and e.outcome = 'done' and ${condition} order by e.at desc, e.entry_id desc limit ${needed + ENTRIES_MAX}`.execute(
    db as never,
  )
  if (rows.length < needed) return null
  return {
    ...single(looked, alert, actor, minutes),
    hits: rows.length,
    minutes,
    entries: rows.slice(0, ENTRIES_MAX).map(row => row.id),
  }
}

/** One file that takes out as many entries as the setting says; 0 switches the rule off. */
async function largeFile(looked: Looked): Promise<Finding | null> {
  const { db, workspaceId, leaf } = looked
  const entries = Number(leaf.data.rows ?? leaf.data.entries)
  const needed = Number(await readSetting(db, workspaceId, 'alert.export_rows'))
  if (needed === 0 || entries < needed) return null
  const agentId = leaf.event === 'export.completed' ? await askedBy(looked) : agentOf(looked)
  const found = single(looked, 'mass_export', `${agentId ?? leaf.actor.id}/file`, HALF_A_DAY)
  return { ...found, agentId, hits: entries }
}

/** The export writes itself; somebody asked for it. */
async function askedBy({ db, workspaceId, leaf }: Looked): Promise<string | null> {
  const row = await db
    .selectFrom('log_entry')
    .select('actor_id')
    .where('workspace_id', '=', workspaceId)
    .where('event', '=', 'export.requested')
    .where('subject_id', '=', leaf.subject.id ?? '')
    .where('conversation_id', 'is', null) // as its index wants it
    .where('actor_kind', '=', 'agent')
    .executeTakeFirst()
  return row?.actor_id ?? null
}

/** The same hours as for bots, under `default`; empty: any hour will do. */
async function outOfHours(looked: Looked): Promise<Finding | null> {
  const { db, workspaceId, leaf } = looked
  const agentId = agentOf(looked)
  const hours = parseBusinessHours(String((await readSetting(db, workspaceId, 'alert.hours')) ?? ''))
  if (!agentId || !hours?.default || isOpenAt(hours, 'default', leaf.at)) return null
  return single(looked, 'out_of_hours', agentId, HALF_A_DAY)
}

/** An anchor has confirmed nothing for longer than the setting allows, although there is something to confirm. */
export async function findOverdueAnchor(db: ReadDb, workspaceId: string): Promise<Finding | null> {
  const minutes = Number(await readSetting(db, workspaceId, 'alert.anchor_overdue_minutes'))
  if (minutes === 0) return null
  const { rows } = await sql<{ name: string; age: number }>`
    select s.kind || ' ' || s.name as name, extract(epoch from now() - coalesce(s.anchored_at, s.failing_since))::float8 / 60 as age
    from anchor_state s where s.workspace_id = ${workspaceId} and s.failing_since is not null
      and coalesce(s.anchored_at, s.failing_since) < now() - make_interval(mins => ${minutes})
    order by age desc limit 1`.execute(db as never)
  const [worst] = rows
  if (!worst) return null
  return {
    alert: 'anchor_overdue',
    about: worst.name,
    quietMinutes: Math.max(minutes, HALF_A_DAY),
    agentId: null,
    hits: 1,
    minutes: Math.round(worst.age),
    entries: [],
    departments: [],
  }
}

/** Whoever raises alerts, as the log knows it. */
export const ALERT_RULE = RULE_IDS.alerts
