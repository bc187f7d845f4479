import type { Message } from '@tracedesk/contracts'
import { dayKey } from '../../shared/format.ts'
import type { Unsent } from './sending.ts'

/** One row of the thread. */
export type ThreadItem =
  | { type: 'day'; key: string; at: string }
  | { type: 'message'; key: string; message: Message; isFirst: boolean; album?: Message[] }
  | { type: 'unsent'; key: string; unsent: Unsent }

/** Messages of one author this close together stand under one name. */
const GROUP_MS = 5 * 60_000

const continues = (before: Message | undefined, message: Message) =>
  before !== undefined &&
  before.direction === message.direction &&
  before.author.id === message.author.id &&
  before.writtenBy?.id === message.writtenBy?.id &&
  Date.parse(message.at) - Date.parse(before.at) < GROUP_MS

/**
 * Lays a thread out: a heading before each day, messages in order (oldest first), then what has not left yet.
 * Messages of one album
 * that follow each other are one row. `messages` may repeat one that moved between pages while loading; the later copy stands.
 */
export function layOutThread(messages: readonly Message[], unsent: readonly Unsent[]): ThreadItem[] {
  const items: ThreadItem[] = []
  let before: Message | undefined
  for (const message of new Map(messages.map(each => [each.id as string, each])).values()) {
    const last = items.at(-1)
    if (
      message.album &&
      last?.type === 'message' &&
      last.message.album === message.album &&
      last.message.direction === message.direction
    ) {
      last.album = [...(last.album ?? []), message]
      before = message
      continue
    }
    const isNewDay = before === undefined || dayKey(before.at) !== dayKey(message.at)
    if (isNewDay) items.push({ type: 'day', key: `day ${dayKey(message.at)}`, at: message.at })
    items.push({
      type: 'message',
      key: message.id,
      message,
      isFirst: isNewDay || !continues(before, message),
    })
    before = message
  }
  for (const each of unsent) items.push({ type: 'unsent', key: each.variables.key, unsent: each })
  return items
}
