import { concatBytes, utf8Encode } from './bytes.ts'

// The little of ZIP (PKWARE APPNOTE 6.3) an evidence bundle uses: no ZIP64, no encryption, no extra fields, no
// comments, no data descriptors, one fixed time. Reader and writer share these functions: the reader writes each
// header again and compares, so that every byte of a file has exactly one meaning.

export const ZIP_METHODS = { stored: 0, deflated: 8 } as const
export type ZipMethod = (typeof ZIP_METHODS)[keyof typeof ZIP_METHODS]

/** What the headers say of one member. Sizes in bytes, `offset` of the local header from the file's start. */
export type ZipHeader = {
  readonly name: string
  readonly method: ZipMethod
  readonly crc: number
  readonly packedSize: number
  readonly size: number
  readonly offset: number
}

export const LOCAL_HEADER_BYTES = 30
export const CENTRAL_HEADER_BYTES = 46
export const ZIP_END_BYTES = 22

/** Version 2.0, names in UTF-8, and the first day ZIP knows: a bundle does not depend on when it was written. */
const VERSION = 20
const FLAGS = 0x0800
const FIRST_DAY = 0x0021

const NAME = /^[a-z0-9][a-z0-9._-]{0,60}(?:\/[a-z0-9][a-z0-9._-]{0,60}){0,2}$/

/** Whether a member may be called so: lowercase segments that begin with a letter or digit, so none is a way out. */
export function isZipName(name: string): boolean {
  return NAME.test(name)
}

/** The header in front of a member's bytes. */
export function encodeLocalHeader(header: ZipHeader): Uint8Array {
  const name = utf8Encode(header.name)
  const head = new Uint8Array(LOCAL_HEADER_BYTES)
  const view = new DataView(head.buffer)
  view.setUint32(0, 0x04034b50, true)
  writeCommon(view, 4, header, name.length)
  return concatBytes(head, name)
}

/** The member's line in the directory at the end of the file. */
export function encodeCentralHeader(header: ZipHeader): Uint8Array {
  const name = utf8Encode(header.name)
  const head = new Uint8Array(CENTRAL_HEADER_BYTES)
  const view = new DataView(head.buffer)
  view.setUint32(0, 0x02014b50, true)
  view.setUint16(4, VERSION, true)
  writeCommon(view, 6, header, name.length)
  view.setUint32(42, header.offset, true)
  return concatBytes(head, name)
}

/** The last bytes of the file. */
export function encodeZipEnd(members: number, directorySize: number, directoryOffset: number): Uint8Array {
  const end = new Uint8Array(ZIP_END_BYTES)
  const view = new DataView(end.buffer)
  view.setUint32(0, 0x06054b50, true)
  view.setUint16(8, members, true)
  view.setUint16(10, members, true)
  view.setUint32(12, directorySize, true)
  view.setUint32(16, directoryOffset, true)
  return end
}

/** The fields that local and central header have in common, in the same order. */
function writeCommon(view: DataView, at: number, header: ZipHeader, nameLength: number): void {
  view.setUint16(at, VERSION, true)
  view.setUint16(at + 2, FLAGS, true)
  view.setUint16(at + 4, header.method, true)
  view.setUint16(at + 8, FIRST_DAY, true)
  view.setUint32(at + 10, header.crc, true)
  view.setUint32(at + 14, header.packedSize, true)
  view.setUint32(at + 18, header.size, true)
  view.setUint16(at + 22, nameLength, true)
}
