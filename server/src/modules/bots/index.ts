export { type BotIdentity, type BotsPort, createConnectBot } from './connect.ts'
export { createDisconnectBot } from './disconnect.ts'
export { setBotGroupsCommand } from './groups.ts'
export {
  LineUnchanged,
  loseConnectionCommand,
  noteUpdateGapCommand,
  restoreConnectionCommand,
} from './health.ts'
export { NO_TELEGRAM } from './no-telegram.ts'
export {
  type BotCommandText,
  createSetBotCommands,
  createSetBotProfile,
  type ProfilePort,
  type ProfileReader,
  type TelegramScope,
} from './profile.ts'
export {
  type ClaimedChange,
  claimChange,
  noteWebhookFailureCommand,
  postponeChange,
  settleBotChangeCommand,
} from './profile-changes.ts'
export { createProfileQueries, listBotsQuery } from './queries.ts'
export { createRotateBotToken } from './rotate-token.ts'
export { openToken } from './token.ts'
