import { z } from 'zod'
import { defineEvent } from '../event.ts'

/** A session began. Entries made in it point here for address and browser instead of repeating them. */
export const sessionSignedIn = defineEvent({
  name: 'session.signed_in',
  version: 1,
  subject: 'session',
  reach: 'administration',
  data: z.strictObject({ method: z.enum(['password', 'invitation', 'setup', 'oidc']) }),
  parts: { ip: 'actor', userAgent: 'actor' },
})
export const sessionSignInFailed = defineEvent({
  name: 'session.sign_in_failed',
  version: 1,
  subject: 'session',
  reach: 'administration',
  outcome: 'refused',
  data: z.strictObject({
    cause: z.enum([
      'unknown_email',
      'wrong_password',
      'inactive',
      'locked',
      'code_missing',
      'wrong_code',
      'email_not_verified',
    ]),
  }),
  parts: { email: 'visitor', ip: 'visitor', userAgent: 'visitor' },
})
/** The same session was used from another address or browser. */
export const sessionMoved = defineEvent({
  name: 'session.moved',
  version: 1,
  subject: 'session',
  reach: 'administration',
  data: z.strictObject({}),
  parts: { ip: 'actor', userAgent: 'actor' },
})
export const sessionSignedOut = defineEvent({
  name: 'session.signed_out',
  version: 1,
  subject: 'session',
  reach: 'administration',
  data: z.strictObject({}),
})
export const sessionRevoked = defineEvent({
  name: 'session.revoked',
  version: 1,
  subject: 'session',
  reach: 'administration',
  data: z.strictObject({
    cause: z.enum(['by_person', 'deactivated', 'password_reset', 'password_changed', 'two_factor_reset']),
  }),
})
export const apiTokenCreated = defineEvent({
  name: 'api_token.created',
  version: 1,
  subject: 'api_token',
  reach: 'administration',
  data: z.strictObject({
    name: z.string(),
    role: z.string(),
    expiresAt: z.string().nullable(),
    fingerprint: z.string(),
    /** How many of the role's permissions it has; absent: all. */
    permissionCount: z.int().optional(),
  }),
  // one a line; a part for its length
  parts: { permissions: 'subject' },
})
export const apiTokenRevoked = defineEvent({
  name: 'api_token.revoked',
  version: 1,
  subject: 'api_token',
  reach: 'administration',
  data: z.strictObject({ name: z.string() }),
})
/** Someone asked for what their role does not allow. */
export const permissionRefused = defineEvent({
  name: 'permission.refused',
  version: 1,
  subject: 'command',
  reach: 'administration',
  outcome: 'refused',
  data: z.strictObject({ name: z.string(), permission: z.string() }),
})
/** A command was understood and permitted but a rule of the desk said no; nothing changed. */
export const commandRefused = defineEvent({
  name: 'command.refused',
  version: 1,
  subject: 'command',
  reach: 'work',
  outcome: 'refused',
  data: z.strictObject({ name: z.string(), code: z.string() }),
})
/** A command broke off on our side; nothing changed. */
export const commandFailed = defineEvent({
  name: 'command.failed',
  version: 1,
  subject: 'command',
  reach: 'work',
  outcome: 'failed',
  data: z.strictObject({ name: z.string(), code: z.string() }),
})
