import { z } from 'zod'
import { defineQuery } from '../command.ts'
import { NoticeChoice } from '../events/notifications.ts'
import { BotId } from '../ids.ts'

export const getNotifications = defineQuery({
  name: 'notification.state',
  permission: null,
  summary: 'Whether one’s own Telegram account is linked, through which bot, and what is told there',
  input: z.strictObject({}),
  output: z.strictObject({
    linkedAt: z.string().nullable(),
    /** A code that has been made and not come back is good until then. */
    codeUntil: z.string().nullable(),
    botId: BotId.nullable(),
    choice: NoticeChoice,
    /** Connected bots one could link through. */
    bots: z.array(z.strictObject({ id: BotId, name: z.string(), username: z.string() })),
  }),
})
