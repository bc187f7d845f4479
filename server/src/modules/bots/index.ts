export { type BotIdentity, type BotsPort, createConnectBot } from './connect.ts'
export { createDisconnectBot } from './disconnect.ts'
export { setBotGroupsCommand } from './groups.ts'
export {
  LineUnchanged,
  loseConnectionCommand,
  noteUpdateGapCommand,
  restoreConnectionCommand,
} from './health.ts'
export { listBotsQuery } from './queries.ts'
export { createRotateBotToken } from './rotate-token.ts'
export { openToken } from './token.ts'
