import {
  type EntryLine,
  type Opening,
  type OpeningLine,
  parseEntryLine,
  parseOpeningLine,
  readLines,
} from './bundle-lines.ts'
import { BundleProblem, type EntryVerdict } from './bundle-verdict.ts'
import { equalBytes, fromBase64 } from './bytes.ts'
import { ProofError } from './errors.ts'
import { decodeLeaf, type Leaf } from './leaf.ts'
import { checkPart } from './part.ts'
import { type Frontier, hashLeaf } from './tree.ts'

/** One entry of a bundle as it was found. `leaf` is null where it is closed or cannot be read. */
export type BundleEntry = {
  readonly position: number
  readonly verdict: EntryVerdict
  readonly detail: string
  readonly hash: Uint8Array
  readonly leaf: Leaf | null
  /** What is shown of each part, by name. */
  readonly parts: ReadonlyMap<string, Opening>
}

type Found = Pick<BundleEntry, 'verdict' | 'detail'>
const FINE: Found = { verdict: 'ok', detail: '' }

/** Takes the entries of a bundle in order and says of each what is wrong with it. */
export class EntryChecker {
  readonly #edge: Frontier
  readonly #conversations = new Map<string, { last: number; closed: number }>()
  readonly #mayHide: boolean
  closed = 0
  openings = 0

  /**
   * `edge`: right edge of the tree at the first entry. It grows with each. `mayHide`: the bundle says of itself that it
   * shows a case as far as somebody may see it, or that retention destroyed some of its entries; then entries of an open
   * conversation may be among the closed ones, but no more of them than there are closed entries in between.
   */
  constructor(edge: Frontier, mayHide = false) {
    this.#edge = edge
    this.#mayHide = mayHide
  }

  /** Checks the next entry with its openings. */
  check(line: EntryLine, openings: readonly OpeningLine[]): BundleEntry {
    const { position, hash } = line
    this.#edge.append(hash)
    this.openings += openings.length
    const parts = new Map(openings.map(({ name, opening }) => [name, opening]))
    const base = { position, hash, parts }
    if (line.leaf === undefined) {
      this.closed += 1
      const found: Found =
        parts.size > 0
          ? { verdict: 'part_unknown', detail: 'a part of a closed entry' }
          : { verdict: 'closed', detail: '' }
      return { ...base, ...found, leaf: null }
    }
    if (!equalBytes(hashLeaf(line.leaf), hash))
      return {
        ...base,
        verdict: 'leaf_hash_mismatch',
        detail: 'the entry is not the one its hash says',
        leaf: null,
      }
    const leaf = readLeaf(line.leaf)
    if ('verdict' in leaf) return { ...base, ...leaf, leaf: null }
    return { ...base, ...this.#checkLeaf(leaf, parts), leaf }
  }

  #checkLeaf(leaf: Leaf, parts: ReadonlyMap<string, Opening>): Found {
    const part = findPartProblem(leaf, parts)
    const { conversationId, counters } = leaf
    if (conversationId === undefined || counters.conversation === undefined) return part
    const known = this.#conversations.get(conversationId)
    this.#conversations.set(conversationId, { last: counters.conversation, closed: this.closed })
    if (part !== FINE || known === undefined) return part
    const missing = counters.conversation - known.last - 1
    if (missing === 0 || (this.#mayHide && missing > 0 && missing <= this.closed - known.closed)) return part
    const detail = `conversation ${conversationId}: expected ${known.last + 1}, found ${counters.conversation}`
    return { verdict: 'conversation_counter_gap', detail }
  }
}

/** The first part that is not what the leaf commits to; silence about a part is not accepted. */
function findPartProblem(leaf: Leaf, parts: ReadonlyMap<string, Opening>): Found {
  for (const [name, { commitment }] of Object.entries(leaf.parts)) {
    const opening = parts.get(name)
    if (opening === undefined || opening.state === 'missing') return { verdict: 'part_missing', detail: name }
    if (opening.state === 'open' && !checkPart(fromBase64(commitment), opening.salt, name, opening.bytes))
      return { verdict: 'part_mismatch', detail: name }
  }
  const surplus = [...parts.keys()].find(name => !Object.hasOwn(leaf.parts, name))
  return surplus === undefined ? FINE : { verdict: 'part_unknown', detail: surplus }
}

function readLeaf(bytes: Uint8Array): Leaf | Found {
  try {
    return decodeLeaf(bytes)
  } catch (error) {
    if (!(error instanceof ProofError)) throw error
    const { code, message: detail } = error
    if (code === 'too_long') return { verdict: 'leaf_too_long', detail }
    return { verdict: code === 'leaf_malformed' ? 'leaf_malformed' : 'leaf_not_canonical', detail }
  }
}

/**
 * Entries with the openings that belong to them, out of the two members as they are read, positions from `first` on
 * without a gap. Throws BundleProblem `entry_position_gap`, `entries_malformed`, `openings_malformed`.
 */
export async function* joinEntries(
  first: number,
  entries: AsyncIterable<Uint8Array>,
  openings: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly { line: EntryLine; openings: OpeningLine[] }[]> {
  const shown = new OpeningQueue(readLines(openings, 'openings_malformed'))
  let expected = first
  for await (const batch of readLines(entries, 'entries_malformed')) {
    const joined: { line: EntryLine; openings: OpeningLine[] }[] = []
    for (const text of batch) {
      const line = parseEntryLine(text)
      if (line.position !== expected) throw gapAt(expected, line.position)
      expected += 1
      if (!shown.isAhead(line.position)) await shown.fill(line.position)
      joined.push({ line, openings: shown.take(line.position) })
    }
    yield joined
  }
  const left = await shown.fill(Number.POSITIVE_INFINITY)
  if (left !== undefined)
    throw new BundleProblem('openings_malformed', `position ${left} is not in the range`)
}

function gapAt(expected: number, found: number): BundleProblem {
  const detail = `expected ${expected}, found ${found}`
  return new BundleProblem('entry_position_gap', detail, Math.min(expected, found))
}

/** Openings read ahead just far enough, in strict order. */
class OpeningQueue {
  readonly #batches: AsyncGenerator<string[]>
  #lines: OpeningLine[] = []
  /** How many of the lines have been taken out. */
  #taken = 0
  #last: OpeningLine | undefined
  #ended = false

  constructor(batches: AsyncGenerator<string[]>) {
    this.#batches = batches
  }

  /** Whether all openings up to a position have been read. */
  isAhead(position: number): boolean {
    return this.#ended || (this.#last?.position ?? -1) > position
  }

  /** Reads on until all openings up to a position are there; gives the first position waiting, if any. */
  async fill(position: number): Promise<number | undefined> {
    while (!this.isAhead(position)) {
      // An opening that no entry took must not be kept for the rest of the file.
      if (position === Number.POSITIVE_INFINITY && this.#taken < this.#lines.length) break
      const next = await this.#batches.next()
      this.#lines = this.#lines.slice(this.#taken)
      this.#taken = 0
      if (next.done) this.#ended = true
      else for (const text of next.value) this.#push(parseOpeningLine(text))
    }
    return this.#lines[this.#taken]?.position
  }

  /** Takes out the openings of a position. Throws `openings_malformed` for one that belongs to none. */
  take(position: number): OpeningLine[] {
    const from = this.#taken
    while (this.#lines[this.#taken]?.position === position) this.#taken += 1
    const next = this.#lines[this.#taken]
    if (next !== undefined && next.position < position)
      throw new BundleProblem('openings_malformed', `position ${next.position} has no entry`)
    return this.#lines.slice(from, this.#taken)
  }

  #push(line: OpeningLine): void {
    const last = this.#last
    const inOrder =
      last === undefined ||
      line.position > last.position ||
      (line.position === last.position && line.name > last.name)
    if (!inOrder) throw new BundleProblem('openings_malformed', `out of order at ${line.position}`)
    this.#lines.push(line)
    this.#last = line
  }
}
