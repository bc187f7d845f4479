import { seal, unseal } from '../../kernel/secret.ts'

/** So many plain bytes are sealed together: a reader in the middle of a video opens only what they look at. */
export const CHUNK = 64 * 1024
/** Nonce and tag of a chunk. */
const OVERHEAD = 28
const SEALED_CHUNK = CHUNK + OVERHEAD

/** Number, place and end are authenticated: chunks can be neither moved, nor left out at the end, nor swapped between files. */
const contextOf = (fileId: string, index: number, last: boolean): string =>
  `tracedesk/file/v1/${fileId}/${index}/${last ? 'last' : 'more'}`

/** Seals bytes as they come, chunk by chunk. `take` sees each sealed chunk in its order. */
export class FileSealer {
  readonly #key: Buffer
  readonly #fileId: string
  readonly #take: (chunk: Buffer) => Promise<void>
  #waiting: Buffer[] = []
  #length = 0
  #index = 0

  constructor(key: Buffer, fileId: string, take: (chunk: Buffer) => Promise<void>) {
    this.#key = key
    this.#fileId = fileId
    this.#take = take
  }

  async add(bytes: Uint8Array): Promise<void> {
    this.#waiting.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    this.#length += bytes.length
    // the last chunk is known as such only at the end, so a full one waits until more has come
    while (this.#length > CHUNK) await this.#emit(this.#cut(CHUNK), false)
  }

  async end(): Promise<void> {
    await this.#emit(this.#cut(this.#length), true)
  }

  #cut(size: number): Buffer {
    const all =
      this.#waiting.length === 1 ? (this.#waiting[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#waiting)
    this.#waiting = all.length > size ? [all.subarray(size)] : []
    this.#length = all.length - size
    return all.subarray(0, size)
  }

  #emit(plain: Buffer, last: boolean): Promise<void> {
    return this.#take(seal(this.#key, plain, contextOf(this.#fileId, this.#index++, last)))
  }
}

export interface SealedSource {
  readonly fileId: string
  readonly key: Buffer
  /** Plain bytes in all. */
  readonly size: number
  /** Reads sealed bytes `from` to `to` (exclusive). */
  readonly read: (from: number, to: number) => Promise<AsyncIterable<Uint8Array>>
}

/** Opens plain bytes `from` to `to` (exclusive). Throws when a chunk is not what was sealed. */
export async function* openRange(source: SealedSource, from: number, to: number): AsyncGenerator<Buffer> {
  const { fileId, key, size } = source
  const lastIndex = Math.max(0, Math.ceil(size / CHUNK) - 1)
  const sealedSize = size + (lastIndex + 1) * OVERHEAD
  let index = Math.floor(from / CHUNK)
  const end = Math.floor((to - 1) / CHUNK)
  const sealed = await source.read(index * SEALED_CHUNK, Math.min(sealedSize, (end + 1) * SEALED_CHUNK))
  let waiting = Buffer.alloc(0)
  const open = (chunk: Buffer): Buffer => {
    const plain = unseal(key, chunk, contextOf(fileId, index, index === lastIndex))
    const start = index * CHUNK
    index += 1
    return plain.subarray(Math.max(0, from - start), Math.min(plain.length, to - start))
  }
  for await (const bytes of sealed) {
    waiting = waiting.length === 0 ? Buffer.from(bytes) : Buffer.concat([waiting, bytes])
    while (waiting.length >= SEALED_CHUNK) {
      yield open(waiting.subarray(0, SEALED_CHUNK))
      waiting = waiting.subarray(SEALED_CHUNK)
    }
  }
  if (waiting.length > 0) yield open(waiting)
  if (index <= end) throw new Error('a stored file ends before its end')
}
