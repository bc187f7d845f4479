import type { ModerationAction } from '@tracedesk/contracts'
import type { Tx } from '../../db/database.ts'
import { type CompiledRule, compileRule } from './phrases.ts'
import { groupsFor, rulesOf } from './store.ts'

export interface CompiledGroup {
  readonly id: string
  readonly name: string
  readonly version: number
  readonly action: ModerationAction
  readonly rules: readonly CompiledRule[]
}

const CACHE_MAX = 500
// A version of a group never changes, so what was made of it can be kept by any node.
const cache = new Map<string, readonly CompiledRule[]>()

/** The groups that apply to a bot, their rules ready to run. */
export async function compiledGroups(tx: Tx, workspaceId: string, botId: string): Promise<CompiledGroup[]> {
  const groups = await groupsFor(tx, workspaceId, botId)
  const keyOf = ({ id, version }: { id: string; version: number }) => `${workspaceId}/${id}/${version}`
  const unknown = groups.filter(group => !cache.has(keyOf(group))).map(group => group.id)
  for (const group of await rulesOf(tx, workspaceId, unknown)) {
    const compiled = group.rules.map(rule => {
      const result = compileRule(rule)
      if (!result.ok) throw new Error(`rule ${rule.id} of phrase group ${group.id} no longer compiles`)
      return result.rule
    })
    if (cache.size >= CACHE_MAX) cache.delete(cache.keys().next().value ?? '')
    cache.set(keyOf(group), compiled)
  }
  // The table admits only these actions.
  return groups.flatMap(group => {
    const rules = cache.get(keyOf(group))
    return rules ? [{ ...group, action: group.action as ModerationAction, rules }] : []
  })
}
