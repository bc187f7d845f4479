/** Everything a verification can find. The list is closed: a reader can word each one and a test can expect it. */
export const VERDICTS = [
  'ok',
  /** More than 4096 bytes. */
  'leaf_too_long',
  /** Not the canonical form of what it says, or no UTF-8 JSON at all. */
  'leaf_not_canonical',
  /** A member is missing, unknown or of the wrong form. */
  'leaf_malformed',
  /** The next leaf given is not the next position. */
  'position_gap',
  /** A conversation's entries are not numbered one after the other. */
  'conversation_counter_gap',
  /** The content shown for a part is not the one committed to. */
  'part_mismatch',
  /** The leaf commits to a part of which nothing is shown, not even that it is withheld or erased. */
  'part_missing',
  /** Content is shown for a part the leaf does not have. */
  'part_unknown',
  /** A column beside the leaf says something else than the leaf. */
  'projection_mismatch',
  /** A stored tile holds another hash than the leaves give. */
  'tile_mismatch',
  'tile_missing',
  /** The leaves do not give the root that was signed. */
  'root_mismatch',
  'note_malformed',
  'note_unsigned',
  'note_bad_signature',
  'note_wrong_origin',
  'note_unwitnessed',
  /** There are fewer or more leaves than were signed. */
  'note_size_mismatch',
  /** A checkpoint the verifier keeps from before is none it can trust. */
  'known_note_invalid',
  /** The log is smaller than a checkpoint it signed before. */
  'tree_shrunk',
  /** The leaves do not give the root of a checkpoint signed before: history was rewritten. */
  'forked',
] as const

export type Verdict = (typeof VERDICTS)[number]

/**
 * One thing that is wrong. `position` is the first bad position where it is known exactly; `notBefore` is the
 * first position that can be bad where only that much is known (everything before it is proven).
 */
export type Finding = {
  readonly verdict: Exclude<Verdict, 'ok'>
  readonly position: number | null
  readonly notBefore?: number
  readonly detail: string
}

/** Keeps the first findings and counts all of them, so that a log bad throughout costs no memory. */
export class Findings {
  static readonly KEPT = 100
  readonly #kept: Finding[] = []
  readonly #counts = new Map<Verdict, number>()

  add(finding: Finding): Verdict {
    if (this.#kept.length < Findings.KEPT) this.#kept.push(finding)
    this.#counts.set(finding.verdict, (this.#counts.get(finding.verdict) ?? 0) + 1)
    return finding.verdict
  }

  /** Exact positions first, lowest first; then the rest in the order found. */
  sorted(): readonly Finding[] {
    const rank = ({ position }: Finding) => position ?? Number.POSITIVE_INFINITY
    return this.#kept.toSorted((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)))
  }

  counts(): Readonly<Partial<Record<Verdict, number>>> {
    return Object.fromEntries(this.#counts)
  }
}
