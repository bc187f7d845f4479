import { setTimeout as sleep } from 'node:timers/promises'
import type { Conversation } from '@tracedesk/contracts'
import { DeskClient, DeskRefusal } from './desk-client.ts'
import { DEMO_PASSWORD, type Seat } from './team.ts'

const REPLIES: Record<string, readonly string[]> = {
  zh: ['您好，我来帮您查看一下。', '请稍等，正在为您核实。', '已经处理好了，还有其他问题吗？'],
  ru: ['Здравствуйте! Сейчас посмотрю.', 'Минутку, уточняю у склада.', 'Готово. Могу ещё чем-то помочь?'],
  es: ['Hola, ahora mismo lo miro.', 'Un momento, lo compruebo.', 'Listo. ¿Necesita algo más?'],
  en: [
    'Hello! Let me look into that.',
    'One moment, I am checking with the warehouse.',
    'All done. Is there anything else?',
  ],
}

/**
 * A scripted colleague: takes who waits longest, answers in the customer's language, labels, notes, resolves. Works
 * through the same API as a person in a browser until `signal` ends it.
 */
export async function work(url: string, seat: Seat, signal: AbortSignal): Promise<void> {
  const client = await DeskClient.signIn(url, seat.email, DEMO_PASSWORD)
  const labels = (await client.ask('label.list', {})).items
  for (let turn = 0; !signal.aborted; turn++) {
    await sleep(4_000 + Math.random() * 8_000, undefined, { signal }).catch(() => {}) // ended while waiting: the loop sees it
    if (signal.aborted) return
    try {
      await takeTurn(
        client,
        labels.map(label => label.id),
        turn,
      )
    } catch (error) {
      // someone else was faster, or the customer stopped the bot: a person would shrug as well
      if (!(error instanceof DeskRefusal)) throw error
    }
  }
}

async function takeTurn(client: DeskClient, labels: readonly string[], turn: number): Promise<void> {
  const mine = (await client.ask('conversation.list', { assignee: 'me', status: 'in_progress', limit: 50 }))
    .items
  const queue =
    mine.length < 6
      ? (await client.ask('conversation.list', { assignee: 'none', status: 'in_progress', limit: 50 })).items
      : []
  const waiting = [...mine, ...queue]
    .filter(talk => talk.waitingSince)
    .sort((a, b) => ((a.waitingSince ?? '') < (b.waitingSince ?? '') ? -1 : 1))
  const next = waiting[0]
  if (next) return answer(client, next, labels, turn)
  const quiet = mine.find(talk => Date.now() - Date.parse(talk.lastMessage?.at ?? '') > 60_000)
  if (quiet) await client.do('conversation.change_status', { conversationId: quiet.id, status: 'resolved' })
}

async function answer(
  client: DeskClient,
  talk: Conversation,
  labels: readonly string[],
  turn: number,
): Promise<void> {
  const replies = REPLIES[talk.customer.language ?? 'en'] ?? REPLIES.en ?? []
  await client.do('message.send', {
    conversationId: talk.id,
    text: replies[turn % replies.length] ?? 'Hello!',
  })
  const label = labels[turn % labels.length]
  if (turn % 4 === 1 && label && !talk.labels.some(known => known.id === label))
    await client.do('customer.add_label', { customerId: talk.customer.id, labelId: label })
  if (turn % 7 === 3)
    await client.do('note.add', {
      conversationId: talk.id,
      text: 'Asked the warehouse; they answer before noon.',
    })
}
