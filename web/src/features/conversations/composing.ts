import type { Message } from '@tracedesk/contracts'
import { useSyncExternalStore } from 'react'

/** What the composer is about beside a new text: the answer to a message, or a message written anew. */
export interface Composing {
  mode: 'reply' | 'edit'
  message: Message
}

const states = new Map<string, Composing>()
const listeners = new Set<() => void>()

/** Sets what a conversation's composer is about; null: nothing but a new text. */
export function setComposing(conversationId: string, composing: Composing | null): void {
  if (composing) states.set(conversationId, composing)
  else states.delete(conversationId)
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** What the composer of a conversation is about. Lives as long as the page. */
export const useComposing = (conversationId: string): Composing | null =>
  useSyncExternalStore(subscribe, () => states.get(conversationId) ?? null)
