import { z } from 'zod'
import { defineEvent } from '../event.ts'
import { MessageId } from '../ids.ts'
import { FileKind } from './message.ts'

const Bytes = { sha256: z.string(), bytes: z.int(), type: z.string() }

/** An agent put a file into the desk, to be sent to the customer of a conversation. */
export const fileUploaded = defineEvent({
  name: 'file.uploaded',
  version: 1,
  subject: 'file',
  reach: 'work',
  data: z.strictObject(Bytes),
  parts: { name: 'customer' },
})
/** An upload was taken away before it was sent: by an agent, or because nobody sent it for a day. */
export const fileDiscarded = defineEvent({
  name: 'file.discarded',
  version: 1,
  subject: 'file',
  reach: 'work',
  data: z.strictObject({ by: z.enum(['agent', 'age']) }),
})
/** A customer's file was fetched from Telegram. `type` is what its bytes look like, whatever its name says. */
export const fileStored = defineEvent({
  name: 'file.stored',
  version: 1,
  subject: 'file',
  reach: 'work',
  data: z.strictObject({ messageId: MessageId, kind: FileKind, ...Bytes, attempts: z.int() }),
  parts: { name: 'customer' },
})
/** A customer's file could not be had: larger than Telegram gives to bots, refused, or not reached for days. */
export const fileNotFetched = defineEvent({
  name: 'file.not_fetched',
  version: 1,
  subject: 'file',
  reach: 'work',
  outcome: 'failed',
  data: z.strictObject({
    messageId: MessageId,
    kind: FileKind,
    cause: z.enum(['too_large', 'refused', 'unreachable']),
    bytes: z.int().nullable(),
    attempts: z.int(),
  }),
})
