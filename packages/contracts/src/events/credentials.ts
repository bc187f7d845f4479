import { z } from 'zod'
import { defineEvent } from '../event.ts'

/** So many wrong passwords or codes in a row that the seat is closed for a while. */
export const agentLocked = defineEvent({
  name: 'agent.locked',
  version: 1,
  subject: 'agent',
  reach: 'administration',
  data: z.strictObject({ failures: z.int(), seconds: z.int() }),
})
/** Somebody signed in gave a password or code that is not theirs, so many times in a row. */
export const agentCheckFailed = defineEvent({
  name: 'agent.check_failed',
  version: 1,
  subject: 'agent',
  reach: 'administration',
  data: z.strictObject({ check: z.enum(['password', 'code']), failures: z.int() }),
})
/** Somebody chose a new password, knowing the old one. */
export const agentPasswordChanged = defineEvent({
  name: 'agent.password_changed',
  version: 1,
  subject: 'agent',
  reach: 'administration',
  data: z.strictObject({ sessionsEnded: z.int() }),
})
export const twoFactorEnabled = defineEvent({
  name: 'two_factor.enabled',
  version: 1,
  subject: 'agent',
  reach: 'administration',
  data: z.strictObject({ recoveryCodes: z.int() }),
})
/** `person`: by themselves; `reset`: by an administrator, because the device is lost. */
export const twoFactorDisabled = defineEvent({
  name: 'two_factor.disabled',
  version: 1,
  subject: 'agent',
  reach: 'administration',
  data: z.strictObject({ by: z.enum(['person', 'reset']), sessionsEnded: z.int() }),
  parts: { reasonText: 'subject' },
  aside: ['reasonText'],
})
/** The recovery codes were made anew; the old ones are worth nothing any more. */
export const twoFactorCodesRenewed = defineEvent({
  name: 'two_factor.codes_renewed',
  version: 1,
  subject: 'agent',
  reach: 'administration',
  data: z.strictObject({ recoveryCodes: z.int() }),
})
/** Somebody signed in with one of their recovery codes. */
export const recoveryCodeUsed = defineEvent({
  name: 'two_factor.recovery_code_used',
  version: 1,
  subject: 'agent',
  reach: 'administration',
  data: z.strictObject({ left: z.int() }),
})
