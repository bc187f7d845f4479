import { z } from 'zod'
import { defineCommand } from '../command.ts'
import { HoldCause, holdPlaced, holdReleased } from '../events/hold.ts'
import { ConversationId, CustomerId, HoldId } from '../ids.ts'
import { InstantInput, MessageText } from '../text.ts'

export const placeHold = defineCommand({
  name: 'hold.place',
  summary:
    'Keep a customer, a conversation, or everything within a span of time from being destroyed; name exactly one',
  input: z
    .strictObject({
      customerId: CustomerId.optional(),
      conversationId: ConversationId.optional(),
      from: InstantInput.optional(),
      to: InstantInput.optional(),
      cause: HoldCause,
      reason: MessageText,
    })
    .refine(
      ({ customerId, conversationId, from, to }) =>
        [customerId, conversationId, from ?? to].filter(each => each !== undefined).length === 1,
      { message: 'hold.exactly_one' },
    )
    .refine(({ from, to }) => !from || !to || Date.parse(from) < Date.parse(to), {
      message: 'hold.empty_range',
    }),
  output: z.strictObject({ hold: z.strictObject({ id: HoldId }) }),
  records: [holdPlaced],
})
export const releaseHold = defineCommand({
  name: 'hold.release',
  summary: 'End a hold; what nothing else holds may be destroyed again',
  input: z.strictObject({ holdId: HoldId, reason: MessageText }),
  output: z.strictObject({}),
  records: [holdReleased],
  subject: { kind: 'hold', field: 'holdId' },
})
