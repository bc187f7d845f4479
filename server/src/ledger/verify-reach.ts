import { CATALOGUE } from '@tracedesk/contracts'
import { F } from './verify-fields.ts'
import { ascii } from './verify-leaf-text.ts'

/** Which reach the catalogue gives an event, found by the bytes of its name. */
export class ReachTable {
  readonly #known: { event: Uint8Array; reach: Uint8Array }[] = [...CATALOGUE.values()].map(event => ({
    event: ascii(event.name),
    reach: ascii(event.reach),
  }))

  /** False also for an event that is not in the catalogue: the thorough way decides. */
  fits(bytes: Buffer, at: Int32Array, length: Int32Array): boolean {
    const known = this.#known
    for (let i = 0; i < known.length; i++) {
      const candidate = known[i] as { event: Uint8Array; reach: Uint8Array }
      if (!same(bytes, at[F.event] as number, length[F.event] as number, candidate.event)) continue
      // the common events come to the front
      if (i > 0) [known[i - 1], known[i]] = [candidate, known[i - 1] as typeof candidate]
      return same(bytes, at[F.reach] as number, length[F.reach] as number, candidate.reach)
    }
    return false
  }
}

function same(bytes: Uint8Array, at: number, length: number, other: Uint8Array): boolean {
  if (length !== other.length) return false
  for (let i = length - 1; i >= 0; i--) if (bytes[at + i] !== other[i]) return false
  return true
}
