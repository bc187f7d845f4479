import type { IncomingHttpHeaders } from 'node:http'
import type { Databases } from '../../db/database.ts'
import type { Logger } from '../../kernel/log.ts'
import { hmac, type InstallationSecret, sameBytes, sha256 } from '../../kernel/secret.ts'
import type { BotRef, Inbox } from './inbox.ts'
import { readUpdateBytes, UnreadableUpdates } from './slice-updates.ts'

/** Telegram's updates are far smaller; whatever is larger is not from Telegram. */
const WEBHOOK_BODY_MAX = 1024 * 1024

/**
 * The secret Telegram shows with each call of a bot's webhook. Derived, so that every node knows it and none stores
 * it; it changes with the bot's token.
 */
export const webhookSecret = (secret: InstallationSecret, botId: string, tokenFingerprint: string): string =>
  hmac(secret.key('webhook-secret'), `${botId}/${tokenFingerprint}`).toString('base64url')

export const webhookUrl = (publicUrl: string, botId: string): string => `${publicUrl}/telegram/${botId}`

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Takes what Telegram posts. Any node may; the one that holds the bot deals with it. */
export class WebhookReceiver {
  readonly #databases: Databases
  readonly #inbox: Inbox
  readonly #secret: InstallationSecret
  readonly #log: Logger
  readonly #onStored: (bot: BotRef) => void

  constructor(parts: {
    databases: Databases
    inbox: Inbox
    secret: InstallationSecret
    log: Logger
    onStored: (bot: BotRef) => void
  }) {
    this.#databases = parts.databases
    this.#inbox = parts.inbox
    this.#secret = parts.secret
    this.#log = parts.log
    this.#onStored = parts.onStored
  }

  /**
   * Stores the update in `body` and returns the HTTP status: 200 only when it is on disk; 401 for a wrong secret,
   * 404 for a bot that is not connected, 413 and 400 for a body that is no update (nothing is stored then); 503 when
   * the database cannot take it, and Telegram will come again.
   */
  async receive(botId: string, headers: IncomingHttpHeaders, body: Buffer): Promise<number> {
    if (body.length > WEBHOOK_BODY_MAX) return 413
    if (!UUID.test(botId)) return 404
    try {
      const bot = await this.#findConnected(botId)
      if (!bot) return 404
      const shown = headers['x-telegram-bot-api-secret-token']
      const expected = webhookSecret(this.#secret, botId, bot.fingerprint)
      if (typeof shown !== 'string' || !sameBytes(sha256(shown), sha256(expected))) return 401
      const ref = { workspaceId: bot.workspaceId, botId }
      if (await this.#inbox.storeGathered(ref, readUpdateBytes(body))) this.#onStored(ref)
      return 200
    } catch (error) {
      if (error instanceof UnreadableUpdates) return 400
      this.#log.error({ err: error as Error, botId }, 'an update could not be stored')
      return 503
    }
  }

  async #findConnected(botId: string): Promise<{ workspaceId: string; fingerprint: string } | undefined> {
    const { rows } = await this.#databases.app.query<{ workspaceId: string; fingerprint: string }>(
      `select workspace_id as "workspaceId", token_fingerprint as fingerprint from bot
       where bot_id = $1 and state = 'connected'`,
      [botId],
    )
    return rows[0]
  }
}
