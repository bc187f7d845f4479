import { z } from 'zod'
import { defineCommand } from '../command.ts'
import { botChangeUnreachable } from '../events/bot-profile.ts'
import * as bots from '../events/bots.ts'
import { settingChanged } from '../events/system.ts'
import { BotId } from '../ids.ts'
import { nameUpTo } from '../text.ts'

const BotToken = z.string().max(200)

export const connectBot = defineCommand({
  name: 'bot.connect',
  summary: 'Connect a Telegram bot; the token is checked with Telegram first and kept encrypted',
  input: z.strictObject({ token: BotToken, name: nameUpTo(80).optional() }),
  output: z.strictObject({ bot: z.strictObject({ id: BotId, username: z.string() }) }),
  records: [bots.botConnected],
})
export const rotateBotToken = defineCommand({
  name: 'bot.rotate_token',
  summary: 'Use a new token for the same bot',
  input: z.strictObject({ botId: BotId, token: BotToken }),
  output: z.strictObject({}),
  records: [bots.botTokenRotated],
  subject: { kind: 'bot', field: 'botId' },
})
export const disconnectBot = defineCommand({
  name: 'bot.disconnect',
  summary: 'Stop receiving and sending through a bot, and forget its token',
  input: z.strictObject({ botId: BotId }),
  output: z.strictObject({}),
  records: [bots.botDisconnected, botChangeUnreachable],
  subject: { kind: 'bot', field: 'botId' },
})
export const changeSetting = defineCommand({
  name: 'setting.change',
  summary: 'Change one setting of the workspace',
  input: z.strictObject({
    key: z.string().max(100),
    value: z.union([z.boolean(), z.int(), z.string().max(10_000), z.null()]),
  }),
  output: z.strictObject({}),
  records: [settingChanged],
  subject: { kind: 'setting', field: 'key' },
})
