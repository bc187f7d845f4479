import type { ImportMapping } from '@tracedesk/contracts'
import { type FileLine, growingSizes } from './file-lines.ts'
import { RejectedLine } from './line.ts'
import { createRowMapper } from './map-row.ts'
import type { Row } from './row.ts'
import { readRows } from './rows.ts'

/** What a mapping makes of one row: a line of tracedesk-ndjson, or why there is none. */
export function mapRow(toLine: ReturnType<typeof createRowMapper>, row: Row): FileLine {
  if ('cause' in row) return row
  try {
    return { number: row.number, text: JSON.stringify(toLine(row.values)) }
  } catch (error) {
    if (!(error instanceof RejectedLine)) throw error
    return { number: row.number, ...error.rejection }
  }
}

/** The rows of a file as lines, in batches of at most `size`, without those up to number `after`. Throws `input.invalid` as createRowMapper does. */
export async function* readMappedLines(
  file: string,
  mapping: ImportMapping,
  after: number,
  size: number,
): AsyncIterable<{ lines: FileLine[]; last: number }> {
  const toLine = createRowMapper(mapping)
  const sizes = growingSizes(size)
  let most = sizes.next().value
  let batch: FileLine[] = []
  let last = after
  for await (const row of readRows(file, mapping)) {
    if (row.number <= after) continue
    batch.push(mapRow(toLine, row))
    last = row.number
    if (batch.length < most) continue
    yield { lines: batch, last }
    batch = []
    most = sizes.next().value
  }
  if (batch.length > 0) yield { lines: batch, last }
}
