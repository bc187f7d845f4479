import { z } from 'zod'
import { defineEvent } from '../event.ts'
import { AgentId, LabelId, NoteId } from '../ids.ts'

/** Someone wrote for the first time. Carries name and Telegram identity in force from here on. */
export const customerCreated = defineEvent({
  name: 'customer.created',
  version: 1,
  subject: 'customer',
  reach: 'work',
  data: z.strictObject({ language: z.string().nullable() }),
  parts: { name: 'subject', telegram: 'subject' },
})
/** The name or username in Telegram changed; the earlier one stays readable in the entry that brought it. */
export const customerProfileChanged = defineEvent({
  name: 'customer.profile_changed',
  version: 1,
  subject: 'customer',
  reach: 'work',
  data: z.strictObject({ fields: z.array(z.enum(['name', 'username', 'language'])) }),
  parts: { name: 'subject', telegram: 'subject' },
})
export const customerLabelAdded = defineEvent({
  name: 'customer.label_added',
  version: 1,
  subject: 'customer',
  reach: 'work',
  data: z.strictObject({ labelId: LabelId, labelName: z.string() }),
})
export const customerLabelRemoved = defineEvent({
  name: 'customer.label_removed',
  version: 1,
  subject: 'customer',
  reach: 'work',
  data: z.strictObject({ labelId: LabelId, labelName: z.string() }),
})
export const labelCreated = defineEvent({
  name: 'label.created',
  version: 1,
  subject: 'label',
  reach: 'work',
  data: z.strictObject({ name: z.string(), colour: z.string() }),
})
export const noteAdded = defineEvent({
  name: 'note.added',
  version: 1,
  subject: 'note',
  reach: 'work',
  data: z.strictObject({
    scope: z.enum(['private', 'team']),
    length: z.int(),
    mentions: z.array(AgentId).default([]),
  }),
  parts: { text: 'customer' },
  aside: ['text'],
})
/** The words before are in the entry `previous`. */
export const noteEdited = defineEvent({
  name: 'note.edited',
  version: 1,
  subject: 'note',
  reach: 'work',
  data: z.strictObject({
    scope: z.enum(['private', 'team']),
    version: z.int(),
    length: z.int(),
    mentions: z.array(AgentId),
    previous: z.string(),
  }),
  parts: { text: 'customer' },
  aside: ['text'],
})
/** Gone from the desk; its last words stay in the entry `previous`. */
export const noteDeleted = defineEvent({
  name: 'note.deleted',
  version: 1,
  subject: 'note',
  reach: 'work',
  data: z.strictObject({
    scope: z.enum(['private', 'team']),
    version: z.int(),
    authorId: AgentId,
    previous: z.string(),
  }),
})
/** An agent looked at their bell: the notes up to `to` in which colleagues call them, `notes` of them for the first time. */
export const mentionsSeen = defineEvent({
  name: 'note.mentions_seen',
  version: 1,
  subject: 'agent',
  reach: 'work',
  data: z.strictObject({ from: z.string().nullable(), to: z.string(), notes: z.array(NoteId) }),
})
export const labelRenamed = defineEvent({
  name: 'label.renamed',
  version: 1,
  subject: 'label',
  reach: 'work',
  data: z.strictObject({ from: z.string(), to: z.string() }),
})
export const labelColourChanged = defineEvent({
  name: 'label.colour_changed',
  version: 1,
  subject: 'label',
  reach: 'work',
  data: z.strictObject({ from: z.string(), to: z.string() }),
})
/** Gone, and with it from every customer who had it: so many. */
export const labelDeleted = defineEvent({
  name: 'label.deleted',
  version: 1,
  subject: 'label',
  reach: 'work',
  data: z.strictObject({ name: z.string(), colour: z.string(), customers: z.int() }),
})
