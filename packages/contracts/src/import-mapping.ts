import { z } from 'zod'

/** What a mapping reads: rows under column heads, or events of an IEEE 1849 log. */
export const ImportFormat = z.enum(['csv', 'xes'])
export type ImportFormat = z.infer<typeof ImportFormat>

const Column = z.string().min(1).max(200)
const Word = z.string().max(1000)

/**
 * Where a value comes from: a column (for xes the key of an event's attribute, `case:` before that of its trace), its
 * words replaced as `values` says, `ifEmpty` where there is nothing; or always the same.
 */
export const ImportSource = z.union([
  z.strictObject({
    column: Column,
    values: z.record(Word, Word).optional(),
    ifEmpty: Word.optional(),
  }),
  z.strictObject({ value: Word }),
])
export type ImportSource = z.infer<typeof ImportSource>

/**
 * How rows of another system become lines of an import. `at.format`: `iso`, `unix_seconds`, `unix_millis`, or a pattern
 * of YYYY MM DD HH mm ss and S (fraction digits); `at.zone`: whose local time it is when the value does not say.
 * An `event` that is no event's name becomes one: `eventPrefix`, a dot, and its letters and digits.
 */
export const ImportMapping = z.strictObject({
  format: ImportFormat,
  csv: z
    .strictObject({
      delimiter: z.enum([',', ';', '\t', '|']).default(','),
      encoding: z
        .enum(['utf-8', 'utf-16le', 'windows-1251', 'windows-1252', 'gb18030', 'shift_jis'])
        .default('utf-8'),
    })
    .optional(),
  at: z.strictObject({
    column: Column,
    format: z.string().min(1).max(60).default('iso'),
    zone: z.string().min(1).max(60).default('UTC'),
  }),
  event: ImportSource,
  eventPrefix: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,29}$/)
    .default('activity'),
  conversation: ImportSource,
  customer: ImportSource.optional(),
  actorKind: ImportSource.default({ value: 'agent' }),
  actorKey: ImportSource,
  actorName: ImportSource.optional(),
  text: ImportSource.optional(),
  department: ImportSource.optional(),
  reason: ImportSource.optional(),
  data: z
    .record(z.string().min(1).max(60), ImportSource)
    .refine(data => Object.keys(data).length <= 50, 'too many')
    .default({}),
})
export type ImportMapping = z.output<typeof ImportMapping>
