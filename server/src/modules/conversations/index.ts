export { pinConversationCommand, setPriorityCommand, unpinConversationCommand } from './aside.ts'
export { assignConversationCommand, requeueOf, requeueOthers } from './assign.ts'
export { autoResolveCommand, findDueSnoozes, findSilentConversations } from './auto-resolve.ts'
export { createBoardQueries } from './board.ts'
export { type Counted, countedOnBoard } from './board-figures.ts'
export { changeLabelColourCommand, deleteLabelCommand, renameLabelCommand } from './change-label.ts'
export { createEditMessage, createReactToMessage, createRecallMessage } from './change-message.ts'
export { deleteNoteCommand, editNoteCommand } from './change-note.ts'
export { changeStatusCommand } from './change-status.ts'
export { accountsSql, type LockedCustomer, personSql, requireCustomer } from './customer-scope.ts'
export {
  deliverMessageCommand,
  giveUpMessageCommand,
  moveChatCommand,
  refuseMessageCommand,
} from './deliver.ts'
export { settleChangeCommand } from './deliver-change.ts'
export { AlreadySettled } from './deliver-store.ts'
export { findForgottenQuery } from './forgotten.ts'
export {
  acceptConversationCommand,
  declineConversationCommand,
  transferConversationCommand,
} from './handover.ts'
export { importBotId } from './imported.ts'
export { createInboxQueries } from './inbox-queries.ts'
export {
  changeInboxViewCommand,
  createInboxViewCommand,
  deleteInboxViewCommand,
  eraseInboxViews,
  listInboxViewsQuery,
  shareInboxViewCommand,
} from './inbox-views.ts'
export { integerAt, isObject, type Json, objectAt, textAt } from './json-members.ts'
export {
  changeLabelSetCommand,
  createLabelSetCommand,
  deleteLabelSetCommand,
  listLabelSetsQuery,
} from './label-sets.ts'
export { countLeadingTo } from './leave-dead-ends.ts'
export { mergeConversationCommand } from './merge.ts'
export {
  addLabelCommand,
  addNoteCommand,
  createLabelCommand,
  removeLabelCommand,
} from './notes-and-labels.ts'
export type { OutgoingContent } from './outgoing.ts'
export {
  createConversationQueries,
  isCustomerWithheld,
  type OpenTexts,
  requireVisibleConversation,
  visibleMessagesAfter,
} from './queries.ts'
export { noteShown } from './read-mark.ts'
export type { MessageReading } from './read-messages.ts'
export { receiveDeletionCommand, receiveEditCommand } from './receive-edit.ts'
export { receiveBlockCommand, receiveOtherCommand } from './receive-kept.ts'
export { receiveMessageCommand } from './receive-message.ts'
export { receiveReactionCommand } from './receive-reaction.ts'
export { AlreadyReceived, claimUpdate, Sender, UpdateRef } from './receive-update.ts'
export { routeConversationCommand, setBotRoutingCommand } from './route.ts'
export { findRoutable } from './routing-store.ts'
export { seeMentionsCommand } from './see-mentions.ts'
export { sendAutomatic } from './send-automatic.ts'
export { createRetryMessage, createSendMessage, type WakeOutbox } from './send-message.ts'
export { snoozeConversationCommand, wakeConversationCommand } from './snooze.ts'
export { lockConversation, requireConversation } from './store.ts'
export { messageOf, readFile, type TelegramFile } from './telegram-content.ts'
