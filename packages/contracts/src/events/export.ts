import { z } from 'zod'
import { defineEvent } from '../event.ts'

export const ExportFormat = z.enum(['csv', 'ndjson', 'parquet', 'xlsx', 'xes'])
export type ExportFormat = z.infer<typeof ExportFormat>
/** Whether personal parts are in it, as far as its reader may see them. */
export const ExportParts = z.enum(['open', 'withheld'])
export type ExportParts = z.infer<typeof ExportParts>
export const ExportRhythm = z.enum(['daily', 'weekly', 'monthly'])
export type ExportRhythm = z.infer<typeof ExportRhythm>

const asked = {
  format: ExportFormat,
  parts: ExportParts,
  filter: z.record(z.string(), z.array(z.string())),
}
/** Somebody asked for entries in a file; entries up to `size` can be in it. */
export const exportRequested = defineEvent({
  name: 'export.requested',
  version: 1,
  subject: 'export',
  reach: 'administration',
  data: z.strictObject({ ...asked, size: z.int(), scheduleId: z.string().nullable() }),
  parts: { q: 'actor' },
})
/** The file is there. Positions are null when it has no entry; `truncated`: a limit cut it off. */
export const exportCompleted = defineEvent({
  name: 'export.completed',
  version: 1,
  subject: 'export',
  reach: 'administration',
  data: z.strictObject({
    rows: z.int(),
    bytes: z.int(),
    sha256: z.string(),
    firstPosition: z.int().nullable(),
    lastPosition: z.int().nullable(),
    truncated: z.boolean(),
  }),
})
export const exportFailed = defineEvent({
  name: 'export.failed',
  version: 1,
  subject: 'export',
  reach: 'administration',
  outcome: 'failed',
  data: z.strictObject({ code: z.string() }),
})
export const exportCancelled = defineEvent({
  name: 'export.cancelled',
  version: 1,
  subject: 'export',
  reach: 'administration',
  data: z.strictObject({ rows: z.int() }),
})
/** The file left the desk, through the session of the actor or by the link they were given. */
export const exportDownloaded = defineEvent({
  name: 'export.downloaded',
  version: 1,
  subject: 'export',
  reach: 'administration',
  data: z.strictObject({ sha256: z.string(), bytes: z.int(), by: z.enum(['session', 'link']) }),
})
/** The file is no longer there: its time was over, or somebody in it was erased. */
export const exportRemoved = defineEvent({
  name: 'export.removed',
  version: 1,
  subject: 'export',
  reach: 'administration',
  data: z.strictObject({ cause: z.enum(['expired', 'erasure']) }),
})
/** Its name may be a person's, so it is a part; in version 1 it stood among the facts. */
export const exportScheduled = defineEvent({
  name: 'export.scheduled',
  version: 2,
  subject: 'export_schedule',
  reach: 'administration',
  data: z.strictObject({ ...asked, every: ExportRhythm }),
  parts: { name: 'actor', q: 'actor' },
})
export const exportUnscheduled = defineEvent({
  name: 'export.unscheduled',
  version: 2,
  subject: 'export_schedule',
  reach: 'administration',
  data: z.strictObject({}),
  parts: { name: 'actor' },
})
