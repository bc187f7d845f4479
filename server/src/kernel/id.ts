import { createHash } from 'node:crypto'
import { takeRandom, takeRandomHex } from './random.ts'

let lastMs = 0
let counter = 0

/**
 * A new UUID version 7 (RFC 9562 section 5.7): 48 bits of Unix milliseconds, then a 12-bit counter that keeps ids
 * of one process in order within a millisecond, then 62 random bits.
 */
export function newId<Id extends string = string>(): Id {
  const now = Date.now()
  if (now > lastMs) {
    lastMs = now
    counter = (takeRandom(1)[0] ?? 0) & 0x7f // start low, so that there is room to count
  } else if (++counter > 0xfff) {
    lastMs++ // more than 4,000 ids in one millisecond: borrow from the next
    counter = 0
  }
  const time = lastMs.toString(16).padStart(12, '0')
  const tail = takeRandomHex(8)
  const variant = ((Number.parseInt(tail.slice(0, 1), 16) & 0x3) | 0x8).toString(16)
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}-${variant}${tail.slice(1, 4)}-${tail.slice(4)}` as Id
}

/**
 * The id that always belongs to the same outside key: a UUID version 8 (RFC 9562 section 5.8) from SHA-256 over
 * `scope` and `key`. Importing the same customer twice meets the same customer.
 */
export function idFromKey<Id extends string = string>(scope: string, key: string): Id {
  const hash = createHash('sha256').update(scope).update('\0').update(key).digest('hex')
  const variant = ((Number.parseInt(hash.slice(16, 17), 16) & 0x3) | 0x8).toString(16)
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-${variant}${hash.slice(17, 20)}-${hash.slice(20, 32)}` as Id
}
