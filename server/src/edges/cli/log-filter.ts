import { logFilter } from '@tracedesk/contracts'
import { type Invocation, type Options, optional } from './command.ts'

type FilterName = keyof typeof logFilter
export const LOG_FILTERS = Object.keys(logFilter) as FilterName[] // its keys, which TypeScript only calls strings
/** Those that take one value, and in which a comma is a comma. */
const SINGLE: readonly FilterName[] = ['from', 'to', 'q']

/** What `--help` says of each; the ids are those the API gives. */
const MEANING: Readonly<Record<FilterName, string>> = {
  from: 'TIME: not before (RFC 3339)',
  to: 'TIME: before',
  event: 'message.sent,note.*,…: events by name, or whole areas',
  actor: 'ID,…: people, tokens and rules that did it',
  actorKind: 'agent,customer,flow,rule,system,api_token,operator,import',
  department: 'ID,…: departments of whoever did it, then',
  conversation: 'ID,…',
  customer: 'ID,…: with all accounts of each person',
  bot: 'ID,…',
  subject: 'ID,…: what it is about: a setting, a note, a label, a person …',
  outcome: 'done,refused,failed',
  source: 'console,api,telegram,flow,rule,cli,import,system',
  q: 'WORDS: texts that hold all of them',
}

/** The filters of `log.search` as options, by the same names. */
export const filterOptions = (without: readonly FilterName[] = []): Options =>
  Object.fromEntries(
    LOG_FILTERS.filter(name => !without.includes(name)).map(name => [name, { type: 'string' as const }]),
  )

/** The lines of `--help` about them. */
export const filterHelp = (without: readonly FilterName[] = []): string => {
  const lines = LOG_FILTERS.filter(name => !without.includes(name)).map(
    name => `  --${name.padEnd(14)}${MEANING[name]}`,
  )
  return ['Filters, as in log.search; several values are separated by commas:', ...lines].join('\n')
}

/** The filter that was given, not checked yet: the command's contract does that. */
export function readFilter(
  invocation: Invocation,
  without: readonly FilterName[] = [],
): Record<string, string | string[]> {
  const filter: Record<string, string | string[]> = {}
  for (const name of LOG_FILTERS) {
    const value = without.includes(name) ? undefined : optional(invocation, name)
    if (value !== undefined) filter[name] = SINGLE.includes(name) ? value : value.split(',')
  }
  return filter
}
