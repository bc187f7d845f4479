import { z } from 'zod'
import { defineQuery } from '../command.ts'
import { Part } from '../entry.ts'
import { ConversationStatus } from '../events/conversation.ts'
import { FieldKind } from '../events/customer-profile.ts'
import { AgentId, BotId, ConversationId, CustomerId, FieldId, LabelId } from '../ids.ts'

const field = {
  id: FieldId,
  key: z.string(),
  name: z.string(),
  kind: FieldKind,
  options: z.array(z.string()),
}
export const listFields = defineQuery({
  name: 'field.list',
  permission: 'conversation.view',
  summary: 'The fields that customers have',
  input: z.strictObject({}),
  output: z.strictObject({ items: z.array(z.strictObject(field)) }),
})
export const getCustomer = defineQuery({
  name: 'customer.get',
  permission: 'conversation.view',
  summary:
    'A customer with their fields, labels and those of their conversations the caller may see, in every bot',
  input: z.strictObject({ id: CustomerId }),
  output: z.strictObject({
    customer: z.strictObject({
      id: CustomerId,
      /** `null`: withheld from this reader. */
      name: z.string().nullable(),
      username: z.string().nullable(),
      language: z.string().nullable(),
      nickname: Part.nullable(),
      remark: Part.nullable(),
      blockedSince: z.string().nullable(),
      labels: z.array(z.strictObject({ id: LabelId, name: z.string(), colour: z.string() })),
      fields: z.array(z.strictObject({ ...field, value: Part.nullable() })),
    }),
    /** Newest first, 50 at most. */
    conversations: z.array(
      z.strictObject({
        id: ConversationId,
        /** Which account of the person it is with: only conversations of one account can be merged. */
        accountId: CustomerId,
        bot: z.strictObject({ id: BotId, name: z.string(), username: z.string() }),
        status: ConversationStatus,
        assignee: z.strictObject({ id: AgentId, name: z.string() }).nullable(),
        openedAt: z.string(),
        lastMessageAt: z.string(),
      }),
    ),
  }),
})
