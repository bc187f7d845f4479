import { z } from 'zod'
import { defineEvent } from '../event.ts'
import { AgentId } from '../ids.ts'

/** What is asked to be opened: one entry, or everything of a conversation. */
export const RevealKind = z.enum(['entry', 'conversation'])
export type RevealKind = z.infer<typeof RevealKind>
const target = { kind: RevealKind, target: z.string() }

/** Somebody from whom personal parts are withheld asked to see them; somebody else has to agree. */
export const logRevealRequested = defineEvent({
  name: 'log.reveal_requested',
  version: 1,
  subject: 'log',
  reach: 'administration',
  data: z.strictObject(target),
  parts: { reasonText: 'actor' },
})
/** Withheld parts were opened for one person, for so many minutes. */
export const logRevealed = defineEvent({
  name: 'log.revealed',
  version: 1,
  subject: 'log',
  reach: 'administration',
  data: z.strictObject({ ...target, agentId: AgentId, minutes: z.int(), secondPerson: z.boolean() }),
  parts: { reasonText: 'actor' },
})
export const logRevealDeclined = defineEvent({
  name: 'log.reveal_declined',
  version: 1,
  subject: 'log',
  reach: 'administration',
  data: z.strictObject({ ...target, agentId: AgentId }),
})
