import type { ExportRhythm } from '@tracedesk/contracts'
import { instantFromMillis, millisOf } from '../../kernel/instant.ts'

/** Entries of a day just over may still be on their way into the log. */
const GRACE_MS = 5 * 60_000

/** The first instant of the day, week (from Monday) or month that holds `ms`, moved by whole periods; in UTC. */
function startOf(every: ExportRhythm, ms: number, moved: number): number {
  const at = new Date(ms)
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()]
  if (every === 'monthly') return Date.UTC(year, month + moved, 1)
  if (every === 'daily') return Date.UTC(year, month, day + moved)
  return Date.UTC(year, month, day - ((at.getUTCDay() + 6) % 7) + 7 * moved)
}

/** When the period under way is over, and its export due. */
export const nextRun = (every: ExportRhythm, now: string): string =>
  instantFromMillis(startOf(every, millisOf(now) - GRACE_MS, 1) + GRACE_MS)

/** The last period that is over. */
export const previousPeriod = (every: ExportRhythm, now: string): { from: string; to: string } => {
  const ms = millisOf(now)
  return { from: instantFromMillis(startOf(every, ms, -1)), to: instantFromMillis(startOf(every, ms, 0)) }
}
