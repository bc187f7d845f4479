import type pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'

/** One row of a binary COPY, valid only during the call: `bytes` holds field i at `at[i]`, `length[i]` long (-1: null). */
export interface CopiedRow {
  readonly bytes: Buffer
  readonly at: Int32Array
  readonly length: Int32Array
}

const HEADER_BYTES = 19

/**
 * Runs `COPY (query) TO STDOUT` in PostgreSQL's binary format and calls `onRow` for each row; nothing is turned into
 * strings or objects on the way, which is what makes it several times faster than a query. Returns the row count.
 */
export async function copyRows(
  client: pg.ClientBase,
  query: string,
  fields: number,
  onRow: (row: CopiedRow) => void,
): Promise<number> {
  const reader = new RowReader(fields, onRow)
  const stream = client.query(copyTo(`copy (${query}) to stdout (format binary)`))
  // `for await` ends the stream when a row handler throws; pg then cannot use this connection again.
  for await (const chunk of stream) reader.take(chunk as Buffer) // a stream in binary mode gives Buffers
  reader.end()
  return reader.rows
}

/** Cuts the chunks of a binary COPY into rows. */
class RowReader {
  readonly #fields: number
  readonly #onRow: (row: CopiedRow) => void
  readonly #at: Int32Array
  readonly #length: Int32Array
  #rest: Buffer | undefined
  #begun = false
  #ended = false
  rows = 0

  constructor(fields: number, onRow: (row: CopiedRow) => void) {
    this.#fields = fields
    this.#onRow = onRow
    this.#at = new Int32Array(fields)
    this.#length = new Int32Array(fields)
  }

  take(chunk: Buffer): void {
    const bytes = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk
    let offset = 0
    if (!this.#begun) {
      if (bytes.length < HEADER_BYTES) {
        this.#rest = bytes
        return
      }
      offset = HEADER_BYTES + bytes.readInt32BE(HEADER_BYTES - 4)
      this.#begun = true
    }
    const row = { bytes, at: this.#at, length: this.#length }
    for (;;) {
      const next = this.#locate(bytes, offset)
      if (next === -1) break
      offset = next
      if (this.#ended) break
      this.rows++
      this.#onRow(row)
    }
    this.#rest = offset < bytes.length ? bytes.subarray(offset) : undefined
  }

  /** Finds the fields of the row at `offset`; returns where the next one begins, or -1 when it is not all here yet. */
  #locate(bytes: Buffer, offset: number): number {
    if (offset + 2 > bytes.length) return -1
    const count = bytes.readInt16BE(offset)
    let at = offset + 2
    if (count === -1) {
      this.#ended = true
      return at
    }
    if (count !== this.#fields) throw new Error(`a copied row has ${count} fields, not ${this.#fields}`)
    for (let i = 0; i < count; i++) {
      if (at + 4 > bytes.length) return -1
      const length = bytes.readInt32BE(at)
      at += 4
      this.#at[i] = at
      this.#length[i] = length
      if (length > 0) at += length
    }
    return at > bytes.length ? -1 : at
  }

  end(): void {
    if (!this.#ended) throw new Error('a copy from the database broke off')
  }
}
