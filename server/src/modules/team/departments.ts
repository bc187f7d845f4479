import {
  addMember,
  createDepartment,
  deleteDepartment,
  departmentCreated,
  departmentDeleted,
  departmentLeadSet,
  departmentMemberAdded,
  departmentMemberRemoved,
  departmentRenamed,
  removeMember,
  renameDepartment,
  setLead,
} from '@tracedesk/contracts'
import { sql } from 'kysely'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import type { Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { lockAgent, lockDepartment } from './store.ts'

export const createDepartmentCommand = defineCommandHandler(createDepartment, {
  handle: async (context, { name }) => {
    const { tx, workspaceId, now } = context
    const taken = await tx
      .selectFrom('department')
      .select('department_id')
      .where('workspace_id', '=', workspaceId)
      .where(sql<boolean>`lower(name) = lower(${name})`)
      .where('deleted_at', 'is', null)
      .executeTakeFirst()
    if (taken) throw new ConsoleError('department.name_taken')
    const id = newId()
    await tx
      .insertInto('department')
      .values({ workspace_id: workspaceId, department_id: id, name, created_at: now })
      .execute()
    context.record(departmentCreated, { name }, { subject: { id, name } })
    return { department: { id } }
  },
})

export const renameDepartmentCommand = defineCommandHandler(renameDepartment, {
  handle: async (context, { departmentId, name }) => {
    const { tx, workspaceId } = context
    const { name: from } = await lockDepartment(tx, workspaceId, departmentId)
    const taken = await tx
      .selectFrom('department')
      .select('department_id')
      .where('workspace_id', '=', workspaceId)
      .where('department_id', '!=', departmentId)
      .where(sql<boolean>`lower(name) = lower(${name})`)
      .where('deleted_at', 'is', null)
      .executeTakeFirst()
    if (taken) throw new ConsoleError('department.name_taken')
    await tx
      .updateTable('department')
      .set({ name })
      .where('workspace_id', '=', workspaceId)
      .where('department_id', '=', departmentId)
      .execute()
    context.record(departmentRenamed, { from, to: name }, { subject: { id: departmentId, name } })
    return {}
  },
})

/** What still leads to a department: nobody may take it away before. Other modules count it. */
export interface LeadingTo {
  readonly conversations: number
  readonly offers: number
  readonly bots: number
  readonly cannedReplies: number
}

/**
 * Takes away a department. Throws `department.in_use` with how much of what still leads there. `count` runs under the
 * department's lock: whoever would send something there waits, and then finds no department.
 */
export const createDeleteDepartment = (
  count: (context: CommandContext, departmentId: string) => Promise<LeadingTo>,
) =>
  defineCommandHandler(deleteDepartment, {
    handle: async (context, { departmentId }) => {
      const { tx, workspaceId, now } = context
      const { name } = await lockDepartment(tx, workspaceId, departmentId)
      const leading = await count(context, departmentId)
      if (Object.values(leading).some(number => number > 0))
        throw new ConsoleError('department.in_use', { departmentId, ...leading })
      const members = await dismissMembers(context, departmentId, name)
      await tx
        .updateTable('department')
        .set({ deleted_at: now })
        .where('workspace_id', '=', workspaceId)
        .where('department_id', '=', departmentId)
        .execute()
      context.record(
        departmentDeleted,
        { name, members: members.length, leads: members.filter(({ lead }) => lead).length },
        { subject: { id: departmentId, name } },
      )
      return {}
    },
  })

/** Ends every membership and every time of leading, each with its entry: what was led until now stays readable. */
async function dismissMembers(context: CommandContext, departmentId: string, name: string) {
  const { tx, workspaceId, now } = context
  const members = await tx
    .deleteFrom('department_member')
    .where('workspace_id', '=', workspaceId)
    .where('department_id', '=', departmentId)
    .returning(['agent_id as agentId', 'lead'])
    .execute()
  for (const { agentId, lead } of members) {
    if (lead) await endLead(tx, workspaceId, departmentId, agentId, now)
    context.record(
      departmentMemberRemoved,
      // branded: the seat's own id
      { agentId: agentId as never, wasLead: lead },
      { subject: { id: departmentId, name }, agents: [agentId] },
    )
  }
  return members
}

const findMember = (tx: Tx, workspaceId: string, departmentId: string, agentId: string) =>
  tx
    .selectFrom('department_member')
    .select('lead')
    .where('workspace_id', '=', workspaceId)
    .where('department_id', '=', departmentId)
    .where('agent_id', '=', agentId)
    .forUpdate()
    .executeTakeFirst()

/** Makes somebody a member, on record. They must not be one. */
export async function enterDepartment(
  context: CommandContext,
  department: { id: string; name: string },
  agentId: string,
): Promise<void> {
  const { tx, workspaceId } = context
  await tx
    .insertInto('department_member')
    .values({ workspace_id: workspaceId, department_id: department.id, agent_id: agentId })
    .execute()
  context.record(departmentMemberAdded, { agentId }, { subject: department, agents: [agentId] })
}

export const addMemberCommand = defineCommandHandler(addMember, {
  handle: async (context, { departmentId, agentId }) => {
    const { tx, workspaceId } = context
    const { name } = await lockDepartment(tx, workspaceId, departmentId)
    await lockAgent(tx, workspaceId, agentId)
    if (await findMember(tx, workspaceId, departmentId, agentId))
      throw new ConsoleError('department.already_member', { departmentId, agentId })
    await enterDepartment(context, { id: departmentId, name }, agentId)
    return {}
  },
})

export const removeMemberCommand = defineCommandHandler(removeMember, {
  handle: async (context, { departmentId, agentId }) => {
    const { tx, workspaceId, now } = context
    const { name } = await lockDepartment(tx, workspaceId, departmentId)
    const member = await findMember(tx, workspaceId, departmentId, agentId)
    if (!member) throw new ConsoleError('department.not_member', { departmentId, agentId })
    if (member.lead) await endLead(tx, workspaceId, departmentId, agentId, now)
    await tx
      .deleteFrom('department_member')
      .where('workspace_id', '=', workspaceId)
      .where('department_id', '=', departmentId)
      .where('agent_id', '=', agentId)
      .execute()
    context.record(
      departmentMemberRemoved,
      { agentId, wasLead: member.lead },
      { subject: { id: departmentId, name }, agents: [agentId] },
    )
    return {}
  },
})

export const setLeadCommand = defineCommandHandler(setLead, {
  handle: async (context, { departmentId, agentId, lead }) => {
    const { tx, workspaceId, now } = context
    const { name } = await lockDepartment(tx, workspaceId, departmentId)
    const member = await findMember(tx, workspaceId, departmentId, agentId)
    if (!member) throw new ConsoleError('department.not_member', { departmentId, agentId })
    await tx
      .updateTable('department_member')
      .set({ lead })
      .where('workspace_id', '=', workspaceId)
      .where('department_id', '=', departmentId)
      .where('agent_id', '=', agentId)
      .execute()
    if (member.lead && !lead) await endLead(tx, workspaceId, departmentId, agentId, now)
    if (!member.lead && lead)
      await tx
        .insertInto('department_lead_period')
        .values({
          workspace_id: workspaceId,
          department_id: departmentId,
          agent_id: agentId,
          from_at: now,
          to_at: null,
        })
        .execute()
    context.record(
      departmentLeadSet,
      { agentId, from: member.lead, to: lead },
      { subject: { id: departmentId, name }, agents: [agentId] },
    )
    return {}
  },
})

async function endLead(
  tx: Tx,
  workspaceId: string,
  departmentId: string,
  agentId: string,
  now: string,
): Promise<void> {
  await tx
    .updateTable('department_lead_period')
    .set({ to_at: now })
    .where('workspace_id', '=', workspaceId)
    .where('department_id', '=', departmentId)
    .where('agent_id', '=', agentId)
    .where('to_at', 'is', null)
    .execute()
}
