import { z } from 'zod'
import { defineEvent } from '../event.ts'
import { ExportParts } from './export.ts'

/** How entries leave: by HTTP, one request a batch, or as RFC 5424 messages over TLS. */
export const StreamKind = z.enum(['webhook', 'syslog'])
export type StreamKind = z.infer<typeof StreamKind>
/** What lies around the payload of a webhook: nothing but ours, or CloudEvents 1.0 in one of its two modes. */
export const StreamEnvelope = z.enum(['plain', 'cloudevents', 'cloudevents_binary'])
export type StreamEnvelope = z.infer<typeof StreamEnvelope>
/** The entry as the API gives it, an OCSF event, or (syslog only) a CEF line. */
export const StreamPayload = z.enum(['entry', 'ocsf', 'cef'])
export type StreamPayload = z.infer<typeof StreamPayload>
/** Why something did not arrive. `not_taken`: the receiver answered with another status than 200 to 299. */
export const StreamProblem = z.enum([
  'not_taken',
  'unreachable',
  'timed_out',
  'private_address',
  'certificate',
  'broken_off',
  'answer_too_long',
])
export type StreamProblem = z.infer<typeof StreamProblem>

/** `receiver` is no more than scheme, host and port: the rest of an address may be a secret, `fingerprint` tells it apart. */
const config = {
  name: z.string(),
  receiver: z.string(),
  fingerprint: z.string(),
  envelope: StreamEnvelope,
  payload: StreamPayload,
  parts: ExportParts,
  filter: z.record(z.string(), z.array(z.string())),
  batch: z.int(),
  authorization: z.boolean(),
  ca: z.string().nullable(),
}
/** From position `firstPosition` on, entries of the log leave the house. With `parts` open, what is personal goes along. */
export const streamCreated = defineEvent({
  name: 'stream.created',
  version: 1,
  subject: 'stream',
  reach: 'administration',
  data: z.strictObject({ ...config, kind: StreamKind, firstPosition: z.int() }),
  parts: { q: 'actor' },
})
/** `position`: what lies before it was sent as it was set up before. */
export const streamUpdated = defineEvent({
  name: 'stream.updated',
  version: 1,
  subject: 'stream',
  reach: 'administration',
  data: z.strictObject({
    from: z.strictObject(config).partial(),
    to: z.strictObject(config).partial(),
    position: z.int(),
  }),
  parts: { q: 'actor' },
})
export const streamDeleted = defineEvent({
  name: 'stream.deleted',
  version: 1,
  subject: 'stream',
  reach: 'administration',
  data: z.strictObject({ name: z.string(), position: z.int(), letters: z.int() }),
})
/** `refusals`: so many entries in a row were refused that the receiver is not what it should be; `gone`: it said 410. */
export const streamPaused = defineEvent({
  name: 'stream.paused',
  version: 1,
  subject: 'stream',
  reach: 'administration',
  data: z.strictObject({ cause: z.enum(['person', 'refusals', 'gone']), position: z.int() }),
})
export const streamResumed = defineEvent({
  name: 'stream.resumed',
  version: 1,
  subject: 'stream',
  reach: 'administration',
  data: z.strictObject({ position: z.int() }),
})
/** The secret before goes on signing beside the new one for `overlapHours`. */
export const streamSecretRotated = defineEvent({
  name: 'stream.secret_rotated',
  version: 1,
  subject: 'stream',
  reach: 'administration',
  data: z.strictObject({ from: z.string(), to: z.string(), overlapHours: z.int() }),
})
/** Somebody had a made-up entry sent. */
export const streamTested = defineEvent({
  name: 'stream.tested',
  version: 1,
  subject: 'stream',
  reach: 'administration',
  data: z.strictObject({
    delivered: z.boolean(),
    problem: StreamProblem.nullable(),
    status: z.int().nullable(),
    milliseconds: z.int(),
  }),
})
/** Entries from `firstPosition` on are sent, again where they were sent before: the stream had reached `reached`. */
export const streamReplayed = defineEvent({
  name: 'stream.replayed',
  version: 1,
  subject: 'stream',
  reach: 'administration',
  data: z.strictObject({ reached: z.int(), firstPosition: z.int() }),
})
/** The receiver refused an entry so often that it was laid aside; the stream goes on. Never sent by any stream. */
export const streamEntryRefused = defineEvent({
  name: 'stream.entry_refused',
  version: 1,
  subject: 'stream',
  reach: 'administration',
  outcome: 'failed',
  data: z.strictObject({
    position: z.int(),
    entryId: z.string(),
    attempts: z.int(),
    status: z.int().nullable(),
  }),
})
export const streamLettersRetried = defineEvent({
  name: 'stream.letters_retried',
  version: 1,
  subject: 'stream',
  reach: 'administration',
  data: z.strictObject({ letters: z.int(), firstPosition: z.int(), lastPosition: z.int() }),
})
/** `gone`: the entry that was laid aside has been destroyed since. */
export const streamLettersDiscarded = defineEvent({
  name: 'stream.letters_discarded',
  version: 1,
  subject: 'stream',
  reach: 'administration',
  data: z.strictObject({
    cause: z.enum(['person', 'gone']),
    letters: z.int(),
    firstPosition: z.int(),
    lastPosition: z.int(),
  }),
})
/** What had been laid aside arrived after all. */
export const streamLetterSent = defineEvent({
  name: 'stream.letter_sent',
  version: 1,
  subject: 'stream',
  reach: 'administration',
  data: z.strictObject({ position: z.int(), entryId: z.string(), attempts: z.int() }),
})
