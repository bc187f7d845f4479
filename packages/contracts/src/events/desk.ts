import { z } from 'zod'
import { defineEvent } from '../event.ts'
import { AgentId, ConversationId, DepartmentId } from '../ids.ts'
import { ConversationStatus } from './conversation.ts'

const Place = z.strictObject({ agentId: AgentId.nullable(), departmentId: DepartmentId.nullable() })

/** Somebody took what was offered to them or their department. */
export const conversationAccepted = defineEvent({
  name: 'conversation.accepted',
  version: 1,
  subject: 'conversation',
  reach: 'work',
  data: z.strictObject({ from: Place, to: Place }),
})
/** An offer ended without a change of hands: refused by the target, or taken back by the giver. */
export const conversationDeclined = defineEvent({
  name: 'conversation.declined',
  version: 1,
  subject: 'conversation',
  reach: 'work',
  data: z.strictObject({ offered: Place, by: z.enum(['target', 'giver']) }),
  parts: { reasonText: 'actor' },
})
export const conversationSnoozed = defineEvent({
  name: 'conversation.snoozed',
  version: 1,
  subject: 'conversation',
  reach: 'work',
  data: z.strictObject({ until: z.string(), previous: z.string().nullable() }),
})
export const conversationWoken = defineEvent({
  name: 'conversation.woken',
  version: 1,
  subject: 'conversation',
  reach: 'work',
  data: z.strictObject({ by: z.enum(['time', 'customer', 'agent']), until: z.string() }),
})
export const Priority = z.enum(['low', 'normal', 'high', 'urgent'])
export type Priority = z.infer<typeof Priority>
export const conversationPrioritySet = defineEvent({
  name: 'conversation.priority_set',
  version: 1,
  subject: 'conversation',
  reach: 'work',
  data: z.strictObject({ from: Priority, to: Priority }),
})
const PinScope = z.enum(['mine', 'shared'])
export const conversationPinned = defineEvent({
  name: 'conversation.pinned',
  version: 1,
  subject: 'conversation',
  reach: 'work',
  data: z.strictObject({ scope: PinScope }),
})
export const conversationUnpinned = defineEvent({
  name: 'conversation.unpinned',
  version: 1,
  subject: 'conversation',
  reach: 'work',
  data: z.strictObject({ scope: PinScope }),
})
/**
 * Two conversations of one customer and bot became one story. Recorded in both: `merged_away` ends and points to the
 * other, `kept` goes on. No message moves: each stays in the conversation, and the counter chain, it was written in.
 */
export const conversationMerged = defineEvent({
  name: 'conversation.merged',
  version: 1,
  subject: 'conversation',
  reach: 'work',
  data: z.strictObject({
    side: z.enum(['merged_away', 'kept']),
    other: ConversationId,
    from: ConversationStatus,
    to: ConversationStatus,
  }),
})
