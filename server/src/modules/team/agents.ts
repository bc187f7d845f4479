import {
  agentDeactivated,
  agentInvited,
  agentPasswordReset,
  agentReactivated,
  agentRoleChanged,
  changeRole,
  deactivateAgent,
  inviteAgent,
  reactivateAgent,
  resetPassword,
  sessionRevoked,
} from '@tracedesk/contracts'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { addMicros } from '../../kernel/instant.ts'
import { newToken, sha256 } from '../../kernel/secret.ts'
import { enterDepartment } from './departments.ts'
import { endGroundless } from './impersonation-ground.ts'
import { leaveDesk } from './presence.ts'
import { requireRank } from './rank.ts'
import { countOwners, endLinks, endSessions, lockAgent, lockDepartment, setAgentState } from './store.ts'

/** A link to take a seat or to choose a new password is good for a week, unless said otherwise. */
const LINK_DAYS = 7

async function makeLink(
  context: CommandContext,
  agentId: string,
  kind: 'invitation' | 'reset',
  days = LINK_DAYS,
) {
  const token = newToken()
  const expiresAt = addMicros(context.now, days * 86_400_000_000)
  await endLinks(context.tx, context.workspaceId, agentId, context.now)
  await context.tx
    .insertInto('invitation')
    .values({
      workspace_id: context.workspaceId,
      invitation_id: newId(),
      agent_id: agentId,
      kind,
      token_sha256: sha256(token),
      expires_at: expiresAt,
      used_at: null,
    })
    .execute()
  return { invitation: { token, expiresAt } }
}

export const inviteAgentCommand = defineCommandHandler(inviteAgent, {
  handle: async (context, input) => {
    const { tx, workspaceId, now } = context
    await requireRank(context, input.role)
    if (
      await tx
        .selectFrom('agent')
        .select('agent_id')
        .where('workspace_id', '=', workspaceId)
        .where('email', '=', input.email)
        .executeTakeFirst()
    )
      throw new ConsoleError('agent.email_taken')
    const agentId = newId()
    const namedBy = newId()
    await tx
      .insertInto('agent')
      .values({
        workspace_id: workspaceId,
        agent_id: agentId,
        name: input.name,
        email: input.email,
        role: input.role,
        state: 'invited',
        named_by: namedBy,
        created_at: now,
      })
      .execute()
    context.record(
      agentInvited,
      { role: input.role },
      {
        entryId: namedBy,
        subject: { id: agentId, named: namedBy },
        parts: { name: input.name, email: input.email },
      },
    )
    for (const departmentId of new Set(input.departmentIds ?? [])) {
      const { name } = await lockDepartment(tx, workspaceId, departmentId)
      await enterDepartment(context, { id: departmentId, name }, agentId)
    }
    return { agent: { id: agentId }, ...(await makeLink(context, agentId, 'invitation', input.validDays)) }
  },
})

export const changeRoleCommand = defineCommandHandler(changeRole, {
  handle: async (context, { agentId, role }) => {
    const agent = await lockAgent(context.tx, context.workspaceId, agentId)
    await requireRank(context, agent.role, role)
    if (
      agent.role === 'owner' &&
      role !== 'owner' &&
      agent.state === 'active' &&
      (await countOwners(context.tx, context.workspaceId)) === 1
    )
      throw new ConsoleError('agent.last_owner')
    await context.tx
      .updateTable('agent')
      .set({ role })
      .where('workspace_id', '=', context.workspaceId)
      .where('agent_id', '=', agentId)
      .execute()
    context.record(
      agentRoleChanged,
      { from: agent.role, to: role },
      { subject: { id: agentId, named: agent.namedBy }, agents: [agentId] },
    )
    await endGroundless(context)
    return {}
  },
})

/** What must happen to an agent's open conversations when the seat closes; the conversations module provides it. */
export type Requeue = (context: CommandContext, agentId: string) => Promise<number>

export const createDeactivateAgent = (requeue: Requeue) =>
  defineCommandHandler(deactivateAgent, {
    handle: async (context, { agentId }) => {
      const { tx, workspaceId, now } = context
      const agent = await lockAgent(tx, workspaceId, agentId)
      await requireRank(context, agent.role)
      if (agent.state === 'deactivated') throw new ConsoleError('agent.inactive', { agentId })
      if (agent.role === 'owner' && agent.state === 'active' && (await countOwners(tx, workspaceId)) === 1)
        throw new ConsoleError('agent.last_owner')
      await setAgentState(tx, workspaceId, agentId, 'deactivated')
      await endLinks(tx, workspaceId, agentId, now)
      const ended = await endSessions(tx, workspaceId, agentId, now)
      const conversationsRequeued = await requeue(context, agentId)
      await leaveDesk(context, agentId, 'admin')
      context.record(
        agentDeactivated,
        { sessionsEnded: ended.length, conversationsRequeued },
        { subject: { id: agentId, named: agent.namedBy }, agents: [agentId] },
      )
      for (const id of ended)
        context.record(sessionRevoked, { cause: 'deactivated' }, { subject: { id }, agents: [agentId] })
      await endGroundless(context)
      return {}
    },
  })

export const reactivateAgentCommand = defineCommandHandler(reactivateAgent, {
  handle: async (context, { agentId }) => {
    const { tx, workspaceId } = context
    const agent = await lockAgent(tx, workspaceId, agentId)
    await requireRank(context, agent.role)
    if (agent.state !== 'deactivated')
      throw new ConsoleError('agent.inactive', { agentId, state: agent.state })
    const credential = await tx
      .selectFrom('agent_credential')
      .select('agent_id')
      .where('workspace_id', '=', workspaceId)
      .where('agent_id', '=', agentId)
      .executeTakeFirst()
    await setAgentState(tx, workspaceId, agentId, credential ? 'active' : 'invited')
    context.record(
      agentReactivated,
      {},
      { subject: { id: agentId, named: agent.namedBy }, agents: [agentId] },
    )
    return {}
  },
})

export const resetPasswordCommand = defineCommandHandler(resetPassword, {
  handle: async (context, { agentId }) => {
    const { tx, workspaceId, now } = context
    const agent = await lockAgent(tx, workspaceId, agentId)
    await requireRank(context, agent.role)
    if (agent.state === 'deactivated') throw new ConsoleError('agent.inactive', { agentId })
    const ended = await endSessions(tx, workspaceId, agentId, now)
    const way = context.caller.actor.kind === 'operator' ? 'operator' : 'link'
    context.record(
      agentPasswordReset,
      { way, sessionsEnded: ended.length },
      { subject: { id: agentId, named: agent.namedBy }, agents: [agentId] },
    )
    for (const id of ended)
      context.record(sessionRevoked, { cause: 'password_reset' }, { subject: { id }, agents: [agentId] })
    return makeLink(context, agentId, agent.state === 'invited' ? 'invitation' : 'reset')
  },
})
