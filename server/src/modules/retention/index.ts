export { type ApplyPort, type ArchivedReach, createApplyRetention, noArchiveNeeded } from './apply.ts'
export {
  createApproveRetention,
  declineRetentionCommand,
  deleteRetentionRuleCommand,
  requestRetentionCommand,
  setRetentionRuleCommand,
  stopRetentionCommand,
} from './commands.ts'
export { RetentionKeeper } from './keeper.ts'
export { retentionQueries } from './queries.ts'
