import { z } from 'zod'
import { defineEvent } from '../event.ts'

export const NoticeKind = z.enum(['linked', 'assigned', 'waiting'])
export type NoticeKind = z.infer<typeof NoticeKind>

export const NoticeChoice = z.strictObject({
  onAssigned: z.boolean(),
  onWaiting: z.boolean(),
  waitingMinutes: z.int(),
  quietWhenOnline: z.boolean(),
})

/** A one-time code was made with which an agent links their own Telegram account. */
export const notificationLinkOffered = defineEvent({
  name: 'notification.link_offered',
  version: 1,
  subject: 'agent',
  reach: 'administration',
  data: z.strictObject({ until: z.string() }),
})
/** The code came back from a Telegram account: notices go there from now on. */
export const notificationLinked = defineEvent({
  name: 'notification.linked',
  version: 1,
  subject: 'agent',
  reach: 'administration',
  data: z.strictObject({}),
  parts: { telegram: 'subject' },
})
/** `blocked`: Telegram said that the account does not want to hear from the bot any more. */
export const notificationUnlinked = defineEvent({
  name: 'notification.unlinked',
  version: 1,
  subject: 'agent',
  reach: 'administration',
  data: z.strictObject({ cause: z.enum(['by_person', 'in_telegram', 'blocked', 'deactivated']) }),
})
export const notificationConfigured = defineEvent({
  name: 'notification.configured',
  version: 1,
  subject: 'agent',
  reach: 'administration',
  data: z.strictObject({ from: NoticeChoice, to: NoticeChoice }),
})
/** Telegram took a notice for an agent. It names no customer unless the workspace wants that. */
export const notificationSent = defineEvent({
  name: 'notification.sent',
  version: 1,
  subject: 'agent',
  reach: 'administration',
  data: z.strictObject({ kind: NoticeKind, telegramMessageId: z.int(), latencyMs: z.int() }),
})
/** A notice did not get there, or nobody knows whether it did. */
export const notificationFailed = defineEvent({
  name: 'notification.failed',
  version: 1,
  subject: 'agent',
  reach: 'administration',
  outcome: 'failed',
  data: z.strictObject({
    kind: NoticeKind,
    cause: z.enum(['refused', 'not_sent', 'unknown']),
    errorCode: z.int().nullable(),
  }),
})
