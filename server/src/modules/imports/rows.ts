import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { ImportMapping } from '@tracedesk/contracts'
import { readCsvRows } from './csv-rows.ts'
import type { Row } from './row.ts'
import { readXesRows } from './xes-rows.ts'

/** A file, unpacked when it is packed by gzip. */
export async function openFile(file: string): Promise<Readable> {
  const handle = await open(file)
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0)
  await handle.close()
  const bytes = createReadStream(file, { highWaterMark: 256 * 1024 })
  if (bytesRead < 2 || buffer[0] !== 0x1f || buffer[1] !== 0x8b) return bytes
  const unpacked = createGunzip()
  bytes.on('error', error => unpacked.destroy(error))
  unpacked.on('close', () => bytes.destroy())
  return bytes.pipe(unpacked)
}

/** The rows of a csv file or the events of an xes log, in order. Memory does not grow with the file. */
export async function* readRows(
  file: string,
  mapping: Pick<ImportMapping, 'format' | 'csv'>,
): AsyncIterable<Row> {
  const bytes = await openFile(file)
  try {
    yield* mapping.format === 'csv' ? readCsvRows(bytes, mapping.csv ?? {}) : readXesRows(bytes)
  } finally {
    bytes.destroy()
  }
}
