import { type Readable, Transform } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import type { Row } from './row.ts'

/** A record longer than this is not held in memory: it ends the reading. */
const LONGEST = 1024 * 1024
const COLUMNS_MAX = 1_000

interface Parsed {
  readonly info: { readonly lines: number; readonly records: number }
  readonly record: readonly string[]
}

/**
 * The rows of a csv file (RFC 4180; fields may hold line breaks) under its first line. A row is known by the line it
 * ends in. Two columns of one name are told apart: the second is called `name (2)`. What cannot be read any further
 * (a quote that never closes) is one last row with a cause.
 */
export async function* readCsvRows(
  bytes: Readable,
  options: { delimiter?: string; encoding?: string },
): AsyncIterable<Row> {
  const parser = parse({
    delimiter: options.delimiter ?? ',',
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LONGEST,
  })
  const decoder = decodeAs(options.encoding ?? 'utf-8')
  for (const stream of [bytes, decoder]) stream.on('error', error => parser.destroy(error))
  bytes.pipe(decoder).pipe(parser)
  let columns: string[] | null = null
  let last = 0
  try {
    for await (const parsed of parser) {
      const { info, record } = parsed as Parsed // what `info` makes of a record
      last = info.lines
      if (columns === null) columns = nameColumns(record)
      else yield toRow(columns, record, info.lines)
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    yield { number: last + 1, cause: 'file_malformed', detail: error.code }
  } finally {
    parser.destroy()
    decoder.destroy()
  }
}

function toRow(columns: readonly string[], record: readonly string[], number: number): Row {
  if (record.length > columns.length)
    return {
      number,
      cause: 'row_malformed',
      detail: `${record.length} fields under ${columns.length} columns`,
    }
  if (record.some(value => value.includes('\ufffd'))) return { number, cause: 'not_utf8', detail: '' }
  return { number, values: new Map(record.map((value, i) => [columns[i] ?? '', value])) }
}

/** Names of the first line, each once. */
export function nameColumns(heads: readonly string[]): string[] {
  const seen = new Map<string, number>()
  return heads.slice(0, COLUMNS_MAX).map((head, i) => {
    const name = head.trim() || `column ${i + 1}`
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    return count === 1 ? name : `${name} (${count})`
  })
}

function decodeAs(encoding: string): Transform {
  const decoder = new TextDecoder(encoding)
  return new Transform({
    transform: (chunk: Buffer, _, done) => done(null, decoder.decode(chunk, { stream: true })),
    flush: done => done(null, decoder.decode()),
  })
}
