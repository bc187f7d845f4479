export { noticeFailedCommand, noticeSentCommand } from './deliver.ts'
export {
  acceptLinkCommand,
  configureNoticesCommand,
  LINK_CODE,
  leaveInTelegramCommand,
  linkTelegramCommand,
  NotOurs,
  unlink,
  unlinkTelegramCommand,
} from './link.ts'
export { type ClaimedNotice, claimNotices, leftNotices, queueNotices, releaseNotice } from './queue.ts'
export { notificationsQuery } from './state.ts'
export { wordsOf } from './words.ts'
