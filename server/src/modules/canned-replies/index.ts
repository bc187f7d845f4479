export {
  createCannedReplyCommand,
  createDeleteCannedReply,
  updateCannedReplyCommand,
} from './commands.ts'
export { createCannedFileCommands } from './files.ts'
export { cannedReplyUsageQuery, listCannedRepliesQuery } from './queries.ts'
export { countOfDepartment } from './store.ts'
export { describeUse } from './use.ts'
