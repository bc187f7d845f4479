import type { SocketPush } from '@tracedesk/contracts'

type Items = Extract<SocketPush, { type: 'changed' }>['items']
const listeners = new Set<(items: Items) => void>()

/** Tells whoever shows the log that entries arrived; they decide when to look. */
export function announceEntries(items: Items): void {
  for (const listener of listeners) listener(items)
}

/** Calls `listener` with each batch of new entries; returns how to stop. */
export function listenToEntries(listener: (items: Items) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
