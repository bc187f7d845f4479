import { CATALOGUE, type StoryPart } from '@tracedesk/contracts'

const DELIVERY = new Set(['message.delivered', 'message.refused', 'message.unreachable', 'message.retried'])
const LOOKING = new Set([
  'message.read',
  'log.viewed',
  'log.revealed',
  'privacy.subject_exported',
  'privacy.package_downloaded',
])

/** What an event is about in a story. */
export function partOf(event: string): StoryPart {
  if (DELIVERY.has(event)) return 'delivery'
  if (LOOKING.has(event) || /^(export|evidence)[.]/.test(event)) return 'looking'
  if (event.startsWith('message.')) return 'message'
  return event.startsWith('presence.') ? 'presence' : 'operation'
}

/** The events of some parts of a story; a case does not tell of itself. */
export const eventsOfParts = (parts: readonly StoryPart[]): string[] =>
  [...CATALOGUE.keys()].filter(name => !name.startsWith('dispute.') && parts.includes(partOf(name)))
