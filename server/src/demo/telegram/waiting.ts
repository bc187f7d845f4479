import type { Message } from 'grammy/types'
import { asMessage } from './shapes.ts'
import type { Room, StoredMessage } from './world.ts'

export interface WaitOptions {
  /** Milliseconds of real time, 5000 unless told. */
  readonly timeoutMs?: number
  readonly matching?: (message: Message) => boolean
  readonly signal?: AbortSignal
}

/** Nobody replied in time. */
export class NoReply extends Error {
  override readonly name = 'NoReply'
}

interface Search extends WaitOptions {
  readonly authorId: number
  /** Only messages with a higher id. */
  readonly after: number
}

/** The oldest message of an author that fits, at once or when it comes. Rejects when the time is over or on abort. */
export function waitForMessage(room: Room, search: Search): Promise<StoredMessage> {
  const fits = (message: StoredMessage) =>
    message.id > search.after &&
    message.authorId === search.authorId &&
    (search.matching?.(asMessage(message.body)) ?? true)
  for (const message of room.messages.values()) if (fits(message)) return Promise.resolve(message)
  return waitForNext(room, fits, search)
}

function waitForNext(
  room: Room,
  fits: (message: StoredMessage) => boolean,
  { timeoutMs = 5000, signal }: WaitOptions,
): Promise<StoredMessage> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      clearTimeout(timer)
      room.watchers.delete(watcher)
      signal?.removeEventListener('abort', stop)
    }
    const stop = () => {
      leave()
      reject(new Error('waiting for a reply was stopped'))
    }
    const watcher = (message: StoredMessage) => {
      if (!fits(message)) return
      leave()
      resolve(message)
    }
    const timer = setTimeout(() => {
      leave()
      reject(new NoReply(`no reply within ${timeoutMs} ms`))
    }, timeoutMs)
    room.watchers.add(watcher)
    signal?.addEventListener('abort', stop, { once: true })
    if (signal?.aborted) stop()
  })
}
