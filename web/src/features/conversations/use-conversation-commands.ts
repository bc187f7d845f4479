import type { Conversation, ConversationStatus } from '@tracedesk/contracts'
import { useCommand } from '../../shared/command.ts'
import { useMay, useMe } from '../../shared/session.ts'

/** What can be done to a conversation as a whole. Does nothing where there is nothing to change or no permission. */
export function useConversationCommands(conversation: Conversation | undefined) {
  const me = useMe()
  const may = useMay()
  const changes = conversation ? [['conversation.get', { id: conversation.id }], ['conversation.list']] : []
  const assign = useCommand('conversation.assign', { changes })
  const change = useCommand('conversation.change_status', { changes })

  const assignTo = (agentId: string | null) => {
    if (!conversation || !may('conversation.assign') || (conversation.assignee?.id ?? null) === agentId)
      return
    assign.mutate({ conversationId: conversation.id, agentId })
  }
  const setStatus = (status: ConversationStatus) => {
    if (!conversation || !may('conversation.change_status') || conversation.status === status) return
    change.mutate({ conversationId: conversation.id, status })
  }
  return {
    assignTo,
    assignToMe: () => assignTo(me.agent.id),
    setStatus,
    resolve: () => setStatus('resolved'),
    isBusy: assign.isPending || change.isPending,
  }
}
