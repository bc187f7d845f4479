import { z } from 'zod'
import { defineCommand } from '../command.ts'
import * as access from '../events/access.ts'
import { conversationAssigned } from '../events/conversation.ts'
import * as credentials from '../events/credentials.ts'
import { impersonationEnded } from '../events/impersonation.ts'
import { notificationUnlinked } from '../events/notifications.ts'
import { presenceChanged } from '../events/presence.ts'
import { ledgerEpochStarted } from '../events/system.ts'
import * as team from '../events/team.ts'
import { AgentId, ApiTokenId, DepartmentId, SessionId } from '../ids.ts'
import { RoleKey } from '../permissions.ts'
import { Email, InstantInput, nameUpTo, Password } from '../text.ts'

const Done = z.strictObject({})
const SignedIn = z.strictObject({
  token: z.string(),
  expiresAt: z.string(),
  agent: z.strictObject({ id: AgentId, name: z.string(), role: RoleKey }),
})

export const completeSetup = defineCommand({
  name: 'setup.complete',
  permission: null,
  summary: 'Create the workspace and its owner with the one-time set-up link',
  input: z.strictObject({
    token: z.string().max(200),
    workspace: nameUpTo(80),
    name: nameUpTo(80),
    email: Email,
    password: Password,
  }),
  output: SignedIn,
  records: [
    team.workspaceCreated,
    ledgerEpochStarted,
    team.agentInvited,
    team.agentJoined,
    access.sessionSignedIn,
  ],
})
export const signIn = defineCommand({
  name: 'session.sign_in',
  permission: null,
  summary: 'Sign in with e-mail address and password',
  input: z.strictObject({
    email: z.string().max(254),
    password: z.string().max(256),
    code: z.string().max(20).optional(),
  }),
  output: SignedIn,
  records: [
    access.sessionSignedIn,
    access.sessionSignInFailed,
    credentials.agentLocked,
    credentials.recoveryCodeUsed,
  ],
})
export const signOut = defineCommand({
  name: 'session.sign_out',
  summary: 'End the session in use',
  input: z.strictObject({}),
  output: Done,
  records: [access.sessionSignedOut, presenceChanged],
})
export const revokeSession = defineCommand({
  name: 'session.revoke',
  summary: 'End another session, one’s own or (administrators) anybody’s',
  input: z.strictObject({ sessionId: SessionId }),
  output: Done,
  records: [access.sessionRevoked],
  subject: { kind: 'session', field: 'sessionId' },
})

export const inviteAgent = defineCommand({
  name: 'agent.invite',
  summary: 'Offer a seat; the answer holds a link to pass on, valid for 7 days or as many as said',
  input: z.strictObject({
    name: nameUpTo(80),
    email: Email,
    role: RoleKey,
    departmentIds: z.array(DepartmentId).max(100).optional(),
    /** For so many days the link is good. */
    validDays: z.int().min(1).max(30).default(7),
  }),
  output: z.strictObject({
    agent: z.strictObject({ id: AgentId }),
    invitation: z.strictObject({ token: z.string(), expiresAt: z.string() }),
  }),
  records: [team.agentInvited, team.departmentMemberAdded],
})
export const acceptInvitation = defineCommand({
  name: 'agent.accept_invitation',
  permission: null,
  summary: 'Choose a password with an invitation or reset link, and sign in',
  input: z.strictObject({ token: z.string().max(200), password: Password }),
  output: SignedIn,
  records: [team.agentJoined, team.agentPasswordReset, access.sessionSignedIn, access.sessionRevoked],
})
export const changeRole = defineCommand({
  name: 'agent.change_role',
  summary: 'Give an agent another role',
  input: z.strictObject({ agentId: AgentId, role: RoleKey }),
  output: Done,
  records: [team.agentRoleChanged, impersonationEnded],
  subject: { kind: 'agent', field: 'agentId' },
})
export const deactivateAgent = defineCommand({
  name: 'agent.deactivate',
  summary: 'Close a seat: sessions end and open conversations return to the queue',
  input: z.strictObject({ agentId: AgentId }),
  output: Done,
  records: [
    team.agentDeactivated,
    access.sessionRevoked,
    conversationAssigned,
    presenceChanged,
    notificationUnlinked,
    impersonationEnded,
  ],
  subject: { kind: 'agent', field: 'agentId' },
})
export const reactivateAgent = defineCommand({
  name: 'agent.reactivate',
  summary: 'Open a closed seat again',
  input: z.strictObject({ agentId: AgentId }),
  output: Done,
  records: [team.agentReactivated],
  subject: { kind: 'agent', field: 'agentId' },
})
export const resetPassword = defineCommand({
  name: 'agent.reset_password',
  summary: 'Make a one-time link with which an agent chooses a new password; sessions end',
  input: z.strictObject({ agentId: AgentId }),
  output: z.strictObject({ invitation: z.strictObject({ token: z.string(), expiresAt: z.string() }) }),
  records: [team.agentPasswordReset, access.sessionRevoked],
  subject: { kind: 'agent', field: 'agentId' },
})

export const createDepartment = defineCommand({
  name: 'department.create',
  summary: 'Create a department',
  input: z.strictObject({ name: nameUpTo(80) }),
  output: z.strictObject({ department: z.strictObject({ id: DepartmentId }) }),
  records: [team.departmentCreated],
})
const membership = z.strictObject({ departmentId: DepartmentId, agentId: AgentId })
export const addMember = defineCommand({
  name: 'department.add_member',
  summary: 'Add an agent to a department',
  input: membership,
  output: Done,
  records: [team.departmentMemberAdded],
  subject: { kind: 'department', field: 'departmentId' },
})
export const removeMember = defineCommand({
  name: 'department.remove_member',
  summary: 'Take an agent out of a department',
  input: membership,
  output: Done,
  records: [team.departmentMemberRemoved],
  subject: { kind: 'department', field: 'departmentId' },
})
export const setLead = defineCommand({
  name: 'department.set_lead',
  summary: 'Let a member lead a department, or no longer',
  input: z.strictObject({ departmentId: DepartmentId, agentId: AgentId, lead: z.boolean() }),
  output: Done,
  records: [team.departmentLeadSet],
  subject: { kind: 'department', field: 'departmentId' },
})

export const createApiToken = defineCommand({
  name: 'api_token.create',
  summary: 'Create a token for programs; it is shown once',
  input: z.strictObject({
    name: nameUpTo(80),
    /** How far it sees, and at most what it may do. */
    role: RoleKey,
    /** Given: no more than these of the role's permissions. */
    permissions: z.array(z.string().max(80)).max(500).optional(),
    expiresAt: InstantInput.optional(),
  }),
  output: z.strictObject({ apiToken: z.strictObject({ id: ApiTokenId, token: z.string() }) }),
  records: [access.apiTokenCreated],
})
export const revokeApiToken = defineCommand({
  name: 'api_token.revoke',
  summary: 'End a token',
  input: z.strictObject({ apiTokenId: ApiTokenId }),
  output: Done,
  records: [access.apiTokenRevoked],
  subject: { kind: 'api_token', field: 'apiTokenId' },
})
