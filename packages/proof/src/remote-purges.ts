import { fromBase64, includesBytes, utf8Encode } from './bytes.ts'
import { ProofError } from './errors.ts'
import { decodeLeaf } from './leaf.ts'
import { isListed, PURGE_CHUNK, PurgeDigest, PurgeList } from './purge-list.ts'
import type { RemoteFinding } from './remote-epochs.ts'

const MARK = utf8Encode('"event":"retention.applied"')

/** What an entry `retention.applied` says of leaves it destroyed. */
interface Said {
  readonly numbered: number
  readonly listSha256: string
}

/** One line of `/log/<workspace>/<epoch>/destroyed`: positions of one chunk that an entry says were destroyed. */
export interface DestroyedLine {
  readonly entryId: string
  readonly chunk: number
  /** Bit i stands for position chunk * 65536 + i. */
  readonly positions: Uint8Array
}

/** Text of such a line; `positions` in base64. */
export const formatDestroyedLine = (line: { entryId: string; chunk: number; positions: string }): string =>
  `${JSON.stringify(line)}\n`

/** Reads such lines. One that cannot be read is left out: what only it names then stays unrecorded. */
export const parseDestroyedLines = (text: string): DestroyedLine[] =>
  text.split('\n').flatMap(line => {
    const parsed = line === '' ? undefined : parseLine(line)
    return parsed ? [parsed] : []
  })

function parseLine(line: string): DestroyedLine | undefined {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value !== 'object' || value === null) return undefined
    const { entryId, chunk, positions }: Partial<Record<keyof DestroyedLine, unknown>> = value
    if (typeof entryId !== 'string' || typeof positions !== 'string' || !isCount(chunk)) return undefined
    return { entryId, chunk, positions: fromBase64(positions) }
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof ProofError) return undefined
    throw error
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

/**
 * What the server calls destroyed by retention, seen from outside: each such position must stand in a list, and the list
 * must be the one that an entry of the very log that is verified holds the digest of.
 */
export class RemotePurges {
  readonly #closed = new PurgeList('')
  readonly #said = new Map<string, Said>()

  /** A leaf of which only the hash is given. */
  close(position: number): void {
    this.#closed.addRange(position, position + 1)
  }

  /** Every leaf that is there. */
  take(bytes: Uint8Array): void {
    if (!includesBytes(bytes, MARK)) return
    try {
      const { id, event, outcome, data } = decodeLeaf(bytes)
      const { what, numbered, listSha256 } = data
      if (event !== 'retention.applied' || outcome !== 'done' || what !== 'entries') return
      if (isCount(numbered) && typeof listSha256 === 'string') this.#said.set(id, { numbered, listSha256 })
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
  judge(lines: readonly DestroyedLine[]): RemoteFinding[] {
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
  #vouched(lines: readonly DestroyedLine[]): Map<number, Uint8Array[]> {
    const byEntry = Map.groupBy(lines, ({ entryId }) => entryId)
    const vouched = new Map<number, Uint8Array[]>()
    for (const [entryId, rows] of byEntry) {
      const digest = new PurgeDigest()
      for (const row of rows.toSorted((a, b) => a.chunk - b.chunk)) digest.add({ part: '', ...row })
      if (this.#said.get(entryId)?.listSha256 !== digest.end()) continue
      for (const { chunk, positions } of rows) vouched.set(chunk, [...(vouched.get(chunk) ?? []), positions])
    }
    return vouched
  }
}
