/** What a claim looks at of an entry: facts only, and the words of a message where the claim needs them. */
export interface ClaimEntry {
  readonly id: string
  /** When it happened: an instant, which compares as text. */
  readonly at: string
  readonly event: string
  readonly outcome: string
  readonly actorKind: string
  readonly actorId: string | null
  readonly source: string
  readonly conversationId: string | null
  readonly subjectId: string
  /** The entry's number in its conversation; null outside conversations. */
  readonly counter: number | null
  readonly data: Readonly<Record<string, unknown>>
  /** The words, when the claim asked for them and the reader may have them. */
  readonly text?: string
}

/** Ids of entries on each side of a claim, oldest first. */
export interface Finding {
  readonly for: readonly string[]
  readonly against: readonly string[]
}

/** The times a claim is about; `to` excluded; null: open. */
export interface Window {
  readonly from: string | null
  readonly to: string | null
}

export const isWithin = ({ at }: { at: string }, { from, to }: Window): boolean =>
  (from === null || at >= from) && (to === null || at < to)

/** Entries in the order they happened; what happened at the same instant in the order of its conversation. */
export const inOrder = (entries: readonly ClaimEntry[]): ClaimEntry[] =>
  [...entries].sort(
    (a, b) => compare(a.at, b.at) || (a.counter ?? 0) - (b.counter ?? 0) || compare(a.id, b.id),
  )

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Entries by conversation, each in order; what belongs to none is left out. */
export function byConversation(entries: readonly ClaimEntry[]): Map<string, ClaimEntry[]> {
  const found = new Map<string, ClaimEntry[]>()
  for (const entry of inOrder(entries)) {
    if (entry.conversationId === null) continue
    const known = found.get(entry.conversationId)
    if (known) known.push(entry)
    else found.set(entry.conversationId, [entry])
  }
  return found
}

/** Findings of several conversations as one. */
export const joinFindings = (findings: Iterable<Finding>): Finding => {
  const all = [...findings]
  return { for: all.flatMap(each => each.for), against: all.flatMap(each => each.against) }
}
