import { z } from 'zod'
import { defineEvent } from '../event.ts'

/** How closed months leave for the archive. */
export const ArchivePolicy = z.strictObject({
  /** Months are written by themselves; else only when somebody asks. */
  enabled: z.boolean(),
  /** So many days after its end a month is written. */
  afterDays: z.int().min(0).max(3_650),
  /** Whole entries may be destroyed by retention only when a verified archive holds them. */
  required: z.boolean(),
  /** Personal parts go along, sealed as they are. */
  withParts: z.boolean(),
  /** For so many days a bucket that offers it keeps the files from everybody (Object Lock); null: no lock. */
  lockDays: z.int().min(1).max(36_500).nullable(),
})
export type ArchivePolicy = z.infer<typeof ArchivePolicy>

/** `before` null: there was no policy yet. */
export const archivePolicySet = defineEvent({
  name: 'archive.policy_set',
  version: 1,
  subject: 'workspace',
  reach: 'administration',
  data: z.strictObject({ ...ArchivePolicy.shape, before: ArchivePolicy.nullable() }),
})
/** A month is to be written: of its entries those at positions from `sincePosition` on and below `size`. */
export const archiveRequested = defineEvent({
  name: 'archive.requested',
  version: 1,
  subject: 'archive',
  reach: 'administration',
  data: z.strictObject({ month: z.string(), sincePosition: z.int(), size: z.int() }),
})
export const archiveStopped = defineEvent({
  name: 'archive.stopped',
  version: 1,
  subject: 'archive',
  reach: 'administration',
  data: z.strictObject({ month: z.string() }),
})
/** It goes on from the last file that is there. */
export const archiveResumed = defineEvent({
  name: 'archive.resumed',
  version: 1,
  subject: 'archive',
  reach: 'administration',
  data: z.strictObject({ month: z.string() }),
})
/**
 * A month was written, read back and verified. `sha256` is that of its manifest, which names every file with its own;
 * everything is proven against the signed head of `checkpoint`.
 */
export const archiveWritten = defineEvent({
  name: 'archive.written',
  version: 1,
  subject: 'archive',
  reach: 'administration',
  data: z.strictObject({
    month: z.string(),
    entries: z.int(),
    parts: z.int(),
    fromPosition: z.int(),
    toPosition: z.int(),
    size: z.int(),
    files: z.int(),
    bytes: z.int(),
    sha256: z.string(),
    checkpoint: z.strictObject({ origin: z.string(), size: z.int(), root: z.string() }),
    lockedUntil: z.string().nullable(),
  }),
})
export const archiveFailed = defineEvent({
  name: 'archive.failed',
  version: 1,
  subject: 'archive',
  reach: 'administration',
  outcome: 'failed',
  data: z.strictObject({ month: z.string(), code: z.string() }),
})
/** Every file of an archive was read again; `verdict` is `ok` or the first thing that is wrong, `file` where. */
export const archiveVerified = defineEvent({
  name: 'archive.verified',
  version: 1,
  subject: 'archive',
  reach: 'administration',
  data: z.strictObject({
    month: z.string(),
    verdict: z.string(),
    file: z.string().nullable(),
    files: z.int(),
    entries: z.int(),
  }),
})
