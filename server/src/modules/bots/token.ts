import type { BotId } from '@tracedesk/contracts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { type InstallationSecret, seal, sha256, unseal } from '../../kernel/secret.ts'

const SHAPE = /^[0-9]{5,20}:[A-Za-z0-9_-]{30,100}$/

/** The token without what copying put around it. Throws `bot.token_malformed` when it cannot be a bot's token. */
export function readToken(text: string): string {
  const token = text.trim()
  if (!SHAPE.test(token)) throw new ConsoleError('bot.token_malformed')
  return token
}

/** First 16 hex digits of the token's SHA-256: tells tokens apart and is of no other use. */
export const fingerprintOf = (token: string): string => sha256(token).toString('hex').slice(0, 16)

const context = (workspaceId: string, botId: BotId | string) => `bot-token/${workspaceId}/${botId}`

/** Seals a token to its bot: moved to another bot's row it does not open. */
export const sealToken = (
  secret: InstallationSecret,
  workspaceId: string,
  botId: string,
  token: string,
): Buffer => seal(secret.key('bot-token'), Buffer.from(token), context(workspaceId, botId))

/** Opens what `sealToken` made. Throws when it belongs to another bot or installation. */
export const openToken = (
  secret: InstallationSecret,
  workspaceId: string,
  botId: string,
  sealed: Uint8Array,
): string => unseal(secret.key('bot-token'), sealed, context(workspaceId, botId)).toString()
