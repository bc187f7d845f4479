import { z } from 'zod'
import { defineEvent } from '../event.ts'
import { BotId, CustomerId, DepartmentId, LabelId, MessageId } from '../ids.ts'
import { ConversationStatus } from './conversation.ts'

/**
 * Somebody with a seat was shown what a customer wrote, for the first time: all up to this message. `count` messages
 * were new to them; `previous` is how far they had been shown before. Whether this is recorded is a setting.
 */
export const messageRead = defineEvent({
  name: 'message.read',
  version: 1,
  subject: 'message',
  reach: 'work',
  data: z.strictObject({ count: z.int(), previous: MessageId.nullable() }),
})

/** The places an inbox shows conversations from. */
export const InboxPlace = z.enum(['mine', 'queue', 'departments', 'all', 'pinned', 'snoozed', 'offered'])
export type InboxPlace = z.infer<typeof InboxPlace>
/** What a saved view of the inbox shows. `null`: without regard to it. */
export const InboxFilter = z.strictObject({
  place: InboxPlace,
  status: z.enum([...ConversationStatus.options, 'any']),
  botId: BotId.nullable(),
  labelId: LabelId.nullable(),
  departmentId: DepartmentId.nullable(),
  unread: z.boolean(),
})
export type InboxFilter = z.infer<typeof InboxFilter>

/** What a view is called may be a person's name, so it is a part; in version 1 it stood among the facts. */
const ViewFacts = z.strictObject({ filter: InboxFilter })
const VIEW_PARTS = { name: 'actor' } as const
export const inboxViewCreated = defineEvent({
  name: 'inbox_view.created',
  version: 2,
  subject: 'inbox_view',
  reach: 'work',
  data: z.strictObject({ to: ViewFacts }),
  parts: VIEW_PARTS,
})
export const inboxViewChanged = defineEvent({
  name: 'inbox_view.changed',
  version: 2,
  subject: 'inbox_view',
  reach: 'work',
  data: z.strictObject({ from: ViewFacts, to: ViewFacts }),
  parts: { ...VIEW_PARTS, nameBefore: 'actor' },
})
/** A view of one person was offered to everybody, or to nobody else any longer. */
export const inboxViewShared = defineEvent({
  name: 'inbox_view.shared',
  version: 2,
  subject: 'inbox_view',
  reach: 'work',
  data: z.strictObject({ from: z.boolean(), to: z.boolean() }),
  parts: VIEW_PARTS,
})
export const inboxViewDeleted = defineEvent({
  name: 'inbox_view.deleted',
  version: 2,
  subject: 'inbox_view',
  reach: 'work',
  data: z.strictObject({ from: ViewFacts, shared: z.boolean() }),
  parts: VIEW_PARTS,
})

const SetFacts = z.strictObject({ name: z.string(), labelIds: z.array(LabelId) })
/** From here on a conversation should not end without one of these labels on its customer. */
export const labelSetCreated = defineEvent({
  name: 'label_set.created',
  version: 1,
  subject: 'label_set',
  reach: 'work',
  data: z.strictObject({ to: SetFacts }),
})
export const labelSetChanged = defineEvent({
  name: 'label_set.changed',
  version: 1,
  subject: 'label_set',
  reach: 'work',
  data: z.strictObject({ from: SetFacts, to: SetFacts }),
})
export const labelSetDeleted = defineEvent({
  name: 'label_set.deleted',
  version: 1,
  subject: 'label_set',
  reach: 'work',
  data: z.strictObject({ from: SetFacts }),
})

/**
 * Two accounts turned out to be one person. Recorded for both: `merged_away` is from now on shown as the other; `kept`
 * got the labels it lacked. No message, value or entry moves.
 */
export const customerMerged = defineEvent({
  name: 'customer.merged',
  version: 1,
  subject: 'customer',
  reach: 'work',
  data: z.strictObject({
    side: z.enum(['merged_away', 'kept']),
    other: CustomerId,
    labelsAdded: z.array(LabelId),
  }),
})
