import { z } from 'zod'
import { defineEvent } from '../event.ts'
import { RejectionCause } from './verification.ts'

/** A setting's value before and after; only what canonical JSON can hold without loss. */
const SettingValue = z.union([z.boolean(), z.int(), z.string(), z.null()])
export const settingChanged = defineEvent({
  name: 'setting.changed',
  version: 1,
  subject: 'setting',
  reach: 'administration',
  data: z.strictObject({ key: z.string(), from: SettingValue, to: SettingValue }),
})
/**
 * Someone read the behaviour log: with which filter, in which scope, how many entries they were shown. `fromPosition` and
 * `toPosition` (with the live log only): everything shown since the entry before lies between them, both included.
 */
export const logViewed = defineEvent({
  name: 'log.viewed',
  version: 1,
  subject: 'log',
  reach: 'administration',
  data: z.strictObject({
    query: z.string(),
    filter: z.record(z.string(), z.array(z.string())),
    scope: z.enum(['own', 'departments', 'all']),
    count: z.int(),
    deep: z.boolean(),
    fromPosition: z.int().optional(),
    toPosition: z.int().optional(),
  }),
  parts: { q: 'actor' },
})
/** The newest head of the epoch before that whoever started the next one knew of. */
const LastCheckpoint = z.strictObject({
  size: z.int(),
  /** Root of the tree of `size` leaves, in base64. */
  root: z.string(),
  /** The signed note; null when it would not fit. */
  note: z.string().nullable(),
})
/**
 * The log begins, or goes on in a new epoch after a restore: with another origin and key, from the position of this
 * entry. `ended` names what the epoch before came to, and how many of its positions are not there any more.
 */
export const ledgerEpochStarted = defineEvent({
  name: 'ledger.epoch_started',
  version: 2,
  subject: 'ledger',
  reach: 'administration',
  data: z.strictObject({
    epoch: z.int(),
    origin: z.string(),
    vkey: z.string(),
    ended: z
      .strictObject({
        epoch: z.int(),
        origin: z.string(),
        lost: z.int(),
        checkpoint: LastCheckpoint.nullable(),
      })
      .nullable(),
  }),
})
/** A copy of the database left it: up to which size of the ledger, and the digest of its manifest. */
export const backupTaken = defineEvent({
  name: 'backup.taken',
  version: 1,
  subject: 'workspace',
  reach: 'administration',
  data: z.strictObject({
    manifestSha256: z.string(),
    size: z.int(),
    tables: z.int(),
    rows: z.int(),
    files: z.int(),
    bytes: z.int(),
  }),
})
/**
 * The database was put back to an older state. `size` leaves of the ledger were there; sessions were ended, and
 * messages that waited for Telegram are of unknown fate, because they may have been sent since.
 */
export const restorePerformed = defineEvent({
  name: 'restore.performed',
  version: 1,
  subject: 'workspace',
  reach: 'administration',
  data: z.strictObject({
    cause: z.enum(['backup', 'elsewhere']),
    manifestSha256: z.string().nullable(),
    takenAt: z.string().nullable(),
    epoch: z.int(),
    size: z.int(),
    lost: z.int(),
    erasures: z.int(),
    sessionsEnded: z.int(),
    unsent: z.int(),
  }),
})
/** A restored database still had what was erased since: it was erased again, before anybody was served. */
export const erasureReplayed = defineEvent({
  name: 'restore.erasure_replayed',
  version: 1,
  subject: 'workspace',
  reach: 'administration',
  data: z.strictObject({ owner: z.string(), erasedBy: z.string(), erasedAt: z.string() }),
})
export const ledgerEntryRejected = defineEvent({
  name: 'ledger.entry_rejected',
  version: 1,
  subject: 'ledger',
  reach: 'administration',
  outcome: 'failed',
  data: z.strictObject({
    entryId: z.string(),
    cause: RejectionCause,
    leafSha256: z.string(),
  }),
})
export const nodeStarted = defineEvent({
  name: 'node.started',
  version: 1,
  subject: 'node',
  reach: 'administration',
  data: z.strictObject({ version: z.string(), schema: z.int() }),
})
export const nodeStopped = defineEvent({
  name: 'node.stopped',
  version: 1,
  subject: 'node',
  reach: 'administration',
  data: z.strictObject({ entries: z.int(), unused: z.array(z.int()) }),
})
export const schemaMigrated = defineEvent({
  name: 'schema.migrated',
  version: 1,
  subject: 'workspace',
  reach: 'administration',
  data: z.strictObject({ from: z.int(), to: z.int() }),
})
export const importStarted = defineEvent({
  name: 'import.started',
  version: 1,
  subject: 'import',
  reach: 'administration',
  data: z.strictObject({
    format: z.string(),
    fileSha256: z.string(),
    bytes: z.int(),
    /** Digest of the mapping by which the file is read; absent where the format needs none. */
    mappingSha256: z.string().optional(),
  }),
  parts: { fileName: 'actor' },
})
export const importCompleted = defineEvent({
  name: 'import.completed',
  version: 1,
  subject: 'import',
  reach: 'administration',
  data: z.strictObject({ lines: z.int(), imported: z.int(), repeated: z.int(), rejected: z.int() }),
})
/** An activity of another system that has no counterpart here: kept under its own name. */
export const importActivity = defineEvent({
  name: 'import.activity',
  version: 1,
  subject: 'conversation',
  reach: 'work',
  data: z.strictObject({ activity: z.string() }),
  parts: { detail: 'customer', text: 'customer' },
})
/** A batch of an import went into the ledger: so many lines of the file are done with, so many entries and refusals came of this batch. */
export const importProgressed = defineEvent({
  name: 'import.progressed',
  version: 1,
  subject: 'import',
  reach: 'administration',
  data: z.strictObject({ doneLines: z.int(), imported: z.int(), rejected: z.int() }),
})
