import { z } from 'zod'
import { defineEvent } from '../event.ts'

const Fingerprint = z.string() // first 16 hex digits of the token's SHA-256: enough to tell tokens apart, useless to send with
export const botConnected = defineEvent({
  name: 'bot.connected',
  version: 1,
  subject: 'bot',
  reach: 'administration',
  data: z.strictObject({
    telegramId: z.int(),
    username: z.string(),
    name: z.string(),
    token: Fingerprint,
    delivery: z.enum(['polling', 'webhook']),
  }),
})
export const botTokenRotated = defineEvent({
  name: 'bot.token_rotated',
  version: 1,
  subject: 'bot',
  reach: 'administration',
  data: z.strictObject({ from: Fingerprint, to: Fingerprint }),
})
export const botDisconnected = defineEvent({
  name: 'bot.disconnected',
  version: 1,
  subject: 'bot',
  reach: 'administration',
  data: z.strictObject({ token: Fingerprint }),
})
/** Telegram could not be asked for updates, or said no: once when it begins, not at every attempt. */
export const botConnectionLost = defineEvent({
  name: 'bot.connection_lost',
  version: 1,
  subject: 'bot',
  reach: 'administration',
  outcome: 'failed',
  data: z.strictObject({
    cause: z.enum(['network', 'unauthorized', 'conflict', 'server_error', 'other']),
    errorCode: z.int().nullable(),
  }),
})
export const botConnectionRestored = defineEvent({
  name: 'bot.connection_restored',
  version: 1,
  subject: 'bot',
  reach: 'administration',
  data: z.strictObject({ downSeconds: z.int() }),
})
export const botBlockedByCustomer = defineEvent({
  name: 'bot.blocked_by_customer',
  version: 1,
  subject: 'customer',
  reach: 'work',
  data: z.strictObject({ blocked: z.boolean() }),
  // absent when we learned it from a refusal instead of an update
  parts: { update: 'customer' },
})
/** Telegram numbers a bot's updates; numbers were skipped. Says from which to which. */
export const botUpdateGap = defineEvent({
  name: 'bot.update_gap',
  version: 1,
  subject: 'bot',
  reach: 'administration',
  data: z.strictObject({ after: z.int(), before: z.int() }),
})
/** An update we keep but have no further use for: an unknown kind, a service message, a channel post. */
export const updateKept = defineEvent({
  name: 'update.kept',
  version: 1,
  subject: 'update',
  reach: 'administration',
  data: z.strictObject({
    updateId: z.int(),
    kind: z.string(),
    cause: z.enum(['unknown_kind', 'no_conversation', 'not_understood']),
  }),
  parts: { update: 'visitor' },
})
/** Whether messages from the groups a bot is in come into the desk. */
export const botGroupsChanged = defineEvent({
  name: 'bot.groups_changed',
  version: 1,
  subject: 'bot',
  reach: 'administration',
  data: z.strictObject({ from: z.boolean(), to: z.boolean() }),
})
