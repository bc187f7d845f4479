export { assignConversationCommand, requeueOf } from './assign.ts'
export { changeStatusCommand } from './change-status.ts'
export {
  addLabelCommand,
  addNoteCommand,
  createLabelCommand,
  removeLabelCommand,
} from './notes-and-labels.ts'
export { createConversationQueries, type OpenTexts, visibleMessagesAfter } from './queries.ts'
export { createRetryMessage, createSendMessage, type WakeOutbox } from './send-message.ts'
