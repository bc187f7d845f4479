import { ProofError } from './errors.ts'

const HEX_DIGITS = '0123456789abcdef'
const BASE64_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const INVALID = 255

const HEX_PAIRS: readonly string[] = Array.from(
  { length: 256 },
  (_, byte) => HEX_DIGITS.charAt(byte >> 4) + HEX_DIGITS.charAt(byte & 15),
)
const BASE64_PAIRS: readonly string[] = Array.from(
  { length: 4096 },
  (_, bits) => BASE64_DIGITS.charAt(bits >> 6) + BASE64_DIGITS.charAt(bits & 63),
)
const HEX_VALUES = lookupTable(HEX_DIGITS)
const BASE64_VALUES = lookupTable(BASE64_DIGITS)

const encoder = new TextEncoder()
// ignoreBOM keeps a leading U+FEFF in the text, so that decoding never hides a byte.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function lookupTable(digits: string): Uint8Array {
  const table = new Uint8Array(128).fill(INVALID)
  for (let value = 0; value < digits.length; value += 1) table[digits.charCodeAt(value)] = value
  return table
}

/** Lowercase hex of the bytes, two digits each. */
export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += HEX_PAIRS[byte]
  return text
}

/** Bytes of lowercase hex. Throws `bad_hex` on odd length, uppercase or any other character. */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0) throw new ProofError('bad_hex', 'odd number of digits')
  const bytes = new Uint8Array(text.length / 2)
  for (let at = 0; at < bytes.length; at += 1) {
    const high = HEX_VALUES[text.charCodeAt(2 * at)] ?? INVALID
    const low = HEX_VALUES[text.charCodeAt(2 * at + 1)] ?? INVALID
    if (high === INVALID || low === INVALID) throw new ProofError('bad_hex', `at digit ${2 * at}`)
    bytes[at] = (high << 4) | low
  }
  return bytes
}

/** Standard base64 with padding (RFC 4648 section 4). */
export function toBase64(bytes: Uint8Array): string {
  const whole = bytes.length - (bytes.length % 3)
  let text = ''
  for (let at = 0; at < whole; at += 3) {
    const word = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    text += BASE64_PAIRS[word >> 12] + (BASE64_PAIRS[word & 4095] ?? '')
  }
  if (whole === bytes.length) return text
  const word = ((bytes[whole] ?? 0) << 16) | ((bytes[whole + 1] ?? 0) << 8)
  const last = bytes.length - whole === 2 ? BASE64_DIGITS.charAt((word >> 6) & 63) : '='
  return `${text}${BASE64_PAIRS[word >> 12]}${last}=`
}

/**
 * Bytes of standard base64 with padding (RFC 4648 section 4). There is exactly one accepted text for any bytes:
 * missing padding, white space, the URL alphabet and non-zero trailing bits throw `bad_base64`.
 */
export function fromBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0) throw new ProofError('bad_base64', 'length is no multiple of four')
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const digits = text.length - padding
  const bytes = new Uint8Array((text.length / 4) * 3 - padding)
  let held = 0
  let bits = 0
  let out = 0
  for (let at = 0; at < digits; at += 1) {
    const value = BASE64_VALUES[text.charCodeAt(at)] ?? INVALID
    if (value === INVALID) throw new ProofError('bad_base64', `at character ${at}`)
    held = ((held << 6) | value) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[out] = (held >> bits) & 255
      out += 1
    }
  }
  if ((held & ((1 << bits) - 1)) !== 0) throw new ProofError('bad_base64', 'trailing bits are not zero')
  return bytes
}

/** The same for a text that may be none: undefined instead of an error. */
export function tryBase64(text: string): Uint8Array | undefined {
  try {
    return fromBase64(text)
  } catch (error) {
    if (error instanceof ProofError) return undefined
    throw error
  }
}

/** UTF-8 bytes of a text. Throws `lone_surrogate` where the text has no UTF-8 form. */
export function utf8Encode(text: string): Uint8Array {
  if (!text.isWellFormed()) throw new ProofError('lone_surrogate', 'text is not well-formed Unicode')
  return encoder.encode(text)
}

/** Text of UTF-8 bytes, a byte order mark kept as U+FEFF. Throws `bad_utf8`. */
export function utf8Decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw new ProofError('bad_utf8', `${bytes.length} bytes are not UTF-8`)
  }
}

/** One array of all the given bytes in order. */
export function concatBytes(...chunks: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(chunks.reduce((total, chunk) => total + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    joined.set(chunk, at)
    at += chunk.length
  }
  return joined
}

/** Whether both hold the same bytes. Not constant-time: nothing compared in this package is secret. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false
  return true
}

/** Negative, zero or positive as `a` sorts before, with or after `b`, byte by byte. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length)
  for (let at = 0; at < shared; at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** Big-endian unsigned integer of 8 bytes. `value` is a safe integer, 0 or more; else throws `bad_index`. */
export function uint64ToBytes(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) throw new ProofError('bad_index', `${value}`)
  const bytes = new Uint8Array(8)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, Math.floor(value / 2 ** 32))
  view.setUint32(4, value % 2 ** 32)
  return bytes
}

/** The number in the first 8 bytes, big-endian. Throws `bad_index` when short or above 2^53 - 1. */
export function bytesToUint64(bytes: Uint8Array): number {
  if (bytes.length < 8) throw new ProofError('bad_index', 'fewer than 8 bytes')
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8)
  const value = view.getUint32(0) * 2 ** 32 + view.getUint32(4)
  if (!Number.isSafeInteger(value)) throw new ProofError('bad_index', 'above 2^53 - 1')
  return value
}

/** Whether `needle` (at least one byte) stands somewhere in `bytes`. */
export function includesBytes(bytes: Uint8Array, needle: Uint8Array): boolean {
  const first = needle[0] ?? 0
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    let same = 1
    while (same < needle.length && bytes[at + same] === needle[same]) same += 1
    if (same === needle.length) return true
  }
  return false
}
