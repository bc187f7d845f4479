import {
  permissionsInForce,
  ROLE_PERMISSIONS,
  ROLE_RANK,
  Role,
  type RoleScope,
  rankOf,
  type Switch,
} from '@tracedesk/contracts'
import type { Standing } from '../../command/caller.ts'
import type { ReadDb, Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'

/** What a role is made of, built in or the workspace's own. */
export interface RoleFacts {
  readonly role: string
  readonly scope: RoleScope
  readonly permissions: ReadonlySet<string>
  readonly withheld: boolean
  readonly takesConversations: boolean
  readonly rank: number
}

const SCOPES: Record<Role, RoleScope> = {
  owner: 'all',
  admin: 'all',
  auditor: 'all',
  supervisor: 'departments',
  agent: 'own',
}

/** The facts of a built-in role; null for any other. */
export function builtInRole(role: string): RoleFacts | null {
  const known = Role.safeParse(role)
  if (!known.success) return null
  return {
    role,
    scope: SCOPES[known.data],
    permissions: ROLE_PERMISSIONS[known.data],
    withheld: role === 'auditor',
    takesConversations: role === 'agent',
    rank: ROLE_RANK[known.data],
  }
}

/** A row of the table `role`, as the columns are named there. */
export interface RoleRow {
  readonly scope: string
  readonly permissions: string[]
  readonly withheld: boolean
  readonly takes_conversations: boolean
}

/** The facts of a role from its row; a role without one (deleted by hand) may nothing. */
export function customRole(role: string, row: RoleRow | null): RoleFacts {
  const scope = (row?.scope ?? 'own') as RoleScope
  const permissions = new Set(row?.permissions ?? [])
  return {
    role,
    scope,
    permissions,
    withheld: row?.withheld ?? true,
    takesConversations: row?.takes_conversations ?? false,
    rank: rankOf(permissions, scope),
  }
}

/** The facts of a role. Throws `role.not_found` for one the workspace does not have (any longer). */
export async function readRole(db: ReadDb | Tx, workspaceId: string, role: string): Promise<RoleFacts> {
  const builtIn = builtInRole(role)
  if (builtIn) return builtIn
  const row = await db
    .selectFrom('role')
    .select(['scope', 'permissions', 'withheld', 'takes_conversations'])
    .where('workspace_id', '=', workspaceId)
    .where('role', '=', role)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  if (!row) throw new ConsoleError('role.not_found', { role })
  return customRole(role, row)
}

/** The switches of a person that differ from their role. */
export async function readSwitches(
  db: ReadDb | Tx,
  workspaceId: string,
  agentId: string,
): Promise<Partial<Record<Switch, boolean>>> {
  const rows = await db
    .selectFrom('agent_switch')
    .select(['switch', 'granted'])
    .where('workspace_id', '=', workspaceId)
    .where('agent_id', '=', agentId)
    .execute()
  return Object.fromEntries(rows.map(row => [row.switch, row.granted]))
}

/** What somebody may who still has to set up their second factor: that, and to leave. */
const ENROLLING = new Set(['two_factor.enable', 'session.sign_out', 'session.revoke'])

/** Permissions and standing of a seat, from its role, switches and bots. */
export function standingOf(
  role: RoleFacts,
  person: {
    readonly switches: Partial<Record<Switch, boolean>>
    readonly bots: readonly string[] | null
    readonly mustEnrol: boolean
  },
): { permissions: ReadonlySet<string>; standing: Standing } {
  const { scope, withheld, rank } = role
  const { bots, mustEnrol, switches } = person
  return {
    permissions: mustEnrol ? ENROLLING : permissionsInForce(role.permissions, switches),
    standing: { scope, withheld, rank, bots, mustEnrol },
  }
}

/** The roles, by setting, whose people must have a second factor. */
export const rolesIn = (setting: unknown): string[] =>
  typeof setting === 'string' ? setting.split(/[\s,;]+/).filter(role => role !== '') : []
