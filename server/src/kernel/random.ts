import { randomFillSync } from 'node:crypto'

// Asking the operating system costs about two microseconds however little one wants, and an entry wants four times.
const pool = Buffer.alloc(8192)
let used = pool.length

/** `count` (at most 8,192) random bytes from the operating system's generator, fetched in large pieces; each is given out once. */
export function takeRandom(count: number): Buffer {
  const bytes = Buffer.allocUnsafe(count)
  putRandom(bytes, 0, count)
  return bytes
}

/** The same as lowercase hex, two digits a byte. */
export function takeRandomHex(count: number): string {
  const at = reserve(count)
  const hex = pool.toString('hex', at, used)
  pool.fill(0, at, used)
  return hex
}

/** Writes `count` such bytes into `target`, from `offset` on. */
export function putRandom(target: Uint8Array, offset: number, count: number): void {
  const at = reserve(count)
  pool.copy(target, offset, at, used)
  pool.fill(0, at, used) // what was given out is nowhere else
}

function reserve(count: number): number {
  if (used + count > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += count
  return used - count
}
