import { z } from 'zod'
import { defineEvent } from '../event.ts'
import { AgentId, DepartmentId } from '../ids.ts'
import { CANDIDATES_MAX, Candidate, RoutingMode, RuleName } from './routing.ts'

export const ConversationStatus = z.enum(['in_progress', 'pending', 'resolved'])
export type ConversationStatus = z.infer<typeof ConversationStatus>

export const conversationOpened = defineEvent({
  name: 'conversation.opened',
  version: 1,
  subject: 'conversation',
  reach: 'work',
  data: z.strictObject({
    by: z.enum(['customer', 'agent', 'import']),
    departmentId: DepartmentId.nullable(),
  }),
})
export const conversationReopened = defineEvent({
  name: 'conversation.reopened',
  version: 1,
  subject: 'conversation',
  reach: 'work',
  data: z.strictObject({
    from: ConversationStatus,
    to: ConversationStatus,
    by: z.enum(['customer', 'agent', 'import']),
    /** By a person: since when the customer has been waiting, as when it was resolved; null: they had an answer. */
    waitingSince: z.string().nullable().optional(),
  }),
})
export const conversationStatusChanged = defineEvent({
  name: 'conversation.status_changed',
  version: 1,
  subject: 'conversation',
  reach: 'work',
  data: z.strictObject({ from: ConversationStatus, to: ConversationStatus, rule: RuleName.optional() }),
})
/** A conversation changed hands. `from` is null when it came out of the queue, `to` when it went back to it. */
export const conversationAssigned = defineEvent({
  name: 'conversation.assigned',
  version: 1,
  subject: 'conversation',
  reach: 'work',
  data: z.strictObject({
    from: AgentId.nullable(),
    to: AgentId.nullable(),
    cause: z.enum(['taken', 'given', 'returned', 'deactivated', 'not_served', 'import', 'routed']),
    /** When a rule decided: which, who could have had it (bounded, best first), and of how many. */
    mode: RoutingMode.optional(),
    candidates: z.array(Candidate).max(CANDIDATES_MAX).optional(),
    considered: z.int().optional(),
  }),
})
/**
 * Handed to a department or an agent, with the giver's reason. `offered`: the target was unattended, so it stays with
 * the giver until somebody accepts. The counts say how the target stood at that moment.
 */
export const conversationTransferred = defineEvent({
  name: 'conversation.transferred',
  version: 1,
  subject: 'conversation',
  reach: 'work',
  data: z.strictObject({
    from: z.strictObject({ agentId: AgentId.nullable(), departmentId: DepartmentId.nullable() }),
    to: z.strictObject({ agentId: AgentId.nullable(), departmentId: DepartmentId.nullable() }),
    state: z.enum(['done', 'offered']).optional(),
    online: z.int().optional(),
    members: z.int().optional(),
    queueLength: z.int().optional(),
  }),
  parts: { reasonText: 'actor' },
})
/** Telegram gave the chat another id (a group became a supergroup); `chat` holds both, as JSON. */
export const conversationChatMoved = defineEvent({
  name: 'conversation.chat_moved',
  version: 1,
  subject: 'conversation',
  reach: 'work',
  data: z.strictObject({}),
  parts: { chat: 'customer' },
})
