import type { Entry } from '@tracedesk/contracts'
import { millisOf } from '../../kernel/instant.ts'

/**
 * How many seconds somebody was online between two instants, by their `presence.changed` entries alone (oldest first).
 * Entries from outside the span help: each tells the state before it and since when that was.
 */
export function onlineSeconds(entries: readonly Entry[], from: string, to: string): number {
  let total = 0
  const add = (start: string, end: string) => {
    const [a, b] = [start > from ? start : from, end < to ? end : to]
    if (a < b) total += (millisOf(b) - millisOf(a)) / 1000
  }
  entries.forEach((entry, i) => {
    const { from: before, to: after, since } = entry.data
    // the first entry also ends a span that began before it
    if (i === 0 && before === 'online' && typeof since === 'string') add(since, entry.at)
    if (after === 'online') add(entry.at, entries[i + 1]?.at ?? to)
  })
  return total
}
