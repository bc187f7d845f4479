/** Everything that verifying an evidence bundle can find. The list is closed. */
export const BUNDLE_VERDICTS = [
  'ok',
  /** Nothing is wrong inside, but no key was given: who signed it is not known. */
  'consistent_only',
  /** No ZIP of the one form a bundle has, or cut short. */
  'zip_malformed',
  /** More members or bytes than a bundle may have, or a member that unpacks to more than it says. */
  'zip_too_large',
  'member_missing',
  'member_unknown',
  'member_duplicate',
  /** A member is not the one the manifest (or the seal) describes. */
  'member_changed',
  'manifest_malformed',
  'manifest_version_unknown',
  /** The log does not say that this manifest was made. */
  'manifest_not_recorded',
  'seal_malformed',
  /** The entry that recorded the bundle is not in the signed tree. */
  'record_not_included',
  'entries_malformed',
  'entry_position_gap',
  /** A leaf is not the one its line says. */
  'leaf_hash_mismatch',
  'leaf_too_long',
  'leaf_not_canonical',
  'leaf_malformed',
  'conversation_counter_gap',
  'openings_malformed',
  'part_mismatch',
  'part_missing',
  'part_unknown',
  /** More or fewer entries than the manifest says. */
  'count_mismatch',
  /** The entries are not those of the signed tree. */
  'range_root_mismatch',
  'context_malformed',
  /** An entry that brings a name is not in the signed tree. */
  'context_not_included',
  /** What outsiders gave cannot be read. */
  'anchor_malformed',
  /** What outsiders gave is over another head, or the entries are not in it. */
  'anchor_mismatch',
  /** The checkpoint before the range is not the beginning of the one after it. */
  'forked',
  'note_malformed',
  'note_unsigned',
  'note_bad_signature',
  'note_wrong_origin',
  'note_unwitnessed',
] as const
export type BundleVerdict = (typeof BUNDLE_VERDICTS)[number]

/** What can be said of one entry of a bundle. `closed`: only its place is proven. */
export const ENTRY_VERDICTS = [
  'ok',
  'closed',
  'leaf_hash_mismatch',
  'leaf_too_long',
  'leaf_not_canonical',
  'leaf_malformed',
  'conversation_counter_gap',
  'part_mismatch',
  'part_missing',
  'part_unknown',
] as const
export type EntryVerdict = (typeof ENTRY_VERDICTS)[number]

export type BundleFinding = {
  readonly verdict: Exclude<BundleVerdict, 'ok' | 'consistent_only'>
  /** The bad position where it is known. */
  readonly position: number | null
  readonly detail: string
}

/** Thrown inside when nothing more can be read; `verifyBundle` turns it into a report. */
export class BundleProblem extends Error {
  readonly finding: BundleFinding

  constructor(verdict: BundleFinding['verdict'], detail: string, position: number | null = null) {
    super(`${verdict}: ${detail}`)
    this.name = 'BundleProblem'
    this.finding = { verdict, position, detail }
  }
}
