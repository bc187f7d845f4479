import {
  getInvitation,
  getMe,
  getSetupState,
  getTwoFactor,
  listAgents,
  listApiTokens,
  listDepartments,
  listSettings,
  proposeTwoFactor,
  ROLE_PERMISSIONS,
  type RoleKey,
} from '@tracedesk/contracts'
import { sql } from 'kysely'
import type { Caller } from '../../command/caller.ts'
import { defineQueryHandler, type Query } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { accessQueries, readRoles } from './access-review.ts'
import { impersonationOf } from './impersonation.ts'
import { scopeOf } from './scope.ts'
import { findInvitation } from './sessions.ts'
import { readSetting, SETTINGS, type SettingValue } from './settings.ts'
import { rolesIn } from './standing.ts'
import { proposeSecret } from './two-factor.ts'

export interface TeamQueriesPort {
  readonly version: string
  readonly setupToken: () => string | null
}

export function createTeamQueries(port: TeamQueriesPort): Query[] {
  const setup = defineQueryHandler(getSetupState, async () => ({
    needed: port.setupToken() !== null,
    version: port.version,
  }))
  return [
    ...([setup, invitation, me, agents, departments, settings, apiTokens, twoFactor, proposal] as Query[]),
    ...accessQueries,
  ]
}

const invitation = defineQueryHandler(getInvitation, async ({ db }, { token }) => {
  const found = await findInvitation(db as never, token).executeTakeFirst()
  if (!found || found.state === 'deactivated') throw new ConsoleError('invitation.not_valid')
  const workspace = await db
    .selectFrom('workspace')
    .select('name')
    .where('workspace_id', '=', found.workspace_id)
    .executeTakeFirstOrThrow()
  return {
    name: found.name,
    email: found.email,
    workspace: workspace.name,
    kind: found.kind as 'invitation' | 'reset',
  }
})

const me = defineQueryHandler(getMe, async ({ db, caller }) => {
  const { workspaceId, actor } = caller
  const agent =
    actor.kind === 'agent' && actor.id
      ? await db
          .selectFrom('agent')
          .select(['agent_id', 'name', 'email', 'role'])
          .where('workspace_id', '=', workspaceId)
          .where('agent_id', '=', actor.id)
          .executeTakeFirst()
      : undefined
  if (!agent) throw new ConsoleError('session.required')
  const [workspace, departments, session, head, scope, desk] = await Promise.all([
    db
      .selectFrom('workspace')
      .select('name')
      .where('workspace_id', '=', workspaceId)
      .executeTakeFirstOrThrow(),
    db
      .selectFrom('department_member as m')
      .innerJoin('department as d', join =>
        join.onRef('d.workspace_id', '=', 'm.workspace_id').onRef('d.department_id', '=', 'm.department_id'),
      )
      .select(['d.department_id', 'd.name', 'm.lead'])
      .where('m.workspace_id', '=', workspaceId)
      .where('m.agent_id', '=', agent.agent_id)
      .orderBy('d.name')
      .execute(),
    caller.via.sessionId
      ? db
          .selectFrom('session')
          .select(['session_id', 'expires_at'])
          .where('workspace_id', '=', workspaceId)
          .where('session_id', '=', caller.via.sessionId)
          .executeTakeFirst()
      : undefined,
    db.selectFrom('log_head').select('size').where('workspace_id', '=', workspaceId).executeTakeFirst(),
    scopeOf(db, caller),
    db
      .selectFrom('agent_desk')
      .select('serves')
      .where('workspace_id', '=', workspaceId)
      .where('agent_id', '=', agent.agent_id)
      .executeTakeFirst(),
  ])
  return {
    agent: { id: agent.agent_id, name: agent.name, email: agent.email, role: agent.role as RoleKey },
    workspace: { id: workspaceId, name: workspace.name },
    session: session ? { id: session.session_id, expiresAt: session.expires_at } : null,
    departments: departments.map(row => ({ id: row.department_id, name: row.name, lead: row.lead })),
    impersonation: await impersonationOf(db, caller),
    permissions: [...(caller.permissions === 'all' ? ROLE_PERMISSIONS.owner : caller.permissions)],
    scope: scope.kind,
    rank: caller.standing?.rank ?? 0,
    bots: (caller.standing?.bots ?? null) as never, // branded: the seat’s own row
    serving: desk?.serves ?? null,
    mustEnrol: caller.standing?.mustEnrol ?? false,
    targets: {
      firstResponseSeconds: Number(await readSetting(db, workspaceId, 'target.first_response_seconds')),
    },
    position: head?.size ?? 0,
  }
})

const agents = defineQueryHandler(listAgents, async ({ db, caller }) => {
  const rows = await db
    .selectFrom('agent')
    .select(['agent_id', 'name', 'email', 'role', 'state'])
    .where('workspace_id', '=', caller.workspaceId)
    .orderBy('name')
    .orderBy('agent_id')
    .execute()
  const members = await db
    .selectFrom('department_member')
    .select(['agent_id', 'department_id', 'lead'])
    .where('workspace_id', '=', caller.workspaceId)
    .execute()
  const roles = await readRoles(db, caller.workspaceId)
  const byAgent = Map.groupBy(members, member => member.agent_id)
  // addresses are for those who manage seats; colleagues see names
  const maySeeEmail = caller.permissions === 'all' || caller.permissions.has('agent.invite')
  return {
    items: rows.map(row => ({
      id: row.agent_id,
      name: row.name,
      email: maySeeEmail || row.agent_id === caller.actor.id ? row.email : null,
      role: row.role as RoleKey,
      rank: roles.get(row.role)?.rank ?? 0,
      state: row.state as 'active',
      departments: (byAgent.get(row.agent_id) ?? []).map(member => ({
        id: member.department_id,
        lead: member.lead,
      })),
    })),
  }
})

interface DepartmentRow {
  readonly id: string
  readonly name: string
  readonly members: number
  readonly leads: string[]
  readonly deletedAt: string | null
}

const departments = defineQueryHandler(listDepartments, async ({ db, caller }, { deleted }) => {
  const { rows } = await sql<DepartmentRow>`
    select d.department_id as id, d.name, d.deleted_at as "deletedAt", count(m.agent_id)::int as members,
      coalesce(array_agg(m.agent_id) filter (where m.lead), '{}') as leads
    from department d left join department_member m on m.workspace_id = d.workspace_id and m.department_id = d.department_id
    where d.workspace_id = ${caller.workspaceId} and (${deleted === 'with'} or d.deleted_at is null)
    group by d.department_id, d.name, d.deleted_at order by d.deleted_at is not null, d.name`.execute(
    db as never,
  )
  return { items: rows }
})

const settings = defineQueryHandler(listSettings, async ({ db, caller }) => {
  const rows = await db
    .selectFrom('setting')
    .select(['key', 'value'])
    .where('workspace_id', '=', caller.workspaceId)
    .execute()
  const set = new Map(rows.map(row => [row.key, row.value as SettingValue]))
  return {
    items: SETTINGS.map(s => ({
      key: s.key,
      kind: s.kind,
      default: s.default,
      // a secret is never shown again: only that there is one
      value: s.kind === 'secret' ? (set.get(s.key) ? '••••••••' : '') : (set.get(s.key) ?? s.default),
      min: s.min ?? null,
      max: s.max ?? null,
    })),
  }
})

/** The signed-in agent's own id. Throws `session.required` for programs. */
function requireSelf(caller: Caller): string {
  if (caller.actor.kind !== 'agent' || !caller.actor.id) throw new ConsoleError('session.required')
  return caller.actor.id
}

const twoFactor = defineQueryHandler(getTwoFactor, async ({ db, caller }) => {
  const agentId = requireSelf(caller)
  const own = await db
    .selectFrom('agent_two_factor')
    .select('enabled_at')
    .where('workspace_id', '=', caller.workspaceId)
    .where('agent_id', '=', agentId)
    .executeTakeFirst()
  const left = await db
    .selectFrom('recovery_code')
    .select(({ fn }) => fn.count<number>('agent_id').as('n'))
    .where('workspace_id', '=', caller.workspaceId)
    .where('agent_id', '=', agentId)
    .where('used_at', 'is', null)
    .executeTakeFirst()
  const roles = rolesIn(await readSetting(db, caller.workspaceId, 'access.two_factor_roles'))
  return {
    enabledAt: own?.enabled_at ?? null,
    codesLeft: Number(left?.n ?? 0),
    isRequired: roles.includes(caller.actor.role ?? ''),
  }
})

const proposal = defineQueryHandler(proposeTwoFactor, async ({ db, caller }) => {
  const agentId = requireSelf(caller)
  const { email, workspace } = await db
    .selectFrom('agent as a')
    .innerJoin('workspace as w', 'w.workspace_id', 'a.workspace_id')
    .select(['a.email', 'w.name as workspace'])
    .where('a.workspace_id', '=', caller.workspaceId)
    .where('a.agent_id', '=', agentId)
    .executeTakeFirstOrThrow()
  // a colon would end the issuer's name in the address an app reads
  return proposeSecret(email, workspace.replaceAll(':', ' '))
})

const apiTokens = defineQueryHandler(listApiTokens, async ({ db, caller }) => {
  const rows = await db
    .selectFrom('api_token as t')
    .leftJoin('api_token_use as u', join =>
      join.onRef('u.workspace_id', '=', 't.workspace_id').onRef('u.api_token_id', '=', 't.api_token_id'),
    )
    .select([
      't.api_token_id',
      't.name',
      't.role',
      't.permissions',
      't.created_by',
      't.created_at',
      't.expires_at',
      't.revoked_at',
      'u.used_at',
    ])
    .where('t.workspace_id', '=', caller.workspaceId)
    .orderBy('created_at', 'desc')
    .limit(500)
    .execute()
  return {
    items: rows.map(row => ({
      id: row.api_token_id,
      name: row.name,
      role: row.role as RoleKey,
      createdAt: row.created_at,
      expiresAt: row.expires_at,
      revokedAt: row.revoked_at,
      lastUsedAt: row.used_at,
      permissions: row.permissions,
      createdBy: row.created_by,
    })),
  }
})
