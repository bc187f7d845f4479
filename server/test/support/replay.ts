import type { Entry } from '@tracedesk/contracts'
import { expect } from 'vitest'
import { seatOf } from './replay-values.ts'
import type { World } from './world.ts'

/** Everything about a conversation that its entries alone determine. */
export interface ReplayedConversation {
  readonly status: string
  readonly assigneeId: string | null
  readonly departmentId: string | null
  readonly offer: { readonly agentId: string | null; readonly departmentId: string | null } | null
  readonly snoozedUntil: string | null
  readonly priority: string
  readonly pinned: boolean
  readonly pinnedBy: readonly string[]
  readonly mergedInto: string | null
}

const OPENED: ReplayedConversation = {
  status: 'in_progress',
  assigneeId: null,
  departmentId: null,
  offer: null,
  snoozedUntil: null,
  priority: 'normal',
  pinned: false,
  pinnedBy: [],
  mergedInto: null,
}
const RESOLVED = { status: 'resolved', offer: null, snoozedUntil: null }

type Place = { agentId: string | null; departmentId: string | null }
type Facts = Record<string, string | null> & { from: Place; to: Place; rule?: string }

function step(state: ReplayedConversation, entry: Entry): ReplayedConversation {
  const data = entry.data as Facts
  const text = entry.data as Record<string, string>
  switch (entry.event) {
    case 'conversation.opened':
      return { ...OPENED, departmentId: data.departmentId ?? null }
    case 'conversation.status_changed':
    case 'conversation.reopened':
      return { ...state, ...(text.to === 'resolved' ? RESOLVED : { status: text.to ?? '' }) }
    case 'conversation.assigned':
      return { ...state, assigneeId: text.to ?? null, offer: null }
    case 'conversation.transferred':
      return text.state === 'offered'
        ? {
            ...state,
            offer: data.to.agentId
              ? { agentId: data.to.agentId, departmentId: null }
              : { agentId: null, departmentId: data.to.departmentId },
          }
        : { ...state, assigneeId: data.to.agentId, departmentId: data.to.departmentId, offer: null }
    case 'conversation.accepted':
      return { ...state, assigneeId: data.to.agentId, departmentId: data.to.departmentId, offer: null }
    case 'conversation.declined':
      return { ...state, offer: null }
    case 'conversation.snoozed':
      return { ...state, snoozedUntil: text.until ?? null }
    case 'conversation.woken':
      return { ...state, snoozedUntil: null }
    case 'conversation.priority_set':
      return { ...state, priority: text.to ?? '' }
    case 'conversation.pinned':
    case 'conversation.unpinned':
      return replayPin(state, entry)
    case 'conversation.merged':
      return text.side === 'kept' ? state : { ...state, ...RESOLVED, mergedInto: text.other ?? null }
    default:
      return state
  }
}

function replayPin(state: ReplayedConversation, entry: Entry): ReplayedConversation {
  const { event, data } = entry
  const pinned = event === 'conversation.pinned'
  if (data.scope === 'shared') return { ...state, pinned }
  const others = state.pinnedBy.filter(id => id !== seatOf(entry))
  return { ...state, pinnedBy: (pinned ? [...others, seatOf(entry) ?? ''] : others).sort() }
}

/** The state of a conversation by its entries alone, in the order of the ledger; `start` where they do not begin with its opening. */
export function replayConversation(
  entries: readonly Entry[],
  start: Partial<ReplayedConversation> = {},
): ReplayedConversation {
  return [...entries]
    .filter(entry => entry.outcome === 'done')
    .sort((a, b) => (a.position ?? 0) - (b.position ?? 0))
    .reduce(step, { ...OPENED, ...start })
}

/** Fails unless replaying the entries of a conversation gives the state in its row; returns that state. */
export async function checkReplay(
  world: World,
  conversationId: string,
  start: Partial<ReplayedConversation> = {},
): Promise<ReplayedConversation> {
  const entries = (await world.entries({ conversation: conversationId })).filter(
    entry => entry.subject.id === conversationId,
  )
  const [row] = await world.asSuperuser<Record<string, never>>(
    `select status, assignee_id as "assigneeId", department_id as "departmentId", priority, pinned, merged_into as "mergedInto",
      to_char(snoozed_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "snoozedUntil",
      case when offer_entry_id is not null then jsonb_build_object('agentId', offered_agent_id, 'departmentId', offered_department_id) end as offer,
      array(select p.agent_id::text from conversation_pin p where p.conversation_id = c.conversation_id order by 1) as "pinnedBy"
     from conversation c where conversation_id = $1`,
    [conversationId],
  )
  const replayed = replayConversation(entries, start)
  expect(replayed).toEqual(row)
  return replayed
}
