// Without zod, so that the console can take it along without the schemas.

/** What the log knows each rule by that acts by itself, in every workspace and for ever. */
export const RULE_IDS = {
  routing: '00000000-0000-8000-8000-000000000001',
  auto_resolve: '00000000-0000-8000-8000-000000000002',
  alerts: '00000000-0000-8000-8000-0000000000a1',
  privacy: '00000000-0000-8000-8000-000000000003',
  retention: '00000000-0000-8000-8000-000000000004',
  archive: '00000000-0000-8000-8000-000000000005',
} as const
export type RuleName = keyof typeof RULE_IDS

/** Who can act. */
export const ACTOR_KINDS = [
  'agent',
  'customer',
  'flow',
  'rule',
  'system',
  'api_token',
  'operator',
  'import',
] as const

/** How a stretch of a text that goes out can be formatted: the types of Telegram's MessageEntity that the desk sends. */
export const ENTITY_TYPES = [
  'bold',
  'italic',
  'underline',
  'strikethrough',
  'spoiler',
  'code',
  'pre',
  'text_link',
  'blockquote',
] as const

/** By which way something was done. */
export const SOURCES = ['console', 'api', 'telegram', 'flow', 'rule', 'cli', 'import', 'system'] as const

interface Told {
  readonly event: string
  readonly data: Readonly<Record<string, unknown>>
  readonly parts: Readonly<Record<string, unknown>>
}

/** Events that are told differently by what is in them: the name of the other sentence, or null for the usual one. */
export function sentenceVariant({ event, data, parts }: Told): string | null {
  if (event === 'conversation.assigned' && typeof data.cause === 'string') return data.cause
  // the case is the reason
  if (event.startsWith('hold.') && data.cause === 'dispute' && !parts.reasonText)
    return `${event}_dispute`.slice(5)
  // version 1 had the name of a view among the facts
  if (event.startsWith('inbox_view.') && !parts.name) return event.replace('.', '_')
  if (event === 'log.viewed') return lookVariant(String(data.query))
  if (event !== 'alert.raised') return null
  if (data.alert === 'anchor_overdue') return 'alert_overdue'
  if (data.minutes !== 0) return null
  if (data.hits !== 1) return 'alert_entries'
  return data.agentId === null ? 'alert_of_nobody' : 'alert_once'
}

/** Counts show no entry, and one entry is no list. */
function lookVariant(query: string): string | null {
  if (query === 'log.count' || query === 'log.facets' || query === 'log.histogram') return 'log_counted'
  if (query === 'log.entry') return 'log_entry'
  if (query === 'conversation.timeline') return 'log_timeline'
  return query.startsWith('dispute.') ? 'log_case' : null
}

/**
 * How a part's words are told in a sentence: as they are, but for a customer's reactions, which are kept as a JSON list
 * of emoji. Empty when none are left; what cannot be read is told as it stands.
 */
export function spokenPart(name: string, value: string): string {
  if (name !== 'reaction') return value
  try {
    const emoji: unknown = JSON.parse(value)
    return Array.isArray(emoji) ? emoji.join(' ') : value
  } catch {
    return value
  }
}
