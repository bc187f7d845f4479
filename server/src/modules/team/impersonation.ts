import {
  defineCommand,
  endImpersonation,
  impersonationEnded,
  impersonationStarted,
  OWN_ACCESS,
  ROLE_PERMISSIONS,
  startImpersonation,
} from '@tracedesk/contracts'
import { sql } from 'kysely'
import { z } from 'zod'
import { type Caller, may, personOf, type Standing } from '../../command/caller.ts'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import type { ReadDb } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { addMicros } from '../../kernel/instant.ts'
import { NothingToDo } from './presence.ts'
import { requireRank } from './rank.ts'
import { readRole } from './standing.ts'
import { departmentsOf, requireActiveAgent } from './store.ts'

/** Whoever needs longer gives a reason again. */
const HOUR_MICROS = 3_600_000_000

const ENDING = ['impersonation.end', 'session.sign_out']
/** A person's own access, and where they are, is nobody else's to change. */
const OWN = new Set<string>([...OWN_ACCESS, 'presence.change'])
/** All that is ever done in another's name: work at the desk. Nothing of administration, where two persons count as two. */
const AT_THE_DESK = [...ROLE_PERMISSIONS.supervisor].filter(name => !OWN.has(name))

const WIDTH = { own: 0, departments: 1, all: 2 } as const

/**
 * The caller that results when `own` acts in the name of `other`: the other's seat, with no more than both may and see.
 * null when `own` may not, or may not any longer: the other stands as high.
 */
export function standInFor(
  own: Caller,
  other: Pick<Caller, 'actor' | 'permissions' | 'standing'>,
): Caller | null {
  const [mine, theirs] = [own.standing, other.standing]
  if (!mine || !theirs || !may(own, 'impersonation.start') || theirs.rank >= mine.rank) return null
  const both = (name: string) => has(own.permissions, name) && has(other.permissions, name)
  return {
    ...own,
    actor: other.actor,
    impersonator: own.actor,
    permissions: new Set([...AT_THE_DESK.filter(both), ...ENDING]),
    standing: {
      ...theirs,
      scope: WIDTH[mine.scope] < WIDTH[theirs.scope] ? mine.scope : theirs.scope,
      bots: commonBots(mine, theirs),
      withheld: mine.withheld || theirs.withheld,
    },
  }
}

const has = (permissions: Caller['permissions'], name: string): boolean =>
  permissions === 'all' || permissions.has(name)

const commonBots = ({ bots: mine }: Standing, { bots: theirs }: Standing): readonly string[] | null =>
  mine && theirs ? mine.filter(id => theirs.includes(id)) : (mine ?? theirs)

const columns = sql`impersonation_id as id, in_name_of as "inNameOf", started_at as "startedAt"`

interface Row {
  readonly id: string
  readonly inNameOf: string
  readonly startedAt: string
}

/** Ends what is open in a session, if anything is. */
async function endIn({ tx, workspaceId, now }: CommandContext, sessionId: string): Promise<Row | undefined> {
  const { rows } = await sql<Row>`update impersonation set ended_at = ${now}
    where workspace_id = ${workspaceId} and session_id = ${sessionId} and ended_at is null returning ${columns}`.execute(
    tx,
  )
  return rows[0]
}

async function recordEnd(
  context: CommandContext,
  { id, inNameOf, startedAt }: Row,
  cause: 'by_person' | 'expired' | 'lapsed',
): Promise<void> {
  const { tx, workspaceId, caller, now } = context
  const seconds = Math.max(0, Math.floor((Date.parse(now) - Date.parse(startedAt)) / 1000))
  context.record(
    impersonationEnded,
    { impersonationId: id, cause, seconds },
    {
      actor: personOf(caller),
      subject: { id: inNameOf },
      agents: [inNameOf],
      departments: await departmentsOf(tx, workspaceId, inNameOf),
    },
  )
}

export const startImpersonationCommand = defineCommandHandler(startImpersonation, {
  handle: async (context, { agentId, reasonText }) => {
    const { tx, workspaceId, caller, now } = context
    const { sessionId } = caller.via
    if (!sessionId || !caller.actor.id || !caller.standing) throw new ConsoleError('session.required')
    // two clicks at once: one session acts in one name
    await sql`select from session where workspace_id = ${workspaceId} and session_id = ${sessionId} for update`.execute(
      tx,
    )
    const agent = await requireActiveAgent(tx, workspaceId, agentId)
    await requireRank(context, agent.role)
    if ((await readRole(tx, workspaceId, agent.role)).rank >= caller.standing.rank)
      throw new ConsoleError('agent.rank_too_low', { agentId })
    const before = await endIn(context, sessionId)
    if (before) await recordEnd(context, before, 'lapsed')
    const [id, until] = [newId(), addMicros(now, HOUR_MICROS)]
    await tx
      .insertInto('impersonation')
      .values({
        workspace_id: workspaceId,
        impersonation_id: id,
        session_id: sessionId,
        agent_id: caller.actor.id,
        in_name_of: agentId,
        started_at: now,
        expires_at: until,
        ended_at: null,
      })
      .execute()
    context.record(
      impersonationStarted,
      { impersonationId: id, until },
      {
        subject: { id: agentId, named: agent.namedBy },
        agents: [agentId],
        departments: await departmentsOf(tx, workspaceId, agentId),
        parts: { reasonText },
      },
    )
    return { impersonation: { id, until } }
  },
})

export const endImpersonationCommand = defineCommandHandler(endImpersonation, {
  handle: async context => {
    const { sessionId } = context.caller.via
    const ended = sessionId ? await endIn(context, sessionId) : undefined
    if (!ended) throw new ConsoleError('impersonation.none')
    await recordEnd(context, ended, 'by_person')
    return {}
  },
})

/** A condition on impersonation `i`: nobody acts by it any more, and nobody has said so yet. */
const overSql = sql<boolean>`i.ended_at is null and (i.expires_at <= now()
  or not exists (select from session s where s.workspace_id = i.workspace_id and s.session_id = i.session_id
    and s.ended_at is null and s.expires_at > now())
  or exists (select from agent a where a.workspace_id = i.workspace_id and a.agent_id in (i.agent_id, i.in_name_of)
    and a.state <> 'active'))`

/** What is over without anybody having ended it, in every workspace. */
export async function findLapsed(db: ReadDb): Promise<{ workspaceId: string; impersonationId: string }[]> {
  const { rows } = await sql<{ workspaceId: string; impersonationId: string }>`
    select i.workspace_id as "workspaceId", i.impersonation_id as "impersonationId" from impersonation i
    where ${overSql} limit 100`.execute(db as never)
  return rows
}

/** Records the end of what somebody may no longer do, by whoever took the ground from under it. */
export async function endLapsed(context: CommandContext, impersonationIds: readonly string[]): Promise<void> {
  if (impersonationIds.length === 0) return
  const { tx, workspaceId, now } = context
  const { rows } =
    await sql<Row>`update impersonation set ended_at = ${now} where workspace_id = ${workspaceId}
    and impersonation_id = any(${[...impersonationIds]}::uuid[]) and ended_at is null returning ${columns}`.execute(
      tx,
    )
  for (const row of rows) await recordEnd(context, row, 'lapsed')
}

export const lapseImpersonationCommand = defineCommandHandler(
  defineCommand({
    name: 'impersonation.lapse',
    access: 'internal',
    summary: 'Record that nobody acts in a colleague’s name any more, though nobody ended it',
    input: z.strictObject({ impersonationId: z.uuid() }),
    output: z.strictObject({}),
    records: [impersonationEnded],
  }),
  {
    handle: async (context, { impersonationId }) => {
      const { tx, workspaceId, now } = context
      const { rows } = await sql<Row & { expired: boolean }>`update impersonation i set ended_at = ${now}
        where i.workspace_id = ${workspaceId} and i.impersonation_id = ${impersonationId} and ${overSql}
        returning ${columns}, expires_at <= ${now} as expired`.execute(tx)
      const [row] = rows
      if (!row) throw new NothingToDo(impersonationId)
      await recordEnd(context, row, row.expired ? 'expired' : 'lapsed')
      return {}
    },
  },
)

/** Who really acts and until when, for the screen of whoever acts in another's name; null for everybody else. */
export async function impersonationOf(db: ReadDb, { workspaceId, via, impersonator }: Caller) {
  if (!impersonator || !via.sessionId) return null
  const row = await db
    .selectFrom('impersonation as i')
    .innerJoin('agent as a', join =>
      join.onRef('a.workspace_id', '=', 'i.workspace_id').onRef('a.agent_id', '=', 'i.agent_id'),
    )
    .select(['a.agent_id as id', 'a.name', 'i.expires_at as until'])
    .where('i.workspace_id', '=', workspaceId)
    .where('i.session_id', '=', via.sessionId)
    .where('i.ended_at', 'is', null)
    .executeTakeFirst()
  // branded: the seat's own id
  return row ? { by: { id: row.id as never, name: row.name }, until: row.until } : null
}
