import { type ClaimEntry, type Finding, inOrder, isWithin, type Window } from './claim-entry.ts'

/** What changes the data of a customer. */
export const DATA_CHANGES = [
  'customer.profile_updated',
  'customer.profile_changed',
  'customer.field_set',
  'customer.label_added',
  'customer.label_removed',
  'customer.blocked',
  'customer.unblocked',
  'customer.merged',
  'privacy.rectified',
  'privacy.restricted',
  'privacy.restriction_lifted',
  'privacy.subject_erased',
] as const

/** What shows somebody the data of a customer. `log.viewed` is about many: the search finds those that name them, and counts the others. */
export const DATA_VIEWS = [
  'message.read',
  'log.viewed',
  'log.revealed',
  'privacy.subject_exported',
  'privacy.package_downloaded',
] as const

const CHANGES: ReadonlySet<string> = new Set(DATA_CHANGES)
const VIEWS: ReadonlySet<string> = new Set(DATA_VIEWS)

/**
 * "My data was changed": for it speak the changes by anybody but the customer, against it those the customer made
 * (their name in Telegram, say). With `agentId` only that person's.
 */
export function findDataChanges(
  entries: readonly ClaimEntry[],
  window: Window,
  agentId: string | null = null,
): Finding {
  const changes = inOrder(entries).filter(entry => CHANGES.has(entry.event) && isWithin(entry, window))
  const isTheirs = (entry: ClaimEntry) =>
    entry.actorKind === 'customer' || entry.event === 'customer.profile_changed'
  return {
    for: changes
      .filter(entry => !isTheirs(entry) && (agentId === null || entry.actorId === agentId))
      .map(({ id }) => id),
    against: changes.filter(isTheirs).map(({ id }) => id),
  }
}

/** "Who saw my data": every disclosure to a person. Nothing speaks against it. */
export function findDataViews(
  entries: readonly ClaimEntry[],
  window: Window,
  agentId: string | null = null,
): Finding {
  const views = inOrder(entries).filter(
    entry =>
      VIEWS.has(entry.event) && isWithin(entry, window) && (agentId === null || entry.actorId === agentId),
  )
  return { for: views.map(({ id }) => id), against: [] }
}
