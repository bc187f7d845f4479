import { concatBytes, equalBytes, fromBase64, fromHex, toBase64, toHex, utf8Encode } from './bytes.ts'
import { ProofError } from './errors.ts'
import { sha256 } from './sha256.ts'

// Keys of c2sp.org/signed-note: `<name>+<key id in hex>+<base64(type ‖ key)>`.

/** Signature types of signed-note this package knows: a log's Ed25519, a witness's timestamped Ed25519. */
export const KEY_TYPES = { log: 0x01, witness: 0x04 } as const
export type KeyType = keyof typeof KEY_TYPES

/** A public key someone is trusted by. `id` is 4 bytes, `publicKey` 32. */
export type VerifierKey = {
  readonly name: string
  readonly id: Uint8Array
  readonly type: KeyType
  readonly publicKey: Uint8Array
}

/** A verifier key with the 32-byte seed of its private half. */
export type SignerKey = VerifierKey & { readonly seed: Uint8Array }

const PRIVATE_PREFIX = 'PRIVATE+KEY+'

/** SHA-256(name ‖ 0x0A ‖ type ‖ public key), its first four bytes. */
export function keyId(name: string, type: KeyType, publicKey: Uint8Array): Uint8Array {
  return sha256(concatBytes(utf8Encode(`${name}\n`), Uint8Array.of(KEY_TYPES[type]), publicKey)).slice(0, 4)
}

/** Whether a key may be called so: not empty, well-formed, no Unicode space, no control character, no plus sign. */
export function isKeyName(name: string): boolean {
  return name.length > 0 && name.isWellFormed() && !/[\p{White_Space}\p{Cc}+]/u.test(name)
}

/** Text of a verifier key. */
export function formatVkey({ name, id, type, publicKey }: VerifierKey): string {
  return `${name}+${toHex(id)}+${toBase64(concatBytes(Uint8Array.of(KEY_TYPES[type]), publicKey))}`
}

/** Reads a verifier key and checks that its id is its own. Throws `bad_vkey`. */
export function parseVkey(vkey: string): VerifierKey {
  const { name, id, type, material } = splitKey(vkey, 'bad_vkey')
  if (!equalBytes(id, keyId(name, type, material)))
    throw new ProofError('bad_vkey', `${name}: id of another key`)
  return { name, id, type, publicKey: material }
}

/** Text of a signer key: `PRIVATE+KEY+<name>+<id>+<base64(type ‖ seed)>`. A secret: never log it. */
export function formatSkey({ name, id, type, seed }: SignerKey): string {
  return `${PRIVATE_PREFIX}${name}+${toHex(id)}+${toBase64(concatBytes(Uint8Array.of(KEY_TYPES[type]), seed))}`
}

/**
 * Reads a signer key, deriving its public half. Throws `bad_skey`; the message never holds the key.
 */
export async function parseSkey(skey: string): Promise<SignerKey> {
  if (!skey.startsWith(PRIVATE_PREFIX))
    throw new ProofError('bad_skey', `does not begin with ${PRIVATE_PREFIX}`)
  const { name, id, type, material } = splitKey(skey.slice(PRIVATE_PREFIX.length), 'bad_skey')
  const publicKey = await derivePublicKey(material)
  if (!equalBytes(id, keyId(name, type, publicKey)))
    throw new ProofError('bad_skey', `${name}: id of another key`)
  return { name, id, type, publicKey, seed: material }
}

/** A new random key as texts. `name` is by custom the log's origin, or a witness's address without scheme. */
export function generateSigner(name: string, type: KeyType = 'log'): Promise<{ vkey: string; skey: string }> {
  return signerFromSeed(name, crypto.getRandomValues(new Uint8Array(32)), type)
}

/** The key of a 32-byte Ed25519 seed as texts. Throws `bad_vkey` for a name that is none, `bad_skey` for the seed. */
export async function signerFromSeed(
  name: string,
  seed: Uint8Array,
  type: KeyType = 'log',
): Promise<{ vkey: string; skey: string }> {
  if (!isKeyName(name)) throw new ProofError('bad_vkey', `${JSON.stringify(name)} is no key name`)
  if (seed.length !== 32) throw new ProofError('bad_skey', `seed of ${seed.length} bytes`)
  const publicKey = await derivePublicKey(seed)
  const key = { name, id: keyId(name, type, publicKey), type, publicKey, seed }
  return { vkey: formatVkey(key), skey: formatSkey(key) }
}

function splitKey(text: string, code: 'bad_vkey' | 'bad_skey') {
  const [name = '', hexId = '', ...rest] = text.split('+')
  if (!isKeyName(name)) throw new ProofError(code, `${JSON.stringify(name)} is no key name`)
  try {
    const id = fromHex(hexId)
    const material = fromBase64(rest.join('+'))
    if (id.length !== 4 || material.length !== 33) throw new ProofError(code, `${name}: wrong length`)
    return { name, id, type: keyTypeOf(material[0] ?? 0, code), material: material.slice(1) }
  } catch (error) {
    if (error instanceof ProofError && error.code === code) throw error
    // The cause is dropped on purpose: for a private key it could say something about the secret.
    throw new ProofError(code, `${name}: not hex and base64`)
  }
}

function keyTypeOf(byte: number, code: 'bad_vkey' | 'bad_skey'): KeyType {
  if (byte === KEY_TYPES.log) return 'log'
  if (byte === KEY_TYPES.witness) return 'witness'
  throw new ProofError(code, `signature type ${byte} is not known here`)
}

/** DER around an Ed25519 seed (RFC 8410 section 7): the only raw form in which WebCrypto takes a private key. */
const PKCS8_HEAD = fromHex('302e020100300506032b657004220420')

function importSeed(seed: Uint8Array, extractable: boolean) {
  return crypto.subtle.importKey('pkcs8', concatBytes(PKCS8_HEAD, seed).slice(), 'Ed25519', extractable, [
    'sign',
  ])
}

async function derivePublicKey(seed: Uint8Array): Promise<Uint8Array> {
  const { x } = await crypto.subtle.exportKey('jwk', await importSeed(seed, true))
  if (x === undefined) throw new ProofError('bad_skey', 'WebCrypto gave no public key')
  return fromBase64(`${x.replaceAll('-', '+').replaceAll('_', '/')}=`)
}

/** Ed25519 signature (RFC 8032) of the message: 64 bytes. */
export async function signEd25519(seed: Uint8Array, message: Uint8Array): Promise<Uint8Array> {
  const key = await importSeed(seed, false)
  return new Uint8Array(await crypto.subtle.sign('Ed25519', key, new Uint8Array(message)))
}

/** Whether the Ed25519 signature is of this message by this key. */
export async function verifyEd25519(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  const key = await crypto.subtle.importKey('raw', new Uint8Array(publicKey), 'Ed25519', false, ['verify'])
  return crypto.subtle.verify('Ed25519', key, new Uint8Array(signature), new Uint8Array(message))
}
