import { z } from 'zod'
import { defineCommand } from '../command.ts'
import { sessionRevoked } from '../events/access.ts'
import { conversationAssigned } from '../events/conversation.ts'
import * as credentials from '../events/credentials.ts'
import { impersonationEnded } from '../events/impersonation.ts'
import * as people from '../events/people.ts'
import { agentServingSet } from '../events/presence.ts'
import { departmentMemberRemoved } from '../events/team.ts'
import { AgentId, BotId, DepartmentId } from '../ids.ts'
import { RoleKey, RoleScope, Switch } from '../permissions.ts'
import { nameUpTo, Password } from '../text.ts'

const Done = z.strictObject({})
const about = { kind: 'agent', field: 'agentId' } as const

const roleFacts = {
  name: nameUpTo(60),
  scope: RoleScope,
  permissions: z.array(z.string().max(80)).max(500),
  /** Personal parts of entries are withheld from it, as from auditors. */
  withheld: z.boolean().default(false),
  /** Whether the rules give those who have it conversations, where a person's own switch says nothing. */
  takesConversations: z.boolean().default(false),
}
const RoleSubject = { kind: 'role', field: 'role' } as const

export const createRole = defineCommand({
  name: 'role.create',
  summary: 'Make a role of some permissions and a scope; nobody can give more than they have',
  input: z.strictObject(roleFacts),
  output: z.strictObject({ role: RoleKey }),
  records: [people.roleCreated],
})
export const updateRole = defineCommand({
  name: 'role.update',
  summary: 'Change a role of the workspace; it holds at once for everybody who has it',
  input: z.strictObject({ role: RoleKey, ...roleFacts }),
  output: Done,
  records: [people.roleUpdated, impersonationEnded],
  subject: RoleSubject,
})
export const deleteRole = defineCommand({
  name: 'role.delete',
  summary: 'Take away a role that nobody has any more',
  input: z.strictObject({ role: RoleKey }),
  output: Done,
  records: [people.roleDeleted],
  subject: RoleSubject,
})

const switching = z.strictObject({ agentId: AgentId, switch: Switch })
export const grantSwitch = defineCommand({
  name: 'agent.grant',
  summary: 'Let one person do what a switch stands for, whatever their role says',
  input: switching,
  output: Done,
  records: [people.agentGranted],
  subject: about,
})
export const revokeSwitch = defineCommand({
  name: 'agent.revoke',
  summary: 'Keep one person from what a switch stands for, whatever their role says',
  input: switching,
  output: Done,
  records: [people.agentRevoked],
  subject: about,
})
export const setAgentBots = defineCommand({
  name: 'agent.set_bots',
  summary:
    'Say which bots an agent serves (null: all); conversations of others they hold return to the queue',
  input: z.strictObject({ agentId: AgentId, botIds: z.array(BotId).max(40).nullable() }),
  output: Done,
  records: [people.agentBotsSet, conversationAssigned],
  subject: about,
})
export const setServing = defineCommand({
  name: 'agent.set_serving',
  summary: 'Say whether the rules give somebody conversations; null: as their role has it',
  input: z.strictObject({ agentId: AgentId, serving: z.boolean().nullable() }),
  output: Done,
  records: [agentServingSet],
  subject: about,
})
export const revokeInvitation = defineCommand({
  name: 'agent.revoke_invitation',
  summary: 'Take back an invitation that nobody has taken up',
  input: z.strictObject({ agentId: AgentId }),
  output: Done,
  records: [people.agentInvitationRevoked],
  subject: about,
})

const Counted = z.strictObject({ name: z.string(), count: z.int() })
/** What somebody held, did and may, as it stands when it is asked for. */
export const OffboardingReport = z.strictObject({
  at: z.string(),
  agent: z.strictObject({
    id: AgentId,
    name: z.string(),
    email: z.string(),
    role: RoleKey,
    state: z.enum(['invited', 'active', 'deactivated']),
    createdAt: z.string(),
  }),
  held: z.strictObject({
    openConversations: z.int(),
    conversationsEver: z.int(),
    livingSessions: z.int(),
    /** Tokens for programs they made and that still work. */
    tokens: z.array(z.strictObject({ id: z.string(), name: z.string() })),
    departments: z.array(z.strictObject({ name: z.string(), lead: z.boolean() })),
  }),
  did: z.strictObject({
    entries: z.int(),
    firstAt: z.string().nullable(),
    lastAt: z.string().nullable(),
    byEvent: z.array(Counted),
  }),
  may: z.strictObject({
    permissions: z.array(z.string()),
    switches: z.array(z.strictObject({ switch: Switch, granted: z.boolean() })),
    bots: z.array(z.string()).nullable(),
    twoFactor: z.boolean(),
    lastSignInAt: z.string().nullable(),
  }),
})
export const reportOffboarding = defineCommand({
  name: 'agent.report_offboarding',
  summary: 'Draw up what somebody held, did and may; that it was drawn up is recorded',
  input: z.strictObject({ agentId: AgentId }),
  output: z.strictObject({ report: OffboardingReport, sha256: z.string(), entryId: z.string() }),
  records: [people.agentOffboardingReported],
  subject: about,
})
export const markReviewed = defineCommand({
  name: 'access.mark_reviewed',
  summary: 'Record that one looked over what these people may, and found it right',
  input: z.strictObject({
    agentIds: z.array(AgentId).min(1).max(200),
    text: nameUpTo(500).optional(),
  }),
  output: Done,
  records: [people.accessReviewed],
})
export const renameDepartment = defineCommand({
  name: 'department.update',
  summary: 'Rename a department',
  input: z.strictObject({ departmentId: DepartmentId, name: nameUpTo(80) }),
  output: Done,
  records: [people.departmentRenamed],
  subject: { kind: 'department', field: 'departmentId' },
})

export const deleteDepartment = defineCommand({
  name: 'department.delete',
  summary: 'Take away a department that nothing leads to any more; its people keep their seats',
  input: z.strictObject({ departmentId: DepartmentId }),
  output: Done,
  records: [people.departmentDeleted, departmentMemberRemoved],
  subject: { kind: 'department', field: 'departmentId' },
})

const Code = z.string().min(6).max(20)
/** What a wrong password or code leaves, as at sign-in. */
const failing = [credentials.agentCheckFailed, credentials.agentLocked]
export const changePassword = defineCommand({
  name: 'agent.change_password',
  summary: 'Choose a new password, knowing the old one; all other sessions end',
  input: z.strictObject({ current: z.string().max(256), password: Password }),
  output: Done,
  records: [credentials.agentPasswordChanged, sessionRevoked, ...failing],
})
export const enableTwoFactor = defineCommand({
  name: 'two_factor.enable',
  summary:
    'Take a secret of two_factor.propose into use by a code made with it; recovery codes are shown once',
  input: z.strictObject({ secret: z.string().regex(/^[A-Z2-7]{32,64}$/), code: Code }),
  output: z.strictObject({ recoveryCodes: z.array(z.string()) }),
  records: [credentials.twoFactorEnabled],
})
export const disableTwoFactor = defineCommand({
  name: 'two_factor.disable',
  summary: 'Do without the second factor again, with password and a code',
  input: z.strictObject({ password: z.string().max(256), code: Code }),
  output: Done,
  records: [credentials.twoFactorDisabled, ...failing],
})
export const renewRecoveryCodes = defineCommand({
  name: 'two_factor.renew_codes',
  summary: 'Make new recovery codes with a code; the old ones end',
  input: z.strictObject({ code: Code }),
  output: z.strictObject({ recoveryCodes: z.array(z.string()) }),
  records: [credentials.twoFactorCodesRenewed, ...failing],
})
export const resetTwoFactor = defineCommand({
  name: 'two_factor.reset',
  summary: 'Take somebody’s second factor off because they lost it; their sessions end',
  input: z.strictObject({ agentId: AgentId, reasonText: nameUpTo(500) }),
  output: Done,
  records: [credentials.twoFactorDisabled, sessionRevoked],
  subject: about,
})
