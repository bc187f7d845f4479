import { type Entry, getSignInHistory, listSessions } from '@tracedesk/contracts'
import { sql } from 'kysely'
import { type Caller, may } from '../../command/caller.ts'
import { defineQueryHandler, type Query } from '../../command/define.ts'
import type { ReadDb } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { decodeCursor, pageOf } from '../../kernel/cursor.ts'
import type { EntryReader } from './reader.ts'
import type { FoundEntry } from './search-request.ts'

/** Entries that tell of somebody's way in: signing in and out, failures, locks, passwords and second factors. */
const EVENTS = [
  'session.signed_in',
  'session.sign_in_failed',
  'session.signed_out',
  'session.revoked',
  'session.moved',
  'agent.locked',
  'agent.password_reset',
  'agent.password_changed',
  'two_factor.enabled',
  'two_factor.disabled',
  'two_factor.codes_renewed',
  'two_factor.recovery_code_used',
]

/** Whose access is asked about: one's own, or with `access.review` somebody's. Throws `permission.denied`. */
function requireWhose(caller: Caller, agentId: string | undefined): string {
  const own = caller.actor.kind === 'agent' ? caller.actor.id : null
  const whose = agentId ?? own
  if (!whose) throw new ConsoleError('session.required')
  if (whose !== own && !may(caller, 'access.review'))
    throw new ConsoleError('permission.denied', { permission: 'access.review' })
  return whose
}

/**
 * Sign-in history and living sessions. Beside the scopes of the log: everybody sees what concerns their own way in,
 * failed attempts by others included, and who may review access sees everybody's.
 */
export function createSignInQueries(reader: EntryReader): Query[] {
  const history = defineQueryHandler(
    getSignInHistory,
    async ({ db, caller, disclose }, { agentId, all, limit, cursor }) => {
      if (all && !may(caller, 'access.review'))
        throw new ConsoleError('permission.denied', { permission: 'access.review' })
      const whose = all ? null : requireWhose(caller, agentId)
      const found = await findSignIns(db, caller.workspaceId, whose, limit, decodeCursor(cursor))
      const { rows, nextCursor } = pageOf(found, limit, row => ({ at: row.at, id: row.entry_id }))
      disclose({
        filter: { event: EVENTS, ...(whose ? { actor: [whose] } : {}) },
        q: undefined,
        scope: whose === caller.actor.id ? 'own' : 'all',
        count: rows.length,
        deep: cursor !== undefined,
      })
      return { items: await reader.present(db, caller, rows), nextCursor }
    },
  )
  const sessions = defineQueryHandler(listSessions, async ({ db, caller }, { agentId }) => {
    const rows = await livingSessions(db, caller.workspaceId, requireWhose(caller, agentId))
    const places = await originsOf(
      db,
      caller,
      reader,
      rows.map(row => row.origin_entry_id),
    )
    return {
      items: rows.map(row => ({
        id: row.session_id,
        createdAt: row.created_at,
        expiresAt: row.expires_at,
        method: row.method,
        current: row.session_id === caller.via.sessionId,
        ip: openValue(places.get(row.origin_entry_id), 'ip'),
        userAgent: openValue(places.get(row.origin_entry_id), 'userAgent'),
      })),
    }
  })
  return [history, sessions] as unknown as Query[]
}

async function findSignIns(
  db: ReadDb,
  workspaceId: string,
  whose: string | null,
  limit: number,
  after: { at: string; id: string } | null,
): Promise<FoundEntry[]> {
  const person =
    whose === null ? sql`true` : sql`(e.actor_id = ${whose} or e.agent_ids @> array[${whose}]::uuid[])`
  const place = after ? sql`(e.at, e.entry_id) < (${after.at}, ${after.id})` : sql`true`
  const condition = sql`e.workspace_id = ${workspaceId} and e.event = any(${EVENTS}) and ${person} and ${place}`
  const order = sql`order by at desc, entry_id desc limit ${limit + 1}`
  const { rows } = await sql<FoundEntry>`select * from (
      (select e.entry_id, e.at, e.leaf, e.position from log_entry e where ${condition} ${order})
      union all (select e.entry_id, e.at, e.leaf, null as position from log_pending e where ${condition} ${order})
    ) found ${order}`.execute(db as never)
  return rows
}

const livingSessions = (db: ReadDb, workspaceId: string, agentId: string) =>
  db
    .selectFrom('session')
    .select(['session_id', 'created_at', 'expires_at', 'method', 'origin_entry_id'])
    .where('workspace_id', '=', workspaceId)
    .where('agent_id', '=', agentId)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', sql<string>`now()`)
    .orderBy('created_at', 'desc')
    .limit(100)
    .execute()

/** The entries that hold where sessions came from last, by id, as this reader may see them. */
async function originsOf(
  db: ReadDb,
  caller: Caller,
  reader: EntryReader,
  ids: readonly string[],
): Promise<Map<string, Entry>> {
  const { rows } = await sql<FoundEntry>`
    select entry_id, at, leaf, position from log_entry where workspace_id = ${caller.workspaceId} and entry_id = any(${[...ids]}::uuid[])
    union all select entry_id, at, leaf, null from log_pending where workspace_id = ${caller.workspaceId} and entry_id = any(${[...ids]}::uuid[])`.execute(
    db as never,
  )
  const entries = await reader.present(db, caller, rows)
  return new Map(entries.map(entry => [entry.id, entry]))
}

function openValue(entry: Entry | undefined, part: 'ip' | 'userAgent'): string | null {
  const found = entry?.parts[part]
  return found?.state === 'open' ? found.value : null
}
