import { z } from 'zod'
import { defineEvent } from '../event.ts'
import { FileId, MessageId } from '../ids.ts'

/** What Telegram calls the content of a message; `button`: the customer pressed one. `other` is anything not listed: kept, and shown as such. */
export const MessageKind = z.enum([
  'text',
  'photo',
  'document',
  'voice',
  'audio',
  'video',
  'video_note',
  'animation',
  'sticker',
  'location',
  'venue',
  'contact',
  'poll',
  'dice',
  'button',
  'service',
  'other',
])
export type MessageKind = z.infer<typeof MessageKind>

/** What a file is to Telegram. */
export const FileKind = z.enum([
  'photo',
  'document',
  'voice',
  'audio',
  'video',
  'video_note',
  'animation',
  'sticker',
])
export type FileKind = z.infer<typeof FileKind>

/** A file as the ledger knows it: the hash and size of its bytes, and what they are by their own look. */
export const FileFact = z.strictObject({
  fileId: FileId,
  kind: FileKind,
  sha256: z.string(),
  bytes: z.int(),
  type: z.string(),
})

export const messageReceived = defineEvent({
  name: 'message.received',
  version: 1,
  subject: 'message',
  reach: 'work',
  data: z.strictObject({
    kind: MessageKind,
    updateId: z.int().nullable(),
    telegramMessageId: z.int().nullable(),
    telegramDate: z.int().nullable(),
    replyTo: MessageId.nullable(),
    length: z.int(),
    /** The desk had blocked the customer: kept, but nobody was asked to answer. */
    whileBlocked: z.boolean().default(false),
    /** Written by the owner of the business account the bot serves, in Telegram itself. */
    byOwner: z.boolean().default(false),
  }),
  // text: the words or the caption; update: the whole Update object, byte for byte as Telegram gave it
  parts: { text: 'customer', update: 'customer' },
})
export const messageEditedByCustomer = defineEvent({
  name: 'message.edited_by_customer',
  version: 1,
  subject: 'message',
  reach: 'work',
  data: z.strictObject({
    version: z.int(),
    updateId: z.int(),
    telegramDate: z.int().nullable(),
    length: z.int(),
  }),
  parts: { text: 'customer', update: 'customer' },
})
/** Gone from a business chat. Telegram does not say which side deleted it. */
export const messageDeletedByCustomer = defineEvent({
  name: 'message.deleted_by_customer',
  version: 1,
  subject: 'message',
  reach: 'work',
  data: z.strictObject({ updateId: z.int() }),
  // the update names every message that went; it is kept with the first of them
  parts: { update: 'customer' },
})
/** An agent pressed send. What became of it is one of the next three. */
export const messageSent = defineEvent({
  name: 'message.sent',
  version: 1,
  subject: 'message',
  reach: 'work',
  data: z.strictObject({
    kind: MessageKind,
    replyTo: MessageId.nullable(),
    length: z.int(),
    cannedReply: z
      // key: the canned reply's id, or its name in the system it was imported from
      .strictObject({
        key: z.string(),
        version: z.int().nullable().default(null),
        edited: z.boolean(),
        offered: z.array(z.string()),
      })
      .nullable(),
    files: z.array(FileFact).default([]),
  }),
  // entities: how the text is formatted, as Telegram writes it; content: a place, a contact, a sticker, in JSON
  parts: { text: 'customer', entities: 'customer', content: 'customer' },
})
export const messageDelivered = defineEvent({
  name: 'message.delivered',
  version: 1,
  subject: 'message',
  reach: 'work',
  data: z.strictObject({
    telegramMessageId: z.int(),
    telegramDate: z.int(),
    attempts: z.int(),
    latencyMs: z.int(),
    /** The other messages of an album, as Telegram numbers them. */
    furtherIds: z.array(z.int()).default([]),
  }),
})
/** Telegram said no. `errorCode` is Telegram's own. */
export const messageRefused = defineEvent({
  name: 'message.refused',
  version: 1,
  subject: 'message',
  reach: 'work',
  outcome: 'refused',
  data: z.strictObject({ errorCode: z.int(), description: z.string(), attempts: z.int() }),
})
/**
 * Telegram never answered. `not_sent`: we gave up before anything left. `unknown`: it may or may not have reached
 * the customer, because we died or the line broke while Telegram was being told; it is not sent again by itself.
 */
export const messageUnreachable = defineEvent({
  name: 'message.unreachable',
  version: 1,
  subject: 'message',
  reach: 'work',
  outcome: 'failed',
  data: z.strictObject({ cause: z.enum(['not_sent', 'unknown']), attempts: z.int() }),
})
/** A person chose to try a message again that had been refused or not reached. */
export const messageRetried = defineEvent({
  name: 'message.retried',
  version: 1,
  subject: 'message',
  reach: 'work',
  data: z.strictObject({ from: z.enum(['refused', 'unreachable']) }),
})
/** An agent wrote a delivered message anew. The words before are in the entry `previous`. */
export const messageEdited = defineEvent({
  name: 'message.edited',
  version: 1,
  subject: 'message',
  reach: 'work',
  data: z.strictObject({ version: z.int(), length: z.int(), previous: z.string() }),
  parts: { text: 'customer', entities: 'customer' },
})
/** An agent asked for a delivered message to be taken back. What it said stays in its entries. */
export const messageRecalled = defineEvent({
  name: 'message.recalled',
  version: 1,
  subject: 'message',
  reach: 'work',
  data: z.strictObject({ ageSeconds: z.int() }),
})
/** An agent put a reaction on a message, or took it away. */
export const messageReacted = defineEvent({
  name: 'message.reacted',
  version: 1,
  subject: 'message',
  reach: 'work',
  data: z.strictObject({ from: z.string().nullable(), to: z.string().nullable() }),
})
/** What an agent may change about a message at Telegram. */
export const MessageOperation = z.enum(['edit', 'recall', 'react'])
export type MessageOperation = z.infer<typeof MessageOperation>
/** Telegram took a change of a message. */
export const messageChangeDelivered = defineEvent({
  name: 'message.change_delivered',
  version: 1,
  subject: 'message',
  reach: 'work',
  data: z.strictObject({ operation: MessageOperation, attempts: z.int(), latencyMs: z.int() }),
})
/** Telegram said no to a change of a message. `errorCode` is Telegram's own. */
export const messageChangeRefused = defineEvent({
  name: 'message.change_refused',
  version: 1,
  subject: 'message',
  reach: 'work',
  outcome: 'refused',
  data: z.strictObject({
    operation: MessageOperation,
    errorCode: z.int(),
    description: z.string(),
    attempts: z.int(),
  }),
})
/** Telegram could not be told of a change; it is given up. */
export const messageChangeUnreachable = defineEvent({
  name: 'message.change_unreachable',
  version: 1,
  subject: 'message',
  reach: 'work',
  outcome: 'failed',
  data: z.strictObject({ operation: MessageOperation, attempts: z.int() }),
})
/** The customer's reactions to a message are now these; none are left when `reactions` is 0. */
export const messageReactedByCustomer = defineEvent({
  name: 'message.reacted_by_customer',
  version: 1,
  subject: 'message',
  reach: 'work',
  data: z.strictObject({ updateId: z.int(), reactions: z.int() }),
  // reaction: a JSON list of emoji
  parts: { reaction: 'customer', update: 'customer' },
})
