import { readFileSync } from 'node:fs'
import { inflateRawSync } from 'node:zlib'

/** The members of a ZIP file as text, by its directory. */
export async function readZip(path: string): Promise<Map<string, string>> {
  const bytes = readFileSync(path)
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]))
  const members = new Map<string, string>()
  let at = bytes.readUInt32LE(end + 16)
  for (let i = 0; i < bytes.readUInt16LE(end + 10); i++) {
    const [packed, nameLength, extra, comment, offset] = [
      bytes.readUInt32LE(at + 20),
      bytes.readUInt16LE(at + 28),
      bytes.readUInt16LE(at + 30),
      bytes.readUInt16LE(at + 32),
      bytes.readUInt32LE(at + 42),
    ]
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength)
    const from = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28)
    members.set(name, inflateRawSync(bytes.subarray(from, from + packed)).toString('utf8'))
    at += 46 + nameLength + extra + comment
  }
  return members
}
