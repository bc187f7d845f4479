import type { dryRunImport, ImportMapping } from '@tracedesk/contracts'
import type { z } from 'zod'
import { instantFromMillis } from '../../kernel/instant.ts'
import { type FileLine, readLines } from './file-lines.ts'
import { type ImportLine, RejectedLine, type Rejection, readLine } from './line.ts'
import { readMappedLines } from './mapped-lines.ts'
import { customerKeyOf, recognise } from './recognise.ts'

const BATCH_LINES = 1_000
const REJECTS_SHOWN = 20
const EVENTS_SHOWN = 50
/** So many different conversations, customers or agents are told apart; a file with more is not read on. */
const KEYS_MAX = 1_000_000

export type DryRun = z.input<typeof dryRunImport.output>

export interface DryRunOptions {
  readonly file: string
  /** How rows become lines; absent: the file is tracedesk-ndjson. */
  readonly mapping?: ImportMapping | undefined
  /** Reading ends when this many milliseconds are over; `isWhole` says so. */
  readonly within?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (lines: number) => void
}

/**
 * Reads a file as an import would and counts what it would become; nothing is changed. What shows only when entries are
 * written (one that is too large, a person who was erased) is not found. Throws what the file system says, and
 * `input.invalid` for a mapping that cannot be used.
 */
export async function dryRun(options: DryRunOptions): Promise<DryRun> {
  const { file, mapping, within = Number.POSITIVE_INFINITY, signal } = options
  const until = performance.now() + within
  const count = new Count(instantFromMillis(Date.now()))
  const batches = mapping ? readMappedLines(file, mapping, 0, BATCH_LINES) : readLines(file, 0, BATCH_LINES)
  for await (const { lines, last } of batches) {
    for (const line of lines) count.add(line)
    options.onProgress?.(last)
    if (performance.now() > until || signal?.aborted || count.isFull) return count.result(last, false)
  }
  return count.result(null, true)
}

class Count {
  readonly #now: string
  readonly #keys = {
    conversations: new Set<string>(),
    customers: new Set<string>(),
    agents: new Set<string>(),
  }
  readonly #events = new Map<string, number>()
  readonly #causes = new Map<string, { count: number; firstLine: number }>()
  readonly #rejects: DryRun['rejects'] = []
  #good = 0
  #last = 0
  #from: string | null = null
  #to: string | null = null

  constructor(now: string) {
    this.#now = now
  }

  get isFull(): boolean {
    return Object.values(this.#keys).some(keys => keys.size > KEYS_MAX)
  }

  add(line: FileLine): void {
    this.#last = line.number
    try {
      if ('cause' in line) throw new RejectedLine(line.cause, line.detail ?? '')
      const read = readLine(line.text, this.#now)
      recognise(line.number, read)
      this.#take(read)
    } catch (error) {
      if (!(error instanceof RejectedLine)) throw error
      this.#reject(line.number, error.rejection)
    }
  }

  #take(line: ImportLine): void {
    const { at, event, actor } = line
    this.#good++
    this.#events.set(event, (this.#events.get(event) ?? 0) + 1)
    this.#keys.conversations.add(line.conversation)
    this.#keys.customers.add(customerKeyOf(line))
    if (actor.kind === 'agent') this.#keys.agents.add(actor.key)
    if (this.#from === null || at < this.#from) this.#from = at
    if (this.#to === null || at > this.#to) this.#to = at
  }

  #reject(line: number, { cause, detail }: Rejection): void {
    const known = this.#causes.get(cause)
    if (known) known.count++
    else this.#causes.set(cause, { count: 1, firstLine: line })
    if (this.#rejects.length < REJECTS_SHOWN) this.#rejects.push({ line, cause, detail })
  }

  result(last: number | null, isWhole: boolean): DryRun {
    const events = [...this.#events].map(([event, count]) => ({ event, count }))
    const causes = [...this.#causes].map(([cause, found]) => ({ cause, ...found }))
    return {
      isWhole,
      lines: last ?? this.#last,
      good: this.#good,
      rejected: causes.reduce((sum, { count }) => sum + count, 0),
      conversations: this.#keys.conversations.size,
      customers: this.#keys.customers.size,
      agents: this.#keys.agents.size,
      from: this.#from,
      to: this.#to,
      events: events.toSorted((a, b) => b.count - a.count).slice(0, EVENTS_SHOWN),
      causes: causes.toSorted((a, b) => b.count - a.count),
      rejects: this.#rejects,
    }
  }
}
