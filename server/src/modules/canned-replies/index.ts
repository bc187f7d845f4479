export {
  createCannedReplyCommand,
  deleteCannedReplyCommand,
  updateCannedReplyCommand,
} from './commands.ts'
export { cannedReplyUsageQuery, listCannedRepliesQuery } from './queries.ts'
export { describeUse } from './use.ts'
