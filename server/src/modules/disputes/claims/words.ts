import { type ClaimEntry, type Finding, inOrder, isWithin, type Window } from './claim-entry.ts'

/** Does a text hold what is looked for? */
export type Matcher = (text: string) => boolean

/** The events whose words an agent addressed to a customer. */
const OUTGOING = new Set(['message.sent', 'message.edited'])

/** Was this written to a customer by one of us (by a person, or by what acts for us)? */
export const isOutgoingText = ({ event, actorKind }: ClaimEntry): boolean =>
  OUTGOING.has(event) && actorKind !== 'customer'

/**
 * "They used such words" or "they promised it": for it speak the messages to the customer whose words match, in any
 * version, and the messages that a phrase group held back or let pass on confirmation count as for as well when
 * `withFlags`. Nothing speaks against it: that other messages are fine refutes nothing.
 */
export function findWords(
  entries: readonly ClaimEntry[],
  window: Window,
  matches: Matcher,
  options: { agentId?: string | null; flaggedGroups?: ReadonlySet<string> } = {},
): Finding {
  const { agentId = null, flaggedGroups = new Set() } = options
  const found = inOrder(entries).filter(
    entry =>
      isWithin(entry, window) &&
      (agentId === null || entry.actorId === agentId) &&
      ((isOutgoingText(entry) && entry.text !== undefined && matches(entry.text)) ||
        (entry.event === 'moderation.flagged' && namesGroup(entry, flaggedGroups))),
  )
  return { for: found.map(({ id }) => id), against: [] }
}

function namesGroup({ data }: ClaimEntry, groups: ReadonlySet<string>): boolean {
  const findings = Array.isArray(data.findings) ? data.findings : []
  return findings.some(
    finding =>
      typeof finding === 'object' &&
      finding !== null &&
      'groupId' in finding &&
      groups.has(String(finding.groupId)),
  )
}
