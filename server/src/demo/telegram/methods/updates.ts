import type { Call } from '../call.ts'
import { defined, type JsonObject, type RawJson } from '../json.ts'
import { badRequest, conflict } from '../refusal.ts'
import { WebhookSender } from '../webhook.ts'

const MAX_POLL_SECONDS = 50

/** getUpdates: long polling; 409 beside a webhook, and for the older of two polls. */
export async function getUpdates(call: Call): Promise<RawJson> {
  const { bot } = call
  if (bot.webhook) {
    throw conflict(
      "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    )
  }
  readAllowed(call)
  const limit = call.integer('limit') ?? 100
  return bot.polling.poll({
    offset: call.integer('offset') ?? 0,
    limit: limit >= 1 && limit <= 100 ? limit : 100,
    timeoutMs: Math.min(Math.max(call.integer('timeout') ?? 0, 0), MAX_POLL_SECONDS) * 1000,
    signal: call.context.signal,
  })
}

function readAllowed(call: Call): void {
  const allowed = call.list('allowed_updates')
  if (allowed) call.bot.updates.allowed = allowed.length > 0 ? allowed.map(String) : undefined
}

/** setWebhook: only to an address of this machine; an empty URL removes the webhook. */
export function setWebhook(call: Call): true {
  const text = call.requiredString('url')
  if (text === '') return deleteWebhook(call)
  const secretToken = call.string('secret_token')
  if (secretToken !== undefined && !/^[A-Za-z0-9_-]{1,256}$/.test(secretToken)) {
    throw badRequest('secret token contains unallowed characters')
  }
  const maxConnections = Math.min(Math.max(call.integer('max_connections') ?? 40, 1), 100)
  const url = readLoopbackUrl(text)
  readAllowed(call)
  stopWebhook(call)
  const { webhookRetryMs: retryMs, webhookTimeoutMs: timeoutMs, runReply } = call.context
  const settings = { text, url, secretToken, maxConnections, retryMs, timeoutMs }
  const { bot, world } = call
  bot.polling.interrupt(conflict('terminated by setWebhook request'))
  bot.webhook = new WebhookSender(settings, bot.updates, world.now, body => runReply(bot, body))
  return true
}

// Telegram wants HTTPS on public addresses; this server never calls anything but its own machine.
function readLoopbackUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) throw badRequest('bad webhook: invalid URL')
  if (/^(127(\.\d+){3}|localhost|\[::1\])$/.test(url.hostname)) return url
  if (url.protocol === 'http:') throw badRequest('bad webhook: An HTTPS URL must be provided for webhook')
  throw badRequest('bad webhook: the simulation delivers to loopback addresses only')
}

export function deleteWebhook(call: Call): true {
  stopWebhook(call)
  return true
}

function stopWebhook(call: Call): void {
  call.bot.webhook?.stop()
  call.bot.webhook = undefined
  if (call.flag('drop_pending_updates')) call.bot.updates.clear()
}

export function getWebhookInfo({ bot }: Call): JsonObject {
  const { webhook, updates } = bot
  const failure = webhook?.lastFailure
  return defined({
    url: webhook?.settings.text ?? '',
    has_custom_certificate: false,
    pending_update_count: updates.size,
    ip_address: webhook && '127.0.0.1',
    last_error_date: failure && Math.floor(failure.at / 1000),
    last_error_message: failure?.message,
    max_connections: webhook?.settings.maxConnections,
    allowed_updates: updates.allowed && [...updates.allowed],
  })
}
