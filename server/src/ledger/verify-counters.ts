import type { Findings } from './verify-findings.ts'
import type { RowChecker } from './verify-row.ts'

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

interface NodeChain {
  /** Every number up to here was seen. */
  solid: number
  /** Numbers seen beyond it. Short: numbers come nearly in order. */
  readonly ahead: Set<number>
  /** What its `node.stopped` says; null while it runs, or when it ended without a word. */
  stopped: { entries: number; unused: ReadonlySet<number> } | null
}

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
    if (nodeCounter <= chain.solid || chain.ahead.has(nodeCounter)) {
      findings.add(
        'node_gap',
        `number ${nodeCounter} of node ${this.#lastId.toString()} is there twice`,
        where,
      )
      return
    }
    if (nodeCounter !== chain.solid + 1) {
      chain.ahead.add(nodeCounter)
      return
    }
    chain.solid++
    while (chain.ahead.size > 0 && chain.ahead.delete(chain.solid + 1)) chain.solid++
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
      chain = { solid: 0, ahead: new Set(), stopped: null }
      this.#chains.set(id, chain)
    }
    return chain
  }

  /** A `node.stopped` entry: from here on we know which numbers must be there. */
  stopped(id: string, entries: number, unused: readonly number[]): void {
    this.#named(id).stopped = { entries, unused: new Set(unused) }
  }

  /**
   * Reports the holes of nodes that stopped in order. A node that is running, or was killed, may lack numbers whose
   * transactions did not commit; how many those are is returned as a remark, one line a node.
   */
  finish(findings: Findings): string[] {
    const remarks: string[] = []
    for (const [id, chain] of this.#chains) {
      const last = Math.max(chain.stopped?.entries ?? 0, chain.solid, ...chain.ahead)
      const missing: number[] = []
      for (let n = chain.solid + 1; n <= last && missing.length < 1000; n++)
        if (!chain.ahead.has(n) && !chain.stopped?.unused.has(n)) missing.push(n)
      if (missing.length === 0) continue
      const listed = `${missing.slice(0, 10).join(', ')}${missing.length > 10 ? ' …' : ''}`
      if (chain.stopped)
        findings.add(
          'node_gap',
          `node ${id} wrote ${last} entries and stopped; of these ${listed} are not there`,
        )
      else
        remarks.push(
          `node ${id} did not say that it stopped (it runs, or was killed); of its numbers up to ${last} these are not there: ${listed}`,
        )
    }
    return remarks
  }
}
