import { z } from 'zod'
import { defineCommand } from '../command.ts'
import { botGroupsChanged } from '../events/bots.ts'
import * as file from '../events/file.ts'
import * as message from '../events/message.ts'
import { alertRaised, moderationFlagged } from '../events/moderation.ts'
import { BotId, ConversationId, FileId, MessageId } from '../ids.ts'
import { Entities, MessageText } from '../text.ts'

const Done = z.strictObject({})
const aboutMessage = { kind: 'message', field: 'messageId' } as const

export const editMessage = defineCommand({
  name: 'message.edit',
  summary: 'Write a delivered message (or its caption) anew; every version stays in the log',
  input: z.strictObject({
    messageId: MessageId,
    text: MessageText,
    entities: Entities.optional(),
    /** Ids of what moderation found and the agent sends all the same. */
    confirm: z.array(z.string().max(64)).max(200).optional(),
  }),
  output: z.strictObject({ version: z.int() }),
  records: [message.messageEdited, moderationFlagged, alertRaised],
  subject: aboutMessage,
})
export const recallMessage = defineCommand({
  name: 'message.recall',
  summary: 'Take a delivered message back at Telegram; here it stays as evidence',
  input: z.strictObject({ messageId: MessageId }),
  output: Done,
  records: [message.messageRecalled],
  subject: aboutMessage,
})
export const reactToMessage = defineCommand({
  name: 'message.react',
  summary: 'Put an emoji on a message, or take it away (null)',
  input: z.strictObject({
    messageId: MessageId,
    emoji: z.string().min(1).max(16).nullable(),
  }),
  output: Done,
  records: [message.messageReacted],
  subject: aboutMessage,
})
export const discardFile = defineCommand({
  name: 'file.discard',
  summary: 'Take an upload away that has not been sent',
  input: z.strictObject({ fileId: FileId }),
  output: Done,
  records: [file.fileDiscarded],
  subject: { kind: 'file', field: 'fileId' },
})
export const setBotGroups = defineCommand({
  name: 'bot.set_groups',
  summary: 'Take messages from the groups a bot is in, or leave them alone',
  input: z.strictObject({ botId: BotId, enabled: z.boolean() }),
  output: Done,
  records: [botGroupsChanged],
  subject: { kind: 'bot', field: 'botId' },
})
/** POST /api/file.upload runs it once the bytes are there and sealed; it has no JSON route. */
export const uploadFile = defineCommand({
  name: 'file.upload',
  permission: 'message.send',
  access: 'internal',
  summary: 'Keep a file to be sent to the customer of a conversation',
  input: z.strictObject({
    conversationId: ConversationId,
    fileId: FileId,
    name: z.string().min(1).max(200),
    sha256: z.string(),
    size: z.int(),
    type: z.string(),
    storeKey: z.string(),
    key: z.instanceof(Uint8Array),
  }),
  output: Done,
  records: [file.fileUploaded],
  subject: { kind: 'conversation', field: 'conversationId' },
})
