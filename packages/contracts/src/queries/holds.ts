import { z } from 'zod'
import { defineQuery } from '../command.ts'
import { Part } from '../entry.ts'
import { HoldCause, HoldKind } from '../events/hold.ts'
import { AgentId, ConversationId, CustomerId, DisputeId, HoldId } from '../ids.ts'

export const listHolds = defineQuery({
  name: 'hold.list',
  permission: 'hold.view',
  summary: 'Legal holds, newest first; with `released=true` also those that have ended',
  input: z.strictObject({ released: z.enum(['true', 'false']).default('false') }),
  output: z.strictObject({
    items: z.array(
      z.strictObject({
        id: HoldId,
        kind: HoldKind,
        customerId: CustomerId.nullable(),
        customerName: Part.nullable(),
        conversationId: ConversationId.nullable(),
        from: z.string().nullable(),
        to: z.string().nullable(),
        cause: HoldCause,
        /** Null for the hold of a dispute: its case is the reason. */
        reason: Part.nullable(),
        disputeId: DisputeId.nullable(),
        placedBy: AgentId.nullable(),
        placedAt: z.string(),
        releasedAt: z.string().nullable(),
        entryId: z.string(),
      }),
    ),
  }),
})
