import { z } from 'zod'
import { defineQuery } from '../command.ts'
import { Entry } from '../entry.ts'
import { ArchivePolicy } from '../events/archive.ts'
import { AgentId, ArchiveId, ConversationId } from '../ids.ts'
import { Instant, Month } from '../text.ts'
import { pageOf, paging } from './desk.ts'

export const listArchives = defineQuery({
  name: 'archive.list',
  permission: 'archive.view',
  summary: 'The months of the log and what the archive holds of them, newest first; the policy',
  input: z.strictObject({}),
  output: z.strictObject({
    /** Where archives are written: a folder or a bucket; null when nothing is configured. */
    store: z.strictObject({ kind: z.enum(['folder', 's3']), place: z.string() }).nullable(),
    policy: ArchivePolicy,
    /** Months that are over and have entries the archive does not hold yet. */
    open: z.array(z.strictObject({ month: Month, isNew: z.boolean() })),
    items: z.array(
      z.strictObject({
        id: ArchiveId,
        month: Month,
        state: z.enum(['waiting', 'running', 'stopped', 'done', 'failed']),
        requestedBy: AgentId.nullable(),
        requestedAt: Instant,
        endedAt: Instant.nullable(),
        /** Of the work, in parts of a hundred. */
        progress: z.int(),
        /** How much it holds; null for whoever does not see all of the log. */
        entries: z.int().nullable(),
        parts: z.int().nullable(),
        bytes: z.int().nullable(),
        files: z.int().nullable(),
        fromPosition: z.int().nullable(),
        toPosition: z.int().nullable(),
        sha256: z.string().nullable(),
        lockedUntil: Instant.nullable(),
        code: z.string().nullable(),
        verifiedAt: Instant.nullable(),
        verdict: z.string().nullable(),
      }),
    ),
  }),
})

/** What is proven of an entry out of the archive: its place in the signed tree, or that it is not what was signed. */
export const ArchiveProof = z.enum(['proven', 'changed'])
export type ArchiveProof = z.infer<typeof ArchiveProof>

export const listArchiveEntries = defineQuery({
  name: 'archive.entries',
  permission: 'archive.view',
  summary: 'Entries of an archived month in the reader’s scope, oldest first, each with what is proven of it',
  input: z.strictObject({
    month: Month,
    event: z.string().max(80).optional(),
    conversation: ConversationId.optional(),
    actor: z.uuid().optional(),
    ...paging,
  }),
  output: pageOf(z.strictObject({ entry: Entry, proof: ArchiveProof })),
})
