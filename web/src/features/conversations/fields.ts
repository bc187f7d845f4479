/** Ids of the fields that keys jump to. */
export const REPLY_FIELD = 'reply-field'
export const NOTE_FIELD = 'note-field'
export const LABEL_FIELD = 'label-field'

/** Where a field can take the caret without a keyboard sliding over the screen. */
const HAS_KEYBOARD = '(hover: hover) and (min-width: 900px)'
let wanted: string | null = null

/** The reader opens a conversation with the mouse: what they do next is write, so the caret is to be there. */
export function wantReply(conversationId: string): void {
  wanted = matchMedia(HAS_KEYBOARD).matches ? conversationId : null
}

/** Whether the caret is to go into the composer of this conversation, which has just been shown; says so once. */
export function takeWantedReply(conversationId: string): boolean {
  const isWanted = wanted === conversationId
  wanted = null
  return isWanted
}
