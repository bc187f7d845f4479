/** Ids of the fields that keys jump to. */
export const REPLY_FIELD = 'reply-field'
export const NOTE_FIELD = 'note-field'
export const LABEL_FIELD = 'label-field'
