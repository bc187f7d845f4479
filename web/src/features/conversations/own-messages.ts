import { useQueryClient } from '@tanstack/react-query'
import type { Message } from '@tracedesk/contracts'
import { useMay, useMe } from '../../shared/session.ts'
import { threadPages } from './sending.ts'

/** So long Telegram lets a bot recall (Bot API, deleteMessage). */
const HOURS_48 = 48 * 3_600_000
const EDITABLE: readonly Message['kind'][] = [
  'text',
  'photo',
  'video',
  'animation',
  'audio',
  'document',
  'voice',
]

/** Whether a message is still at Telegram, as it was sent or came. */
export const isThere = (message: Message): boolean =>
  message.telegramMessageId !== null && !message.recalledAt && !message.deletedByCustomer

/** Whether it is too late to change a message: Telegram would refuse. */
export const isTooOld = (message: Message): boolean => Date.now() - Date.parse(message.at) >= HOURS_48

/** What the reader may change of what the desk has said: their own words, and a supervisor anybody's. */
export function useMessageRules() {
  const may = useMay()
  const me = useMe()
  const isTheirs = (message: Message): boolean =>
    isThere(message) &&
    message.direction === 'out' &&
    message.state === 'delivered' &&
    (message.author.id === me.agent.id || ['owner', 'admin', 'supervisor'].includes(me.agent.role))
  return {
    mayEdit: (message: Message) =>
      isTheirs(message) && may('message.edit') && EDITABLE.includes(message.kind),
    mayRecall: (message: Message) => isTheirs(message) && may('message.recall'),
  }
}

/** Finds what the reader wrote last in a conversation and may edit, among the messages that are loaded. */
export function useLastOwn(conversationId: string): () => Message | null {
  const client = useQueryClient()
  const me = useMe()
  const { mayEdit } = useMessageRules()
  return () => {
    const pages = client.getQueryData(threadPages(conversationId).queryKey)?.pages ?? []
    const newest = pages[0]?.items ?? []
    const last = newest.findLast(message => message.author.id === me.agent.id)
    // never one before it: that would not be what the reader has in mind
    return last && mayEdit(last) && !isTooOld(last) ? last : null
  }
}
