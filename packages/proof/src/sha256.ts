import { equalBytes, fromHex } from './bytes.ts'
import { MAX_LEAF_BYTES } from './canonical.ts'
import { ProofError } from './errors.ts'

/** Takes any bytes, gives the 32 bytes of their SHA-256 (FIPS 180-4). */
export type Hasher = (bytes: Uint8Array) => Uint8Array

/** First 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2). */
const ROUND_CONSTANTS = Int32Array.of(
  0x428a2f98,
  0x71374491,
  0xb5c0fbcf,
  0xe9b5dba5,
  0x3956c25b,
  0x59f111f1,
  0x923f82a4,
  0xab1c5ed5,
  0xd807aa98,
  0x12835b01,
  0x243185be,
  0x550c7dc3,
  0x72be5d74,
  0x80deb1fe,
  0x9bdc06a7,
  0xc19bf174,
  0xe49b69c1,
  0xefbe4786,
  0x0fc19dc6,
  0x240ca1cc,
  0x2de92c6f,
  0x4a7484aa,
  0x5cb0a9dc,
  0x76f988da,
  0x983e5152,
  0xa831c66d,
  0xb00327c8,
  0xbf597fc7,
  0xc6e00bf3,
  0xd5a79147,
  0x06ca6351,
  0x14292967,
  0x27b70a85,
  0x2e1b2138,
  0x4d2c6dfc,
  0x53380d13,
  0x650a7354,
  0x766a0abb,
  0x81c2c92e,
  0x92722c85,
  0xa2bfe8a1,
  0xa81a664b,
  0xc24b8b70,
  0xc76c51a3,
  0xd192e819,
  0xd6990624,
  0xf40e3585,
  0x106aa070,
  0x19a4c116,
  0x1e376c08,
  0x2748774c,
  0x34b0bcb5,
  0x391c0cb3,
  0x4ed8aa4a,
  0x5b9cca4f,
  0x682e6ff3,
  0x748f82ee,
  0x78a5636f,
  0x84c87814,
  0x8cc70208,
  0x90befffa,
  0xa4506ceb,
  0xbef9a3f7,
  0xc67178f2,
)

export const INITIAL_STATE = Int32Array.of(
  0x6a09e667,
  0xbb67ae85,
  0x3c6ef372,
  0xa54ff53a,
  0x510e527f,
  0x9b05688c,
  0x1f83d9ab,
  0x5be0cd19,
)

// Scratch space is shared: hashing is synchronous, so no second call can be under way.
const schedule = new Int32Array(64)
const state = new Int32Array(8)
const tail = new Uint8Array(128)

/** SHA-256 in plain JavaScript: the hasher used wherever nothing faster is plugged in. */
export function sha256Portable(message: Uint8Array): Uint8Array {
  state.set(INITIAL_STATE)
  const whole = message.length - (message.length % 64)
  for (let at = 0; at < whole; at += 64) compress(message, at)
  compressTail(message, whole)

  const digest = new Uint8Array(32)
  const view = new DataView(digest.buffer)
  state.forEach((word, at) => {
    view.setInt32(at * 4, word)
  })
  return digest
}

function compressTail(message: Uint8Array, whole: number): void {
  const left = message.length - whole
  const size = left < 56 ? 64 : 128
  tail.fill(0)
  tail.set(message.subarray(whole))
  tail[left] = 0x80
  const view = new DataView(tail.buffer)
  view.setUint32(size - 8, Math.floor(message.length / 2 ** 29))
  view.setInt32(size - 4, message.length << 3)
  for (let at = 0; at < size; at += 64) compress(tail, at)
}

// The `as number` below tell the compiler what the loop bounds already say; a check per read would halve the speed.
function expandSchedule(bytes: Uint8Array, offset: number): void {
  for (let t = 0, at = offset; t < 16; t += 1, at += 4) {
    schedule[t] =
      ((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)
  }
  for (let t = 16; t < 64; t += 1) {
    const early = schedule[t - 15] as number
    const late = schedule[t - 2] as number
    const sigma0 = ((early >>> 7) | (early << 25)) ^ ((early >>> 18) | (early << 14)) ^ (early >>> 3)
    const sigma1 = ((late >>> 17) | (late << 15)) ^ ((late >>> 19) | (late << 13)) ^ (late >>> 10)
    schedule[t] = (sigma1 + (schedule[t - 7] as number) + sigma0 + (schedule[t - 16] as number)) | 0
  }
}

/** Takes one block of 64 bytes into a state of eight words. */
export function compressBlock(into: Int32Array, bytes: Uint8Array, offset: number): void {
  state.set(into)
  compress(bytes, offset)
  into.set(state)
}

function compress(bytes: Uint8Array, offset: number): void {
  expandSchedule(bytes, offset)
  let a = state[0] as number
  let b = state[1] as number
  let c = state[2] as number
  let d = state[3] as number
  let e = state[4] as number
  let f = state[5] as number
  let g = state[6] as number
  let h = state[7] as number
  for (let t = 0; t < 64; t += 1) {
    const sum1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
    const choice = (e & f) ^ (~e & g)
    const first = (h + sum1 + choice + (ROUND_CONSTANTS[t] as number) + (schedule[t] as number)) | 0
    const sum0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
    const majority = (a & b) ^ (a & c) ^ (b & c)
    h = g
    g = f
    f = e
    e = (d + first) | 0
    d = c
    c = b
    b = a
    a = (first + sum0 + majority) | 0
  }
  state[0] = (state[0] as number) + a
  state[1] = (state[1] as number) + b
  state[2] = (state[2] as number) + c
  state[3] = (state[3] as number) + d
  state[4] = (state[4] as number) + e
  state[5] = (state[5] as number) + f
  state[6] = (state[6] as number) + g
  state[7] = (state[7] as number) + h
}

let current: Hasher = sha256Portable

/**
 * Makes the whole package hash with `hasher` from now on. Throws `bad_hasher` unless it agrees with the portable
 * SHA-256 on messages around the block boundaries, so that a wrong one can never produce or accept a tree.
 */
export function setHasher(hasher: Hasher): void {
  for (const length of [0, 1, 55, 56, 64, 65, 601]) {
    const message = new Uint8Array(length).fill(length)
    if (!equalBytes(hasher(message), sha256Portable(message))) {
      throw new ProofError('bad_hasher', `differs from SHA-256 on ${length} bytes`)
    }
  }
  current = hasher
}

/** SHA-256 of the bytes with the plugged hasher. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return current(bytes)
}

const BLOCK = 64

// Shared, since hashing is synchronous and the hasher keeps nothing; a message no longer than a leaf needs no memory of its own.
const innerScratch = new Uint8Array(BLOCK + MAX_LEAF_BYTES)
const outerScratch = new Uint8Array(BLOCK + 32)

/** HMAC-SHA-256 (RFC 2104, RFC 4231) of a message, given in one or several pieces, under `key` of any length: 32 bytes. */
export function hmacSha256(key: Uint8Array, ...message: readonly Uint8Array[]): Uint8Array {
  const shortKey = key.length > BLOCK ? sha256(key) : key
  let length = BLOCK
  for (const piece of message) length += piece.length
  const inner = length <= innerScratch.length ? innerScratch : new Uint8Array(length)
  for (let at = 0; at < BLOCK; at += 1) {
    const byte = shortKey[at] ?? 0
    inner[at] = byte ^ 0x36
    outerScratch[at] = byte ^ 0x5c
  }
  let at = BLOCK
  for (const piece of message) {
    inner.set(piece, at)
    at += piece.length
  }
  outerScratch.set(sha256(inner.subarray(0, length)), BLOCK)
  const mac = sha256(outerScratch)
  // Neither key nor content stays behind.
  inner.fill(0, 0, length)
  outerScratch.fill(0)
  return mac
}

/** Root of the tree without leaves: SHA-256 of nothing (RFC 6962 section 2.1). */
export const EMPTY_ROOT: Uint8Array = fromHex(
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
)
