import { z } from 'zod'
import { defineCommand } from '../command.ts'
import * as conversation from '../events/conversation.ts'
import * as customer from '../events/customer.ts'
import * as message from '../events/message.ts'
import { alertRaised, moderationFlagged } from '../events/moderation.ts'
import {
  AgentId,
  CannedReplyId,
  ConversationId,
  CustomerId,
  FileId,
  LabelId,
  MessageId,
  NoteId,
} from '../ids.ts'
import { Colour, Entities, MessageText, nameUpTo } from '../text.ts'

const Done = z.strictObject({})
const about = { kind: 'conversation', field: 'conversationId' } as const

/** A file that was uploaded before, and what it is to be to Telegram. */
const Attachment = z.strictObject({ fileId: FileId, as: message.FileKind.exclude(['sticker']) })
/** Degrees, WGS 84. */
const Location = z.strictObject({
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
})
const Contact = z.strictObject({ phone: z.string().regex(/^\+?[0-9 ()-]{3,32}$/), name: nameUpTo(64) })

export const sendMessage = defineCommand({
  name: 'message.send',
  summary:
    'Queue a text, files, a sticker, a place or a contact for the customer; delivery arrives as an entry',
  input: z
    .strictObject({
      conversationId: ConversationId,
      /** The text, or the caption of the files (then at most 1,024 units). */
      text: MessageText.optional(),
      entities: Entities.optional(),
      replyTo: MessageId.optional(),
      /** Up to ten files make one album: photos and videos together, documents or audio among themselves. */
      attachments: z.array(Attachment).min(1).max(10).optional(),
      /** A message whose sticker is to be sent again. */
      stickerOf: MessageId.optional(),
      location: Location.optional(),
      contact: Contact.optional(),
      /** Ids of what moderation found and the agent sends all the same. */
      confirm: z.array(z.string().max(64)).max(200).optional(),
      /** The canned reply the text began as, and the replies that were offered beside it. */
      cannedReplyId: CannedReplyId.optional(),
      offered: z.array(CannedReplyId).max(20).optional(),
    })
    .refine(
      ({ text, attachments, stickerOf, location, contact }) => {
        const things = [attachments, stickerOf, location, contact].filter(each => each !== undefined).length
        return things === 0
          ? text !== undefined
          : things === 1 && (attachments !== undefined || text === undefined)
      },
      { message: 'message.one_content' },
    ),
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
  records: [
    conversation.conversationStatusChanged,
    conversation.conversationReopened,
    conversation.conversationTransferred,
    conversation.conversationAssigned,
  ],
  subject: about,
})
export const addNote = defineCommand({
  name: 'note.add',
  summary: 'Write a note beside a conversation; the customer never sees it',
  input: z.strictObject({
    conversationId: ConversationId,
    text: MessageText,
    scope: z.enum(['private', 'team']).default('team'),
    /** Colleagues to call: they see the note in their own log. Not in a private note. */
    mentions: z.array(AgentId).max(20).default([]),
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
export const editNote = defineCommand({
  name: 'note.edit',
  summary: 'Write one’s own note anew; earlier versions stay in the log',
  input: z.strictObject({
    noteId: NoteId,
    text: MessageText,
    mentions: z.array(AgentId).max(20).default([]),
  }),
  output: z.strictObject({ note: z.strictObject({ id: NoteId, version: z.int() }) }),
  records: [customer.noteEdited],
  subject: { kind: 'note', field: 'noteId' },
})
export const deleteNote = defineCommand({
  name: 'note.delete',
  summary: 'Take a note away: one’s own, or a team note as a supervisor; it stays in the log',
  input: z.strictObject({ noteId: NoteId }),
  output: Done,
  records: [customer.noteDeleted],
  subject: { kind: 'note', field: 'noteId' },
})
export const renameLabel = defineCommand({
  name: 'label.rename',
  summary: 'Give a label another name',
  input: z.strictObject({ labelId: LabelId, name: nameUpTo(40) }),
  output: Done,
  records: [customer.labelRenamed],
  subject: { kind: 'label', field: 'labelId' },
})
export const changeLabelColour = defineCommand({
  name: 'label.change_colour',
  summary: 'Give a label another colour',
  input: z.strictObject({ labelId: LabelId, colour: Colour }),
  output: Done,
  records: [customer.labelColourChanged],
  subject: { kind: 'label', field: 'labelId' },
})
export const deleteLabel = defineCommand({
  name: 'label.delete',
  summary: 'Remove a label, also from every customer who has it',
  input: z.strictObject({ labelId: LabelId }),
  output: Done,
  records: [customer.labelDeleted],
  subject: { kind: 'label', field: 'labelId' },
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
