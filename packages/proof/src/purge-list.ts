import { toHex, utf8Encode } from './bytes.ts'
import { Sha256Stream } from './sha256-stream.ts'

// What retention destroyed, as lists of positions: the log holds the digest of each list (docs/ledger.md).

/** So many positions stand in one row of log_purge, one bit each. */
export const PURGE_CHUNK = 65_536
const CHUNK_BYTES = PURGE_CHUNK / 8

/** One row of a list: `part` is '' for leaves, bit i of `positions` stands for position chunk * 65536 + i. */
export interface PurgeRow {
  readonly part: string
  readonly chunk: number
  readonly positions: Uint8Array
}

/** Does the list row name this position? */
export const isListed = (positions: Uint8Array, position: number): boolean => {
  const bit = position % PURGE_CHUNK
  return ((positions[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0
}

/** Collects positions into rows: those of leaves, or of one part. */
export class PurgeList {
  readonly #part: string
  readonly #chunks = new Map<number, Uint8Array>()
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

  #chunk(index: number): Uint8Array {
    let bits = this.#chunks.get(index)
    if (!bits) {
      bits = new Uint8Array(CHUNK_BYTES)
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
  readonly #hash = new Sha256Stream()

  add({ part, chunk, positions }: PurgeRow): void {
    this.#hash.update(utf8Encode(`${part}\n${chunk}\n`)).update(positions)
  }

  /** In hex. */
  end(): string {
    return toHex(this.#hash.digest())
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
