import { gzipSync } from 'node:zlib'
import { drawPng } from './image.ts'
import type { Random } from './random.ts'

const channels = (colour: number) => [colour >> 16, (colour >> 8) & 255, colour & 255] as const

/** A colour between two; `share` 0 gives the first, 1 the second. */
function mix(from: number, to: number, share: number): number {
  const [a, b] = [channels(from), channels(to)]
  const [red, green, blue] = a.map((value, index) => Math.round(value + ((b[index] ?? 0) - value) * share))
  return ((red ?? 0) << 16) | ((green ?? 0) << 8) | (blue ?? 0)
}

const SKIES = [
  [0x2b4c7e, 0xf6c28b],
  [0x5fa8d3, 0xeaf4f4],
  [0x3d2c5e, 0xf08a5d],
  [0x1b4965, 0xbee9e8],
] as const

/** A "photo" of a sun over hills, as PNG: every one is different, and none is of anybody. */
export function drawLandscape(random: Random, width = 480, height = 320): Buffer {
  const [top, bottom] = random.pick(SKIES)
  const sun = { x: random.integer(width / 6, (width * 5) / 6), y: random.integer(height / 6, height / 2) }
  const radius = random.integer(18, 40)
  const waves = [0, 1, 2].map(layer => ({
    base: height * (0.55 + layer * 0.14),
    swing: random.integer(12, 34),
    length: random.integer(60, 150),
    colour: mix(0x6a994e, 0x1d3b2a, layer / 2),
  }))
  return drawPng(width, height, (x, y) => {
    const hill = waves.findLast(wave => y > wave.base + Math.sin(x / wave.length) * wave.swing)
    if (hill) return hill.colour
    return Math.hypot(x - sun.x, y - sun.y) < radius ? 0xfff1c1 : mix(top, bottom, y / height)
  })
}

/** A "screenshot" of a phone with an order on it: bars instead of words, one of them red. */
export function drawScreenshot(random: Random): Buffer {
  const bars = Array.from({ length: 7 }, (_, row) => ({
    y: 70 + row * 46,
    width: random.integer(80, 230),
    colour: row === 3 ? 0xd64545 : 0xc8ced8,
  }))
  return drawPng(280, 440, (x, y) => {
    if (y < 40) return 0x2f6fde
    const bar = bars.find(each => y >= each.y && y < each.y + 22 && x >= 24 && x < 24 + each.width)
    return bar?.colour ?? 0xf7f8fa
  })
}

/** A sticker: a smiling face on nothing, as lossless WebP of two values for each channel. */
export function drawWebpSticker(colour = 0xffc83d, side = 160): Buffer {
  const half = side / 2
  const isFace = (x: number, y: number) => {
    const [dx, dy] = [(x - half) / half, (y - half) / half]
    const isEye = Math.hypot(Math.abs(dx) - 0.32, dy + 0.22) < 0.12
    const isMouth = dy > 0.15 && Math.abs(Math.hypot(dx, dy - 0.05) - 0.5) < 0.08
    return Math.hypot(dx, dy) < 0.95 && !isEye && !isMouth
  }
  return encodeTwoColours(side, colour, isFace)
}

/**
 * WebP lossless (RFC 9649, section 3) in its simplest form: no transforms, no colour cache, five prefix codes of one or
 * two symbols each. Where `isSet` says no, the picture is transparent.
 */
function encodeTwoColours(side: number, colour: number, isSet: (x: number, y: number) => boolean): Buffer {
  const bits = new BitWriter()
  bits.write(0x2f, 8)
  bits.write(side - 1, 14)
  bits.write(side - 1, 14)
  bits.write(1, 1) // has alpha
  bits.write(0, 3) // version
  bits.write(0, 1) // no transform
  bits.write(0, 1) // no colour cache
  bits.write(0, 1) // one group of prefix codes
  const [red, green, blue] = channels(colour)
  for (const high of [green, red, blue, 255]) writeSimpleCode(bits, [0, high])
  writeSimpleCode(bits, [0]) // distances: none occurs
  for (let y = 0; y < side; y++) for (let x = 0; x < side; x++) bits.write(isSet(x, y) ? 0b1111 : 0, 4)
  return riff(bits.end())
}

/** One bit for each of two symbols, none for a single one; the smaller symbol is the bit 0. */
function writeSimpleCode(bits: BitWriter, symbols: readonly [number, number?]): void {
  const [first, second] = symbols
  bits.write(1, 1)
  bits.write(second === undefined ? 0 : 1, 1)
  bits.write(0, 1) // the first symbol is 0 or 1 and takes one bit
  bits.write(first, 1)
  if (second !== undefined) bits.write(second, 8)
}

/** Packs numbers lowest bit first. */
class BitWriter {
  readonly #bytes: number[] = []
  #count = 0

  write(value: number, width: number): void {
    for (let bit = 0; bit < width; bit++, this.#count++) {
      const at = this.#count >> 3
      this.#bytes[at] = (this.#bytes[at] ?? 0) | (((value >> bit) & 1) << (this.#count & 7))
    }
  }

  end(): Buffer {
    return Buffer.from(this.#bytes)
  }
}

function riff(content: Buffer): Buffer {
  const padded = content.length % 2 === 0 ? content : Buffer.concat([content, Buffer.alloc(1)])
  const head = Buffer.alloc(20)
  head.write('RIFF', 0, 'latin1')
  head.writeUInt32LE(12 + padded.length, 4)
  head.write('WEBPVP8L', 8, 'latin1')
  head.writeUInt32LE(content.length, 16)
  return Buffer.concat([head, padded])
}

/** An animated sticker (.tgs): a ball that bounces, as gzip around a Lottie animation of one second. */
export function drawTgsSticker(colour: readonly [red: number, green: number, blue: number]): Buffer {
  const ease = { i: { x: 0.6, y: 1 }, o: { x: 0.4, y: 0 } }
  const fixed = (k: unknown) => ({ a: 0, k })
  const ball = {
    ty: 'gr',
    it: [
      { ty: 'el', p: fixed([0, 0]), s: fixed([220, 220]) },
      { ty: 'fl', c: fixed([...colour.map(value => value / 255), 1]), o: fixed(100), r: 1 },
      { ty: 'tr', p: fixed([0, 0]), a: fixed([0, 0]), s: fixed([100, 100]), r: fixed(0), o: fixed(100) },
    ],
  }
  const bounce = [
    { t: 0, s: [256, 150, 0], ...ease },
    { t: 30, s: [256, 380, 0], ...ease },
    { t: 60, s: [256, 150, 0] },
  ]
  const squash = [
    { t: 0, s: [100, 100, 100], ...ease },
    { t: 30, s: [118, 82, 100], ...ease },
    { t: 60, s: [100, 100, 100] },
  ]
  const transform = {
    o: fixed(100),
    r: fixed(0),
    p: { a: 1, k: bounce },
    a: fixed([0, 0, 0]),
    s: { a: 1, k: squash },
  }
  const layer = { ddd: 0, ind: 1, ty: 4, sr: 1, ip: 0, op: 60, st: 0, bm: 0, ks: transform, shapes: [ball] }
  const animation = {
    tgs: 1,
    v: '5.5.2',
    fr: 60,
    ip: 0,
    op: 60,
    w: 512,
    h: 512,
    ddd: 0,
    assets: [],
    layers: [layer],
  }
  return gzipSync(JSON.stringify(animation))
}

/** A page of PDF with a few lines of plain Latin letters. */
export function writePdf(lines: readonly string[]): Buffer {
  const words = lines
    .map(line => `(${line.replace(/[\\()]/g, found => `\\${found}`)}) Tj 0 -22 Td`)
    .join('\n')
  const stream = Buffer.from(`BT /F1 14 Tf 60 760 Td\n${words}\nET`, 'latin1')
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>',
    `<< /Length ${stream.length} >>\nstream\n${stream.toString('latin1')}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ]
  let text = '%PDF-1.4\n'
  const places = objects.map((object, index) => {
    const at = text.length
    text += `${index + 1} 0 obj\n${object}\nendobj\n`
    return `${String(at).padStart(10, '0')} 00000 n \n`
  })
  const end = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`
  return Buffer.from(
    `${text}xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.join('')}${end}`,
    'latin1',
  )
}
