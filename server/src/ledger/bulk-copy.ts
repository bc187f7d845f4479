import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'

const SIGNATURE = Buffer.from('PGCOPY\n\u00ff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
const TRAILER = Buffer.from([0xff, 0xff])
const UUID_ARRAY_OID = 2950
const EPOCH_2000_SECONDS = Date.UTC(2000, 0, 1) / 1000

const NIBBLE = new Uint8Array(256)
for (let i = 0; i < 16; i++) NIBBLE['0123456789abcdef'.charCodeAt(i)] = i

function digits(text: string, from: number, to: number): number {
  let n = 0
  for (let i = from; i < to; i++) n = n * 10 + text.charCodeAt(i) - 0x30
  return n
}

/** Rows are written into pieces of this size; one that holds a larger field is as large as that. */
const PIECE_BYTES = 256 * 1024
/** Pieces that were sent and wait for the next rows: fresh memory costs more than what is written into it. */
const spare: Buffer[] = []
const SPARE_MAX = 64
const NOTHING = Buffer.alloc(0)

/** A place in the rows: the piece, and where in it. */
export interface Place {
  readonly piece: Buffer
  readonly at: number
}

/** Rows of one table in PostgreSQL's binary COPY format, written field by field; nothing is escaped or parsed again. */
export class CopyRows {
  readonly table: string
  readonly columns: readonly string[]
  /** The pieces that are full, and how far. */
  #full: { readonly piece: Buffer; readonly used: number }[] = []
  #bytes: Buffer = NOTHING
  #used = 0
  /** `2026-11-23T` */
  #lastDay = '-'
  #lastDaySeconds = 0
  rows = 0

  constructor(table: string, columns: readonly string[]) {
    this.table = table
    this.columns = columns
  }

  /** Begins a row; then as many fields must follow as there are columns, in their order. */
  row(): void {
    this.#need(2)
    this.#used = this.#bytes.writeInt16BE(this.columns.length, this.#used)
    this.rows++
  }

  null(): this {
    this.#need(4)
    this.#used = this.#bytes.writeInt32BE(-1, this.#used)
    return this
  }

  uuid(id: string | null): this {
    if (id === null) return this.null()
    this.#need(20)
    this.#used = this.#bytes.writeInt32BE(16, this.#used)
    this.#uuidBytes(id)
    return this
  }

  uuids(ids: readonly string[]): this {
    this.#need(24 + ids.length * 20)
    const bytes = this.#bytes
    let at = this.#used
    at = bytes.writeInt32BE(ids.length === 0 ? 12 : 20 + ids.length * 20, at)
    at = bytes.writeInt32BE(ids.length === 0 ? 0 : 1, at)
    at = bytes.writeInt32BE(0, at)
    at = bytes.writeInt32BE(UUID_ARRAY_OID, at)
    if (ids.length > 0) {
      at = bytes.writeInt32BE(ids.length, at)
      at = bytes.writeInt32BE(1, at)
    }
    this.#used = at
    for (const id of ids) this.uuid(id)
    return this
  }

  text(value: string | null): this {
    if (value === null) return this.null()
    this.#need(4 + value.length * 3)
    const length = this.#bytes.write(value, this.#used + 4)
    this.#bytes.writeInt32BE(length, this.#used)
    this.#used += 4 + length
    return this
  }

  bytea(value: Uint8Array): this {
    this.#need(4 + value.length)
    this.#used = this.#bytes.writeInt32BE(value.length, this.#used)
    this.#bytes.set(value, this.#used)
    this.#used += value.length
    return this
  }

  int2(value: number): this {
    this.#need(6)
    this.#used = this.#bytes.writeInt32BE(2, this.#used)
    this.#used = this.#bytes.writeInt16BE(value, this.#used)
    return this
  }

  int4(value: number): this {
    this.#need(8)
    this.#used = this.#bytes.writeInt32BE(4, this.#used)
    this.#used = this.#bytes.writeInt32BE(value, this.#used)
    return this
  }

  int8(value: number): this {
    this.#need(12)
    this.#used = this.#bytes.writeInt32BE(8, this.#used)
    this.#int64(value)
    return this
  }

  /** A bigint that is written later, by `setInt8`. */
  laterInt8(): Place {
    this.#need(12)
    const place = { piece: this.#bytes, at: this.#used + 4 }
    this.int8(0)
    return place
  }

  bool(value: boolean): this {
    this.#need(5)
    this.#used = this.#bytes.writeInt32BE(1, this.#used)
    this.#used = this.#bytes.writeUInt8(value ? 1 : 0, this.#used)
    return this
  }

  /** An instant in the one shape used everywhere: `2026-11-23T02:36:07.123456Z`. */
  instant(value: string | null): this {
    if (value === null) return this.null()
    this.#need(12)
    this.#used = this.#bytes.writeInt32BE(8, this.#used)
    if (!value.startsWith(this.#lastDay)) {
      this.#lastDay = value.slice(0, 11)
      this.#lastDaySeconds = Date.parse(`${this.#lastDay}00:00:00Z`) / 1000 - EPOCH_2000_SECONDS
    }
    const time = digits(value, 11, 13) * 3600 + digits(value, 14, 16) * 60 + digits(value, 17, 19)
    this.#int64((this.#lastDaySeconds + time) * 1e6 + digits(value, 20, 26))
    return this
  }

  setInt8({ piece, at }: Place, value: number): void {
    const high = Math.floor(value / 4294967296)
    piece.writeInt32BE(high, at)
    piece.writeUInt32BE(value - high * 4294967296, at + 4)
  }

  /** Sends the rows to the table, in the transaction of `client`; once. Throws what PostgreSQL has against them. */
  async send(client: pg.ClientBase): Promise<void> {
    if (this.rows === 0) return
    const into = client.query(
      copyFrom(`copy ${this.table} (${this.columns.join(', ')}) from stdin (format binary)`),
    )
    await pipeline(Readable.from(this.#pieces()), into)
    if (into.rowCount !== this.rows)
      throw new Error(`${this.rows} rows were sent to ${this.table}, ${into.rowCount} arrived`)
    for (const { piece } of this.#full.splice(0))
      if (piece.length === PIECE_BYTES && spare.length < SPARE_MAX) spare.push(piece)
  }

  *#pieces(): Iterable<Buffer> {
    this.#close()
    yield SIGNATURE
    for (const { piece, used } of this.#full) yield piece.subarray(0, used)
    yield TRAILER
  }

  #close(): void {
    if (this.#used > 0) this.#full.push({ piece: this.#bytes, used: this.#used })
  }

  #int64(value: number): void {
    const high = Math.floor(value / 4294967296)
    this.#used = this.#bytes.writeInt32BE(high, this.#used)
    this.#used = this.#bytes.writeUInt32BE(value - high * 4294967296, this.#used)
  }

  #uuidBytes(id: string): void {
    const bytes = this.#bytes
    let at = this.#used
    for (let i = 0; i < 36; i += 2) {
      if (i === 8 || i === 13 || i === 18 || i === 23) i++
      bytes[at++] = ((NIBBLE[id.charCodeAt(i)] as number) << 4) | (NIBBLE[id.charCodeAt(i + 1)] as number)
    }
    this.#used = at
  }

  #need(count: number): void {
    if (this.#used + count <= this.#bytes.length) return
    this.#close()
    this.#bytes =
      count > PIECE_BYTES
        ? Buffer.allocUnsafeSlow(count)
        : (spare.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES))
    this.#used = 0
  }
}
