import {
  customerCreated,
  customerProfileChanged,
  defineCommand,
  messageDeletedByCustomer,
  messageEditedByCustomer,
  updateKept,
} from '@tracedesk/contracts'
import { z } from 'zod'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { awaitFile } from './message-files.ts'
import { actorOf, findCustomer, type KnownCustomer, meetCustomer } from './receive-customer.ts'
import { keepUpdate } from './receive-kept.ts'
import { claimUpdate, FileInMessage, Place, Sender, UpdateRef } from './receive-update.ts'
import { type LockedConversation, lockConversation } from './store.ts'
import { addVersion } from './versions.ts'

export const receiveEdit = defineCommand({
  name: 'message.receive_edit',
  access: 'internal',
  summary: 'A customer changed a message: keep the new version beside the old',
  input: z.strictObject({
    ...UpdateRef,
    ...Place,
    sender: Sender,
    telegramMessageId: z.int(),
    telegramDate: z.int().nullable(),
    text: z.string().nullable(),
    file: FileInMessage.default(null),
    group: z.strictObject({ title: Sender.shape.name }).nullable().default(null),
    byOwner: z.boolean().default(false),
  }),
  output: z.strictObject({}),
  records: [messageEditedByCustomer, customerCreated, customerProfileChanged, updateKept],
})

export const receiveEditCommand = defineCommandHandler(receiveEdit, {
  handle: async (context, input) => {
    const { botId, text, sender, file, byOwner } = input
    await claimUpdate(context, input)
    const [found] = await findMessages(context, input, [input.telegramMessageId], byOwner ? null : 'in')
    const conversation = found ? await lockConversation(context, found.conversationId) : null
    if (!found || !conversation) {
      // written before the bot was connected: there is no first version to put this beside
      keepUpdate(context, input, 'edited_message', 'no_conversation')
      return {}
    }
    const author = byOwner
      ? null
      : await meetCustomer(context, botId, sender, await findCustomer(context, sender.telegramId))
    const version = found.version + 1
    const entryId = recordEdit(context, input, found.id, version, conversation, author)
    await addVersion(context, {
      messageId: found.id,
      version,
      entryId,
      hasText: text !== null,
      author: author ? { kind: 'customer', id: author.id } : { kind: 'business', id: null },
    })
    if (file)
      await awaitFile(context, { conversationId: conversation.id, messageId: found.id, version, botId }, file)
    return {}
  },
})

function recordEdit(
  context: CommandContext,
  { text, update, updateId, telegramDate }: z.output<typeof receiveEdit.input>,
  messageId: string,
  version: number,
  conversation: LockedConversation,
  author: KnownCustomer | null,
): string {
  return context.record(
    messageEditedByCustomer,
    { version, updateId, telegramDate, length: text?.length ?? 0 },
    {
      subject: { id: messageId },
      conversation: conversation.ref,
      ...(author ? { actor: actorOf(author) } : {}),
      parts: { update, ...(text === null ? {} : { text: text.toWellFormed() }) },
    },
  )
}

export const receiveDeletion = defineCommand({
  name: 'message.receive_deletion',
  access: 'internal',
  summary: 'Messages were deleted from a business chat: ours are kept and marked',
  input: z.strictObject({
    ...UpdateRef,
    chatId: Place.chatId,
    business: Place.business,
    telegramMessageIds: z.array(z.int()),
  }),
  output: z.strictObject({}),
  records: [messageDeletedByCustomer, updateKept],
})

export const receiveDeletionCommand = defineCommandHandler(receiveDeletion, {
  handle: async (context, input) => {
    const { tx, workspaceId } = context
    await claimUpdate(context, input)
    const gone = await findMessages(context, input, input.telegramMessageIds, null)
    const conversations = [...new Set(gone.map(message => message.conversationId))].sort()
    let recorded = 0
    for (const id of conversations) {
      const conversation = await lockConversation(context, id)
      if (!conversation) continue
      const customer = {
        id: conversation.customerId,
        namedBy: await namedBy(context, conversation.customerId),
      }
      for (const message of gone.filter(one => one.conversationId === id))
        context.record(
          messageDeletedByCustomer,
          { updateId: input.updateId },
          {
            subject: { id: message.id },
            conversation: conversation.ref,
            actor: actorOf(customer),
            parts: recorded++ === 0 ? { update: input.update } : {},
          },
        )
    }
    if (recorded === 0) {
      keepUpdate(context, input, 'deleted_business_messages', 'no_conversation')
      return {}
    }
    await tx
      .updateTable('message')
      .set({ deleted_by_customer: true })
      .where('workspace_id', '=', workspaceId)
      .where(
        'message_id',
        'in',
        gone.map(message => message.id),
      )
      .execute()
    return {}
  },
})

export async function namedBy({ tx, workspaceId }: CommandContext, customerId: string): Promise<string> {
  const row = await tx
    .selectFrom('customer')
    .select('named_by')
    .where('workspace_id', '=', workspaceId)
    .where('customer_id', '=', customerId)
    .executeTakeFirstOrThrow()
  return row.named_by
}

export interface FoundMessage {
  readonly id: string
  readonly conversationId: string
  readonly version: number
}

/** Messages of a chat by their Telegram ids, in whichever of its conversations they are; the newest of each id. */
export async function findMessages(
  { tx, workspaceId }: CommandContext,
  { botId, chatId, business }: { botId: string; chatId: number; business: string },
  telegramMessageIds: readonly number[],
  direction: 'in' | null,
): Promise<FoundMessage[]> {
  if (telegramMessageIds.length === 0) return []
  return tx
    .selectFrom('conversation as c')
    .innerJoin('message as m', join =>
      join
        .onRef('m.workspace_id', '=', 'c.workspace_id')
        .onRef('m.conversation_id', '=', 'c.conversation_id'),
    )
    .distinctOn('m.telegram_message_id')
    .select(['m.message_id as id', 'm.conversation_id as conversationId', 'm.version'])
    .where('c.workspace_id', '=', workspaceId)
    .where('c.bot_id', '=', botId)
    .where('c.chat_id', '=', chatId)
    .where('c.business', '=', business)
    .where('m.telegram_message_id', 'in', [...telegramMessageIds])
    .$if(direction !== null, query => query.where('m.direction', '=', 'in'))
    .orderBy('m.telegram_message_id')
    .orderBy('m.at', 'desc')
    .execute()
}
