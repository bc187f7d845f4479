const nameOf = (conversationId: string) => `tracedesk.draft.${conversationId}`

/** What was typed and not sent in a conversation, kept in this browser over reloads and crashes. */
export const readDraft = (conversationId: string): string =>
  localStorage.getItem(nameOf(conversationId)) ?? ''

export function keepDraft(conversationId: string, text: string): void {
  if (text === '') localStorage.removeItem(nameOf(conversationId))
  else localStorage.setItem(nameOf(conversationId), text)
}
