import { isDisposable } from '@tracedesk/contracts'
import type { QueryContext } from '../../command/define.ts'
import type { RetentionRule } from './rules.ts'
import { readRules } from './store.ts'

const isAbout = (rule: RetentionRule, event: string): boolean =>
  rule.event === '*' ||
  rule.event === event ||
  (rule.event.endsWith('.*') && event.startsWith(rule.event.slice(0, -1)))

/**
 * For how many days the part of an event is kept under the rules in force, null for ever. Rules for a single bot are
 * left out: they say less than the record of processing asks.
 */
export async function readKeeping({
  db,
  caller,
}: Pick<QueryContext, 'db' | 'caller'>): Promise<(event: string, part: string) => number | null> {
  const rules = (await readRules(db, caller.workspaceId)).filter(rule => rule.botId === null)
  return (event, part) => {
    if (!isDisposable(event)) return null
    const entries = rules.find(rule => rule.what === 'entries' && isAbout(rule, event))
    const parts = rules.find(
      rule => rule.what === 'parts' && isAbout(rule, event) && (rule.part === null || rule.part === part),
    )
    const days = [entries?.days, parts?.days].filter(each => typeof each === 'number')
    return days.length === 0 ? null : Math.min(...days)
  }
}
