import { z } from 'zod'
import { defineEvent } from '../event.ts'

/**
 * Somebody began to act in a colleague's name, who is the subject and finds it in their own log. Until it ends each
 * entry of that session has the one who acts as its actor and the colleague in `onBehalfOf`.
 */
export const impersonationStarted = defineEvent({
  name: 'impersonation.started',
  version: 1,
  subject: 'agent',
  reach: 'work',
  data: z.strictObject({ impersonationId: z.string(), until: z.string() }),
  parts: { reasonText: 'subject' },
  aside: ['reasonText'],
})
/**
 * `expired`: its time was up. `lapsed`: the session was over, one of the two seats was closed, or the one who acted
 * might no longer.
 */
export const impersonationEnded = defineEvent({
  name: 'impersonation.ended',
  version: 1,
  subject: 'agent',
  reach: 'work',
  data: z.strictObject({
    impersonationId: z.string(),
    cause: z.enum(['by_person', 'expired', 'lapsed']),
    seconds: z.int(),
  }),
})
