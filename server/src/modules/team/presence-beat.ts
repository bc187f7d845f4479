import { sql } from 'kysely'
import type pg from 'pg'
import type { ReadDb } from '../../db/database.ts'

export interface PresenceTiming {
  /** Without a sign of life for so long, whoever is online is turned away. */
  readonly awayMs: number
  /** And for so long, whoever is away is turned offline. */
  readonly offlineMs: number
}
// Browsers are heard from every 25 s and looked after every 5 s: a closed one turns away within 55 s.
export const PRESENCE_TIMING: PresenceTiming = { awayMs: 50_000, offlineMs: 600_000 }

/** Notes a sign of life of an agent's browser. Not state, so nothing is recorded. */
export async function beat(app: pg.Pool, workspaceId: string, agentId: string): Promise<void> {
  await app.query(
    `insert into presence_beat (workspace_id, agent_id, seen_at) values ($1, $2, clock_timestamp())
     on conflict (workspace_id, agent_id) do update set seen_at = excluded.seen_at`,
    [workspaceId, agentId],
  )
}

export interface Silent {
  readonly workspaceId: string
  readonly agentId: string
  readonly to: 'away' | 'offline'
}

/** Whose browsers have been silent for too long, for the state they are in. */
export async function findSilent(db: ReadDb, timing: PresenceTiming): Promise<Silent[]> {
  const { rows } = await sql<Silent>`
    select d.workspace_id as "workspaceId", d.agent_id as "agentId",
      case when d.presence = 'online' then 'away' else 'offline' end as "to"
    from agent_desk d left join presence_beat b using (workspace_id, agent_id)
    where d.presence <> 'offline' and ${silentSql(timing)} limit 500`.execute(db as never)
  return rows
}

/** A condition on agent_desk `d` and its presence_beat `b`. A state set without a browser has that long as well. */
export const silentSql = ({ awayMs, offlineMs }: PresenceTiming) => sql<boolean>`
  greatest(b.seen_at, d.since) < clock_timestamp()
    - case when d.presence = 'online' then ${awayMs}::int else ${offlineMs}::int end * interval '1 millisecond'`

/** Does a browser that is heard from end this? Being timed out or signed out does not outlast the next one. */
export const isDropped = (changedBy: string): boolean =>
  changedBy === 'time_out' || changedBy === 'signed_out'

/** Is somebody not online because their browser went, and not because a person said so? */
export async function hasDropped(db: ReadDb, workspaceId: string, agentId: string): Promise<boolean> {
  const row = await db
    .selectFrom('agent_desk')
    .select(['presence', 'changed_by'])
    .where('workspace_id', '=', workspaceId)
    .where('agent_id', '=', agentId)
    .executeTakeFirst()
  if (!row) return true
  return row.presence !== 'online' && (row.changed_by === null || isDropped(row.changed_by))
}
