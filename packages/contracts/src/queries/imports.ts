import { z } from 'zod'
import { defineQuery } from '../command.ts'
import { ImportId, ImportMappingId } from '../ids.ts'
import { ImportMapping } from '../import-mapping.ts'
import { Instant } from '../text.ts'

const permission = 'import.run'
/** A line that is not taken, and why. Its content is not repeated. */
const Reject = z.strictObject({ line: z.int(), cause: z.string(), detail: z.string() })

export const listImports = defineQuery({
  name: 'import.list',
  permission,
  summary: 'Imports of the workspace, newest first',
  input: z.strictObject({}),
  output: z.strictObject({
    items: z.array(
      z.strictObject({
        id: ImportId,
        format: z.string(),
        fileName: z.string().nullable(),
        state: z.enum(['running', 'stopped', 'completed']),
        /** Whether a file is kept here that a running or stopped import can go on with. */
        hasFile: z.boolean(),
        lines: z.int(),
        imported: z.int(),
        rejected: z.int(),
        startedAt: Instant,
      }),
    ),
  }),
})
export const listImportRejects = defineQuery({
  name: 'import.rejects',
  permission,
  summary: 'The first lines that an import did not take, with their cause',
  input: z.strictObject({ id: ImportId }),
  output: z.strictObject({ items: z.array(Reject), more: z.boolean() }),
})
export const listImportMappings = defineQuery({
  name: 'import.mappings',
  permission,
  summary: 'Kept mappings, by name',
  input: z.strictObject({}),
  output: z.strictObject({
    items: z.array(z.strictObject({ id: ImportMappingId, name: z.string(), mapping: ImportMapping })),
  }),
})
export const previewImport = defineQuery({
  name: 'import.preview',
  permission,
  summary: 'The first rows of an uploaded file, and what a mapping (as JSON) would make of them',
  input: z.strictObject({
    uploadId: z.uuid(),
    format: z.enum(['csv', 'xes', 'tracedesk-ndjson']),
    delimiter: z.enum([',', ';', '\t', '|']).optional(),
    mapping: z.string().max(12_000).optional(),
  }),
  output: z.strictObject({
    columns: z.array(z.string()),
    rows: z.array(
      z.strictObject({
        line: z.int(),
        values: z.record(z.string(), z.string()),
        /** The line it becomes; null when it would be rejected, or without a mapping. */
        becomes: z.record(z.string(), z.unknown()).nullable(),
        reject: Reject.nullable(),
      }),
    ),
    /** What is wrong with the mapping as a whole, if anything. */
    problem: z.string().nullable(),
  }),
})
const Tally = z.int().nonnegative()
export const dryRunImport = defineQuery({
  name: 'import.dry_run',
  permission,
  summary: 'What an uploaded file would become by a mapping (as JSON), counted without changing anything',
  input: z.strictObject({ uploadId: z.uuid(), mapping: z.string().max(12_000).optional() }),
  output: z.strictObject({
    /** False: there was not enough time for all of it, and the counts are those up to `lines`. */
    isWhole: z.boolean(),
    lines: Tally,
    good: Tally,
    rejected: Tally,
    conversations: Tally,
    customers: Tally,
    agents: Tally,
    /** First and last time of the good lines. */
    from: Instant.nullable(),
    to: Instant.nullable(),
    /** The fifty most frequent events. */
    events: z.array(z.strictObject({ event: z.string(), count: Tally })),
    causes: z.array(z.strictObject({ cause: z.string(), count: Tally, firstLine: z.int() })),
    rejects: z.array(Reject),
  }),
})
