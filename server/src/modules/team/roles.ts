import {
  createRole,
  deleteRole,
  PERMISSIONS,
  type RoleKey,
  type RoleScope,
  rankOf,
  roleCreated,
  roleDeleted,
  roleUpdated,
  updateRole,
} from '@tracedesk/contracts'
import { sql } from 'kysely'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import type { Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { endGroundless } from './impersonation-ground.ts'
import { requireFacts } from './rank.ts'

interface RoleInput {
  readonly name: string
  readonly scope: RoleScope
  readonly permissions: readonly string[]
  readonly withheld: boolean
  readonly takesConversations: boolean
}

/** The permissions of a role as they are kept: known ones, once each, sorted. */
function checkPermissions(permissions: readonly string[]): string[] {
  const unknown = permissions.find(name => !PERMISSIONS.includes(name))
  if (unknown !== undefined)
    throw new ConsoleError('input.invalid', { issues: [{ path: 'permissions', problem: unknown }] })
  return [...new Set(permissions)].sort()
}

async function requireFreeName(tx: Tx, workspaceId: string, name: string, besides: string): Promise<void> {
  const taken = await tx
    .selectFrom('role')
    .select('role')
    .where('workspace_id', '=', workspaceId)
    .where(sql<boolean>`lower(name) = lower(${name})`)
    .where('deleted_at', 'is', null)
    .where('role', '!=', besides)
    .executeTakeFirst()
  if (taken) throw new ConsoleError('role.name_taken', { name })
}

/** A key made of the name's letters, or of a number where the name has none; never one that was there before. */
async function newKey(tx: Tx, workspaceId: string, name: string): Promise<RoleKey> {
  const stem =
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '_')
      .replaceAll(/^_+|_+$/g, '')
      .slice(0, 24) || 'role'
  const rows = await tx
    .selectFrom('role')
    .select('role')
    .where('workspace_id', '=', workspaceId)
    .forUpdate()
    .execute()
  const taken = new Set(rows.map(row => row.role))
  for (let n = 1; ; n++) {
    const key: RoleKey = `custom.${n === 1 ? stem : `${stem}_${n}`}`
    if (!taken.has(key)) return key
  }
}

/** Nobody makes a role, or keeps one in their hands, that is above their own. */
function requireWithin(context: CommandContext, role: string, input: Omit<RoleInput, 'name'>): void {
  const permissions = new Set(input.permissions)
  const { scope, withheld } = input
  requireFacts(context, { role, scope, withheld, permissions, rank: rankOf(permissions, scope) })
}

const factsOf = ({ name, scope, withheld, takesConversations }: RoleInput) => ({
  name,
  scope,
  withheld,
  takesConversations,
})

export const createRoleCommand = defineCommandHandler(createRole, {
  handle: async (context, input) => {
    const { tx, workspaceId, now } = context
    const permissions = checkPermissions(input.permissions)
    await requireFreeName(tx, workspaceId, input.name, '')
    const role = await newKey(tx, workspaceId, input.name)
    requireWithin(context, role, { ...input, permissions })
    await tx
      .insertInto('role')
      .values({
        workspace_id: workspaceId,
        role,
        name: input.name,
        scope: input.scope,
        permissions,
        withheld: input.withheld,
        takes_conversations: input.takesConversations,
        created_at: now,
        deleted_at: null,
      })
      .execute()
    context.record(
      roleCreated,
      { role: factsOf(input), permissionCount: permissions.length },
      { subject: { id: role, name: input.name }, parts: { permissions: permissions.join('\n') } },
    )
    return { role }
  },
})

async function lockRole(tx: Tx, workspaceId: string, role: string): Promise<RoleInput> {
  const row = await tx
    .selectFrom('role')
    .select(['name', 'scope', 'permissions', 'withheld', 'takes_conversations as takesConversations'])
    .where('workspace_id', '=', workspaceId)
    .where('role', '=', role)
    .where('deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw new ConsoleError('role.not_found', { role })
  return row as RoleInput
}

export const updateRoleCommand = defineCommandHandler(updateRole, {
  handle: async (context, { role, ...input }) => {
    const { tx, workspaceId } = context
    const before = await lockRole(tx, workspaceId, role)
    requireWithin(context, role, before)
    const permissions = checkPermissions(input.permissions)
    requireWithin(context, role, { ...input, permissions })
    await requireFreeName(tx, workspaceId, input.name, role)
    await tx
      .updateTable('role')
      .set({
        name: input.name,
        scope: input.scope,
        permissions,
        withheld: input.withheld,
        takes_conversations: input.takesConversations,
      })
      .where('workspace_id', '=', workspaceId)
      .where('role', '=', role)
      .execute()
    const added = permissions.filter(name => !before.permissions.includes(name)).length
    const removed = before.permissions.filter(name => !permissions.includes(name)).length
    context.record(
      roleUpdated,
      { from: factsOf(before), to: factsOf(input), added, removed },
      {
        subject: { id: role, name: input.name },
        parts: {
          permissions: permissions.join('\n'),
          permissionsBefore: before.permissions.join('\n'),
        },
      },
    )
    await endGroundless(context)
    return {}
  },
})

export const deleteRoleCommand = defineCommandHandler(deleteRole, {
  handle: async (context, { role }) => {
    const { tx, workspaceId, now } = context
    const before = await lockRole(tx, workspaceId, role)
    requireWithin(context, role, before)
    const { rows } = await sql<{ used: number }>`
      select (select count(*) from agent where workspace_id = ${workspaceId} and role = ${role} and state <> 'deactivated')
        + (select count(*) from api_token where workspace_id = ${workspaceId} and role = ${role} and revoked_at is null) as used`.execute(
      tx,
    )
    if (Number(rows[0]?.used) > 0) throw new ConsoleError('role.in_use', { role })
    await tx
      .updateTable('role')
      .set({ deleted_at: now })
      .where('workspace_id', '=', workspaceId)
      .where('role', '=', role)
      .execute()
    context.record(roleDeleted, {}, { subject: { id: role, name: before.name } })
    return {}
  },
})
