export { createApplyRetention } from './apply.ts'
export {
  createApproveRetention,
  createRequestRetention,
  declineRetentionCommand,
  deleteRetentionRuleCommand,
  setRetentionRuleCommand,
  stopRetentionCommand,
} from './commands.ts'
export { RetentionKeeper } from './keeper.ts'
export { readKeeping } from './keeping.ts'
export { createRetentionQueries } from './queries.ts'
export { createRequestByRhythm } from './rhythm.ts'
