import {
  assignConversation,
  type Candidate,
  conversationAssigned,
  type RoutingMode,
} from '@tracedesk/contracts'
import { sql } from 'kysely'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { departmentsOf, requireActiveAgent, requireServed } from '../team/index.ts'
import {
  type LockedConversation,
  lockConversation,
  NO_OFFER,
  requireConversation,
  updateConversation,
} from './store.ts'

export const assignConversationCommand = defineCommandHandler(assignConversation, {
  handle: async (context, { conversationId, agentId }) => {
    const conversation = await requireConversation(context, conversationId)
    if (conversation.status === 'resolved')
      throw new ConsoleError('conversation.resolved', { conversationId })
    if (conversation.assigneeId === agentId)
      throw new ConsoleError('conversation.unchanged', { conversationId, assigneeId: agentId })
    if (agentId !== null) {
      await requireActiveAgent(context.tx, context.workspaceId, agentId)
      await requireServed(context.tx, context.workspaceId, agentId, conversation.botId)
    }
    await setAssignee(
      context,
      conversation,
      agentId,
      agentId === null ? 'returned' : agentId === context.caller.actor.id ? 'taken' : 'given',
    )
    return {}
  },
})

/** How a rule came to its choice. */
export interface RoutingDecision {
  readonly mode: RoutingMode
  readonly candidates: Candidate[]
  readonly considered: number
}

/**
 * Puts a conversation into somebody's hands, or (null) back into the queue, and records it. An offer that nobody
 * accepted is over then.
 */
export async function setAssignee(
  context: CommandContext,
  conversation: LockedConversation,
  to: string | null,
  cause: 'taken' | 'given' | 'returned' | 'deactivated' | 'not_served' | 'routed',
  decision: RoutingDecision | undefined = undefined,
): Promise<void> {
  await updateConversation(context, conversation.id, {
    assignee_id: to,
    returned_by: cause === 'returned' ? conversation.assigneeId : null,
    ...NO_OFFER,
  })
  context.record(
    conversationAssigned,
    { from: conversation.assigneeId, to, cause, ...decision },
    { subject: { id: conversation.id }, conversation: conversation.ref, ...(await readersWith(context, to)) },
  )
}

/** Who reads an entry because somebody receives a conversation by it: they, and whoever leads a department of theirs now. */
export async function readersWith(
  { tx, caller, workspaceId }: CommandContext,
  agentId: string | null,
): Promise<{ agents: string[]; departments: string[] }> {
  if (agentId === null) return { agents: [], departments: [] }
  if (agentId === caller.actor.id) return { agents: [agentId], departments: [...caller.actor.departments] }
  return { agents: [agentId], departments: await departmentsOf(tx, workspaceId, agentId) }
}

/** Returns everything an agent still holds to the queue: the seat is being closed. Returns how many there were. */
export const requeueOf = (context: CommandContext, agentId: string): Promise<number> =>
  requeue(context, agentId, [], 'deactivated')

/** Returns what an agent holds of bots they do not serve (any longer) to the queue. Returns how many there were. */
export const requeueOthers = (
  context: CommandContext,
  agentId: string,
  serves: readonly string[],
): Promise<number> => requeue(context, agentId, serves, 'not_served')

async function requeue(
  context: CommandContext,
  agentId: string,
  keep: readonly string[],
  cause: 'deactivated' | 'not_served',
): Promise<number> {
  const held = await context.tx
    .selectFrom('conversation')
    .select('conversation_id')
    .where('workspace_id', '=', context.workspaceId)
    .where('assignee_id', '=', agentId)
    .where('status', '!=', 'resolved')
    .where(sql<boolean>`not bot_id = any(${[...keep]}::uuid[])`)
    .orderBy('conversation_id')
    .execute()
  for (const { conversation_id } of held) {
    const conversation = await lockConversation(context, conversation_id)
    if (conversation?.assigneeId === agentId) await setAssignee(context, conversation, null, cause)
  }
  return held.length
}
