import { randomFillSync } from 'node:crypto'

// Asking the operating system costs about two microseconds however little one wants, and an entry wants four times.
const pool = Buffer.alloc(8192)
let used = pool.length

/** `count` (at most 8,192) random bytes from the operating system's generator, fetched in large pieces; each is given out once. */
export function takeRandom(count: number): Buffer {
  if (used + count > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const bytes = Buffer.from(pool.subarray(used, used + count))
  pool.fill(0, used, used + count) // what was given out is nowhere else
  used += count
  return bytes
}
