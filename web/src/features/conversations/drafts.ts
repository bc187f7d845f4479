import { useSyncExternalStore } from 'react'
import { ownKey } from '../../shared/browser-store.ts'

/** What a draft is for: the customer, or colleagues. */
type DraftKind = 'reply' | 'note'
const nameOf = (conversationId: string, kind: DraftKind) =>
  ownKey(`${kind === 'reply' ? 'draft' : 'note'}.${conversationId}`)

const CHANGED = 'tracedesk.draft-changed'

/** What was typed and not sent in a conversation, kept in this browser over reloads and crashes. */
export const readDraft = (conversationId: string, kind: DraftKind = 'reply'): string =>
  localStorage.getItem(nameOf(conversationId, kind)) ?? ''

export function keepDraft(conversationId: string, text: string, kind: DraftKind = 'reply'): void {
  if (text === '') localStorage.removeItem(nameOf(conversationId, kind))
  else localStorage.setItem(nameOf(conversationId, kind), text)
  window.dispatchEvent(new CustomEvent(CHANGED, { detail: { conversationId, kind, text } }))
}

/** Calls back with each change of a reply’s draft in this tab; returns how to stop. */
export function onDraftChanged(act: (conversationId: string, text: string) => void): () => void {
  const listen = (event: Event) => {
    // only keepDraft sends these
    const { conversationId, kind, text } = (
      event as CustomEvent<{ conversationId: string; kind: DraftKind; text: string }>
    ).detail
    if (kind === 'reply') act(conversationId, text)
  }
  window.addEventListener(CHANGED, listen)
  return () => window.removeEventListener(CHANGED, listen)
}

/** Whether a reply was begun in a conversation, in this tab or another. */
export const useHasDraft = (conversationId: string): boolean =>
  useSyncExternalStore(listenToAll, () => readDraft(conversationId) !== '')

function listenToAll(changed: () => void): () => void {
  window.addEventListener(CHANGED, changed)
  window.addEventListener('storage', changed)
  return () => {
    window.removeEventListener(CHANGED, changed)
    window.removeEventListener('storage', changed)
  }
}

const RETURNED = 'tracedesk.draft-returned'

/** Puts a text back to where it was written. */
export function returnDraft(conversationId: string, text: string): void {
  keepDraft(conversationId, text)
  window.dispatchEvent(new CustomEvent(RETURNED, { detail: conversationId }))
}

/** Calls back when a draft of the conversation was put back; returns how to stop. */
export function onDraftReturned(conversationId: string, act: (text: string) => void): () => void {
  const listen = (event: Event) => {
    if (event instanceof CustomEvent && event.detail === conversationId) act(readDraft(conversationId))
  }
  window.addEventListener(RETURNED, listen)
  return () => window.removeEventListener(RETURNED, listen)
}
