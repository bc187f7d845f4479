import type { ClaimInput, ClaimKind } from '@tracedesk/contracts'
import type { ClaimEntry, Finding, Window } from './claim-entry.ts'
import { DATA_CHANGES, DATA_VIEWS, findDataChanges, findDataViews } from './data.ts'
import { findUnattendedTransfers } from './handovers.ts'
import { findWrongLabels } from './labels.ts'
import { findNeverReplied, findRepliedLate } from './replies.ts'
import { findWords, type Matcher } from './words.ts'

export type { ClaimEntry, Finding } from './claim-entry.ts'
export { judgeClaim } from './judge.ts'
export { isOutgoingText, type Matcher } from './words.ts'

const MESSAGES = [
  'message.received',
  'message.sent',
  'message.delivered',
  'message.refused',
  'message.unreachable',
]

/** The events each claim is decided by: these are read, and none of them may be out of sight. */
export const EVENTS_OF: Readonly<Record<ClaimKind, readonly string[]>> = {
  never_replied: MESSAGES,
  replied_late: MESSAGES,
  wording: ['message.sent', 'message.edited', 'moderation.flagged'],
  promised: ['message.sent', 'message.edited'],
  unattended_transfer: ['conversation.transferred', 'conversation.accepted', 'conversation.declined'],
  wrong_label: ['customer.label_added', 'customer.label_removed'],
  data_changed: DATA_CHANGES,
  data_seen: DATA_VIEWS,
}

/** Claims that look into the words of messages. */
export const READS_TEXTS: ReadonlySet<ClaimKind> = new Set(['wording', 'promised'])

export interface ClaimContext {
  readonly window: Window
  readonly agentId: string | null
  /** The instant of the check, against which waiting is measured that has not ended. */
  readonly now: string
  /** For claims about words. */
  readonly matches: Matcher
}

/** What the entries say about a claim. They must be all of `EVENTS_OF` of the matter, in any order. */
export function findFor(claim: ClaimInput, entries: readonly ClaimEntry[], context: ClaimContext): Finding {
  const { window, agentId, now, matches } = context
  switch (claim.kind) {
    case 'never_replied':
      return findNeverReplied(entries, window, agentId)
    case 'replied_late':
      return findRepliedLate(entries, window, claim.seconds, now)
    case 'wording':
      return findWords(entries, window, matches, { agentId, flaggedGroups: new Set(claim.phraseGroupIds) })
    case 'promised':
      return findWords(entries, window, matches, { agentId })
    case 'unattended_transfer':
      return findUnattendedTransfers(entries, window)
    case 'wrong_label':
      return findWrongLabels(entries, window, claim.labelIds)
    case 'data_changed':
      return findDataChanges(entries, window, agentId)
    case 'data_seen':
      return findDataViews(entries, window, agentId)
  }
}
