import { z } from 'zod'
import { defineCommand } from '../command.ts'
import * as events from '../events/stream.ts'
import { StreamId } from '../ids.ts'
import { logFilter } from '../queries/log.ts'
import { nameUpTo } from '../text.ts'

const about = { kind: 'stream', field: 'id' } as const
const settings = {
  name: nameUpTo(80),
  /** `https://…` for a webhook, `host:port` for syslog over TLS. Kept sealed, never shown again. */
  address: z.string().trim().min(1).max(2048),
  envelope: events.StreamEnvelope,
  payload: events.StreamPayload,
  parts: z.enum(['withheld', 'open']),
  filter: z.strictObject(logFilter),
  /** Entries in one request, or in one connection of syslog, at most. */
  batch: z.int().min(1).max(500),
}
/** The value of an Authorization header, for receivers that want one. Kept sealed, never shown again. */
const authorization = z
  .string()
  .max(4096)
  .regex(/^[\x20-\x7e]+$/)
/** Certificates (PEM) to trust besides the public ones: for a receiver with a house certificate. */
const ca = z
  .string()
  .max(40_000)
  .regex(/-----BEGIN CERTIFICATE-----/)

export const createStream = defineCommand({
  name: 'stream.create',
  summary: 'Send entries of the log to a receiver outside, from now on or from a position',
  input: z.strictObject({
    ...settings,
    kind: events.StreamKind,
    envelope: events.StreamEnvelope.default('plain'),
    payload: events.StreamPayload.default('entry'),
    parts: z.enum(['withheld', 'open']).default('withheld'),
    filter: z.strictObject(logFilter).default({}),
    batch: settings.batch.optional(),
    authorization: authorization.optional(),
    ca: ca.optional(),
    /** The first position that is sent; absent: what comes from now on. */
    from: z.int().min(0).optional(),
  }),
  output: z.strictObject({
    stream: z.strictObject({ id: StreamId }),
    /** Signs the calls of a webhook; shown this once. Null for syslog. */
    secret: z.string().nullable(),
  }),
  records: [events.streamCreated],
})
export const updateStream = defineCommand({
  name: 'stream.update',
  summary: 'Change where and how a stream sends; null takes authorization or certificates away',
  input: z.strictObject({
    ...z.strictObject(settings).partial().shape,
    id: StreamId,
    authorization: authorization.nullable().optional(),
    ca: ca.nullable().optional(),
    /** With a filter that has no words: those of the stream stay, which nobody is shown. */
    keepWords: z.boolean().optional(),
  }),
  output: z.strictObject({}),
  records: [events.streamUpdated],
  subject: about,
})
export const deleteStream = defineCommand({
  name: 'stream.delete',
  summary: 'End a stream; what it laid aside goes with it',
  input: z.strictObject({ id: StreamId }),
  output: z.strictObject({}),
  records: [events.streamDeleted],
  subject: about,
})
export const pauseStream = defineCommand({
  name: 'stream.pause',
  summary: 'Send nothing until the stream is resumed; nothing is lost meanwhile',
  input: z.strictObject({ id: StreamId }),
  output: z.strictObject({}),
  records: [events.streamPaused],
  subject: about,
})
export const resumeStream = defineCommand({
  name: 'stream.resume',
  summary: 'Go on sending where a stream was paused',
  input: z.strictObject({ id: StreamId }),
  output: z.strictObject({}),
  records: [events.streamResumed],
  subject: about,
})
export const rotateStreamSecret = defineCommand({
  name: 'stream.rotate_secret',
  summary: 'Sign a webhook’s calls with a new secret, and for a day with the one before as well',
  input: z.strictObject({ id: StreamId }),
  output: z.strictObject({ secret: z.string() }),
  records: [events.streamSecretRotated],
  subject: about,
})
export const testStream = defineCommand({
  name: 'stream.test',
  summary: 'Send a made-up entry now, and say what came of it',
  input: z.strictObject({ id: StreamId }),
  output: events.streamTested.data,
  records: [events.streamTested],
  subject: about,
})
export const replayStream = defineCommand({
  name: 'stream.replay',
  summary: 'Send everything from a position on, again where it was sent before',
  input: z.strictObject({ id: StreamId, from: z.int().min(0) }),
  output: z.strictObject({}),
  records: [events.streamReplayed],
  subject: about,
})
/** Which of the entries laid aside; absent: all. */
const positions = z.array(z.int().min(0)).min(1).max(500).optional()
export const retryStreamLetters = defineCommand({
  name: 'stream.retry_letters',
  summary: 'Send once more what a receiver refused',
  input: z.strictObject({ id: StreamId, positions }),
  output: z.strictObject({ count: z.int() }),
  records: [events.streamLettersRetried],
  subject: about,
})
export const discardStreamLetters = defineCommand({
  name: 'stream.discard_letters',
  summary: 'Give up what a receiver refused; the entries stay in the log',
  input: z.strictObject({ id: StreamId, positions }),
  output: z.strictObject({ count: z.int() }),
  records: [events.streamLettersDiscarded],
  subject: about,
})
