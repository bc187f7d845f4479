const nameOf = (conversationId: string) => `tracedesk.draft.${conversationId}`

/** What was typed and not sent in a conversation, kept in this browser over reloads and crashes. */
export const readDraft = (conversationId: string): string =>
  localStorage.getItem(nameOf(conversationId)) ?? ''

export function keepDraft(conversationId: string, text: string): void {
  if (text === '') localStorage.removeItem(nameOf(conversationId))
  else localStorage.setItem(nameOf(conversationId), text)
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
