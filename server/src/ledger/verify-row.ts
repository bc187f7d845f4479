import { CATALOGUE } from '@tracedesk/contracts'
import { decodeLeaf, type Leaf } from '@tracedesk/proof/node'
import { ENTRY_COLUMNS } from './append.ts'
import { projectLeaf } from './draft.ts'
import type { CopiedRow } from './verify-copy.ts'
import { F, readRow } from './verify-fields.ts'
import {
  BACKSLASH,
  CLOSE,
  CLOSE_LIST,
  COMMA,
  COMMITMENT_CHARS,
  HEX,
  L,
  NONCE_CHARS,
  QUOTE,
  UUID_TEXT,
} from './verify-leaf-text.ts'
import { ReachTable } from './verify-reach.ts'

/** Where a piece of text lies in the row's bytes. */
export interface Span {
  at: number
  length: number
}

/** What a row tells beside being right: filled by `RowChecker.check`, valid only until the next row. */
export interface RowFacts {
  conversationCounter: number
  nodeCounter: number
  /** The leaf's `via.nodeId`; length 0 when there is none. */
  readonly nodeId: Span
  /** The leaf's `at` as text: 27 bytes. */
  readonly when: Span
  readonly parts: { count: number; names: Span[]; owners: Span[] }
}

export type RowProblem = { verdict: 'leaf_malformed' | 'column_mismatch'; detail: string }

const span = (): Span => ({ at: 0, length: 0 })

/** Spans are made once and used again for every row. */
function slotOf(spans: Span[], i: number): Span {
  const known = spans[i]
  if (known) return known
  const made = span()
  spans[i] = made
  return made
}

/**
 * Holds the columns of a row against its leaf. The quick way walks the canonical bytes once and compares them with
 * PostgreSQL's binary columns in place, without making a single string (about a microsecond a row); whatever it does
 * not recognise is decoded in full and described.
 */
export class RowChecker {
  readonly facts: RowFacts = {
    conversationCounter: 0,
    nodeCounter: 0,
    nodeId: span(),
    when: span(),
    parts: { count: 0, names: [], owners: [] },
  }
  /** Where the spans of `facts` point into: the row itself, or a copy. */
  factBytes: Buffer = Buffer.alloc(0)
  readonly #reach = new ReachTable()
  #bytes: Buffer = Buffer.alloc(0)
  #p = 0
  #end = 0

  /** Null when every column says what the leaf says. */
  check(row: CopiedRow): RowProblem | null {
    return this.#quick(row) ? null : this.#thorough(row)
  }

  #quick({ bytes, at, length }: CopiedRow): boolean {
    this.#bytes = bytes
    this.factBytes = bytes
    this.#p = at[F.leaf] as number
    this.#end = this.#p + (length[F.leaf] as number)
    const { facts } = this
    facts.parts.count = 0
    return (
      this.#actor(at, length) &&
      this.#take(L.at) &&
      this.#mark(facts.when, 27) &&
      this.#timestamp(at, F.at) &&
      this.#byte(QUOTE) &&
      this.#optionalUuid(L.botId, at, length, F.bot_id) &&
      (!this.#take(L.causedBy) || this.#skipString()) &&
      this.#optionalUuid(L.conversationId, at, length, F.conversation_id) &&
      this.#counters() &&
      this.#optionalUuid(L.customerId, at, length, F.customer_id) &&
      this.#take(L.data) &&
      this.#skipObject() &&
      this.#take(L.event) &&
      this.#text(at, length, F.event) &&
      this.#reach.fits(bytes, at, length) &&
      this.#take(L.id) &&
      this.#uuid(at[F.entry_id] as number) &&
      this.#take(L.nonce) &&
      this.#skip(NONCE_CHARS + 1) &&
      (!this.#take(L.onBehalfOf) || this.#skipString()) &&
      this.#take(L.outcome) &&
      this.#text(at, length, F.outcome) &&
      this.#parts() &&
      (!this.#take(L.reason) || (this.#skipString() && this.#byte(CLOSE))) &&
      this.#take(L.recordedAt) &&
      this.#timestamp(at, F.recorded_at) &&
      this.#take(L.agents) &&
      this.#uuidList(at, length, F.agent_ids) &&
      this.#take(L.scopeDepartments) &&
      this.#uuidList(at, length, F.department_ids) &&
      this.#take(L.subject) &&
      this.#text(at, length, F.subject_id) &&
      this.#take(L.subjectKind) &&
      this.#text(at, length, F.subject_kind) &&
      this.#byte(QUOTE) &&
      (!this.#take(L.name) || this.#skipString()) &&
      (!this.#take(L.named) || this.#skipString()) &&
      this.#take(L.version) &&
      this.#number() === bytes.readInt16BE(at[F.version]) &&
      this.#via(at, length) &&
      this.#take(L.end) &&
      this.#p === this.#end
    )
  }

  #actor(at: Int32Array, length: Int32Array): boolean {
    if (!this.#take(L.actor)) return false
    if (this.#take(L.departments) && !(this.#skipList() && this.#byte(COMMA))) return false
    if (this.#take(L.idOpen)) {
      if (length[F.actor_id] !== 16 || !this.#uuid(at[F.actor_id] as number)) return false
      if (!this.#byte(QUOTE) || !this.#take(L.nextKind)) return false
    } else if (length[F.actor_id] !== -1 || !this.#take(L.kindOpen)) return false
    return (
      this.#text(at, length, F.actor_kind) &&
      this.#byte(QUOTE) &&
      (!this.#take(L.named) || this.#skipString()) &&
      (!this.#take(L.role) || this.#skipString())
    )
  }

  #counters(): boolean {
    const { facts } = this
    facts.conversationCounter = 0
    facts.nodeCounter = 0
    if (!this.#take(L.counters)) return false
    if (this.#take(L.conversation)) {
      facts.conversationCounter = this.#number()
      if (this.#byte(CLOSE)) return true
      if (!this.#byte(COMMA)) return false
    }
    if (this.#take(L.node)) facts.nodeCounter = this.#number()
    return this.#byte(CLOSE)
  }

  #parts(): boolean {
    const { parts } = this.facts
    if (!this.#take(L.parts)) return false
    if (this.#byte(CLOSE)) return true
    for (;;) {
      const i = parts.count++
      const name = slotOf(parts.names, i)
      const owner = slotOf(parts.owners, i)
      if (!this.#byte(QUOTE) || !this.#plainUntilQuote(name) || !this.#take(L.commitment)) return false
      if (!this.#skip(COMMITMENT_CHARS) || !this.#take(L.owner) || !this.#plainUntilQuote(owner)) return false
      if (!this.#byte(QUOTE) || !this.#byte(CLOSE)) return false
      if (this.#byte(CLOSE)) return true
      if (!this.#byte(COMMA)) return false
    }
  }

  #via(at: Int32Array, length: Int32Array): boolean {
    const { nodeId } = this.facts
    nodeId.length = 0
    if (!this.#take(L.via)) return false
    if (this.#take(L.nodeId) && !(this.#plainUntilQuote(nodeId) && this.#skip(1) && this.#byte(COMMA)))
      return false
    if (this.#take(L.origin) && !(this.#skipString() && this.#byte(COMMA))) return false
    if (this.#take(L.requestId) && !(this.#skipString() && this.#byte(COMMA))) return false
    if (this.#take(L.sessionId) && !(this.#skipString() && this.#byte(COMMA))) return false
    return this.#take(L.source) && this.#text(at, length, F.source)
  }

  #take(literal: Uint8Array): boolean {
    const bytes = this.#bytes
    const p = this.#p
    const { length } = literal
    for (let i = 0; i < length; i++) if (bytes[p + i] !== literal[i]) return false
    this.#p = p + length
    return true
  }

  #byte(value: number): boolean {
    if (this.#bytes[this.#p] !== value) return false
    this.#p++
    return true
  }

  #skip(count: number): boolean {
    this.#p += count
    return this.#p <= this.#end
  }

  #mark(where: Span, length: number): boolean {
    where.at = this.#p
    where.length = length
    return true
  }

  /** Over the rest of a string whose opening quote is behind us, its closing quote included. */
  #skipString(): boolean {
    const bytes = this.#bytes
    let p = this.#p
    while (p < this.#end) {
      const byte = bytes[p++]
      if (byte === BACKSLASH) p++
      else if (byte === QUOTE) {
        this.#p = p
        return true
      }
    }
    return false
  }

  /** To the closing quote of a string without escapes. */
  #plainUntilQuote(where: Span): boolean {
    const bytes = this.#bytes
    let p = this.#p
    while (p < this.#end && bytes[p] !== QUOTE && bytes[p] !== BACKSLASH) p++
    if (bytes[p] !== QUOTE) return false
    where.at = this.#p
    where.length = p - this.#p
    this.#p = p
    return true
  }

  #skipObject(): boolean {
    let depth = 0
    while (this.#p < this.#end) {
      const byte = this.#bytes[this.#p++]
      if (byte === QUOTE) {
        if (!this.#skipString()) return false
      } else if (byte === 0x7b) depth++
      else if (byte === CLOSE && --depth === 0) return true
    }
    return false
  }

  #skipList(): boolean {
    while (this.#p < this.#end) if (this.#bytes[this.#p++] === CLOSE_LIST) return true
    return false
  }

  #number(): number {
    let value = 0
    for (;;) {
      const digit = (this.#bytes[this.#p] as number) - 0x30
      if (!(digit >= 0 && digit <= 9)) return value
      value = value * 10 + digit
      this.#p++
    }
  }

  #uuid(binaryAt: number): boolean {
    const bytes = this.#bytes
    const p = this.#p
    for (let i = 0; i < 16; i++) {
      const byte = bytes[binaryAt + i] as number
      const t = p + (UUID_TEXT[i] as number)
      if (bytes[t] !== HEX[byte >> 4] || bytes[t + 1] !== HEX[byte & 15]) return false
    }
    this.#p = p + 36
    return true
  }

  #optionalUuid(literal: Uint8Array, at: Int32Array, length: Int32Array, field: number): boolean {
    if (!this.#take(literal)) return length[field] === -1
    return length[field] === 16 && this.#uuid(at[field] as number) && this.#byte(QUOTE)
  }

  #uuidList(at: Int32Array, length: Int32Array, field: number): boolean {
    const bytes = this.#bytes
    const from = at[field] as number
    // an empty array is 12 bytes; one dimension adds its size and lower bound
    const count = (length[field] as number) <= 12 ? 0 : bytes.readInt32BE(from + 12)
    for (let i = 0; i < count; i++) {
      if (i > 0 && !this.#byte(COMMA)) return false
      if (!this.#byte(QUOTE) || !this.#uuid(from + 24 + i * 20) || !this.#byte(QUOTE)) return false
    }
    return this.#byte(CLOSE_LIST)
  }

  #text(at: Int32Array, length: Int32Array, field: number): boolean {
    const bytes = this.#bytes
    const p = this.#p
    const from = at[field] as number
    const count = length[field] as number
    for (let i = 0; i < count; i++) {
      const byte = bytes[from + i]
      if (bytes[p + i] !== byte || byte === BACKSLASH || byte === QUOTE) return false
    }
    this.#p = p + count
    return true
  }

  /** `2026-11-23T02:36:07.123456Z` against microseconds since 2000. */
  #timestamp(at: Int32Array, field: number): boolean {
    const from = at[field] as number
    const micros = this.#bytes.readInt32BE(from) * 4294967296 + this.#bytes.readUInt32BE(from + 4)
    const p = this.#p
    const n = (offset: number, digits: number): number => {
      let value = 0
      for (let i = 0; i < digits; i++) value = value * 10 + (this.#bytes[p + offset + i] as number) - 0x30
      return value
    }
    const days = daysSince2000(n(0, 4), n(5, 2), n(8, 2))
    const seconds = days * 86400 + n(11, 2) * 3600 + n(14, 2) * 60 + n(17, 2)
    this.#p = p + 27
    return seconds * 1e6 + n(20, 6) === micros
  }

  #thorough(row: CopiedRow): RowProblem | null {
    const leafBytes = row.bytes.subarray(
      row.at[F.leaf],
      (row.at[F.leaf] as number) + (row.length[F.leaf] as number),
    )
    let leaf: Leaf
    try {
      leaf = decodeLeaf(leafBytes)
    } catch (error) {
      return { verdict: 'leaf_malformed', detail: (error as Error).message }
    }
    this.#factsOf(leaf)
    const event = CATALOGUE.get(leaf.event)
    const said = readRow(row)
    const expected = projectLeaf(leaf, event?.reach ?? String(said.reach), leafBytes)
    for (const column of ENTRY_COLUMNS) {
      if (column === 'leaf') continue
      const should = expected[column]
      const is = said[column]
      if (Array.isArray(should) ? should.join() !== String(is) : should !== is)
        return {
          verdict: 'column_mismatch',
          detail: `${column} is ${String(is)}; the leaf says ${String(should)}`,
        }
    }
    return null
  }

  /** The same facts for a row the quick way gave up on; their text goes into bytes of its own. */
  #factsOf(leaf: Leaf): void {
    const { facts } = this
    const pieces: string[] = []
    let offset = 0
    const put = (where: Span, text: string) => {
      where.at = offset
      where.length = Buffer.byteLength(text)
      offset += where.length
      pieces.push(text)
    }
    facts.conversationCounter = leaf.counters.conversation ?? 0
    facts.nodeCounter = leaf.counters.node ?? 0
    put(facts.nodeId, leaf.via.nodeId ?? '')
    put(facts.when, leaf.at)
    facts.parts.count = 0
    for (const [name, part] of Object.entries(leaf.parts)) {
      const i = facts.parts.count++
      put(slotOf(facts.parts.names, i), name)
      put(slotOf(facts.parts.owners, i), part.owner)
    }
    this.factBytes = Buffer.from(pieces.join(''))
  }
}

/** Days from 2000-01-01 in the Gregorian calendar (Howard Hinnant's days_from_civil, shifted). */
function daysSince2000(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146097 + dayOfEra - 730425
}
