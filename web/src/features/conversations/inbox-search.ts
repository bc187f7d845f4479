export const VIEWS = ['mine', 'queue', 'all'] as const
/** Views of what was put aside or handed over; shown as icons beside the others. */
export const ASIDE_VIEWS = ['pinned', 'snoozed', 'offered'] as const
export const STATUSES = ['in_progress', 'pending', 'resolved'] as const

/** What stands behind `/inbox?`. Absent: my conversations, in progress, messages. */
export interface InboxSearch {
  view?: (typeof VIEWS)[number] | (typeof ASIDE_VIEWS)[number]
  status?: (typeof STATUSES)[number] | 'any'
  q?: string
  tab?: 'activity'
}

const oneOf = <T extends string>(values: readonly T[], value: unknown): T | undefined =>
  values.find(each => each === value)

/** Takes from an address what the inbox understands, and nothing else. */
export function parseInboxSearch(search: Record<string, unknown>): InboxSearch {
  const view = oneOf([...VIEWS, ...ASIDE_VIEWS] as const, search.view)
  const status = oneOf([...STATUSES, 'any'] as const, search.status)
  const tab = oneOf(['activity'] as const, search.tab)
  const q = typeof search.q === 'string' && search.q !== '' ? search.q.slice(0, 200) : undefined
  return { ...(view && { view }), ...(status && { status }), ...(q && { q }), ...(tab && { tab }) }
}
