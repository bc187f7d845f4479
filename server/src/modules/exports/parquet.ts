import { open } from 'node:fs/promises'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { microsOf } from '../../kernel/instant.ts'
import { COLUMNS, truncationRow } from './columns.ts'
import type { ExportWriter } from './file-writer.ts'

/** Rows of one group: what is held in memory before it is packed. */
const GROUP = 20_000

const repetition_type = 'OPTIONAL' as const
/** What is no text: readers sort, compare and cut these by what they are. */
const KINDS: Readonly<Record<string, 'integer' | 'time'>> = {
  position: 'integer',
  at: 'time',
  recordedAt: 'time',
}
const SCHEMA = [
  { name: 'entry', num_children: COLUMNS.length },
  ...COLUMNS.map(({ name }) => {
    if (KINDS[name] === 'integer') return { name, type: 'INT64' as const, repetition_type }
    if (KINDS[name] === 'time')
      return { name, type: 'INT64' as const, converted_type: 'TIMESTAMP_MICROS' as const, repetition_type }
    return { name, type: 'BYTE_ARRAY' as const, converted_type: 'UTF8' as const, repetition_type }
  }),
]

/** A cell as Parquet keeps it: times as microseconds since 1970 in UTC. */
function packed(name: string, value: string | number | null): string | bigint | null {
  if (typeof value === 'number') return BigInt(value)
  return value !== null && KINDS[name] === 'time' ? microsOf(value) : value
}

/** In a footer: no rows, then a list without row groups, of which our writer does not say of what, then who made it. */
const NO_GROUPS = Buffer.from([0x16, 0x00, 0x19, 0x00, 0x28])
const STRUCTS = 0x0c

/** Readers such as arrow-rs refuse a table without rows whose footer does not call its groups structures (12). */
function nameEmptyGroups(bytes: Buffer): void {
  const at = bytes.indexOf(NO_GROUPS)
  if (at < 0) throw new Error('the footer of an empty Parquet file is not what it was')
  bytes[at + 3] = STRUCTS
}

/** Parquet with Snappy, group by group; positions are integers and times timestamps with microseconds, in UTC. */
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
      data: rows.map(row => packed(name, row[i] ?? null)),
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
