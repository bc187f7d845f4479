import { createHash } from 'node:crypto'

/** So many positions stand in one row of log_purge, one bit each. */
export const PURGE_CHUNK = 65_536
const CHUNK_BYTES = PURGE_CHUNK / 8

/** One row of a list: `part` is '' for leaves, bit i of `positions` stands for position chunk * 65536 + i. */
export interface PurgeRow {
  readonly part: string
  readonly chunk: number
  readonly positions: Buffer
}

/** Does the list row name this position? */
export const isListed = (positions: Uint8Array, position: number): boolean => {
  const bit = position % PURGE_CHUNK
  return ((positions[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0
}

/** Collects positions into rows: those of leaves, or of one part. */
export class PurgeList {
  readonly #part: string
  readonly #chunks = new Map<number, Buffer>()
  count = 0
  first = Number.POSITIVE_INFINITY
  last = -1

  constructor(part: string) {
    this.#part = part
  }

  /** Adds the positions `from` to `to` (not included). None may be added twice. */
  addRange(from: number, to: number): void {
    this.count += to - from
    this.first = Math.min(this.first, from)
    this.last = Math.max(this.last, to - 1)
    for (let position = from; position < to; ) {
      const bits = this.#chunk(Math.floor(position / PURGE_CHUNK))
      const bit = position % PURGE_CHUNK
      if ((bit & 7) === 0 && to - position >= 8) {
        const bytes = Math.min((to - position) >> 3, CHUNK_BYTES - (bit >> 3))
        bits.fill(0xff, bit >> 3, (bit >> 3) + bytes)
        position += bytes * 8
      } else {
        bits[bit >> 3] = (bits[bit >> 3] as number) | (1 << (bit & 7))
        position++
      }
    }
  }

  #chunk(index: number): Buffer {
    let bits = this.#chunks.get(index)
    if (!bits) {
      bits = Buffer.alloc(CHUNK_BYTES)
      this.#chunks.set(index, bits)
    }
    return bits
  }

  rows(): PurgeRow[] {
    return [...this.#chunks]
      .sort(([a], [b]) => a - b)
      .map(([chunk, positions]) => ({ part: this.#part, chunk, positions }))
  }
}

/** The digest by which an entry vouches for its rows: over part, chunk and bits in the order of part and chunk. */
export class PurgeDigest {
  readonly #hash = createHash('sha256')

  add({ part, chunk, positions }: PurgeRow): void {
    this.#hash.update(`${part}\n${chunk}\n`).update(positions)
  }

  /** In hex. */
  end(): string {
    return this.#hash.digest('hex')
  }
}

/** The digest of a whole list. Rows may come in any order. */
export function digestOfList(rows: readonly PurgeRow[]): string {
  const digest = new PurgeDigest()
  for (const row of rows.toSorted((a, b) =>
    a.part === b.part ? a.chunk - b.chunk : a.part < b.part ? -1 : 1,
  ))
    digest.add(row)
  return digest.end()
}
