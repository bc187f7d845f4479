import { decodeLeaf, ProofError } from '@tracedesk/proof/node'
import { z } from 'zod'
import { isListed, PURGE_CHUNK, PurgeDigest, PurgeList } from './purge-list.ts'
import type { RemoteFinding } from './remote-epochs.ts'

const MARK = Buffer.from('"event":"retention.applied"')
const Said = z.object({ what: z.enum(['entries', 'parts']), numbered: z.int(), listSha256: z.string() })

/** One line of `/log/<workspace>/<epoch>/destroyed`: positions of one chunk that an entry says were destroyed. */
export const DestroyedLine = z.strictObject({
  entryId: z.uuid(),
  chunk: z.int().min(0),
  positions: z.base64(),
})

/** Text of such a line. */
export const formatDestroyedLine = (line: z.infer<typeof DestroyedLine>): string =>
  `${JSON.stringify(line)}\n`

/**
 * What the server calls destroyed by retention, seen from outside: each such position must stand in a list, and the list
 * must be the one that an entry of the very log that is verified holds the digest of.
 */
export class RemotePurges {
  readonly #closed = new PurgeList('')
  readonly #said = new Map<string, z.infer<typeof Said>>()

  /** A leaf of which only the hash is given. */
  close(position: number): void {
    this.#closed.addRange(position, position + 1)
  }

  /** Every leaf that is there. */
  take(bytes: Uint8Array): void {
    if (!Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(MARK)) return
    try {
      const { id, event, outcome, data } = decodeLeaf(bytes)
      const said = Said.safeParse(data)
      if (event === 'retention.applied' && outcome === 'done' && said.success && said.data.what === 'entries')
        this.#said.set(id, said.data)
    } catch (error) {
      if (!(error instanceof ProofError)) throw error // a finding of the walk over all leaves
    }
  }

  /** How many were closed. */
  get count(): number {
    return this.#closed.count
  }

  /** So many numbers of conversations went, as the entries say. */
  get numbered(): number {
    return [...this.#said.values()].reduce((sum, { numbered }) => sum + numbered, 0)
  }

  /** How many entries of the log speak of destroyed ones. */
  get entries(): number {
    return this.#said.size
  }

  /** The positions that were closed and that no vouched list names: taken away, whoever did it. */
  judge(lines: readonly z.infer<typeof DestroyedLine>[]): RemoteFinding[] {
    const vouched = this.#vouched(lines)
    const findings: RemoteFinding[] = []
    for (const { chunk, positions } of this.#closed.rows())
      for (let bit = 0; bit < PURGE_CHUNK; bit++) {
        const position = chunk * PURGE_CHUNK + bit
        if (!isListed(positions, position)) continue
        if (vouched.get(chunk)?.some(list => isListed(list, position))) continue
        findings.push({
          verdict: 'purge_unrecorded',
          position,
          detail:
            'the server says that retention destroyed this entry, and no entry of the log vouches for that',
        })
      }
    return findings
  }

  /** Lists by chunk whose digest an entry of the log holds. */
  #vouched(lines: readonly z.infer<typeof DestroyedLine>[]): Map<number, Buffer[]> {
    const byEntry = new Map<string, { chunk: number; positions: Buffer }[]>()
    for (const { entryId, chunk, positions } of lines)
      byEntry.set(entryId, [
        ...(byEntry.get(entryId) ?? []),
        { chunk, positions: Buffer.from(positions, 'base64') },
      ])
    const vouched = new Map<number, Buffer[]>()
    for (const [entryId, rows] of byEntry) {
      const digest = new PurgeDigest()
      for (const row of rows.toSorted((a, b) => a.chunk - b.chunk)) digest.add({ part: '', ...row })
      if (this.#said.get(entryId)?.listSha256 !== digest.end()) continue
      for (const { chunk, positions } of rows) vouched.set(chunk, [...(vouched.get(chunk) ?? []), positions])
    }
    return vouched
  }
}
