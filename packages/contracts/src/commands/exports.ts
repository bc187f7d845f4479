import { z } from 'zod'
import { defineCommand } from '../command.ts'
import * as events from '../events/export.ts'
import { ExportId, ExportScheduleId } from '../ids.ts'
import { logFilter } from '../queries/log.ts'
import { nameUpTo } from '../text.ts'

const asked = {
  format: events.ExportFormat,
  filter: z.strictObject(logFilter).default({}),
  parts: events.ExportParts.default('open'),
  /** For csv: the three bytes by which spreadsheets know UTF-8. */
  bom: z.boolean().default(false),
  /** For csv and xlsx: column heads in this language; absent, the names of the API. */
  language: z.enum(['en', 'zh', 'ru']).optional(),
}
export const requestExport = defineCommand({
  name: 'export.request',
  summary: 'Write the entries that a filter finds in the caller’s scope into a file',
  input: z.strictObject(asked),
  output: z.strictObject({ export: z.strictObject({ id: ExportId }) }),
  records: [events.exportRequested],
})
export const cancelExport = defineCommand({
  name: 'export.cancel',
  summary: 'Stop an export that is not finished; what it wrote is removed',
  input: z.strictObject({ id: ExportId }),
  output: z.strictObject({}),
  records: [events.exportCancelled],
  subject: { kind: 'export', field: 'id' },
})
export const scheduleExport = defineCommand({
  name: 'export.schedule',
  summary: 'Export the day, week or month before, again and again; filters on time are left to it',
  input: z.strictObject({ ...asked, name: nameUpTo(80), every: events.ExportRhythm }),
  output: z.strictObject({ schedule: z.strictObject({ id: ExportScheduleId }) }),
  records: [events.exportScheduled],
})
export const unscheduleExport = defineCommand({
  name: 'export.unschedule',
  summary: 'End a repeated export; its files stay until they expire',
  input: z.strictObject({ id: ExportScheduleId }),
  output: z.strictObject({}),
  records: [events.exportUnscheduled],
  subject: { kind: 'export_schedule', field: 'id' },
})
