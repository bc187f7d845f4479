import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { crc32, createDeflateRaw } from 'node:zlib'
import {
  encodeCentralHeader,
  encodeLocalHeader,
  encodeZipEnd,
  ZIP_LIMITS,
  ZIP_METHODS,
  type ZipHeader,
} from '@tracedesk/proof/node'

/** What was written as a member: bytes before packing and their SHA-256 in hex. */
export interface WrittenMember {
  readonly name: string
  readonly size: number
  readonly sha256: string
}

/** The file would pass what its format can hold. */
export class ZipTooLargeError extends Error {}

const FILE_MAX = 2 ** 32 - 1

/**
 * Writes a ZIP file member by member, in memory that does not grow with them. The headers are those of packages/proof,
 * so that its reader accepts each byte.
 */
export class ZipFileWriter {
  readonly #file: FileHandle
  readonly #headers: ZipHeader[] = []
  #end = 0

  private constructor(file: FileHandle) {
    this.#file = file
  }

  /** Begins a new file that only its owner may read. Throws when it exists already. */
  static async create(path: string): Promise<ZipFileWriter> {
    return new ZipFileWriter(await open(path, 'wx', 0o600))
  }

  /** Adds a member, packed. Throws ZipTooLargeError, and whatever the content throws. */
  async add(
    name: string,
    content: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
  ): Promise<WrittenMember> {
    const offset = this.#end
    const before: ZipHeader = { name, method: ZIP_METHODS.deflated, crc: 0, packedSize: 0, size: 0, offset }
    const measured = { size: 0, crc: 0, hash: createHash('sha256') }
    let at = offset + encodeLocalHeader(before).length
    const packed = Readable.from(measure(content, measured)).compose(createDeflateRaw({ level: 6 }))
    for await (const chunk of packed) at += await this.#write(chunk, at)
    const packedSize = at - offset - encodeLocalHeader(before).length
    const header = { ...before, crc: measured.crc, size: measured.size, packedSize }
    // Now that the sizes are known: the header goes in front of what it describes.
    await this.#write(encodeLocalHeader(header), offset)
    this.#headers.push(header)
    this.#end = at
    return { name, size: measured.size, sha256: measured.hash.digest('hex') }
  }

  /** Writes the directory and makes the file durable. Returns its length. */
  async finish(): Promise<number> {
    const directory = Buffer.concat(this.#headers.map(encodeCentralHeader))
    const end = encodeZipEnd(this.#headers.length, directory.length, this.#end)
    const length = this.#end + directory.length + end.length
    await this.#write(Buffer.concat([directory, end]), this.#end)
    await this.#file.sync()
    await this.close()
    return length
  }

  /** Lets go of the file, finished or not. */
  async close(): Promise<void> {
    await this.#file.close()
  }

  async #write(bytes: Uint8Array, at: number): Promise<number> {
    if (at + bytes.length > FILE_MAX) throw new ZipTooLargeError('more than 4 GiB')
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, at + done)
      done += bytesWritten
    }
    return bytes.length
  }
}

async function* measure(
  content: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
  into: { size: number; crc: number; hash: ReturnType<typeof createHash> },
): AsyncGenerator<Buffer> {
  for await (const piece of content) {
    const bytes = Buffer.from(piece)
    into.size += bytes.length
    if (into.size > ZIP_LIMITS.memberBytes) throw new ZipTooLargeError('a member of more than 2 GiB')
    into.crc = crc32(bytes, into.crc)
    into.hash.update(bytes)
    yield bytes
  }
}
