import type { QueryInput } from '@tracedesk/contracts'
import type { DisputeAbout } from '../../shared/open-dispute.tsx'
import { type LogSearch, timesOf } from './log-search.ts'

/** Entries fetched at a time. */
const PAGE = 100

/** The question to the server that an address asks at `now`. */
export function queryInputOf(search: LogSearch, now: Date): QueryInput<'log.search'> {
  return { ...filterOf(search, now), limit: PAGE }
}

/** The same without paging: what facets, density and the live tail are asked by. */
export function filterOf(search: LogSearch, now: Date): QueryInput<'log.facets'> {
  const { range, entry: _, compare: _c, live: _l, departments, zone, from, to, ...filter } = search
  return {
    ...filter,
    ...(departments && { department: departments }),
    ...(from && { from }),
    ...(to && { to }),
    ...(range && timesOf(range, now, zone)),
  }
}

/** What a case that is opened here would be about: the customer, the conversation and the times on the screen. */
export function aboutOf(search: LogSearch, now: Date): DisputeAbout {
  const { conversation, customer, from, to } = filterOf(search, now)
  return {
    conversationId: [conversation].flat()[0],
    customerId: [customer].flat()[0],
    ...(typeof from === 'string' && { from }),
    ...(typeof to === 'string' && { to }),
  }
}

const fits = (pattern: string, event: string) =>
  pattern.endsWith('.*') ? event.startsWith(pattern.slice(0, -1)) : pattern === event

const NOBODY: ReadonlySet<string> = new Set()

interface Arrived {
  event: string
  conversationId: string | null
  customerId: string | null
}

/**
 * Whether a new entry may belong to what is shown, as far as an announcement tells. Looking at the log is itself
 * recorded; that is no news unless asked for. `shown`: the customers in the list, in which a filter for a person finds
 * all of their accounts.
 */
export function mayFit(search: LogSearch, arrived: Arrived, shown: ReadonlySet<string> = NOBODY): boolean {
  if (search.to || search.range === 'yesterday') return false
  if (arrived.event === 'log.viewed' && !search.event) return false
  if (search.event && !search.event.some(pattern => fits(pattern, arrived.event))) return false
  if (search.conversation && search.conversation !== arrived.conversationId) return false
  const { customerId } = arrived
  return !search.customer || search.customer === customerId || (customerId !== null && shown.has(customerId))
}
