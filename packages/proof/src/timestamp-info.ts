import { equalBytes } from './bytes.ts'
import { ProofError } from './errors.ts'

/** What an RFC 3161 token says: the SHA-256 it stamps, and when. Who signed it is not looked at here. */
export type TimestampInfo = { readonly imprint: Uint8Array; readonly time: string }

const SEQUENCE = 0x30
const INTEGER = 0x02
const OID = 0x06
const OCTETS = 0x04
const SET = 0x31
const EXPLICIT_0 = 0xa0
const GENERALIZED_TIME = 0x18
const SHA256_OID = Uint8Array.of(0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01)
const TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z$/

/** Walks over the elements of one DER structure, in order. */
class Der {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** The content of the next element, which must have this tag. Throws `bad_timestamp`. */
  take(tag: number): Uint8Array {
    const bytes = this.#bytes
    const first = bytes[this.#at + 1] ?? 0x80
    const lengthBytes = first < 0x80 ? 0 : first - 0x80
    if (bytes[this.#at] !== tag || first === 0x80 || lengthBytes > 4)
      throw new ProofError('bad_timestamp', `no element ${tag} at ${this.#at}`)
    let length = first < 0x80 ? first : 0
    for (let i = 0; i < lengthBytes; i++) length = length * 256 + (bytes[this.#at + 2 + i] ?? 0)
    const from = this.#at + 2 + lengthBytes
    if (from + length > bytes.length) throw new ProofError('bad_timestamp', 'cut short')
    this.#at = from + length
    return bytes.subarray(from, from + length)
  }
}

/** Reads a token (RFC 3161 TimeStampToken, DER). Throws `bad_timestamp` for anything but one over SHA-256. */
export function readTimestampInfo(token: Uint8Array): TimestampInfo {
  const contentInfo = new Der(new Der(token).take(SEQUENCE))
  contentInfo.take(OID)
  const signedData = new Der(new Der(contentInfo.take(EXPLICIT_0)).take(SEQUENCE))
  signedData.take(INTEGER)
  signedData.take(SET)
  const encapsulated = new Der(signedData.take(SEQUENCE))
  encapsulated.take(OID)
  const info = new Der(new Der(new Der(encapsulated.take(EXPLICIT_0)).take(OCTETS)).take(SEQUENCE))
  info.take(INTEGER)
  info.take(OID)
  const imprint = new Der(info.take(SEQUENCE))
  const algorithm = new Der(imprint.take(SEQUENCE)).take(OID)
  const hash = imprint.take(OCTETS)
  info.take(INTEGER)
  const stamped = TIME.exec(String.fromCharCode(...info.take(GENERALIZED_TIME)))
  if (!equalBytes(algorithm, SHA256_OID) || hash.length !== 32 || !stamped)
    throw new ProofError('bad_timestamp', 'no time over a SHA-256')
  const [, year, month, day, hour, minute, second] = stamped
  return { imprint: hash, time: `${year}-${month}-${day}T${hour}:${minute}:${second}Z` }
}
