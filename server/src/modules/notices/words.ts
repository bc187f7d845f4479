import type { ClaimedNotice } from './queue.ts'

const WORDS: Record<string, Record<ClaimedNotice['kind'], (who: string) => string>> = {
  en: {
    linked: () => 'Linked. Notices of your desk arrive here; /stop ends them.',
    assigned: who => `A conversation was given to you${who && `: ${who}`}.`,
    waiting: who => `A customer is waiting for your answer${who && `: ${who}`}.`,
  },
  zh: {
    linked: () => '已绑定。工作台通知将发送到这里；发送 /stop 可停止。',
    assigned: who => `有一个会话分配给了您${who && `：${who}`}。`,
    waiting: who => `有客户正在等待您的回复${who && `：${who}`}。`,
  },
  ru: {
    linked: () => 'Связано. Уведомления рабочего места приходят сюда; /stop их прекратит.',
    assigned: who => `Вам передан диалог${who && `: ${who}`}.`,
    waiting: who => `Клиент ждёт вашего ответа${who && `: ${who}`}.`,
  },
}

/** The words of a notice, in the agent's language, with the way to the conversation where the console has an address. */
export function wordsOf(notice: ClaimedNotice, publicUrl: string | undefined): string {
  const words = WORDS[notice.language] ?? WORDS.en
  const line = words?.[notice.kind](notice.customerName ?? '') ?? ''
  return publicUrl && notice.conversationId
    ? `${line}\n${publicUrl.replace(/\/$/, '')}/inbox/${notice.conversationId}`
    : line
}
