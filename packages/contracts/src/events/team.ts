import { z } from 'zod'
import { defineEvent } from '../event.ts'
import { AgentId } from '../ids.ts'
import { RoleKey } from '../permissions.ts'

export const workspaceCreated = defineEvent({
  name: 'workspace.created',
  version: 1,
  subject: 'workspace',
  reach: 'administration',
  data: z.strictObject({ name: z.string() }),
})
/** A seat was offered. It carries the name and address in force from here on. */
export const agentInvited = defineEvent({
  name: 'agent.invited',
  version: 1,
  subject: 'agent',
  reach: 'administration',
  data: z.strictObject({ role: RoleKey }),
  parts: { name: 'subject', email: 'subject' },
})
export const agentJoined = defineEvent({
  name: 'agent.joined',
  version: 1,
  subject: 'agent',
  reach: 'administration',
  data: z.strictObject({}),
})
export const agentRoleChanged = defineEvent({
  name: 'agent.role_changed',
  version: 1,
  subject: 'agent',
  reach: 'administration',
  data: z.strictObject({ from: RoleKey, to: RoleKey }),
})
export const agentDeactivated = defineEvent({
  name: 'agent.deactivated',
  version: 1,
  subject: 'agent',
  reach: 'administration',
  data: z.strictObject({ sessionsEnded: z.int(), conversationsRequeued: z.int() }),
})
export const agentReactivated = defineEvent({
  name: 'agent.reactivated',
  version: 1,
  subject: 'agent',
  reach: 'administration',
  data: z.strictObject({}),
})
/** A one-time link to choose a new password was made, or an operator set one from the command line. */
export const agentPasswordReset = defineEvent({
  name: 'agent.password_reset',
  version: 1,
  subject: 'agent',
  reach: 'administration',
  data: z.strictObject({ way: z.enum(['link', 'operator', 'link_used']), sessionsEnded: z.int() }),
})
export const departmentCreated = defineEvent({
  name: 'department.created',
  version: 1,
  subject: 'department',
  reach: 'administration',
  data: z.strictObject({ name: z.string() }),
})
export const departmentMemberAdded = defineEvent({
  name: 'department.member_added',
  version: 1,
  subject: 'department',
  reach: 'administration',
  data: z.strictObject({ agentId: AgentId }),
})
export const departmentMemberRemoved = defineEvent({
  name: 'department.member_removed',
  version: 1,
  subject: 'department',
  reach: 'administration',
  data: z.strictObject({ agentId: AgentId, wasLead: z.boolean() }),
})
/** Leading decides whose history a supervisor may read, from here until it ends. */
export const departmentLeadSet = defineEvent({
  name: 'department.lead_set',
  version: 1,
  subject: 'department',
  reach: 'administration',
  data: z.strictObject({ agentId: AgentId, from: z.boolean(), to: z.boolean() }),
})
