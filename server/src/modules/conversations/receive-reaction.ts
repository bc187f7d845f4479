import {
  customerCreated,
  customerProfileChanged,
  defineCommand,
  messageReactedByCustomer,
  updateKept,
} from '@tracedesk/contracts'
import { z } from 'zod'
import { defineCommandHandler } from '../../command/define.ts'
import { actorOf, findCustomer, meetCustomer } from './receive-customer.ts'
import { findMessages } from './receive-edit.ts'
import { keepUpdate } from './receive-kept.ts'
import { claimUpdate, Place, Sender, UpdateRef } from './receive-update.ts'
import { lockConversation } from './store.ts'

export const receiveReaction = defineCommand({
  name: 'message.receive_reaction',
  access: 'internal',
  summary: 'A customer put reactions on a message, or took them away',
  input: z.strictObject({
    ...UpdateRef,
    chatId: Place.chatId,
    sender: Sender,
    telegramMessageId: z.int(),
    /** All that stand there now; a custom emoji is named `custom`. */
    emoji: z.array(z.string().max(32)).max(20),
  }),
  output: z.strictObject({}),
  records: [messageReactedByCustomer, customerCreated, customerProfileChanged, updateKept],
})

export const receiveReactionCommand = defineCommandHandler(receiveReaction, {
  handle: async (context, input) => {
    const { tx, workspaceId } = context
    const { botId, updateId, sender, emoji, update } = input
    await claimUpdate(context, input)
    const [found] = await findMessages(context, { ...input, business: '' }, [input.telegramMessageId], null)
    const conversation = found ? await lockConversation(context, found.conversationId) : null
    if (!found || !conversation) {
      keepUpdate(context, input, 'message_reaction', 'no_conversation')
      return {}
    }
    const customer = await meetCustomer(
      context,
      botId,
      sender,
      await findCustomer(context, sender.telegramId),
    )
    const entryId = context.record(
      messageReactedByCustomer,
      { updateId, reactions: emoji.length },
      {
        subject: { id: found.id },
        conversation: conversation.ref,
        actor: actorOf(customer),
        parts: { reaction: JSON.stringify(emoji), update },
      },
    )
    await tx
      .updateTable('message')
      .set({ reaction_entry_id: emoji.length > 0 ? entryId : null })
      .where('workspace_id', '=', workspaceId)
      .where('message_id', '=', found.id)
      .execute()
    return {}
  },
})
