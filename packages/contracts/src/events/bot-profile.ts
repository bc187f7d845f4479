import { z } from 'zod'
import { defineEvent } from '../event.ts'
import { CustomerId } from '../ids.ts'

/** For whom a list of commands is shown (Bot API, BotCommandScope), as far as a scope names no single chat. */
export const WideScope = z.enum([
  'default',
  'all_private_chats',
  'all_group_chats',
  'all_chat_administrators',
])
/** The scopes of one chat: everybody in it, those who administer it, one of its members. */
export const ChatScope = z.enum(['chat', 'chat_administrators', 'chat_member'])
export type ChatScope = z.infer<typeof ChatScope>
export const CommandScope = z.enum([...WideScope.options, ...ChatScope.options])
export type CommandScope = z.infer<typeof CommandScope>

/** What of a bot a customer reads before and beside the conversation (setMyName, setMyDescription, setMyShortDescription). */
export const ProfileField = z.enum(['name', 'description', 'short_description'])
export type ProfileField = z.infer<typeof ProfileField>

/** One thing Telegram is told of a bot; `scope` only of commands, `language` '' for everybody without one of their own. */
const BotChange = {
  kind: z.enum(['commands', ...ProfileField.options, 'photo']),
  scope: CommandScope.nullable(),
  language: z.string(),
}

/** Somebody set the commands Telegram offers in a bot's menu: how many there were at Telegram and are to be, one a line in the parts. */
export const botCommandsSet = defineEvent({
  name: 'bot.commands_set',
  version: 1,
  subject: 'bot',
  reach: 'administration',
  data: z.strictObject({
    scope: CommandScope,
    language: z.string(),
    from: z.int(),
    to: z.int(),
    /** The customer (a person or a group) whose chat it is, and the member, of a scope that names them. */
    chat: CustomerId.optional(),
    member: CustomerId.optional(),
  }),
  parts: { before: 'subject', after: 'subject' },
})
/** Somebody set a text of a bot's profile: its length before and after in characters, both versions in the parts. */
export const botProfileSet = defineEvent({
  name: 'bot.profile_set',
  version: 1,
  subject: 'bot',
  reach: 'administration',
  data: z.strictObject({ field: ProfileField, language: z.string(), from: z.int(), to: z.int() }),
  parts: { before: 'subject', after: 'subject' },
})
const Photo = z.strictObject({ sha256: z.string(), bytes: z.int() }).nullable()
/** Somebody set the profile photo of a bot, or took it away (null): the photo Telegram gave out before, and the new one. */
export const botPhotoSet = defineEvent({
  name: 'bot.photo_set',
  version: 1,
  subject: 'bot',
  reach: 'administration',
  data: z.strictObject({ from: Photo, to: Photo }),
})
/** Telegram took what was set for a bot. */
export const botChangeAccepted = defineEvent({
  name: 'bot.change_accepted',
  version: 1,
  subject: 'bot',
  reach: 'administration',
  data: z.strictObject({ ...BotChange, attempts: z.int() }),
})
/** Telegram said no to what was set for a bot, with its error. */
export const botChangeRefused = defineEvent({
  name: 'bot.change_refused',
  version: 1,
  subject: 'bot',
  reach: 'administration',
  outcome: 'refused',
  data: z.strictObject({ ...BotChange, attempts: z.int(), errorCode: z.int(), description: z.string() }),
})
/** Telegram gave no answer to what was set for a bot for an hour, or the bot was disconnected before. */
export const botChangeUnreachable = defineEvent({
  name: 'bot.change_unreachable',
  version: 1,
  subject: 'bot',
  reach: 'administration',
  outcome: 'failed',
  data: z.strictObject({ ...BotChange, attempts: z.int() }),
})
/** Telegram could not hand over updates at our address: when it last failed, in its words, and how many wait. */
export const botWebhookFailed = defineEvent({
  name: 'bot.webhook_failed',
  version: 1,
  subject: 'bot',
  reach: 'administration',
  outcome: 'failed',
  data: z.strictObject({ failedAt: z.string(), description: z.string(), waiting: z.int() }),
})
