import { z } from 'zod'
import { defineCommand } from '../command.ts'
import * as notifications from '../events/notifications.ts'
import { BotId } from '../ids.ts'

const Done = z.strictObject({})

export const linkTelegram = defineCommand({
  name: 'notification.link',
  summary: 'Make a one-time code with which one’s own Telegram account is linked: /start <code> to the bot',
  input: z.strictObject({ botId: BotId, language: z.enum(['en', 'zh', 'ru']).default('en') }),
  output: z.strictObject({ code: z.string(), url: z.string(), until: z.string() }),
  records: [notifications.notificationLinkOffered],
})
export const unlinkTelegram = defineCommand({
  name: 'notification.unlink',
  summary: 'Get no more notices in Telegram',
  input: z.strictObject({}),
  output: Done,
  records: [notifications.notificationUnlinked],
})
export const configureNotices = defineCommand({
  name: 'notification.configure',
  summary: 'Choose which notices one gets in Telegram',
  input: z.strictObject({
    ...notifications.NoticeChoice.shape,
    waitingMinutes: z.int().min(1).max(1440),
  }),
  output: Done,
  records: [notifications.notificationConfigured],
})
