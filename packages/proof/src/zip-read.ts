import { BundleProblem } from './bundle-verdict.ts'
import { equalBytes } from './bytes.ts'
import { crc32 } from './crc32.ts'
import {
  CENTRAL_HEADER_BYTES,
  encodeCentralHeader,
  encodeLocalHeader,
  encodeZipEnd,
  isZipName,
  ZIP_END_BYTES,
  ZIP_METHODS,
  type ZipHeader,
} from './zip-format.ts'

/** Bytes that can be read from anywhere: a file on disk, a Blob, an array. */
export type ByteSource = {
  readonly size: number
  /** Exactly `length` bytes from `at`. */
  read(at: number, length: number): Promise<Uint8Array>
}

/** A member of a bundle. `read` can be called again; it throws when the bytes are not what the headers say. */
export type BundleMember = {
  readonly name: string
  /** Bytes once unpacked. */
  readonly size: number
  read(): AsyncIterable<Uint8Array>
}

export const ZIP_LIMITS = {
  members: 64,
  memberBytes: 2 ** 31 - 1,
  directoryBytes: 16_384,
  ratio: 200,
} as const
const SLICE = 256 * 1024

/** A source over bytes in memory. */
export function sourceOf(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: async (at, length) => bytes.subarray(at, at + length) }
}

/**
 * The members of a ZIP file of the one form `zip-format.ts` writes. Nothing is unpacked yet.
 * Throws BundleProblem `zip_malformed`, `zip_too_large`, `member_duplicate`.
 */
export async function openZip(source: ByteSource): Promise<BundleMember[]> {
  const headers = await readDirectory(source)
  const names = new Set<string>()
  for (const header of headers) {
    if (names.has(header.name)) throw new BundleProblem('member_duplicate', header.name)
    names.add(header.name)
  }
  return Promise.all(headers.map(header => openMember(source, header)))
}

async function readDirectory(source: ByteSource): Promise<ZipHeader[]> {
  if (source.size < ZIP_END_BYTES) throw malformed('no ZIP file')
  const end = await readExactly(source, source.size - ZIP_END_BYTES, ZIP_END_BYTES)
  const view = viewOf(end)
  const members = view.getUint16(10, true)
  const size = view.getUint32(12, true)
  const offset = view.getUint32(16, true)
  if (!equalBytes(end, encodeZipEnd(members, size, offset))) throw malformed('no end of a ZIP file')
  if (members > ZIP_LIMITS.members || size > ZIP_LIMITS.directoryBytes)
    throw new BundleProblem('zip_too_large', `${members} members`)
  if (offset + size + ZIP_END_BYTES !== source.size) throw malformed('bytes that belong to nothing')
  return readCentralHeaders(await readExactly(source, offset, size), members, offset)
}

/** The headers, each of which must begin where the member before it ended, the last ending at the directory. */
function readCentralHeaders(directory: Uint8Array, members: number, end: number): ZipHeader[] {
  const headers: ZipHeader[] = []
  let next = 0
  let at = 0
  while (headers.length < members) {
    const header = readCentralHeader(directory, at)
    if (header.offset !== next) throw malformed(`${header.name} does not begin where the one before ends`)
    requireBounds(header)
    next += encodeLocalHeader(header).length + header.packedSize
    at += CENTRAL_HEADER_BYTES + header.name.length
    headers.push(header)
  }
  if (at !== directory.length || next !== end) throw malformed('bytes that belong to no member')
  return headers
}

function readCentralHeader(directory: Uint8Array, at: number): ZipHeader {
  if (at + CENTRAL_HEADER_BYTES > directory.length) throw malformed('directory cut short')
  const view = viewOf(directory.subarray(at))
  const nameEnd = at + CENTRAL_HEADER_BYTES + view.getUint16(28, true)
  const name = String.fromCharCode(...directory.subarray(at + CENTRAL_HEADER_BYTES, nameEnd))
  const method = view.getUint16(10, true)
  if (!isZipName(name)) throw malformed('a name that is none')
  if (method !== ZIP_METHODS.stored && method !== ZIP_METHODS.deflated) throw malformed(`method ${method}`)
  const header: ZipHeader = {
    name,
    method,
    crc: view.getUint32(16, true),
    packedSize: view.getUint32(20, true),
    size: view.getUint32(24, true),
    offset: view.getUint32(42, true),
  }
  if (!equalBytes(directory.subarray(at, nameEnd), encodeCentralHeader(header)))
    throw malformed(`${name}: a header with something else in it`)
  return header
}

function requireBounds({ name, method, size, packedSize }: ZipHeader): void {
  if (method === ZIP_METHODS.stored && size !== packedSize) throw malformed(`${name}: two sizes`)
  if (size > ZIP_LIMITS.memberBytes || size > (packedSize + 64) * ZIP_LIMITS.ratio)
    throw new BundleProblem('zip_too_large', `${name}: ${size} bytes out of ${packedSize}`)
}

async function openMember(source: ByteSource, header: ZipHeader): Promise<BundleMember> {
  const local = encodeLocalHeader(header)
  if (!equalBytes(await readExactly(source, header.offset, local.length), local))
    throw malformed(`${header.name}: its two headers differ`)
  const start = header.offset + local.length
  const packed = () => slices(source, start, header.packedSize)
  const unpacked = header.method === ZIP_METHODS.stored ? packed : () => inflate(packed(), header.name)
  return { name: header.name, size: header.size, read: () => checked(unpacked(), header) }
}

/** Passes bytes on and stops with a problem when there are more or other bytes than the header says. */
async function* checked(chunks: AsyncIterable<Uint8Array>, header: ZipHeader): AsyncIterable<Uint8Array> {
  let [size, crc] = [0, 0]
  for await (const chunk of chunks) {
    size += chunk.length
    if (size > header.size) throw new BundleProblem('zip_too_large', `${header.name}: more than it says`)
    crc = crc32(chunk, crc)
    yield chunk
  }
  if (size !== header.size || crc !== header.crc) throw malformed(`${header.name}: other bytes than it says`)
}

async function* slices(source: ByteSource, start: number, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < length; at += SLICE)
    yield await readExactly(source, start + at, Math.min(SLICE, length - at))
}

async function* inflate(packed: AsyncGenerator<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const input = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const next = await packed.next()
      if (next.done) controller.close()
      else controller.enqueue(new Uint8Array(next.value))
    },
  })
  const reader = input.pipeThrough(new DecompressionStream('deflate-raw')).getReader()
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value
  } catch (error) {
    if (error instanceof BundleProblem) throw error
    throw malformed(`${name} cannot be unpacked`)
  } finally {
    // Whoever stops early must not leave the pipe open; what it says of being stopped is no news.
    await reader.cancel().catch(() => undefined)
  }
}

async function readExactly(source: ByteSource, at: number, length: number): Promise<Uint8Array> {
  const bytes = at + length > source.size ? undefined : await source.read(at, length)
  if (bytes?.length !== length) throw malformed('cut short')
  return bytes
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

function malformed(detail: string): BundleProblem {
  return new BundleProblem('zip_malformed', detail)
}
