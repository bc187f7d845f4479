import type { ExportFormat } from '@tracedesk/contracts'
import type { ExportOptions, ExportWriter } from './file-writer.ts'
import { writeParquet } from './parquet.ts'
import { writeCsv, writeNdjson, writeXes } from './text-writers.ts'
import { writeXlsx, XLSX_ROWS_MAX } from './xlsx.ts'

interface Format {
  readonly type: string
  /** Entries in the order of time, or conversation by conversation. */
  readonly order: 'time' | 'conversation'
  readonly rowsMax: number
  /** Begins a file, or goes on after its first `bytes`, which end in a conversation, where the format lets it. */
  readonly open: (
    path: string,
    bytes: number,
    options: ExportOptions,
    conversationId: string | null,
  ) => Promise<ExportWriter>
}

const NO_LIMIT = Number.MAX_SAFE_INTEGER

/** Every kind of file, by its ending. */
export const FORMATS: Readonly<Record<ExportFormat, Format>> = {
  csv: { type: 'text/csv; charset=utf-8', order: 'time', rowsMax: NO_LIMIT, open: writeCsv },
  ndjson: { type: 'application/x-ndjson', order: 'time', rowsMax: NO_LIMIT, open: writeNdjson },
  parquet: { type: 'application/vnd.apache.parquet', order: 'time', rowsMax: NO_LIMIT, open: writeParquet },
  xlsx: {
    type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    order: 'time',
    rowsMax: XLSX_ROWS_MAX,
    open: (path, _bytes, options) => writeXlsx(path, options),
  },
  xes: { type: 'application/xml', order: 'conversation', rowsMax: NO_LIMIT, open: writeXes },
}
