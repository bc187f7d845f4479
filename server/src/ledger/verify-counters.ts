import type { Findings } from './verify-findings.ts'
import type { RowChecker } from './verify-row.ts'

/** A conversation's id and its last number, when they are kept. */
const CHAIN_BYTES = 20

/**
 * The last number of each conversation's chain, in 20 bytes a conversation: an open-addressing table over the ids'
 * own bits. A JavaScript Map would take ten times as much for a few million conversations.
 */
export class ChainTable {
  #capacity = 1 << 12
  #ids = new Uint32Array(this.#capacity * 4)
  #last = new Uint32Array(this.#capacity)
  #size = 0

  /** Where the chain of the 16-byte id at `bytes[at]` lies; made with last number 0 when it is new. */
  slot(bytes: Uint8Array, at: number): number {
    if (this.#size * 2 >= this.#capacity) this.#grow()
    const word = (i: number) =>
      ((((bytes[at + i] as number) << 24) |
        ((bytes[at + i + 1] as number) << 16) |
        ((bytes[at + i + 2] as number) << 8) |
        (bytes[at + i + 3] as number)) >>>
        0) as number
    return this.#find(word(0), word(4), word(8), word(12))
  }

  last(slot: number): number {
    return this.#last[slot] as number
  }

  setLast(slot: number, value: number): void {
    this.#last[slot] = value
  }

  /** Ids and last numbers, 20 bytes a conversation, for `fill`. */
  toBytes(): Uint8Array {
    const out = Buffer.alloc(this.#size * CHAIN_BYTES)
    let at = 0
    for (let slot = 0; slot < this.#capacity; slot++) {
      const words = this.#ids.subarray(slot * 4, slot * 4 + 4)
      if (!words.some(word => word !== 0)) continue
      for (const word of words) at = out.writeUInt32BE(word, at)
      at = out.writeUInt32BE(this.last(slot), at)
    }
    return out
  }

  /** Takes in what `toBytes` gave. */
  fill(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let at = 0; at + CHAIN_BYTES <= bytes.length; at += CHAIN_BYTES)
      this.setLast(this.slot(bytes, at), view.getUint32(at + 16))
  }

  #find(a: number, b: number, c: number, d: number): number {
    const ids = this.#ids
    const mask = this.#capacity - 1
    // The ids' random bits stand at their end (UUID versions 7 and 8 alike).
    for (let slot = (Math.imul(d, 0x9e3779b1) ^ c) & mask; ; slot = (slot + 1) & mask) {
      const i = slot * 4
      if (ids[i] === a && ids[i + 1] === b && ids[i + 2] === c && ids[i + 3] === d) return slot
      if (ids[i] === 0 && ids[i + 1] === 0 && ids[i + 2] === 0 && ids[i + 3] === 0) {
        ids[i] = a
        ids[i + 1] = b
        ids[i + 2] = c
        ids[i + 3] = d
        this.#size++
        return slot
      }
    }
  }

  #grow(): void {
    const ids = this.#ids
    const last = this.#last
    this.#capacity *= 2
    this.#ids = new Uint32Array(this.#capacity * 4)
    this.#last = new Uint32Array(this.#capacity)
    this.#size = 0
    for (let i = 0; i < last.length; i++) {
      const [a, b, c, d] = ids.subarray(i * 4, i * 4 + 4) as unknown as [number, number, number, number]
      if (a || b || c || d) this.#last[this.#find(a, b, c, d)] = last[i] as number
    }
  }
}

/** Numbers that were seen, one bit each. */
class SeenNumbers {
  #bits = new Uint8Array(64)
  highest = 0

  /** What `toBase64` gave. */
  static from(base64: string, highest: number): SeenNumbers {
    const numbers = new SeenNumbers()
    numbers.#bits = new Uint8Array(Buffer.from(base64, 'base64'))
    numbers.highest = highest
    return numbers
  }

  toBase64(): string {
    return Buffer.from(this.#bits.subarray(0, (this.highest >> 3) + 1)).toString('base64')
  }

  /** False when it was there already. */
  add(n: number): boolean {
    const at = n >> 3
    if (at >= this.#bits.length) {
      const grown = new Uint8Array(Math.max(this.#bits.length * 2, at + 1))
      grown.set(this.#bits)
      this.#bits = grown
    }
    const mask = 1 << (n & 7)
    if ((this.#bits[at] as number) & mask) return false
    this.#bits[at] = (this.#bits[at] as number) | mask
    if (n > this.highest) this.highest = n
    return true
  }

  has(n: number): boolean {
    return ((this.#bits[n >> 3] ?? 0) & (1 << (n & 7))) !== 0
  }
}

interface NodeChain {
  readonly seen: SeenNumbers
  /** What its `node.stopped` says; null while it runs, or when it ended without a word. */
  stopped: { entries: number; unused: ReadonlySet<number> } | null
}

/** No node gives out as many: a number beyond is a lie that must not cost memory. */
const NUMBER_MAX = 2 ** 28

/** `NodeChains` as JSON. */
export type SavedNodes = readonly {
  readonly id: string
  /** One bit a number, in base64. */
  readonly seen: string
  readonly highest: number
  readonly stopped: { readonly entries: number; readonly unused: readonly number[] } | null
}[]

/** The numbers that each server process gave its entries: no holes but those it named when it stopped. */
export class NodeChains {
  readonly #chains = new Map<string, NodeChain>()
  #lastId: Buffer = Buffer.alloc(0)
  #lastChain: NodeChain | undefined

  /** Takes the number of the row `checker` has just looked at. Reports a number that was used twice. */
  take(checker: RowChecker, findings: Findings, where: { position?: number; entryId?: string }): void {
    const { nodeId, nodeCounter } = checker.facts
    if (nodeCounter === 0 || nodeId.length === 0) return
    const chain = this.#chainOf(checker.factBytes, nodeId.at, nodeId.length)
    if (nodeCounter < NUMBER_MAX && chain.seen.add(nodeCounter)) return
    const problem = nodeCounter < NUMBER_MAX ? 'is there twice' : 'is none that a node gives'
    findings.add('node_gap', `number ${nodeCounter} of node ${this.#lastId.toString()} ${problem}`, where)
  }

  #chainOf(bytes: Buffer, at: number, length: number): NodeChain {
    if (this.#lastChain && this.#lastId.compare(bytes, at, at + length) === 0) return this.#lastChain
    this.#lastId = Buffer.from(bytes.subarray(at, at + length))
    this.#lastChain = this.#named(this.#lastId.toString())
    return this.#lastChain
  }

  #named(id: string): NodeChain {
    let chain = this.#chains.get(id)
    if (!chain) {
      chain = { seen: new SeenNumbers(), stopped: null }
      this.#chains.set(id, chain)
    }
    return chain
  }

  /** A `node.stopped` entry: from here on we know which numbers must be there. */
  stopped(id: string, entries: number, unused: readonly number[]): void {
    this.#named(id).stopped = { entries, unused: new Set(unused) }
  }

  save(): SavedNodes {
    return [...this.#chains].map(([id, { seen, stopped }]) => ({
      id,
      seen: seen.toBase64(),
      highest: seen.highest,
      stopped: stopped && { entries: stopped.entries, unused: [...stopped.unused] },
    }))
  }

  /** Takes in what `save` gave. */
  fill(saved: SavedNodes): void {
    for (const { id, seen, highest, stopped } of saved)
      this.#chains.set(id, {
        seen: SeenNumbers.from(seen, highest),
        stopped: stopped && { entries: stopped.entries, unused: new Set(stopped.unused) },
      })
  }

  /**
   * Reports the holes of nodes that stopped in order. A node that is running, or was killed, may lack numbers whose
   * transactions did not commit; how many those are is returned as a remark, one line a node. `purged` leaves were
   * destroyed on record: no more holes than that are theirs.
   */
  finish(findings: Findings, purged: number): string[] {
    const remarks: string[] = []
    const gaps: { id: string; last: number; count: number; listed: string }[] = []
    for (const [id, chain] of this.#chains) {
      const { last, count, first } = holesOf(chain)
      if (count === 0) continue
      const listed = `${first.join(', ')}${count > first.length ? ' …' : ''}`
      if (chain.stopped) gaps.push({ id, last, count, listed })
      else if (purged === 0)
        remarks.push(
          `node ${id} did not say that it stopped (it runs, or was killed); of its numbers up to ${last} these are not there: ${listed}`,
        )
    }
    if (gaps.reduce((sum, { count }) => sum + count, 0) <= purged) return remarks
    for (const { id, last, listed } of gaps)
      findings.add(
        'node_gap',
        `node ${id} wrote ${last} entries and stopped; of these ${listed} are not there${purged > 0 ? `, and only ${purged} leaves were destroyed by retention` : ''}`,
      )
    return remarks
  }
}

/** The numbers from 1 on that were not seen and not named as unused: how many, and the first ten. */
function holesOf({ seen, stopped }: NodeChain): { last: number; count: number; first: number[] } {
  const last = Math.min(Math.max(stopped?.entries ?? 0, seen.highest), NUMBER_MAX)
  const first: number[] = []
  let count = 0
  for (let n = 1; n <= last; n++) {
    if (seen.has(n) || stopped?.unused.has(n)) continue
    count++
    if (first.length < 10) first.push(n)
  }
  return { last, count, first }
}
