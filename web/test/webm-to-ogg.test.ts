import { expect, test } from 'vitest'
import { webmToOgg } from '../src/features/conversations/webm-to-ogg.ts'

/** An EBML element: `id` with its marker, a size of one or two bytes (or unknown), the content. */
function element(id: readonly number[], content: readonly number[], unknown = false): number[] {
  const size = unknown
    ? [0x01, 255, 255, 255, 255, 255, 255, 255]
    : content.length < 127
      ? [0x80 | content.length]
      : [0x40 | (content.length >> 8), content.length & 255]
  return [...id, ...size, ...content]
}
const HEAD = [...'OpusHead']
  .map(char => char.charCodeAt(0))
  .concat([1, 1, 0x38, 1, 0x80, 0xbb, 0, 0, 0, 0, 0])
const SEGMENT = [0x18, 0x53, 0x80, 0x67]
const CLUSTER = [0x1f, 0x43, 0xb6, 0x75]
const tracks = element(
  [0x16, 0x54, 0xae, 0x6b],
  element([0xae], [...element([0xd7], [1]), ...element([0x63, 0xa2], HEAD)]),
)
const block = (packet: readonly number[]) => element([0xa3], [0x81, 0, 0, 0x80, ...packet])
/** What a browser records: lengths of segment and clusters unknown. */
const recording = (packets: readonly (readonly number[])[]): Uint8Array =>
  Uint8Array.from([
    ...element([0x1a, 0x45, 0xdf, 0xa3], [0x42, 0x86, 0x81, 1]),
    ...element(SEGMENT, [...tracks, ...element(CLUSTER, packets.flatMap(block), true)], true),
  ])

interface Page {
  flags: number
  granule: number
  sequence: number
  packets: number[][]
}

/** Reads Ogg pages of whole packets; throws where a page is not what RFC 3533 says, its checksum included. */
function readOgg(bytes: Uint8Array): Page[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const pages: Page[] = []
  for (let at = 0; at < bytes.length; ) {
    expect(new TextDecoder().decode(bytes.subarray(at, at + 4))).toBe('OggS')
    const lacing = [...bytes.subarray(at + 27, at + 27 + (bytes[at + 26] ?? 0))]
    const packets: number[][] = [[]]
    let place = at + 27 + lacing.length
    for (const length of lacing) {
      packets.at(-1)?.push(...bytes.subarray(place, place + length))
      place += length
      if (length < 255) packets.push([])
    }
    packets.pop()
    const whole = bytes.slice(at, place)
    whole.fill(0, 22, 26)
    expect(view.getUint32(at + 22, true)).toBe(slowChecksum(whole))
    const [flags, granule, sequence] = [
      bytes[at + 5] ?? 0,
      view.getUint32(at + 6, true),
      view.getUint32(at + 18, true),
    ]
    pages.push({ flags, granule, sequence, packets })
    at = place
  }
  return pages
}

/** CRC of RFC 3533, bit by bit: polynomial 04c11db7, nothing reflected, nothing inverted. */
function slowChecksum(bytes: Uint8Array): number {
  let value = 0
  for (const byte of bytes) {
    value ^= byte << 24
    for (let bit = 0; bit < 8; bit++) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1
  }
  return value >>> 0
}

/** 20 ms of CELT in one frame. */
const packetOf = (length: number, fill = 7): number[] => [
  0xf8,
  ...Array.from({ length: length - 1 }, () => fill),
]

test('the packets of a recording come out unchanged and in order, between head and tags', () => {
  const packets = [packetOf(10), packetOf(255), packetOf(256), packetOf(700, 9)]
  const [head, tags, ...sound] = readOgg(webmToOgg(recording(packets)))
  expect(head).toMatchObject({ flags: 2, granule: 0, packets: [HEAD] })
  expect(new TextDecoder().decode(Uint8Array.from(tags?.packets[0] ?? [])).startsWith('OpusTags')).toBe(true)
  expect(sound.flatMap(page => page.packets)).toEqual(packets)
  expect(sound.at(-1)?.flags).toBe(4)
})

test('pages are numbered without a gap, hold what fits, and end at the samples played so far', () => {
  const packets = Array.from({ length: 120 }, (_, index) => packetOf(20 + index))
  const pages = readOgg(webmToOgg(recording(packets)))
  expect(pages.map(page => page.sequence)).toEqual(pages.map((_, index) => index))
  expect(pages.slice(2).map(page => page.packets.length)).toEqual([50, 50, 20])
  // 312 samples of pre-skip stand in the head
  expect(pages.slice(2).map(page => page.granule)).toEqual([50, 100, 120].map(count => 312 + count * 960))
  expect(pages.filter(page => page.flags === 4)).toHaveLength(1)
})

test('the length of a packet is read from its first byte, for every mode of the codec', () => {
  const cases: [toc: number[], samples: number][] = [
    [[0x00], 480], // SILK, 10 ms
    [[0x18], 2880], // SILK, 60 ms
    [[0x60], 480], // hybrid, 10 ms
    [[0x68], 960], // hybrid, 20 ms
    [[0x80], 120], // CELT, 2.5 ms
    [[0xf9], 1920], // CELT, two frames of 20 ms
    [[0xfb, 3], 2880], // CELT, three frames of 20 ms
  ]
  for (const [packet, samples] of cases)
    expect(readOgg(webmToOgg(recording([packet]))).at(-1)?.granule).toBe(312 + samples)
})

test('what is no recording, is cut within an element or has no sound is refused', () => {
  expect(() => webmToOgg(new Uint8Array(0))).toThrow('no Opus')
  expect(() => webmToOgg(recording([]))).toThrow('no Opus')
  expect(() => webmToOgg(Uint8Array.from([0x00, 0x01, 0x02]))).toThrow('not an EBML number')
  expect(() => webmToOgg(recording([packetOf(10)]).subarray(0, 7))).toThrow()
})
