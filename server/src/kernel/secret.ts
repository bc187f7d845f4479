import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { putRandom } from './random.ts'
import { StartError } from './start-error.ts'

/** What the installation key is used for. Each purpose gets a key of its own, so that none can stand in for another. */
export type KeyPurpose =
  | 'pending-mac'
  | 'subject-key-wrap'
  | 'bot-token'
  | 'database-role'
  | 'update-inbox'
  | 'idempotency'
  | 'search-token'
  | 'webhook-secret'
  | 'export-query'
  | 'log-view'
  | 'mentions'
  | 'log-watch'
  | 'export-link'
  | 'setting'
  | 'backup-check'
  | 'two-factor'
  | 'oidc'
  | 'file-link'
  | 'canned-file'
  | 'verify-state'
  | 'stream'

/** The installation's root secret: 32 bytes, from which one key a purpose is derived by HKDF-SHA-256 (RFC 5869). */
export class InstallationSecret {
  readonly #root: Buffer
  readonly #derived = new Map<KeyPurpose, Buffer>()

  constructor(root: Buffer) {
    if (root.length !== 32)
      throw new StartError('secret.not_valid', 'The secret file must hold 32 bytes in hex.')
    this.#root = root
  }

  /** The 32-byte key for one purpose. */
  key(purpose: KeyPurpose): Buffer {
    let key = this.#derived.get(purpose)
    if (!key) {
      key = Buffer.from(hkdfSync('sha256', this.#root, '', `tracedesk/${purpose}/v1`, 32))
      this.#derived.set(purpose, key)
    }
    return key
  }
}

/** Reads the secret file, or creates it (mode 0600) when it is not there. Throws StartError when it cannot. */
export function loadSecret(file: string): InstallationSecret {
  try {
    if (!existsSync(file)) {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
    }
    return new InstallationSecret(Buffer.from(readFileSync(file, 'utf8').trim(), 'hex'))
  } catch (error) {
    if (error instanceof StartError) throw error
    throw new StartError(
      'secret.not_readable',
      `The secret file ${file} cannot be read or created: ${(error as Error).message}`,
    )
  }
}

// Making OpenSSL's form of a key costs five times what sealing a message with it does.
const keyObjects = new WeakMap<Buffer, KeyObject>()

function keyObjectOf(key: Buffer): KeyObject {
  let made = keyObjects.get(key)
  if (!made) {
    made = createSecretKey(key)
    keyObjects.set(key, made)
  }
  return made
}

/** Seals bytes with AES-256-GCM: 12-byte nonce ‖ ciphertext ‖ 16-byte tag. `context` must be given again to open. */
export function seal(key: Buffer, plain: Uint8Array, context: string): Buffer {
  const sealed = Buffer.allocUnsafe(12 + plain.length + 16)
  putRandom(sealed, 0, 12)
  const cipher = createCipheriv('aes-256-gcm', keyObjectOf(key), sealed.subarray(0, 12))
  cipher.setAAD(Buffer.from(context))
  sealed.set(cipher.update(plain), 12)
  cipher.final() // GCM holds nothing back
  sealed.set(cipher.getAuthTag(), 12 + plain.length)
  return sealed
}

/** Opens what `seal` made. Throws when key, context or bytes are not the same. */
export function unseal(key: Buffer, sealed: Uint8Array, context: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', keyObjectOf(key), sealed.subarray(0, 12))
  decipher.setAAD(Buffer.from(context))
  decipher.setAuthTag(sealed.subarray(sealed.length - 16))
  const plain = decipher.update(sealed.subarray(12, sealed.length - 16))
  decipher.final() // GCM holds nothing back; this is where it says whether all of it is genuine
  return plain
}

/** HMAC-SHA-256. */
export const hmac = (key: Buffer, bytes: Uint8Array | string): Buffer =>
  createHmac('sha256', keyObjectOf(key)).update(bytes).digest()

/** SHA-256. */
export const sha256 = (bytes: Uint8Array | string): Buffer => createHash('sha256').update(bytes).digest()

/** A random token for links, sessions and programs: 32 bytes in base64url. Only its SHA-256 is stored. */
export const newToken = (): string => randomBytes(32).toString('base64url')

/** Compares two byte strings without telling by timing where they differ. */
export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && timingSafeEqual(a, b)
