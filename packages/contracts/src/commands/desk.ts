import { z } from 'zod'
import { defineCommand } from '../command.ts'
import * as conversation from '../events/conversation.ts'
import * as customer from '../events/customer.ts'
import * as message from '../events/message.ts'
import { alertRaised, moderationFlagged } from '../events/moderation.ts'
import { AgentId, ConversationId, CustomerId, LabelId, MessageId, NoteId } from '../ids.ts'
import { Colour, MessageText, nameUpTo } from '../text.ts'

const Done = z.strictObject({})
const about = { kind: 'conversation', field: 'conversationId' } as const

export const sendMessage = defineCommand({
  name: 'message.send',
  summary: 'Queue a text for the customer; delivery arrives as an entry',
  input: z.strictObject({
    conversationId: ConversationId,
    text: MessageText,
    replyTo: MessageId.optional(),
    /** Ids of what moderation found and the agent sends all the same. */
    confirm: z.array(z.string().max(64)).max(200).optional(),
  }),
  output: z.strictObject({
    message: z.strictObject({ id: MessageId, state: z.literal('queued'), at: z.string() }),
  }),
  records: [message.messageSent, conversation.conversationAssigned, moderationFlagged, alertRaised],
  subject: about,
})
export const retryMessage = defineCommand({
  name: 'message.retry',
  summary: 'Try a message again that Telegram refused or did not answer',
  input: z.strictObject({ messageId: MessageId }),
  output: Done,
  records: [message.messageRetried],
  subject: { kind: 'message', field: 'messageId' },
})
export const assignConversation = defineCommand({
  name: 'conversation.assign',
  summary: 'Take a conversation, give it to an agent, or return it to the queue (null)',
  input: z.strictObject({ conversationId: ConversationId, agentId: AgentId.nullable() }),
  output: Done,
  records: [conversation.conversationAssigned],
  subject: about,
})
export const changeStatus = defineCommand({
  name: 'conversation.change_status',
  summary: 'Set in_progress, pending or resolved',
  input: z.strictObject({ conversationId: ConversationId, status: conversation.ConversationStatus }),
  output: Done,
  records: [conversation.conversationStatusChanged, conversation.conversationReopened],
  subject: about,
})
export const addNote = defineCommand({
  name: 'note.add',
  summary: 'Write a note beside a conversation; the customer never sees it',
  input: z.strictObject({
    conversationId: ConversationId,
    text: MessageText,
    scope: z.enum(['private', 'team']).default('team'),
  }),
  output: z.strictObject({ note: z.strictObject({ id: NoteId }) }),
  records: [customer.noteAdded],
  subject: about,
})
export const createLabel = defineCommand({
  name: 'label.create',
  summary: 'Create a label',
  input: z.strictObject({ name: nameUpTo(40), colour: Colour.default('#64748b') }),
  output: z.strictObject({ label: z.strictObject({ id: LabelId }) }),
  records: [customer.labelCreated],
})
const labelling = z.strictObject({ customerId: CustomerId, labelId: LabelId })
export const addLabel = defineCommand({
  name: 'customer.add_label',
  summary: 'Label a customer',
  input: labelling,
  output: Done,
  records: [customer.customerLabelAdded],
  subject: { kind: 'customer', field: 'customerId' },
})
export const removeLabel = defineCommand({
  name: 'customer.remove_label',
  summary: 'Take a label off a customer',
  input: labelling,
  output: Done,
  records: [customer.customerLabelRemoved],
  subject: { kind: 'customer', field: 'customerId' },
})
