import {
  byConversation,
  type ClaimEntry,
  type Finding,
  isWithin,
  joinFindings,
  type Window,
} from './claim-entry.ts'

/**
 * "It was handed to nobody": for it speak transfers to where nobody was online (or that were only offered for that
 * reason), against it transfers to where somebody was, and that an offer was accepted. A transfer that does not say
 * how the target stood (imported history) speaks for neither.
 */
export function findUnattendedTransfers(entries: readonly ClaimEntry[], window: Window): Finding {
  return joinFindings(
    [...byConversation(entries).values()].map(conversation => {
      const attended: string[] = []
      const unattended: string[] = []
      let isOffered = false
      for (const entry of conversation) {
        if (entry.event === 'conversation.accepted' && isOffered) {
          if (isWithin(entry, window)) attended.push(entry.id)
          isOffered = false
        }
        if (entry.event !== 'conversation.transferred') continue
        isOffered = entry.data.state === 'offered'
        if (!isWithin(entry, window)) continue
        if (isOffered || entry.data.online === 0) unattended.push(entry.id)
        else if (typeof entry.data.online === 'number') attended.push(entry.id)
      }
      return { for: unattended, against: attended }
    }),
  )
}
