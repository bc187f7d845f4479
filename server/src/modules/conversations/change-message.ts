import {
  editMessage,
  type MessageOperation,
  messageEdited,
  messageReacted,
  messageRecalled,
  reactToMessage,
  recallMessage,
} from '@tracedesk/contracts'
import { writerFor } from '../../command/caller.ts'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { enqueue } from './outbox-store.ts'
import { requireEntitiesInside } from './outgoing.ts'
import { requireOpenLine, type SendRules, type WakeOutbox } from './send-message.ts'
import { type LockedConversation, requireConversation } from './store.ts'
import { insertVersion } from './versions.ts'

/** Telegram lets bots delete for so long (Bot API, deleteMessage); the desk holds edits to the same. */
const RECALL_MS = 48 * 3_600_000
const CAPTION_MAX = 1024
/** Kinds that have a text or a caption to write anew. */
const EDITABLE = ['text', 'photo', 'video', 'animation', 'audio', 'document', 'voice']
/** What a bot may react with (Bot API, ReactionTypeEmoji). */
const REACTIONS = new Set(
  '❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡'.split(
    ' ',
  ),
)

interface LockedMessage {
  readonly kind: string
  readonly direction: string
  readonly state: string
  readonly version: number
  readonly authorId: string | null
  readonly at: string
  readonly entryId: string
  readonly textEntryId: string | null
  readonly telegramMessageId: number | null
  readonly recalledAt: string | null
  readonly deleted: boolean
  readonly ownReaction: string | null
}

/** A message Telegram has, with its conversation locked. Throws `message.not_found`, `.not_delivered`, `.recalled`. */
async function requireAtTelegram(
  context: CommandContext,
  messageId: string,
): Promise<{ message: LockedMessage; conversation: LockedConversation; chatId: number }> {
  const { tx, workspaceId } = context
  const place = await tx
    .selectFrom('message')
    .select('conversation_id')
    .where('workspace_id', '=', workspaceId)
    .where('message_id', '=', messageId)
    .executeTakeFirst()
  if (!place) throw new ConsoleError('message.not_found', { messageId })
  const conversation = await requireConversation(context, place.conversation_id)
  const message = await tx
    .selectFrom('message')
    .select([
      'kind',
      'direction',
      'state',
      'version',
      'author_id as authorId',
      'at',
      'entry_id as entryId',
      'text_entry_id as textEntryId',
      'telegram_message_id as telegramMessageId',
      'recalled_at as recalledAt',
      'deleted_by_customer as deleted',
      'own_reaction as ownReaction',
    ])
    .where('workspace_id', '=', workspaceId)
    .where('message_id', '=', messageId)
    .forUpdate()
    .executeTakeFirstOrThrow()
  if (message.telegramMessageId === null) throw new ConsoleError('message.not_delivered', { messageId })
  if (message.recalledAt !== null || message.deleted)
    throw new ConsoleError('message.recalled', { messageId })
  return { message, conversation, chatId: await requireOpenLine(tx, workspaceId, conversation) }
}

/** Only what an agent sent, by whoever sent it or somebody above them, and only for 48 hours. */
function requireChangeable(
  { caller, now }: CommandContext,
  messageId: string,
  message: LockedMessage,
): number {
  if (message.direction !== 'out' || message.state !== 'delivered')
    throw new ConsoleError('message.not_delivered', { messageId })
  const { actor } = caller
  const mayTouchOthers = actor.role === 'owner' || actor.role === 'admin' || actor.role === 'supervisor'
  if (message.authorId !== actor.id && !mayTouchOthers)
    throw new ConsoleError('message.not_yours', { messageId })
  const ageMs = Date.parse(now) - Date.parse(message.at)
  if (ageMs > RECALL_MS)
    throw new ConsoleError('message.too_old', { messageId, hours: RECALL_MS / 3_600_000 })
  return Math.max(0, Math.floor(ageMs / 1000))
}

/** Notes that a change is on its way, and puts it into the queue. */
async function queueChange(
  context: CommandContext,
  wake: WakeOutbox,
  change: {
    messageId: string
    operation: MessageOperation
    entryId: string
    chatId: number
    botId: string
    columns?: { version?: number; own_reaction?: string | null }
  },
): Promise<void> {
  const { messageId, operation, entryId, chatId, botId, columns = {} } = change
  await context.tx
    .updateTable('message')
    .set({ ...columns, change: JSON.stringify({ operation, state: 'queued', id: entryId }) })
    .where('workspace_id', '=', context.workspaceId)
    .where('message_id', '=', messageId)
    .execute()
  await enqueue(context, { messageId, botId, chatId, change: { operation, entryId } })
  context.afterCommit(() => wake(context.workspaceId, botId))
}

export const createEditMessage = (wake: WakeOutbox, judge: SendRules['judge']) =>
  defineCommandHandler(editMessage, {
    handle: async (context, { messageId, text, entities = [], confirm = [] }) => {
      const { message, conversation, chatId } = await requireAtTelegram(context, messageId)
      requireChangeable(context, messageId, message)
      if (!EDITABLE.includes(message.kind))
        throw new ConsoleError('message.not_editable', { kind: message.kind })
      if (message.kind !== 'text' && text.length > CAPTION_MAX)
        throw new ConsoleError('caption.too_long', { max: CAPTION_MAX })
      requireEntitiesInside(text, entities)
      const version = message.version + 1
      if (!(await judge(context, { conversation: conversation.ref, text, confirm, messageId })))
        return { version: message.version } // nobody gets to see this: the refusal takes its place
      const entryId = context.record(
        messageEdited,
        { version, length: text.length, previous: message.textEntryId ?? message.entryId },
        {
          subject: { id: messageId },
          conversation: conversation.ref,
          parts: { text, entities: entities.length > 0 ? JSON.stringify(entities) : undefined },
        },
      )
      const { actor } = context.caller
      const author = { kind: actor.kind, id: actor.id, writtenBy: writerFor(context.caller) }
      await insertVersion(context, { messageId, version, entryId, hasText: true, author }, 'queued')
      const { botId } = conversation
      await queueChange(context, wake, {
        messageId,
        operation: 'edit',
        entryId,
        chatId,
        botId,
        columns: { version },
      })
      return { version }
    },
  })

export const createRecallMessage = (wake: WakeOutbox) =>
  defineCommandHandler(recallMessage, {
    handle: async (context, { messageId }) => {
      const { message, conversation, chatId } = await requireAtTelegram(context, messageId)
      const ageSeconds = requireChangeable(context, messageId, message)
      const entryId = context.record(
        messageRecalled,
        { ageSeconds },
        { subject: { id: messageId }, conversation: conversation.ref },
      )
      const { botId } = conversation
      await queueChange(context, wake, { messageId, operation: 'recall', entryId, chatId, botId })
      return {}
    },
  })

export const createReactToMessage = (wake: WakeOutbox) =>
  defineCommandHandler(reactToMessage, {
    handle: async (context, { messageId, emoji }) => {
      if (emoji !== null && !REACTIONS.has(emoji.replaceAll('\ufe0f', '')))
        throw new ConsoleError('message.reaction_not_allowed', { emoji })
      const { message, conversation, chatId } = await requireAtTelegram(context, messageId)
      const to = emoji === null ? null : emoji.replaceAll('\ufe0f', '')
      if (message.ownReaction === to) throw new ConsoleError('conversation.unchanged', { messageId })
      const entryId = context.record(
        messageReacted,
        { from: message.ownReaction, to },
        { subject: { id: messageId }, conversation: conversation.ref },
      )
      await queueChange(context, wake, {
        messageId,
        operation: 'react',
        entryId,
        chatId,
        botId: conversation.botId,
        columns: { own_reaction: to },
      })
      return {}
    },
  })
