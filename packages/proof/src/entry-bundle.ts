import { ProofError } from './errors.ts'
import { TILE_WIDTH } from './tile.ts'

const MAX_ENTRY_BYTES = 0xffff

/**
 * Entries as a bundle of c2sp.org/tlog-tiles: each led by its length as big-endian uint16. At most 256 entries of
 * at most 65,535 bytes; else throws `bad_bundle`.
 */
export function encodeEntryBundle(entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length > TILE_WIDTH) throw new ProofError('bad_bundle', `${entries.length} entries`)
  const bundle = new Uint8Array(entries.reduce((total, entry) => total + 2 + entry.length, 0))
  const view = new DataView(bundle.buffer)
  let at = 0
  for (const entry of entries) {
    if (entry.length > MAX_ENTRY_BYTES) throw new ProofError('bad_bundle', `entry of ${entry.length} bytes`)
    view.setUint16(at, entry.length)
    bundle.set(entry, at + 2)
    at += 2 + entry.length
  }
  return bundle
}

/**
 * The entries of a bundle, as views into it. Throws `bad_bundle` when it is cut short or does not hold exactly
 * `width` entries.
 */
export function decodeEntryBundle(bundle: Uint8Array, width: number): Uint8Array[] {
  const view = new DataView(bundle.buffer, bundle.byteOffset, bundle.length)
  const entries: Uint8Array[] = []
  for (let at = 0; at < bundle.length; ) {
    if (at + 2 > bundle.length)
      throw new ProofError('bad_bundle', `cut short in the length of entry ${entries.length}`)
    const end = at + 2 + view.getUint16(at)
    if (end > bundle.length) throw new ProofError('bad_bundle', `cut short in entry ${entries.length}`)
    entries.push(bundle.subarray(at + 2, end))
    at = end
  }
  if (entries.length !== width) throw new ProofError('bad_bundle', `${entries.length} entries, not ${width}`)
  return entries
}
