import {
  conversationPinned,
  conversationPrioritySet,
  conversationUnpinned,
  pinConversation,
  setPriority,
  unpinConversation,
} from '@tracedesk/contracts'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import {
  type LockedConversation,
  requireConversation,
  requireOpenConversation,
  updateConversation,
} from './store.ts'

export const setPriorityCommand = defineCommandHandler(setPriority, {
  handle: async (context, { conversationId, priority }) => {
    const conversation = await requireOpenConversation(context, conversationId)
    if (conversation.priority === priority)
      throw new ConsoleError('conversation.unchanged', { conversationId, priority })
    await updateConversation(context, conversationId, { priority })
    context.record(
      conversationPrioritySet,
      { from: conversation.priority, to: priority },
      { subject: { id: conversationId }, conversation: conversation.ref },
    )
    return {}
  },
})

export const pinConversationCommand = defineCommandHandler(pinConversation, {
  handle: async (context, { conversationId, scope }) => {
    const conversation = await requireConversation(context, conversationId)
    if (!(await setPin(context, conversation, scope, true)))
      throw new ConsoleError('conversation.unchanged', { conversationId, scope })
    const about = { subject: { id: conversationId }, conversation: conversation.ref }
    context.record(conversationPinned, { scope }, about)
    return {}
  },
})

export const unpinConversationCommand = defineCommandHandler(unpinConversation, {
  handle: async (context, { conversationId, scope }) => {
    const conversation = await requireConversation(context, conversationId)
    if (!(await setPin(context, conversation, scope, false)))
      throw new ConsoleError('conversation.unchanged', { conversationId, scope })
    const about = { subject: { id: conversationId }, conversation: conversation.ref }
    context.record(conversationUnpinned, { scope }, about)
    return {}
  },
})

/** Puts a pin on or takes it off; false when there was nothing to change. */
async function setPin(
  context: CommandContext,
  conversation: LockedConversation,
  scope: 'mine' | 'shared',
  pinned: boolean,
): Promise<boolean> {
  if (scope === 'mine')
    return pinned ? addOwnPin(context, conversation.id) : removeOwnPin(context, conversation.id)
  if (conversation.pinned === pinned) return false
  await updateConversation(context, conversation.id, { pinned })
  return true
}

/** A pin of one's own needs a seat: programs have none. */
function seatOf({ caller }: CommandContext): string {
  if (caller.actor.kind !== 'agent' || !caller.actor.id) throw new ConsoleError('session.required')
  return caller.actor.id
}

async function addOwnPin(context: CommandContext, conversationId: string): Promise<boolean> {
  const added = await context.tx
    .insertInto('conversation_pin')
    .values({ workspace_id: context.workspaceId, agent_id: seatOf(context), conversation_id: conversationId })
    .onConflict(conflict => conflict.doNothing())
    .returning('agent_id')
    .executeTakeFirst()
  return added !== undefined
}

async function removeOwnPin(context: CommandContext, conversationId: string): Promise<boolean> {
  const removed = await context.tx
    .deleteFrom('conversation_pin')
    .where('workspace_id', '=', context.workspaceId)
    .where('agent_id', '=', seatOf(context))
    .where('conversation_id', '=', conversationId)
    .returning('agent_id')
    .executeTakeFirst()
  return removed !== undefined
}
