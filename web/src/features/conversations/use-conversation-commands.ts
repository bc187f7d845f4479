import type { Conversation, ConversationStatus } from '@tracedesk/contracts'
import { useT } from '../../i18n/index.ts'
import { useMay, useMe } from '../../shared/session.ts'
import { useUndoable } from '../../shared/undo.tsx'

/** What can be done to a conversation as a whole. Does nothing where there is nothing to change or no permission. */
export function useConversationCommands(conversation: Conversation | undefined) {
  const t = useT()
  const me = useMe()
  const may = useMay()
  const changes = conversation ? [['conversation.get', { id: conversation.id }], ['conversation.list']] : []
  const assign = useUndoable('conversation.assign', { changes })
  const change = useUndoable('conversation.change_status', { changes })

  const assignTo = (agentId: string | null) => {
    if (!conversation || !may('conversation.assign') || (conversation.assignee?.id ?? null) === agentId)
      return
    const about = { conversationId: conversation.id }
    const before = conversation.assignee?.id ?? null
    assign.run({ ...about, agentId }, t('undo.assigned'), () => assign.mutate({ ...about, agentId: before }))
  }
  const setStatus = (status: ConversationStatus) => {
    if (!conversation || !may('conversation.change_status') || conversation.status === status) return
    const about = { conversationId: conversation.id }
    const before = conversation.status
    const said = t('undo.set', { value: t(`status.${status}`) })
    change.run({ ...about, status }, said, () => change.mutate({ ...about, status: before }))
  }
  return {
    assignTo,
    assignToMe: () => assignTo(me.agent.id),
    setStatus,
    resolve: () => setStatus('resolved'),
    isBusy: assign.isPending || change.isPending,
  }
}
