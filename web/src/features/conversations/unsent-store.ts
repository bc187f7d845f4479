import type { MessageId } from '@tracedesk/contracts'
import { ownKey } from '../../shared/browser-store.ts'
import type { Entity } from './entities.ts'
import type { Batch } from './use-attachments.ts'

/** Where a text began: ids of canned replies. */
export interface CannedUse {
  id: string
  offered: string[]
}

/** A text on its way to our own server. The key stays the same however often it is tried. */
export interface Outgoing {
  key: string
  text: string
  replyTo: MessageId | null
  entities?: Entity[]
  /** uploads that go with it, and what each goes out as */
  attachments?: Batch[]
  /** what moderation found and the agent sends all the same */
  confirm?: string[]
  /** the canned reply it began as, and what was offered beside it */
  canned?: CannedUse
  /** when it was written, in milliseconds */
  at: number
}

/** The server honours a key for 24 h; after that trying again would be a new message. */
const KEY_LIFE_MS = 23 * 3_600_000
const nameOf = (conversationId: string) => ownKey(`unsent.${conversationId}`)

const isOutgoing = (value: unknown): value is Outgoing =>
  typeof value === 'object' &&
  value !== null &&
  'key' in value &&
  'text' in value &&
  'at' in value &&
  typeof value.key === 'string' &&
  typeof value.text === 'string' &&
  typeof value.at === 'number'

/** Texts written in this browser that the server has not accepted yet, kept over a reload or a crash. */
export function readUnsent(conversationId: string): Outgoing[] {
  const stored = localStorage.getItem(nameOf(conversationId))
  if (stored === null) return []
  const values: unknown = JSON.parse(stored)
  return Array.isArray(values) ? values.filter(isOutgoing) : []
}

/** The same text to be tried again: under its key while the server remembers that one. */
export const renewed = (outgoing: Outgoing): Outgoing =>
  Date.now() - outgoing.at < KEY_LIFE_MS
    ? outgoing
    : { ...outgoing, key: crypto.randomUUID(), at: Date.now() }

function write(conversationId: string, texts: readonly Outgoing[]) {
  if (texts.length === 0) localStorage.removeItem(nameOf(conversationId))
  else localStorage.setItem(nameOf(conversationId), JSON.stringify(texts))
}

export function keepUnsent(conversationId: string, outgoing: Outgoing): void {
  const others = readUnsent(conversationId).filter(({ key }) => key !== outgoing.key)
  write(conversationId, [...others, outgoing])
}

export function forgetUnsent(conversationId: string, key: string): void {
  write(
    conversationId,
    readUnsent(conversationId).filter(each => each.key !== key),
  )
}
