import {
  conversationOpened,
  conversationReopened,
  conversationStatusChanged,
  conversationWoken,
  customerCreated,
  customerProfileChanged,
  defineCommand,
  MessageKind,
  messageReceived,
} from '@tracedesk/contracts'
import { sql } from 'kysely'
import { z } from 'zod'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { newId } from '../../kernel/id.ts'
import { addMicros } from '../../kernel/instant.ts'
import { readSetting } from '../team/index.ts'
import { actorOf, type KnownCustomer, meetCustomer } from './receive-customer.ts'
import {
  addReceived,
  type FoundConversation,
  findOpenOrLatest,
  findRepliedTo,
  lookUp,
} from './receive-store.ts'
import { AlreadyReceived, Place, Sender, UpdateRef } from './receive-update.ts'
import { wake } from './snooze.ts'

/** What the gateway makes of a customer's message in a private or business chat. */
export const receiveMessage = defineCommand({
  name: 'message.receive',
  access: 'internal',
  summary: 'A customer wrote: keep it, and open or wake the conversation it belongs to',
  input: z.strictObject({
    ...UpdateRef,
    ...Place,
    sender: Sender,
    telegramMessageId: z.int(),
    telegramDate: z.int().nullable(),
    kind: MessageKind,
    /** Text or caption exactly as sent; null when the message has no words. Lone surrogates survive in `update` only. */
    text: z.string().nullable(),
    replyTo: z.int().nullable(),
    /** Nobody is waiting for an answer to this (a pinned message, say): it changes no state. */
    quiet: z.boolean(),
  }),
  output: z.strictObject({}),
  records: [
    messageReceived,
    customerCreated,
    customerProfileChanged,
    conversationOpened,
    conversationReopened,
    conversationStatusChanged,
    conversationWoken,
  ],
})
type Input = z.output<typeof receiveMessage.input>

export const receiveMessageCommand = defineCommandHandler(receiveMessage, {
  handle: async (context, given) => {
    const found = await lookUp(context, given)
    if (!found.claimed) throw new AlreadyReceived(given.updateId)
    const customer = await meetCustomer(context, given.botId, given.sender, found.customer)
    // the desk answers a blocked customer no more: what they write is kept and changes no state
    const input = { ...given, quiet: given.quiet || customer.blocked }
    const { conversation, status } = await enterConversation(context, input, customer, found.conversation)
    await keepMessage(context, input, customer, conversation, status)
    return {}
  },
})

interface Entered {
  readonly conversation: FoundConversation
  /** The status it takes by this message; undefined when it stays as it is. */
  readonly status: 'in_progress' | undefined
}

/** The conversation a message belongs to: the open one, the one resolved a while ago, or a new one. */
async function enterConversation(
  context: CommandContext,
  input: Input,
  customer: KnownCustomer,
  latest: FoundConversation | null,
): Promise<Entered> {
  let conversation = latest
  if (!conversation || !(await isCurrent(context, conversation, input.quiet))) {
    const opened = await openConversation(context, input, customer)
    if (opened) return { conversation: opened, status: undefined }
    conversation = await findOpenOrLatest(context, input)
    if (!conversation) throw new Error('a conversation was neither opened nor found')
  }
  if (input.quiet) return { conversation, status: undefined }
  if (conversation.snoozedUntil) await wake(context, conversation, 'customer', actorOf(customer))
  if (conversation.status === 'in_progress') return { conversation, status: undefined }
  const about = {
    subject: { id: conversation.ref.id },
    conversation: conversation.ref,
    actor: actorOf(customer),
  }
  if (conversation.status === 'resolved')
    context.record(conversationReopened, { from: 'resolved', to: 'in_progress', by: 'customer' }, about)
  else context.record(conversationStatusChanged, { from: 'pending', to: 'in_progress' }, about)
  return { conversation, status: 'in_progress' }
}

/** Does a conversation take further messages? A resolved one only within the reopen window. */
async function isCurrent(
  { tx, workspaceId, now }: CommandContext,
  { status, resolvedAt }: FoundConversation,
  quiet: boolean,
): Promise<boolean> {
  if (status !== 'resolved' || quiet) return true
  const hours = Number(await readSetting(tx, workspaceId, 'conversation.reopen_hours'))
  // Instants are text of one shape, so they compare in order.
  return resolvedAt !== null && addMicros(resolvedAt, hours * 3_600_000_000) > now
}

/** Null when another node opened one in this chat meanwhile: the unique index lets only one be. */
async function openConversation(
  context: CommandContext,
  { botId, chatId, topicId, business }: Input,
  customer: KnownCustomer,
): Promise<FoundConversation | null> {
  const { tx, workspaceId, now } = context
  const id = newId()
  const inserted = await tx
    .insertInto('conversation')
    .values({
      workspace_id: workspaceId,
      conversation_id: id,
      bot_id: botId,
      customer_id: customer.id,
      chat_id: chatId,
      topic_id: topicId,
      business,
      status: 'in_progress',
      opened_at: now,
      last_message_at: now,
    })
    .onConflict(conflict =>
      conflict
        .columns(['workspace_id', 'bot_id', 'chat_id', 'topic_id', 'business'])
        // a literal, never a parameter: with one, a prepared statement's generic plan no longer finds the partial index
        .where(sql<boolean>`status <> 'resolved'`)
        .where('chat_id', 'is not', null)
        .doNothing(),
    )
    .returning('conversation_id')
    .executeTakeFirst()
  if (!inserted) return null
  const ref = { id, customerId: customer.id, botId, assigneeId: null, departments: [] }
  context.record(
    conversationOpened,
    { by: 'customer', departmentId: null },
    { subject: { id }, conversation: ref, actor: actorOf(customer) },
  )
  return { status: 'in_progress', resolvedAt: null, waitingSince: null, snoozedUntil: null, ref }
}

async function keepMessage(
  context: CommandContext,
  input: Input,
  customer: KnownCustomer,
  conversation: FoundConversation,
  status: 'in_progress' | undefined,
): Promise<void> {
  const { kind, text, updateId, telegramMessageId, telegramDate } = input
  const id = newId()
  const replyTo = input.replyTo === null ? null : await findRepliedTo(context, input, input.replyTo)
  const entryId = context.record(
    messageReceived,
    {
      kind,
      updateId,
      telegramMessageId,
      telegramDate,
      replyTo,
      length: text?.length ?? 0,
      whileBlocked: customer.blocked,
    },
    {
      subject: { id },
      conversation: conversation.ref,
      actor: actorOf(customer),
      parts: { update: input.update, ...(text === null ? {} : { text: text.toWellFormed() }) },
    },
  )
  await addReceived(context, conversation.ref.id, {
    id,
    customerId: customer.id,
    kind,
    entryId,
    hasText: text !== null,
    telegramMessageId,
    replyTo,
    waitingSince: input.quiet ? conversation.waitingSince : (conversation.waitingSince ?? context.now),
    status: status ?? null,
  })
}
