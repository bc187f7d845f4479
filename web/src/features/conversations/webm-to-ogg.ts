/**
 * Telegram takes voices as Opus in Ogg (RFC 7845); Chromium records the same Opus in WebM. This puts the packets of one
 * into the other without touching them. Throws when the bytes are no WebM with one Opus track.
 */
export function webmToOgg(webm: Uint8Array): Uint8Array<ArrayBuffer> {
  const { head, packets } = readWebm(webm)
  if (!head || packets.length === 0) throw new Error('no Opus in this recording')
  return writeOgg(head, packets)
}

const ID = { segment: 0x18538067, cluster: 0x1f43b675, tracks: 0x1654ae6b, entry: 0xae } as const
const INSIDE = new Set<number>([ID.segment, ID.cluster, ID.tracks, ID.entry, 0xa0])
const CODEC_PRIVATE = 0x63a2
const SIMPLE_BLOCK = 0xa3
const BLOCK = 0xa1

/** Walks the EBML tree (RFC 8794), as far as one recorded track needs it. */
function readWebm(bytes: Uint8Array): { head: Uint8Array | null; packets: Uint8Array[] } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const packets: Uint8Array[] = []
  let head: Uint8Array | null = null
  let at = 0
  while (at < bytes.length) {
    const id = readVint(view, at, true)
    const size = readVint(view, at + id.width, false)
    const start = at + id.width + size.width
    // a live recording does not know how long its segment and clusters become
    const end = size.unknown ? bytes.length : Math.min(bytes.length, start + size.value)
    if (INSIDE.has(id.value)) {
      at = start
      continue
    }
    if (id.value === CODEC_PRIVATE) head = bytes.subarray(start, end)
    if (id.value === SIMPLE_BLOCK || id.value === BLOCK) {
      // track number, two bytes of time, one of flags; MediaRecorder does not lace
      const track = readVint(view, start, false)
      packets.push(bytes.subarray(start + track.width + 3, end))
    }
    at = end
  }
  return { head, packets }
}

function readVint(
  view: DataView,
  at: number,
  keepMarker: boolean,
): { value: number; width: number; unknown: boolean } {
  if (at >= view.byteLength) throw new Error('the recording ends within an element')
  const first = view.getUint8(at)
  const width = Math.clz32(first) - 23
  if (width > 8 || at + width > view.byteLength) throw new Error('not an EBML number')
  let value = keepMarker ? first : first & (0xff >> width)
  let ones = (first & (0xff >> width)) === 0xff >> width
  for (let index = 1; index < width; index++) {
    const byte = view.getUint8(at + index)
    value = value * 256 + byte
    ones &&= byte === 0xff
  }
  return { value, width, unknown: ones && !keepMarker }
}

/** Samples of 48 kHz in a packet, by its first bytes (RFC 6716, section 3.1). */
function samplesOf(packet: Uint8Array): number {
  const toc = packet[0] ?? 0
  const config = toc >> 3
  const frame =
    config < 12
      ? [480, 960, 1920, 2880][config & 3]
      : config < 16
        ? [480, 960][config & 1]
        : [120, 240, 480, 960][config & 3]
  const code = toc & 3
  const count = code === 0 ? 1 : code < 3 ? 2 : (packet[1] ?? 0) & 63
  return (frame ?? 960) * count
}

const SERIAL = 0x54524443

function writeOgg(head: Uint8Array, packets: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const skip = head[10] !== undefined ? (head[10] ?? 0) + (head[11] ?? 0) * 256 : 0
  const vendor = new TextEncoder().encode('tracedesk')
  const tags = new Uint8Array(16 + vendor.length)
  tags.set(new TextEncoder().encode('OpusTags'))
  new DataView(tags.buffer).setUint32(8, vendor.length, true)
  tags.set(vendor, 12)
  const pages = [page([head], 0, 0, 2), page([tags], 0, 1, 0)]
  let samples = skip
  let group: Uint8Array[] = []
  let segments = 0
  packets.forEach((packet, index) => {
    const needed = Math.floor(packet.length / 255) + 1
    if (group.length > 0 && (group.length >= 50 || segments + needed > 255)) {
      pages.push(page(group, samples, pages.length, 0))
      group = []
      segments = 0
    }
    group.push(packet)
    segments += needed
    samples += samplesOf(packet)
    if (index === packets.length - 1) pages.push(page(group, samples, pages.length, 4))
  })
  const all = new Uint8Array(pages.reduce((sum, each) => sum + each.length, 0))
  let at = 0
  for (const each of pages) {
    all.set(each, at)
    at += each.length
  }
  return all
}

/** One page (RFC 3533, section 6) of whole packets. */
function page(packets: readonly Uint8Array[], granule: number, sequence: number, flags: number): Uint8Array {
  const lacing = packets.flatMap(({ length }) => [
    ...Array.from({ length: Math.floor(length / 255) }, () => 255),
    length % 255,
  ])
  const body = packets.reduce((sum, each) => sum + each.length, 0)
  const bytes = new Uint8Array(27 + lacing.length + body)
  const view = new DataView(bytes.buffer)
  bytes.set(new TextEncoder().encode('OggS'))
  bytes[5] = flags
  view.setUint32(6, granule % 2 ** 32, true)
  view.setUint32(10, Math.floor(granule / 2 ** 32), true)
  view.setUint32(14, SERIAL, true)
  view.setUint32(18, sequence, true)
  bytes[26] = lacing.length
  bytes.set(lacing, 27)
  let at = 27 + lacing.length
  for (const packet of packets) {
    bytes.set(packet, at)
    at += packet.length
  }
  view.setUint32(22, crc(bytes), true)
  return bytes
}

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index << 24
  for (let bit = 0; bit < 8; bit++) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1
  return value >>> 0
})

function crc(bytes: Uint8Array): number {
  let value = 0
  for (const byte of bytes) value = ((value << 8) ^ (TABLE[((value >>> 24) ^ byte) & 0xff] ?? 0)) >>> 0
  return value
}
