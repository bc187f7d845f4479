import { z } from 'zod'
import { defineEvent } from '../event.ts'
import { MessageId } from '../ids.ts'

/** What Telegram calls the content of a message. `other` is anything not listed: kept, and shown as such. */
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
  'service',
  'other',
])
export type MessageKind = z.infer<typeof MessageKind>

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
  }),
  parts: { text: 'customer' },
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
