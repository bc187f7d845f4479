import { z } from 'zod'
import { defineEvent } from '../event.ts'

export const PresenceState = z.enum(['online', 'away', 'offline'])
export type PresenceState = z.infer<typeof PresenceState>

/**
 * Somebody came, went or stepped away. `since`: when the state before had begun, so that one entry tells a whole span.
 * `time_out`: no browser of theirs has been heard from; the system records it.
 */
export const presenceChanged = defineEvent({
  name: 'presence.changed',
  version: 1,
  subject: 'agent',
  reach: 'work',
  data: z.strictObject({
    from: PresenceState,
    to: PresenceState,
    by: z.enum(['person', 'connected', 'time_out', 'admin', 'signed_out']),
    since: z.string().nullable(),
  }),
})

const Desk = z.strictObject({
  /** Conversations a rule may give them at once; null: the workspace's setting. */
  capacity: z.int().nullable(),
  languages: z.array(z.string()),
})
/** How much and in which languages an agent takes from the rules. */
export const agentDeskChanged = defineEvent({
  name: 'agent.desk_changed',
  version: 1,
  subject: 'agent',
  reach: 'work',
  data: z.strictObject({ from: Desk, to: Desk }),
})

/** Whether the rules give this person conversations. null: as their role has it (agents yes, those above them no). */
export const agentServingSet = defineEvent({
  name: 'agent.serving_set',
  version: 1,
  subject: 'agent',
  reach: 'work',
  data: z.strictObject({ from: z.boolean().nullable(), to: z.boolean().nullable() }),
})
