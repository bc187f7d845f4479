export { assignConversationCommand, requeueOf } from './assign.ts'
export { changeLabelColourCommand, deleteLabelCommand, renameLabelCommand } from './change-label.ts'
export { deleteNoteCommand, editNoteCommand } from './change-note.ts'
export { changeStatusCommand } from './change-status.ts'
export {
  deliverMessageCommand,
  giveUpMessageCommand,
  moveChatCommand,
  refuseMessageCommand,
} from './deliver.ts'
export { AlreadySettled } from './deliver-store.ts'
export {
  addLabelCommand,
  addNoteCommand,
  createLabelCommand,
  removeLabelCommand,
} from './notes-and-labels.ts'
export {
  createConversationQueries,
  type OpenTexts,
  requireVisibleConversation,
  visibleMessagesAfter,
} from './queries.ts'
export { receiveDeletionCommand, receiveEditCommand } from './receive-edit.ts'
export { receiveBlockCommand, receiveOtherCommand } from './receive-kept.ts'
export { receiveMessageCommand } from './receive-message.ts'
export { AlreadyReceived, type Sender } from './receive-update.ts'
export { createRetryMessage, createSendMessage, type SendRules, type WakeOutbox } from './send-message.ts'
export { requireConversation } from './store.ts'
