const ascii = (bytes: Buffer, from: number, to: number): string => bytes.toString('latin1', from, to)

/** So many bytes from the beginning say what a file is. */
export const SNIFF_BYTES = 4096

type Look = (bytes: Buffer) => boolean
const begins =
  (...signature: number[]): Look =>
  bytes =>
    signature.every((byte, index) => bytes[index] === byte)
const says =
  (text: string, at = 0): Look =>
  bytes =>
    ascii(bytes, at, at + text.length) === text

const isMp4 = says('ftyp', 4)
const brand = (bytes: Buffer): string => ascii(bytes, 8, 12)

const LOOKS: readonly (readonly [type: string, look: Look])[] = [
  ['image/jpeg', begins(0xff, 0xd8, 0xff)],
  ['image/png', begins(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)],
  ['image/gif', bytes => says('GIF87a')(bytes) || says('GIF89a')(bytes)],
  ['image/webp', bytes => says('RIFF')(bytes) && says('WEBP', 8)(bytes)],
  ['audio/wav', bytes => says('RIFF')(bytes) && says('WAVE', 8)(bytes)],
  ['audio/ogg', says('OggS')],
  ['audio/flac', says('fLaC')],
  ['audio/mpeg', bytes => says('ID3')(bytes) || (bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xe6) === 0xe2)],
  ['image/heic', bytes => isMp4(bytes) && /^(heic|heix|mif1|msf1|avif)$/.test(brand(bytes))],
  ['audio/mp4', bytes => isMp4(bytes) && /^M4[AB] $/.test(brand(bytes))],
  ['video/quicktime', bytes => isMp4(bytes) && brand(bytes) === 'qt  '],
  ['video/mp4', isMp4],
  ['video/webm', begins(0x1a, 0x45, 0xdf, 0xa3)],
  ['application/pdf', says('%PDF-')],
  ['application/zip', begins(0x50, 0x4b, 0x03, 0x04)],
  ['application/gzip', begins(0x1f, 0x8b)],
]

/**
 * What the first bytes of a file look like, whatever its name or sender says: a media type of a closed list, `text/plain`
 * for anything readable (HTML and SVG included: they are never shown as what they are), else `application/octet-stream`.
 */
export function sniffType(head: Buffer): string {
  const found = LOOKS.find(([, look]) => look(head))
  if (found) return found[0]
  return head.length > 0 && isText(head) ? 'text/plain' : 'application/octet-stream'
}

function isText(head: Buffer): boolean {
  if (head.some(byte => byte < 32 && ![9, 10, 12, 13].includes(byte))) return false
  try {
    // a character may be cut at the end
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true })
    return true
  } catch {
    return false
  }
}

const SHOWN = new Set([
  'image/jpeg',
  'image/png',
  'image/gif',
  'image/webp',
  'audio/wav',
  'audio/ogg',
  'audio/flac',
  'audio/mpeg',
  'audio/mp4',
  'video/mp4',
  'video/webm',
  'video/quicktime',
])

/** May a browser show bytes of this type inside a page? Everything else is handed out as a file to save. */
export const isShown = (type: string): boolean => SHOWN.has(type)
