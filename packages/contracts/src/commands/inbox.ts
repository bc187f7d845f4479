import { z } from 'zod'
import { defineCommand } from '../command.ts'
import { mentionsSeen } from '../events/customer.ts'
import { customerFieldSet, customerProfileUpdated } from '../events/customer-profile.ts'
import * as inbox from '../events/inbox.ts'
import { CustomerId, InboxViewId, LabelId, LabelSetId } from '../ids.ts'
import { InstantInput, nameUpTo } from '../text.ts'

const Done = z.strictObject({})
const view = { kind: 'inbox_view', field: 'inboxViewId' } as const
const facts = { name: nameUpTo(60), filter: inbox.InboxFilter }

export const createInboxView = defineCommand({
  name: 'inbox_view.create',
  summary: 'Keep a view of the inbox under a name, for oneself',
  input: z.strictObject(facts),
  output: z.strictObject({ inboxView: z.strictObject({ id: InboxViewId }) }),
  records: [inbox.inboxViewCreated],
})
export const changeInboxView = defineCommand({
  name: 'inbox_view.change',
  summary: 'Give one’s own view another name or filter',
  input: z.strictObject({ inboxViewId: InboxViewId, ...facts }),
  output: Done,
  records: [inbox.inboxViewChanged],
  subject: view,
})
export const shareInboxView = defineCommand({
  name: 'inbox_view.share',
  summary: 'Offer one’s own view to everybody, or to nobody else any longer',
  input: z.strictObject({ inboxViewId: InboxViewId, shared: z.boolean() }),
  output: Done,
  records: [inbox.inboxViewShared],
  subject: view,
})
export const deleteInboxView = defineCommand({
  name: 'inbox_view.delete',
  summary: 'Remove one’s own view',
  input: z.strictObject({ inboxViewId: InboxViewId }),
  output: Done,
  records: [inbox.inboxViewDeleted],
  subject: view,
})

const labelSet = { name: nameUpTo(60), labelIds: z.array(LabelId).min(1).max(50) }
export const createLabelSet = defineCommand({
  name: 'label_set.create',
  summary: 'Ask for one of these labels before a conversation ends',
  input: z.strictObject(labelSet),
  output: z.strictObject({ labelSet: z.strictObject({ id: LabelSetId }) }),
  records: [inbox.labelSetCreated],
})
export const changeLabelSet = defineCommand({
  name: 'label_set.change',
  summary: 'Change the name or the labels of a required set',
  input: z.strictObject({ labelSetId: LabelSetId, ...labelSet }),
  output: Done,
  records: [inbox.labelSetChanged],
  subject: { kind: 'label_set', field: 'labelSetId' },
})
export const deleteLabelSet = defineCommand({
  name: 'label_set.delete',
  summary: 'Ask for these labels no longer',
  input: z.strictObject({ labelSetId: LabelSetId }),
  output: Done,
  records: [inbox.labelSetDeleted],
  subject: { kind: 'label_set', field: 'labelSetId' },
})

export const mergeCustomer = defineCommand({
  name: 'customer.merge',
  summary: 'Show one account as another from now on, because they are the same person',
  input: z.strictObject({ customerId: CustomerId, intoCustomerId: CustomerId }),
  output: Done,
  records: [inbox.customerMerged, customerFieldSet, customerProfileUpdated],
  subject: { kind: 'customer', field: 'customerId' },
})
export const seeMentions = defineCommand({
  name: 'note.see_mentions',
  permission: 'conversation.view',
  summary: 'Say that the caller has looked at the notes that call them, up to a moment',
  input: z.strictObject({ to: InstantInput }),
  output: Done,
  records: [mentionsSeen],
})
