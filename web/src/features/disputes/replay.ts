import type { Entry, Part } from '@tracedesk/contracts'

/** A message as it stood at a moment: its newest version then, and what had become of it. */
export interface StoodMessage {
  readonly id: string
  readonly at: string
  readonly isOurs: boolean
  /** The entry it came with: it says who wrote it, named as they were then. */
  readonly entry: Entry
  readonly kind: string
  readonly text: Part | null
  readonly version: number
  readonly state: 'received' | 'queued' | 'delivered' | 'refused' | 'unreachable' | 'deleted'
}

/** A conversation as it stood at a moment. */
export interface Stood {
  readonly status: string
  readonly holder: string | null
  readonly messages: readonly StoodMessage[]
}

const NOTHING: Stood = { status: 'in_progress', holder: null, messages: [] }

const STATES = {
  'message.delivered': 'delivered',
  'message.refused': 'refused',
  'message.unreachable': 'unreachable',
  'message.deleted_by_customer': 'deleted',
  'message.recalled': 'deleted',
  'message.retried': 'queued',
} as const

/** How a story's conversation stood after these entries, in their order: by entries alone. */
export const standAfter = (entries: readonly Entry[]): Stood => entries.reduce(step, NOTHING)

function step(stood: Stood, entry: Entry): Stood {
  const { event, data, subject, outcome } = entry
  if (event === 'message.received' || event === 'message.sent')
    return { ...stood, messages: [...stood.messages, newMessage(entry)] }
  if (event === 'message.edited_by_customer' || event === 'message.edited')
    return changeMessage(stood, subject.id, message => ({
      ...message,
      text: entry.parts.text ?? message.text,
      version: message.version + 1,
    }))
  const state = STATES[event as keyof typeof STATES] // undefined for every other event
  if (state !== undefined) return changeMessage(stood, subject.id, message => ({ ...message, state }))
  if (outcome !== 'done') return stood
  if (event === 'conversation.status_changed' || event === 'conversation.reopened')
    return { ...stood, status: String(data.to) }
  if (/^conversation[.](assigned|transferred|accepted)$/.test(event))
    return data.state === 'offered' ? stood : { ...stood, holder: holderOf(data.to) }
  return stood
}

const newMessage = (entry: Entry): StoodMessage => ({
  id: entry.subject.id ?? '',
  at: entry.at,
  isOurs: entry.event === 'message.sent',
  entry,
  kind: typeof entry.data.kind === 'string' ? entry.data.kind : 'text',
  text: entry.parts.text ?? null,
  version: 1,
  state: entry.event === 'message.sent' ? 'queued' : 'received',
})

const changeMessage = (
  stood: Stood,
  id: string | null,
  change: (message: StoodMessage) => StoodMessage,
): Stood => ({
  ...stood,
  messages: stood.messages.map(message => (message.id === id ? change(message) : message)),
})

function holderOf(to: unknown): string | null {
  if (typeof to === 'string') return to
  if (typeof to !== 'object' || to === null || !('agentId' in to)) return null
  return typeof to.agentId === 'string' ? to.agentId : null
}

/** How long to show a step: the time that passed, at a pace, but never so long that one would think it had stopped. */
export function pauseBefore(previous: Entry | undefined, next: Entry, pace: number): number {
  const passed = previous ? Date.parse(next.at) - Date.parse(previous.at) : 0
  return Math.min(3_000, Math.max(120, passed / pace))
}
