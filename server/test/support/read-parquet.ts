import { readFileSync } from 'node:fs'
import { tableFromIPC } from '@uwdata/flechette'
import { ParquetFile, readParquet } from 'parquet-wasm'

export interface ForeignTable {
  /** Each column as `name type`, with `?` where it may be absent. */
  readonly columns: string[]
  readonly rows: Record<string, unknown>[]
  readonly groups: number
}

const TYPES: Readonly<Record<number, string>> = { 2: 'integer', 5: 'text' } // Arrow's own numbers

/** A Parquet file as arrow-rs reads it: a reader that shares no line with our writer. */
export async function readByArrow(path: string): Promise<ForeignTable> {
  const bytes = readFileSync(path)
  const table = tableFromIPC(readParquet(bytes).intoIPCStream())
  const file = await ParquetFile.fromFile(new Blob([bytes]))
  return {
    columns: table.schema.fields.map(
      ({ name, type, nullable }) =>
        `${name} ${TYPES[type.typeId] ?? `type ${type.typeId}`}${nullable ? '?' : ''}`,
    ),
    rows: table.toArray() as Record<string, unknown>[],
    groups: file.metadata().numRowGroups(),
  }
}
