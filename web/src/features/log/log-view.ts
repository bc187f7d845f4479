import type { CommandInput } from '@tracedesk/contracts'
import { type LogSearch, parseLogSearch } from './log-search.ts'

type Kept = CommandInput<'log_view.create'>['filter']
const SINGLE = ['range', 'from', 'to', 'conversation', 'customer', 'bot', 'subject', 'q', 'zone']

/** What is kept of an address under a name: the filter, not what happens to be open. */
export function filterOfView(search: LogSearch): Kept {
  const { entry: _, compare: _c, live: _l, departments, ...filter } = search
  return { ...filter, ...(departments && { department: departments }) }
}

/** The address a kept filter stands for. */
export function searchOfView(filter: Readonly<Record<string, string[]>>): LogSearch {
  const { department, ...rest } = filter
  return parseLogSearch({
    ...Object.fromEntries(
      Object.entries(rest).map(([key, values]) => [key, SINGLE.includes(key) ? values[0] : values]),
    ),
    departments: department,
  })
}
