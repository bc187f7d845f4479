import { z } from 'zod'
import { defineQuery } from '../command.ts'
import { ExportParts } from '../events/export.ts'
import { StreamEnvelope, StreamKind, StreamPayload, StreamProblem } from '../events/stream.ts'
import { AgentId, EntryId, StreamId } from '../ids.ts'
import { Instant } from '../text.ts'
import { pageOf, paging } from './desk.ts'

export const listStreams = defineQuery({
  name: 'stream.list',
  permission: 'stream.view',
  summary: 'Where entries are sent to, how far each stream is behind, and what troubles it',
  input: z.strictObject({}),
  output: z.strictObject({
    items: z.array(
      z.strictObject({
        id: StreamId,
        name: z.string(),
        kind: StreamKind,
        /** Scheme, host and port. */
        receiver: z.string(),
        envelope: StreamEnvelope,
        payload: StreamPayload,
        parts: ExportParts,
        filter: z.record(z.string(), z.array(z.string())),
        /** The filter has words, which only whoever made it knows. */
        words: z.boolean(),
        batch: z.int(),
        authorization: z.boolean(),
        ca: z.string().nullable(),
        state: z.enum(['running', 'paused']),
        pausedBecause: z.enum(['person', 'refusals', 'gone']).nullable(),
        /** The next position that is looked at; everything before was sent, passed over or laid aside. */
        position: z.int(),
        lagEntries: z.int(),
        /** Since the oldest entry that is not sent was recorded; 0 when there is none. */
        lagSeconds: z.int(),
        sent: z.int(),
        sentAt: Instant.nullable(),
        /** What kept the last attempt from arriving, until one arrives. */
        trouble: z
          .strictObject({
            problem: StreamProblem,
            status: z.int().nullable(),
            at: Instant,
            attempts: z.int(),
            nextAt: Instant,
          })
          .nullable(),
        /** Entries laid aside. */
        letters: z.int(),
        createdBy: AgentId.nullable(),
        createdAt: Instant,
      }),
    ),
  }),
})
export const listStreamLetters = defineQuery({
  name: 'stream.letters',
  permission: 'stream.view',
  summary: 'Entries that a receiver refused and that were laid aside, oldest first',
  input: z.strictObject({ id: StreamId, ...paging }),
  output: pageOf(
    z.strictObject({
      position: z.int(),
      entryId: EntryId,
      attempts: z.int(),
      status: z.int().nullable(),
      at: Instant,
      /** Somebody had it sent once more, and it waits for its turn. */
      waiting: z.boolean(),
    }),
  ),
})
