const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})

/** CRC-32 as ZIP wants it (ISO 3309, reflected 0x04C11DB7): give the result of the last call to go on. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let crc = ~before
  // The bounds say what the cast tells the compiler; a check per byte would halve the speed.
  for (let at = 0; at < bytes.length; at += 1)
    crc = (crc >>> 8) ^ (TABLE[(crc ^ (bytes[at] as number)) & 255] as number)
  return ~crc >>> 0
}
