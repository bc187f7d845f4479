import { compressBlock, INITIAL_STATE } from './sha256.ts'

/** SHA-256 of bytes that come in pieces (FIPS 180-4), in plain JavaScript. */
export class Sha256Stream {
  readonly #state = INITIAL_STATE.slice()
  readonly #rest = new Uint8Array(64)
  #held = 0
  #length = 0

  update(bytes: Uint8Array): this {
    this.#length += bytes.length
    let at = 0
    if (this.#held > 0) {
      at = Math.min(64 - this.#held, bytes.length)
      this.#rest.set(bytes.subarray(0, at), this.#held)
      this.#held += at
      if (this.#held < 64) return this
      compressBlock(this.#state, this.#rest, 0)
      this.#held = 0
    }
    for (; at + 64 <= bytes.length; at += 64) compressBlock(this.#state, bytes, at)
    this.#rest.set(bytes.subarray(at))
    this.#held = bytes.length - at
    return this
  }

  /** The 32 bytes of the hash; nothing can be added after it. */
  digest(): Uint8Array {
    const tail = new Uint8Array(this.#held < 56 ? 64 : 128)
    tail.set(this.#rest.subarray(0, this.#held))
    tail[this.#held] = 0x80
    const tailView = new DataView(tail.buffer)
    tailView.setUint32(tail.length - 8, Math.floor(this.#length / 2 ** 29))
    tailView.setInt32(tail.length - 4, this.#length << 3)
    for (let at = 0; at < tail.length; at += 64) compressBlock(this.#state, tail, at)
    const digest = new Uint8Array(32)
    const view = new DataView(digest.buffer)
    this.#state.forEach((word, at) => {
      view.setInt32(at * 4, word)
    })
    return digest
  }
}
