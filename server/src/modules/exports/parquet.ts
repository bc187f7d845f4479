import { open } from 'node:fs/promises'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { COLUMNS, truncationRow } from './columns.ts'
import type { ExportWriter } from './file-writer.ts'

/** Rows of one group: what is held in memory before it is packed. */
const GROUP = 20_000

const isNumber = (name: string) => name === 'position'
const SCHEMA = [
  { name: 'entry', num_children: COLUMNS.length },
  ...COLUMNS.map(({ name }) =>
    isNumber(name)
      ? { name, type: 'INT64' as const, repetition_type: 'OPTIONAL' as const }
      : {
          name,
          type: 'BYTE_ARRAY' as const,
          converted_type: 'UTF8' as const,
          repetition_type: 'OPTIONAL' as const,
        },
  ),
]

/** In a footer: no rows, then a list without row groups, of which our writer does not say of what, then who made it. */
const NO_GROUPS = Buffer.from([0x16, 0x00, 0x19, 0x00, 0x28])
const STRUCTS = 0x0c

/** Readers such as arrow-rs refuse a table without rows whose footer does not call its groups structures (12). */
function nameEmptyGroups(bytes: Buffer): void {
  const at = bytes.indexOf(NO_GROUPS)
  if (at < 0) throw new Error('the footer of an empty Parquet file is not what it was')
  bytes[at + 3] = STRUCTS
}

/** Parquet with Snappy, group by group; times are RFC 3339 texts with microseconds, as everywhere else. */
export async function writeParquet(path: string): Promise<ExportWriter> {
  const file = await open(path, 'w', 0o600)
  const bytes = new ByteWriter()
  const parquet = new ParquetWriter({ writer: bytes, schema: SCHEMA, createdBy: 'tracedesk' })
  let rows: (string | number | null)[][] = []
  /** The writer keeps offsets of the whole file; only what it has not given out yet stays in its buffer. */
  const flush = async () => {
    await file.write(new Uint8Array(bytes.buffer, 0, bytes.index))
    bytes.index = 0
  }
  const group = async () => {
    if (rows.length === 0) return
    const columnData = COLUMNS.map(({ name }, i) => ({
      name,
      data: rows.map(row => {
        const value = row[i] ?? null
        return typeof value === 'number' ? BigInt(value) : value
      }),
    }))
    rows = []
    await parquet.write({ columnData, rowGroupSize: GROUP })
    await flush()
  }
  return {
    write: async batch => {
      for (const { entry } of batch) rows.push(COLUMNS.map(({ of }) => of(entry)))
      if (rows.length >= GROUP) await group()
    },
    sync: async () => null, // where the groups begin is only known here
    finish: async truncated => {
      if (truncated !== null) rows.push(truncationRow(truncated))
      await group()
      await parquet.finish()
      if (parquet.row_groups.length === 0) nameEmptyGroups(Buffer.from(bytes.buffer, 0, bytes.index))
      await flush()
      await file.datasync()
    },
    close: () => file.close(),
  }
}
