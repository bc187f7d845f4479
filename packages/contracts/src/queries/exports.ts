import { z } from 'zod'
import { defineQuery } from '../command.ts'
import { ExportFormat, ExportParts, ExportRhythm } from '../events/export.ts'
import { ExportId, ExportScheduleId } from '../ids.ts'
import { Instant } from '../text.ts'
import { pageOf, paging } from './desk.ts'

const Filter = z.record(z.string(), z.array(z.string()))
const Export = z.strictObject({
  id: ExportId,
  format: ExportFormat,
  parts: ExportParts,
  filter: Filter,
  /** Whether words were looked for; the words themselves are personal, and stand in the entry. */
  words: z.boolean(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled', 'removed']),
  /** Written so far; of a finished one, all. */
  rows: z.int(),
  bytes: z.int(),
  requestedBy: z.string().nullable(),
  requestedAt: Instant,
  completedAt: Instant.nullable(),
  expiresAt: Instant.nullable(),
  scheduleName: z.string().nullable(),
  sha256: z.string().nullable(),
  truncated: z.boolean(),
  code: z.string().nullable(),
  /** Whether the reader may have the file: it shows what whoever asked for it may see. */
  own: z.boolean(),
})
export const listExports = defineQuery({
  name: 'export.list',
  permission: 'export.request',
  summary: 'Exports of the workspace, newest first',
  input: z.strictObject(paging),
  output: pageOf(Export),
})
export const getExport = defineQuery({
  name: 'export.get',
  permission: 'export.request',
  summary: 'How far an export is; once it is done, its manifest and a link to it for ten minutes',
  input: z.strictObject({ id: ExportId }),
  output: z.strictObject({
    export: Export,
    manifest: z.record(z.string(), z.unknown()).nullable(),
    /** A path of this server that needs no session, for whoever asked for the export; null for others. */
    link: z.string().nullable(),
  }),
})
export const listExportSchedules = defineQuery({
  name: 'export.schedules',
  permission: 'export.request',
  summary: 'Exports that are made again and again',
  input: z.strictObject({}),
  output: z.strictObject({
    items: z.array(
      z.strictObject({
        id: ExportScheduleId,
        name: z.string(),
        every: ExportRhythm,
        format: ExportFormat,
        parts: ExportParts,
        filter: Filter,
        words: z.boolean(),
        createdBy: z.string().nullable(),
        nextAt: Instant,
      }),
    ),
  }),
})
