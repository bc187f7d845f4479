import { z } from 'zod'
import { defineEvent } from '../event.ts'
import { BotId } from '../ids.ts'
import { RoleKey, RoleScope, Switch } from '../permissions.ts'

const RoleFacts = z.strictObject({
  name: z.string(),
  scope: RoleScope,
  withheld: z.boolean(),
  takesConversations: z.boolean(),
})

/** A role was made. Its permissions are a part for their length, one a line. */
export const roleCreated = defineEvent({
  name: 'role.created',
  version: 1,
  subject: 'role',
  reach: 'administration',
  data: z.strictObject({ role: RoleFacts, permissionCount: z.int() }),
  parts: { permissions: 'subject' },
})
export const roleUpdated = defineEvent({
  name: 'role.updated',
  version: 1,
  subject: 'role',
  reach: 'administration',
  data: z.strictObject({ from: RoleFacts, to: RoleFacts, added: z.int(), removed: z.int() }),
  parts: { permissions: 'subject', permissionsBefore: 'subject' },
})
export const roleDeleted = defineEvent({
  name: 'role.deleted',
  version: 1,
  subject: 'role',
  reach: 'administration',
  data: z.strictObject({}),
})
/** A switch was put on for one person, whatever their role says. `from`: null where the role decided. */
export const agentGranted = defineEvent({
  name: 'agent.granted',
  version: 1,
  subject: 'agent',
  reach: 'administration',
  data: z.strictObject({ switch: Switch, from: z.boolean().nullable() }),
})
/** A switch was put off for one person. */
export const agentRevoked = defineEvent({
  name: 'agent.revoked',
  version: 1,
  subject: 'agent',
  reach: 'administration',
  data: z.strictObject({ switch: Switch, from: z.boolean().nullable() }),
})
/** Which bots an agent serves; null: all. What they held of others went back to the queue. */
export const agentBotsSet = defineEvent({
  name: 'agent.bots_set',
  version: 1,
  subject: 'agent',
  reach: 'administration',
  data: z.strictObject({
    from: z.array(BotId).nullable(),
    to: z.array(BotId).nullable(),
    conversationsRequeued: z.int(),
  }),
})
/** An invitation that nobody had taken up was taken back; its link is worth nothing any more. */
export const agentInvitationRevoked = defineEvent({
  name: 'agent.invitation_revoked',
  version: 1,
  subject: 'agent',
  reach: 'administration',
  data: z.strictObject({}),
})
/** What somebody held, did and may was drawn up. `sha256`: of the report as it was given. */
export const agentOffboardingReported = defineEvent({
  name: 'agent.offboarding_reported',
  version: 1,
  subject: 'agent',
  reach: 'administration',
  data: z.strictObject({ entries: z.int(), openConversations: z.int(), sha256: z.string() }),
})
/** Somebody looked over what a colleague may and found it right. */
export const accessReviewed = defineEvent({
  name: 'access.reviewed',
  version: 1,
  subject: 'agent',
  reach: 'administration',
  data: z.strictObject({
    role: RoleKey,
    permissionCount: z.int(),
    twoFactor: z.boolean(),
    lastSignInAt: z.string().nullable(),
  }),
  parts: { text: 'actor' },
})
/** Nothing leads to a department any more; what it was stays in history. Each of its members left by an entry of its own. */
export const departmentDeleted = defineEvent({
  name: 'department.deleted',
  version: 1,
  subject: 'department',
  reach: 'administration',
  data: z.strictObject({ name: z.string(), members: z.int(), leads: z.int() }),
})
export const departmentRenamed = defineEvent({
  name: 'department.renamed',
  version: 1,
  subject: 'department',
  reach: 'administration',
  data: z.strictObject({ from: z.string(), to: z.string() }),
})
