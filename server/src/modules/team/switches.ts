import {
  agentBotsSet,
  agentGranted,
  agentInvitationRevoked,
  agentRevoked,
  agentServingSet,
  grantSwitch,
  revokeInvitation,
  revokeSwitch,
  SWITCHES,
  type Switch,
  setAgentBots,
  setServing,
} from '@tracedesk/contracts'
import { scopeKindOf } from '../../command/caller.ts'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import type { Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { leadsOneOf, lockDesk } from './presence.ts'
import { requireRank } from './rank.ts'
import { readSwitches } from './standing.ts'
import { departmentsOf, endLinks, lockAgent, requireActiveAgent, setAgentState } from './store.ts'

/** Puts a switch of a person on or off; the entry says how it was, null where the role decided. */
async function setSwitch(
  context: CommandContext,
  { agentId, switch: name }: { agentId: string; switch: Switch },
  granted: boolean,
): Promise<Record<string, never>> {
  const { tx, workspaceId, caller } = context
  const agent = await lockAgent(tx, workspaceId, agentId)
  await requireRank(context, agent.role)
  const own = caller.permissions
  // what oneself was kept from is not given to others
  if (granted && own !== 'all' && SWITCHES[name].some(p => EXISTS.has(p) && !own.has(p)))
    throw new ConsoleError('agent.rank_too_low', { switch: name })
  const before = (await readSwitches(tx, workspaceId, agentId))[name] ?? null
  if (before === granted) throw new ConsoleError('conversation.unchanged', { agentId, switch: name })
  await tx
    .insertInto('agent_switch')
    .values({ workspace_id: workspaceId, agent_id: agentId, switch: name, granted })
    .onConflict(conflict => conflict.columns(['workspace_id', 'agent_id', 'switch']).doUpdateSet({ granted }))
    .execute()
  context.record(
    granted ? agentGranted : agentRevoked,
    { switch: name, from: before },
    { subject: { id: agentId, named: agent.namedBy }, agents: [agentId] },
  )
  return {}
}
const EXISTS = new Set<string>(['conversation.transfer', 'note.delete', 'conversation.reopen'])

export const grantSwitchCommand = defineCommandHandler(grantSwitch, {
  handle: (context, input) => setSwitch(context, input, true),
})
export const revokeSwitchCommand = defineCommandHandler(revokeSwitch, {
  handle: (context, input) => setSwitch(context, input, false),
})

/** Refuses bots the workspace does not have. */
async function requireBots(tx: Tx, workspaceId: string, botIds: readonly string[]): Promise<void> {
  const rows = await tx.selectFrom('bot').select('bot_id').where('workspace_id', '=', workspaceId).execute()
  const known = new Set(rows.map(row => row.bot_id))
  const missing = botIds.find(id => !known.has(id))
  if (missing !== undefined) throw new ConsoleError('bot.not_found', { botId: missing })
}

/** What must happen to open conversations of bots an agent no longer serves; the conversations module provides it. */
export type RequeueOthers = (
  context: CommandContext,
  agentId: string,
  serves: readonly string[],
) => Promise<number>

export const createSetAgentBots = (requeueOthers: RequeueOthers) =>
  defineCommandHandler(setAgentBots, {
    handle: async (context, { agentId, botIds }) => {
      const { tx, workspaceId } = context
      const agent = await lockAgent(tx, workspaceId, agentId)
      await requireRank(context, agent.role)
      if (agent.role === 'owner') throw new ConsoleError('agent.rank_too_low', { role: agent.role })
      const to = botIds && [...new Set(botIds)].sort()
      await requireBots(tx, workspaceId, to ?? [])
      const row = await tx
        .selectFrom('agent')
        .select('bots')
        .where('workspace_id', '=', workspaceId)
        .where('agent_id', '=', agentId)
        .executeTakeFirstOrThrow()
      if ((row.bots?.join() ?? null) === (to?.join() ?? null))
        throw new ConsoleError('conversation.unchanged', { agentId })
      await tx
        .updateTable('agent')
        .set({ bots: to })
        .where('workspace_id', '=', workspaceId)
        .where('agent_id', '=', agentId)
        .execute()
      const conversationsRequeued = to ? await requeueOthers(context, agentId, to) : 0
      context.record(
        agentBotsSet,
        // branded: the ids are from the table of bots
        { from: row.bots as never, to: to as never, conversationsRequeued },
        { subject: { id: agentId, named: agent.namedBy }, agents: [agentId] },
      )
      return {}
    },
  })

/** Throws `agent.bot_not_served` unless an agent serves a bot. */
export async function requireServed(
  tx: Tx,
  workspaceId: string,
  agentId: string,
  botId: string,
): Promise<void> {
  const row = await tx
    .selectFrom('agent')
    .select('bots')
    .where('workspace_id', '=', workspaceId)
    .where('agent_id', '=', agentId)
    .executeTakeFirst()
  if (row?.bots && !row.bots.includes(botId))
    throw new ConsoleError('agent.bot_not_served', { agentId, botId })
}

export const setServingCommand = defineCommandHandler(setServing, {
  handle: async (context, { agentId, serving }) => {
    const { tx, workspaceId, caller } = context
    const agent = await requireActiveAgent(tx, workspaceId, agentId)
    const departments = await departmentsOf(tx, workspaceId, agentId)
    const own = agentId === caller.actor.id
    // whoever sees more than their own work chooses for themselves; for others, whoever leads them
    if (!own && scopeKindOf(caller) !== 'all' && !(await leadsOneOf(context, departments)))
      throw new ConsoleError('permission.denied', { permission: 'agent.set_serving' })
    const { serves: from } = await lockDesk(context, agentId)
    if (from === serving) throw new ConsoleError('conversation.unchanged', { agentId })
    await tx
      .updateTable('agent_desk')
      .set({ serves: serving })
      .where('workspace_id', '=', workspaceId)
      .where('agent_id', '=', agentId)
      .execute()
    context.record(
      agentServingSet,
      { from, to: serving },
      { subject: { id: agentId, named: agent.namedBy }, agents: [agentId], departments },
    )
    return {}
  },
})

export const revokeInvitationCommand = defineCommandHandler(revokeInvitation, {
  handle: async (context, { agentId }) => {
    const { tx, workspaceId, now } = context
    const agent = await lockAgent(tx, workspaceId, agentId)
    await requireRank(context, agent.role)
    if (agent.state !== 'invited') throw new ConsoleError('agent.not_invited', { agentId })
    await endLinks(tx, workspaceId, agentId, now)
    await setAgentState(tx, workspaceId, agentId, 'deactivated')
    context.record(
      agentInvitationRevoked,
      {},
      { subject: { id: agentId, named: agent.namedBy }, agents: [agentId] },
    )
    return {}
  },
})
