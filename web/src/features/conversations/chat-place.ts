import type { Conversation } from '@tracedesk/contracts'
import { useT } from '../../i18n/index.ts'

/** Where in Telegram a conversation is, when it is not simply the chat with the bot; '' when it is. */
export function useChatPlace(): (
  conversation: Pick<Conversation, 'topicId' | 'business' | 'inGroup'>,
) => string {
  const t = useT()
  return ({ topicId, business, inGroup }) =>
    [
      inGroup && t('side.group'),
      business && t('side.business'),
      topicId !== null && t('side.topic', { number: topicId }),
    ]
      .filter(Boolean)
      .join(' · ')
}
