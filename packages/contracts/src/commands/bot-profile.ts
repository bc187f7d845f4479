import { z } from 'zod'
import { defineCommand } from '../command.ts'
import * as profile from '../events/bot-profile.ts'
import { BotId, CustomerId } from '../ids.ts'
import { nameUpTo, textUpTo } from '../text.ts'

/** A two-letter ISO 639-1 code, or '' for everybody whose language has nothing of its own. */
export const ProfileLanguage = z.string().regex(/^(|[a-z]{2})$/)

const BotCommand = z.strictObject({
  command: z.string().regex(/^[a-z0-9_]{1,32}$/),
  description: nameUpTo(256),
})
/** Whose chat a scope means that names one: a customer or group the workspace knows, and of a group one member. */
export const ScopeChat = { chat: CustomerId.optional(), member: CustomerId.optional() }
/** A JPEG of at most half a megabyte in base64. */
const Jpeg = z
  .string()
  .max(700_000)
  .regex(/^[A-Za-z0-9+/]+={0,2}$/)

const Queued = z.strictObject({ changes: z.array(z.strictObject({ id: z.string() })) })
const about = { kind: 'bot', field: 'botId' } as const

export const setBotCommands = defineCommand({
  name: 'bot.set_commands',
  summary: 'Set the commands Telegram offers in the menu of a bot; an empty list takes them away',
  input: z.strictObject({
    botId: BotId,
    scope: profile.CommandScope.default('default'),
    ...ScopeChat,
    language: ProfileLanguage.default(''),
    commands: z.array(BotCommand).max(100),
  }),
  output: Queued,
  records: [profile.botCommandsSet],
  subject: about,
})
export const setBotProfile = defineCommand({
  name: 'bot.set_profile',
  summary: 'Set what customers read of a bot at Telegram; an empty text takes the one of that language away',
  input: z.strictObject({
    botId: BotId,
    language: ProfileLanguage.default(''),
    name: z.literal('').or(nameUpTo(64)).optional(),
    description: textUpTo(512).optional(),
    shortDescription: textUpTo(120).optional(),
    /** A JPEG in base64, the same in every language; null takes the photo away. */
    photo: Jpeg.nullable().optional(),
  }),
  output: Queued,
  records: [profile.botProfileSet, profile.botPhotoSet],
  subject: about,
})
