import { readFileSync } from 'node:fs'
import { tableFromIPC } from '@uwdata/flechette'
import { ParquetFile, readParquet } from 'parquet-wasm'
import { addMicros } from '../../src/kernel/instant.ts'

export interface ForeignTable {
  /** Each column as `name type` (a time with its zone), with `?` where it may be absent. */
  readonly columns: string[]
  readonly rows: Record<string, unknown>[]
  readonly groups: number
}

const TYPES: Readonly<Record<number, string>> = { 2: 'integer', 5: 'text', 10: 'time' } // Arrow's own numbers

/** A Parquet file as arrow-rs reads it: a reader that shares no line with our writer. */
export async function readByArrow(path: string): Promise<ForeignTable> {
  const bytes = readFileSync(path)
  const table = tableFromIPC(readParquet(bytes).intoIPCStream())
  const file = await ParquetFile.fromFile(new Blob([bytes]))
  const times = table.schema.fields.filter(({ type }) => type.typeId === 10).map(({ name }) => name)
  return {
    columns: table.schema.fields.map(
      ({ name, type, nullable }) =>
        `${name} ${TYPES[type.typeId] ?? `type ${type.typeId}`}${'timezone' in type ? ` ${type.timezone}` : ''}${nullable ? '?' : ''}`,
    ),
    rows: (table.toArray() as Record<string, unknown>[]).map(row => withInstants(row, times)),
    groups: file.metadata().numRowGroups(),
  }
}

/** Times come as milliseconds with a fraction; here they are instants, as an entry has them. */
function withInstants(row: Record<string, unknown>, times: readonly string[]): Record<string, unknown> {
  const read = times.map(name => {
    const ms = row[name]
    return [
      name,
      typeof ms === 'number' ? addMicros('1970-01-01T00:00:00.000000Z', Math.round(ms * 1000)) : null,
    ]
  })
  return { ...row, ...Object.fromEntries(read) }
}
