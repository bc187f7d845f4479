import { z } from 'zod'
import { defineQuery } from '../command.ts'
import { ProfileLanguage, ScopeChat } from '../commands/bot-profile.ts'
import { ChatScope, CommandScope, ProfileField, WideScope } from '../events/bot-profile.ts'
import { BotId, CustomerId } from '../ids.ts'

const Commands = z.array(z.strictObject({ command: z.string(), description: z.string() }))

export const getBotProfile = defineQuery({
  name: 'bot.profile',
  permission: 'bot.view',
  summary: 'What Telegram shows of a bot in a language, asked of Telegram this moment',
  input: z.strictObject({ botId: BotId, language: ProfileLanguage.default('') }),
  output: z.strictObject({
    name: z.string(),
    description: z.string(),
    shortDescription: z.string(),
    /** As a data: URL; null: there is none. */
    photo: z.string().nullable(),
    commands: z.array(z.strictObject({ scope: WideScope, commands: Commands })),
  }),
})
export const getChatCommands = defineQuery({
  name: 'bot.chat_commands',
  permission: 'bot.view',
  summary: 'The commands Telegram offers in one chat of a bot in a language, asked of Telegram this moment',
  input: z.strictObject({
    botId: BotId,
    language: ProfileLanguage.default(''),
    scope: ChatScope,
    ...ScopeChat,
  }),
  output: z.strictObject({ commands: Commands }),
})
export const listGroupMembers = defineQuery({
  name: 'bot.group_members',
  permission: 'bot.set_commands',
  summary: 'Who has lately written in a group of a bot, to choose a member from; 200 at most, by name',
  input: z.strictObject({ botId: BotId, chat: CustomerId }),
  output: z.strictObject({ items: z.array(z.strictObject({ id: CustomerId, name: z.string() })) }),
})
export const listBotChanges = defineQuery({
  name: 'bot.changes',
  permission: 'bot.view',
  summary: 'What was last set for a bot at Telegram and what Telegram said to it, newest first',
  input: z.strictObject({ botId: BotId }),
  output: z.strictObject({
    items: z.array(
      z.strictObject({
        id: z.string(),
        at: z.string(),
        kind: z.enum(['commands', ...ProfileField.options, 'photo']),
        scope: CommandScope.nullable(),
        language: z.string(),
        state: z.enum(['queued', 'accepted', 'refused', 'unreachable']),
        errorCode: z.int().nullable(),
        description: z.string().nullable(),
      }),
    ),
  }),
})
