import { type ClaimEntry, type Finding, inOrder, isWithin, type Window } from './claim-entry.ts'

/**
 * "A wrong label was put on": with `labelIds` for it speak the entries that put one of those on, against it those that
 * put on another. Without, for it speak labels that were taken away again (and the entry that put them on), against it
 * labels that stayed.
 */
export function findWrongLabels(
  entries: readonly ClaimEntry[],
  window: Window,
  labelIds: readonly string[],
): Finding {
  const changes = inOrder(entries).filter(entry => /^customer[.]label_(added|removed)$/.test(entry.event))
  const wrong = new Set(labelIds)
  const sides: { for: string[]; against: string[] } = { for: [], against: [] }
  for (const [index, entry] of changes.entries()) {
    if (entry.event !== 'customer.label_added' || !isWithin(entry, window)) continue
    const removed = changes
      .slice(index + 1)
      .find(
        later =>
          later.event === 'customer.label_removed' &&
          later.subjectId === entry.subjectId &&
          later.data.labelId === entry.data.labelId,
      )
    const isWrong = wrong.size > 0 ? wrong.has(String(entry.data.labelId)) : removed !== undefined
    sides[isWrong ? 'for' : 'against'].push(entry.id, ...(isWrong && removed ? [removed.id] : []))
  }
  return sides
}
