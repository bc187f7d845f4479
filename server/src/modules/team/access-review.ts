import {
  type AgentId,
  accessReviewed,
  listInvitations,
  listRoles,
  markReviewed,
  PERMISSIONS,
  ROLE_RANK,
  type RoleKey,
  reviewAccess,
  type Switch,
} from '@tracedesk/contracts'
import { sql } from 'kysely'
import { defineCommandHandler, defineQueryHandler, type Query } from '../../command/define.ts'
import type { ReadDb, Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { builtInRole, customRole, type RoleFacts, type RoleRow, standingOf } from './standing.ts'
import { lockAgent } from './store.ts'

/** Entries that change what somebody may. */
const CHANGING = [
  'agent.invited',
  'agent.joined',
  'agent.role_changed',
  'agent.granted',
  'agent.revoked',
  'agent.bots_set',
  'agent.deactivated',
  'agent.reactivated',
  'agent.invitation_revoked',
  'department.member_added',
  'department.member_removed',
  'department.lead_set',
]

interface Row {
  readonly id: AgentId
  readonly name: string
  readonly role: RoleKey
  readonly state: 'invited' | 'active' | 'deactivated'
  readonly bots: never[] | null
  readonly departments: { name: string; lead: boolean }[]
  readonly switches: { switch: Switch; granted: boolean }[]
  readonly serving: boolean | null
  readonly twoFactor: boolean
  readonly livingSessions: number
  readonly lastSignInAt: string | null
  readonly reviewed: { at: string; by: AgentId; entryId: string } | null
}

const utc = (column: string) =>
  sql.raw(`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`)

/** What is known of everybody's access, or of one person's. */
export async function readAccess(
  db: ReadDb | Tx,
  workspaceId: string,
  agentId: string | null,
): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select a.agent_id as id, a.name, a.role, a.state, a.bots,
      coalesce((select jsonb_agg(jsonb_build_object('name', d.name, 'lead', m.lead) order by d.name) from department_member m
        join department d using (workspace_id, department_id) where m.workspace_id = a.workspace_id and m.agent_id = a.agent_id), '[]') as departments,
      coalesce((select jsonb_agg(jsonb_build_object('switch', w.switch, 'granted', w.granted) order by w.switch) from agent_switch w
        where w.workspace_id = a.workspace_id and w.agent_id = a.agent_id), '[]') as switches,
      (select k.serves from agent_desk k where k.workspace_id = a.workspace_id and k.agent_id = a.agent_id) as serving,
      exists (select from agent_two_factor f where f.workspace_id = a.workspace_id and f.agent_id = a.agent_id) as "twoFactor",
      (select count(*)::int from session s where s.workspace_id = a.workspace_id and s.agent_id = a.agent_id
        and s.ended_at is null and s.expires_at > now()) as "livingSessions",
      (select ${utc('max(s.created_at)')} from session s where s.workspace_id = a.workspace_id and s.agent_id = a.agent_id) as "lastSignInAt",
      (select jsonb_build_object('at', ${utc('v.reviewed_at')}, 'by', v.reviewed_by, 'entryId', v.entry_id) from access_review v
        where v.workspace_id = a.workspace_id and v.agent_id = a.agent_id) as reviewed
    from agent a where a.workspace_id = ${workspaceId} and (${agentId}::uuid is null or a.agent_id = ${agentId}::uuid)
    order by a.state = 'deactivated', a.name, a.agent_id`.execute(db as never)
  return rows
}

/** All roles of a workspace by key, the deleted ones too: somebody's closed seat may still name one. */
export async function readRoles(
  db: ReadDb | Tx,
  workspaceId: string,
): Promise<Map<string, RoleFacts & { name: string | null; deleted: boolean }>> {
  const rows = await db
    .selectFrom('role')
    .select(['role', 'name', 'scope', 'permissions', 'withheld', 'takes_conversations', 'deleted_at'])
    .where('workspace_id', '=', workspaceId)
    .orderBy('name')
    .execute()
  const roles = new Map<string, RoleFacts & { name: string | null; deleted: boolean }>()
  for (const role of Object.keys(ROLE_RANK)) {
    const facts = builtInRole(role)
    if (facts) roles.set(role, { ...facts, name: null, deleted: false })
  }
  for (const row of rows)
    roles.set(row.role, {
      ...customRole(row.role, row as RoleRow),
      name: row.name,
      deleted: row.deleted_at !== null,
    })
  return roles
}

/** The permissions somebody has now: of their role, with their switches; none when the seat is closed. */
export function permissionsOf(role: RoleFacts | undefined, row: Row): ReadonlySet<string> {
  if (!role || row.state === 'deactivated') return new Set()
  const switches = Object.fromEntries(row.switches.map(one => [one.switch, one.granted]))
  return standingOf(role, { switches, bots: null, mustEnrol: false }).permissions
}

interface Change {
  readonly agentId: string
  readonly entryId: string
  readonly event: string
  readonly at: string
  readonly actorId: string | null
}

/** The newest entry that changed what each may, by agent. Waiting entries are found a moment later. */
async function lastChanges(db: ReadDb, workspaceId: string): Promise<Map<string, Change>> {
  const { rows } = await sql<Change>`
    select distinct on (x.agent_id) x.agent_id as "agentId", x.entry_id as "entryId", x.event, ${utc('x.at')} as at, x.actor_id as "actorId"
    from (select case when e.subject_kind = 'agent' then e.subject_id else u.id::text end as agent_id, e.entry_id, e.event, e.at, e.actor_id
      from log_entry e left join lateral unnest(e.agent_ids) as u (id) on e.subject_kind <> 'agent'
      where e.workspace_id = ${workspaceId} and e.event = any(${CHANGING})) x
    where x.agent_id is not null order by x.agent_id, x.at desc, x.entry_id desc`.execute(db as never)
  return new Map(rows.map(row => [row.agentId, row]))
}

const reviewAccessQuery = defineQueryHandler(reviewAccess, async ({ db, caller }) => {
  const { workspaceId } = caller
  const [rows, roles, changes] = await Promise.all([
    readAccess(db, workspaceId, null),
    readRoles(db, workspaceId),
    lastChanges(db, workspaceId),
  ])
  return {
    items: rows.map(row => {
      const change = changes.get(row.id)
      return {
        ...row,
        permissionCount: permissionsOf(roles.get(row.role), row).size,
        lastChange: change
          ? { entryId: change.entryId, event: change.event, at: change.at, actorId: change.actorId }
          : null,
        changedSince: row.reviewed !== null && change !== undefined && change.at > row.reviewed.at,
      }
    }),
  }
})

export const markReviewedCommand = defineCommandHandler(markReviewed, {
  handle: async (context, { agentIds, text }) => {
    const { tx, workspaceId, caller, now } = context
    if (caller.actor.kind !== 'agent' || !caller.actor.id) throw new ConsoleError('session.required')
    const roles = await readRoles(tx, workspaceId)
    // one order for everybody, so that two reviews do not wait for each other
    for (const agentId of [...new Set(agentIds)].sort()) {
      const agent = await lockAgent(tx, workspaceId, agentId)
      const [row] = await readAccess(tx, workspaceId, agentId)
      if (!row) throw new ConsoleError('agent.not_found', { agentId })
      const entryId = context.record(
        accessReviewed,
        {
          role: agent.role,
          permissionCount: permissionsOf(roles.get(agent.role), row).size,
          twoFactor: row.twoFactor,
          lastSignInAt: row.lastSignInAt,
        },
        {
          subject: { id: agentId, named: agent.namedBy },
          agents: [agentId],
          parts: text === undefined ? {} : { text },
        },
      )
      const review = { reviewed_by: caller.actor.id, reviewed_at: now, entry_id: entryId }
      await tx
        .insertInto('access_review')
        .values({ workspace_id: workspaceId, agent_id: agentId, ...review })
        .onConflict(conflict => conflict.columns(['workspace_id', 'agent_id']).doUpdateSet(review))
        .execute()
    }
    return {}
  },
})

const rolesQuery = defineQueryHandler(listRoles, async ({ db, caller }) => {
  const { rows } = await sql<{ role: string; n: number }>`
    select role, count(*)::int as n from agent where workspace_id = ${caller.workspaceId} and state <> 'deactivated' group by role`.execute(
    db as never,
  )
  const counts = new Map(rows.map(row => [row.role, row.n]))
  const roles = await readRoles(db, caller.workspaceId)
  return {
    items: [...roles.values()]
      .filter(role => !role.deleted)
      .map(({ deleted: _, ...role }) => ({
        ...role,
        // a key of the table, or of the built-in ones
        role: role.role as RoleKey,
        permissions: [...role.permissions].sort(),
        agents: counts.get(role.role) ?? 0,
      })),
    permissions: [...PERMISSIONS].sort(),
  }
})

const invitationsQuery = defineQueryHandler(listInvitations, async ({ db, caller }) => {
  const { rows } = await sql<{
    agentId: AgentId
    name: string
    email: string
    role: RoleKey
    expiresAt: string | null
  }>`
    select a.agent_id as "agentId", a.name, a.email, a.role, (select ${utc('max(i.expires_at)')} from invitation i
      where i.workspace_id = a.workspace_id and i.agent_id = a.agent_id and i.used_at is null and i.expires_at > now()) as "expiresAt"
    from agent a where a.workspace_id = ${caller.workspaceId} and a.state = 'invited' order by a.name`.execute(
    db as never,
  )
  return { items: rows }
})

/** Reads about who may what. */
export const accessQueries = [reviewAccessQuery, rolesQuery, invitationsQuery] as unknown as Query[]
