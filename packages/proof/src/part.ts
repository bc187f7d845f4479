import { equalBytes, utf8Encode } from './bytes.ts'
import { ProofError } from './errors.ts'
import { hmacSha256 } from './sha256.ts'

const DOMAIN = utf8Encode('tracedesk/part/v1\0')
const SEPARATOR = Uint8Array.of(0)

export const SALT_BYTES = 32

/**
 * What a leaf says of a personal part: HMAC-SHA-256(salt, "tracedesk/part/v1\0" ‖ name ‖ 0x00 ‖ bytes), 32 bytes.
 * `salt` is 32 random bytes used for this one part; with it and the content destroyed, the commitment tells
 * nothing. Throws `bad_salt`, `bad_part_name`.
 */
export function commitPart(salt: Uint8Array, name: string, bytes: Uint8Array): Uint8Array {
  if (salt.length !== SALT_BYTES) throw new ProofError('bad_salt', `${salt.length} bytes, not ${SALT_BYTES}`)
  if (!isPartName(name)) throw new ProofError('bad_part_name', JSON.stringify(name))
  return hmacSha256(salt, DOMAIN, nameBytes(name), SEPARATOR, bytes)
}

/** Names of parts are few and come again with every entry. */
const encodedNames = new Map<string, Uint8Array>()
const ENCODED_NAMES_MAX = 200

function nameBytes(name: string): Uint8Array {
  let bytes = encodedNames.get(name)
  if (!bytes) {
    bytes = utf8Encode(name)
    if (encodedNames.size < ENCODED_NAMES_MAX) encodedNames.set(name, bytes)
  }
  return bytes
}

/** Whether content and salt are those the commitment was made of. */
export function checkPart(
  commitment: Uint8Array,
  salt: Uint8Array,
  name: string,
  bytes: Uint8Array,
): boolean {
  return (
    salt.length === SALT_BYTES && isPartName(name) && equalBytes(commitment, commitPart(salt, name, bytes))
  )
}

/** Part names are ASCII words: no NUL can hide in one and move the border between name and content. */
export function isPartName(name: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/.test(name)
}
