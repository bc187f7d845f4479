import { conversationMerged, mergeConversation } from '@tracedesk/contracts'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { statusChange } from './change-status.ts'
import { type LockedConversation, requireConversation, updateConversation } from './store.ts'

export const mergeConversationCommand = defineCommandHandler(mergeConversation, {
  handle: async (context, { conversationId, intoConversationId }) => {
    const { source, target } = await lockBoth(context, conversationId, intoConversationId)
    requireMergeable(source, target)
    await updateConversation(context, source.id, {
      ...(source.status === 'resolved' ? {} : statusChange('resolved', context.now)),
      merged_into: target.id,
    })
    const waitingSince = [source.waitingSince, target.waitingSince].filter(at => at !== null).sort()[0]
    if (waitingSince) await updateConversation(context, target.id, { waiting_since: waitingSince })
    context.record(
      conversationMerged,
      { side: 'merged_away', other: target.id, from: source.status, to: 'resolved' },
      { subject: { id: source.id }, conversation: source.ref },
    )
    context.record(
      conversationMerged,
      { side: 'kept', other: source.id, from: target.status, to: target.status },
      { subject: { id: target.id }, conversation: target.ref },
    )
    return {}
  },
})

/** Locks two conversations in one order for all, so that two people who merge crosswise do not wait for each other. */
async function lockBoth(context: CommandContext, sourceId: string, targetId: string) {
  if (sourceId === targetId) throw new ConsoleError('conversation.unchanged', { conversationId: sourceId })
  const locked = new Map<string, LockedConversation>()
  for (const id of [sourceId, targetId].sort()) locked.set(id, await requireConversation(context, id))
  const [source, target] = [locked.get(sourceId), locked.get(targetId)]
  if (!source || !target) throw new Error('a conversation was locked and is not there')
  return { source, target }
}

function requireMergeable(source: LockedConversation, target: LockedConversation): void {
  for (const { id, mergedInto } of [source, target])
    if (mergedInto)
      throw new ConsoleError('conversation.merged', { conversationId: id, continuedIn: mergedInto })
  if (source.customerId !== target.customerId || source.botId !== target.botId)
    throw new ConsoleError('conversation.not_same_customer', { conversationId: source.id })
  if (target.status === 'resolved')
    throw new ConsoleError('conversation.resolved', { conversationId: target.id })
}
