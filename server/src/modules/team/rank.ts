import type { CommandContext } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { type RoleFacts, readRole } from './standing.ts'

/**
 * Nobody gives, takes or touches a role above their own: of a higher rank, of a wider scope, or with a permission they
 * do not have themselves. The system and the operator may. Throws `agent.rank_too_low` or `role.not_found`.
 */
export async function requireRank(context: CommandContext, ...roles: string[]): Promise<void> {
  for (const role of roles) requireFacts(context, await readRole(context.tx, context.workspaceId, role))
}

const WIDTH = { own: 0, departments: 1, all: 2 } as const

/** The same for a role that is only being made. */
export function requireFacts({ caller }: CommandContext, role: Omit<RoleFacts, 'takesConversations'>): void {
  const { permissions, standing } = caller
  if (caller.actor.role === null) return
  const tooHigh =
    !standing ||
    role.rank > standing.rank ||
    WIDTH[role.scope] > WIDTH[standing.scope] ||
    (standing.withheld && !role.withheld) ||
    (permissions !== 'all' && [...role.permissions].some(name => !permissions.has(name) && !isOfOthers(name)))
  if (tooHigh) throw new ConsoleError('agent.rank_too_low', { own: caller.actor.role, role: role.role })
}

// What an administrator lacks only because it was switched off for them does not close every seat to them.
const isOfOthers = (name: string): boolean => SWITCHED.has(name)
const SWITCHED = new Set(['conversation.transfer', 'note.delete', 'conversation.reopen', 'message.recall'])
