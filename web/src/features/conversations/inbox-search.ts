import type { InboxFilter } from '@tracedesk/contracts'

export const VIEWS = ['mine', 'queue', 'all'] as const
/** Views of what was put aside or handed over; shown as icons beside the others. */
export const ASIDE_VIEWS = ['pinned', 'snoozed', 'offered'] as const
const PLACES = [...VIEWS, ...ASIDE_VIEWS, 'departments'] as const
export const STATUSES = ['in_progress', 'pending', 'resolved'] as const
export type Place = (typeof PLACES)[number]

/** What stands behind `/inbox?`. Absent: my conversations, in progress, messages. */
export interface InboxSearch {
  view?: Place
  status?: (typeof STATUSES)[number] | 'any'
  bot?: string
  label?: string
  department?: string
  unread?: '1'
  /** Whoever waits longest first, also where the newest would be. */
  sort?: 'waiting'
  q?: string
  tab?: 'activity'
  /** The message that a search hit or an entry of the log led to. */
  message?: string
  /** The moment an entry of the log led to: what was said then is brought into sight. */
  at?: string
}

const oneOf = <T extends string>(values: readonly T[], value: unknown): T | undefined =>
  values.find(each => each === value)
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, 200) : undefined

const instantOf = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) && !Number.isNaN(Date.parse(value))
    ? value
    : undefined

/** Takes from an address what the inbox understands, and nothing else. */
export function parseInboxSearch(search: Record<string, unknown>): InboxSearch {
  const found = {
    view: oneOf(PLACES, search.view),
    status: oneOf([...STATUSES, 'any'] as const, search.status),
    bot: textOf(search.bot),
    label: textOf(search.label),
    department: textOf(search.department),
    unread: oneOf(['1'] as const, search.unread),
    sort: oneOf(['waiting'] as const, search.sort),
    q: textOf(search.q),
    tab: oneOf(['activity'] as const, search.tab),
    message: textOf(search.message),
    at: instantOf(search.at),
  }
  // Only what is there: an absent field and an undefined one are not the same to the router.
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as InboxSearch
}

/** The same view without a message or a moment that was looked up in one conversation. */
export const withoutMessage = ({ message: _, at: __, ...search }: InboxSearch): InboxSearch => search

/** What a view shows, without what is searched for and which tab is open. */
export const filterOf = (search: InboxSearch): InboxFilter =>
  ({
    place: search.view ?? 'mine',
    status: search.status ?? 'in_progress',
    botId: search.bot ?? null,
    labelId: search.label ?? null,
    departmentId: search.department ?? null,
    unread: search.unread === '1',
    // branded: the ids come from lists of ours, or the server refuses them
  }) as InboxFilter

/** The address of a saved view. */
export const searchOf = (filter: InboxFilter): InboxSearch => ({
  view: filter.place,
  status: filter.status,
  ...(filter.botId && { bot: filter.botId }),
  ...(filter.labelId && { label: filter.labelId }),
  ...(filter.departmentId && { department: filter.departmentId }),
  ...(filter.unread && { unread: '1' as const }),
})

/** Whether two filters show the same. */
export const isSameFilter = (a: InboxFilter, b: InboxFilter): boolean =>
  a.place === b.place &&
  a.status === b.status &&
  a.botId === b.botId &&
  a.labelId === b.labelId &&
  a.departmentId === b.departmentId &&
  a.unread === b.unread
