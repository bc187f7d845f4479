import {
  conversationAssigned,
  conversationOpened,
  conversationReopened,
  conversationStatusChanged,
  conversationTransferred,
  conversationWoken,
  customerCreated,
  customerProfileChanged,
  defineCommand,
  MessageKind,
  messageReceived,
  updateKept,
} from '@tracedesk/contracts'
import { sql } from 'kysely'
import { z } from 'zod'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { newId } from '../../kernel/id.ts'
import { addMicros } from '../../kernel/instant.ts'
import { readSetting } from '../team/index.ts'
import { leaveDeadEnds } from './leave-dead-ends.ts'
import { awaitFile } from './message-files.ts'
import { actorOf, findCustomer, type KnownCustomer, meetCustomer } from './receive-customer.ts'
import { keepUpdate } from './receive-kept.ts'
import {
  addReceived,
  type FoundConversation,
  findOpenOrLatest,
  findRepliedTo,
  lookUp,
} from './receive-store.ts'
import { AlreadyReceived, FileInMessage, Place, Sender, UpdateRef } from './receive-update.ts'
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
    /** Null for what is no message at Telegram: the press of a button. */
    telegramMessageId: z.int().nullable(),
    telegramDate: z.int().nullable(),
    kind: MessageKind,
    /** Text or caption exactly as sent; null when the message has no words. Lone surrogates survive in `update` only. */
    text: z.string().nullable(),
    replyTo: z.int().nullable(),
    /** Nobody is waiting for an answer to this (a pinned message, say): it changes no state. */
    quiet: z.boolean(),
    file: FileInMessage.default(null),
    /** The group it was said in: the conversation is the group's, its messages their writers'. */
    group: z.strictObject({ title: Sender.shape.name }).nullable().default(null),
    /** The owner of the business account wrote it in Telegram: `sender` is the customer all the same. */
    byOwner: z.boolean().default(false),
  }),
  output: z.strictObject({}),
  records: [
    messageReceived,
    customerCreated,
    customerProfileChanged,
    conversationOpened,
    conversationReopened,
    conversationTransferred,
    conversationAssigned,
    conversationStatusChanged,
    conversationWoken,
    updateKept,
  ],
})
type Input = z.output<typeof receiveMessage.input>

export const receiveMessageCommand = defineCommandHandler(receiveMessage, {
  handle: async (context, given) => {
    const found = await lookUp(context, given)
    if (!found.claimed) throw new AlreadyReceived(given.updateId)
    if (!(await isTaken(context, given, found.conversation))) {
      keepUpdate(context, given, given.group ? 'group_message' : 'business_message', 'no_conversation')
      return {}
    }
    const author = await meetCustomer(context, given.botId, given.sender, found.customer)
    const customer = given.group ? await meetGroup(context, given, given.group.title) : author
    const people = { customer, author }
    // the desk answers a blocked customer no more: what they write is kept and changes no state
    const quiet = given.quiet || given.byOwner || author.blocked || customer.blocked
    const input = { ...given, quiet }
    const { conversation, status } = await enterConversation(context, input, people, found.conversation)
    await keepMessage(context, input, people, conversation, status)
    return {}
  },
})

/** The group or person a conversation is with, and whoever wrote; the same but in groups. */
interface People {
  readonly customer: KnownCustomer
  readonly author: KnownCustomer
}

/** Groups only where the bot is set to take them; an owner's own words only in a conversation that is there. */
async function isTaken(
  { tx, workspaceId }: CommandContext,
  { group, byOwner, botId }: Input,
  latest: FoundConversation | null,
): Promise<boolean> {
  if (byOwner) return latest !== null
  if (!group) return true
  const bot = await tx
    .selectFrom('bot')
    .select('groups')
    .where('workspace_id', '=', workspaceId)
    .where('bot_id', '=', botId)
    .executeTakeFirst()
  return bot?.groups === true
}

/** A group as the workspace knows it: a customer with the group's own id. */
async function meetGroup(
  context: CommandContext,
  { botId, chatId }: Input,
  title: string,
): Promise<KnownCustomer> {
  const group = { telegramId: chatId, name: title, username: null, language: null }
  return meetCustomer(context, botId, group, await findCustomer(context, chatId))
}

interface Entered {
  readonly conversation: FoundConversation
  /** The status it takes by this message; undefined when it stays as it is. */
  readonly status: 'in_progress' | undefined
}

/** The conversation a message belongs to: the open one, the one resolved a while ago, or a new one. */
async function enterConversation(
  context: CommandContext,
  input: Input,
  { customer, author }: People,
  latest: FoundConversation | null,
): Promise<Entered> {
  let conversation = latest
  if (!conversation || !(await isCurrent(context, conversation, input.quiet))) {
    const opened = await openConversation(context, input, customer, author)
    if (opened) return { conversation: opened, status: undefined }
    conversation = await findOpenOrLatest(context, input)
    if (!conversation) throw new Error('a conversation was neither opened nor found')
  }
  if (input.quiet) return { conversation, status: undefined }
  if (conversation.snoozedUntil) await wake(context, conversation, 'customer', actorOf(author))
  if (conversation.status === 'in_progress') return { conversation, status: undefined }
  const about = {
    subject: { id: conversation.ref.id },
    conversation: conversation.ref,
    actor: actorOf(author),
  }
  if (conversation.status === 'resolved') {
    context.record(conversationReopened, { from: 'resolved', to: 'in_progress', by: 'customer' }, about)
    conversation = { ...conversation, ref: await leaveDeadEnds(context, conversation.ref) }
  } else context.record(conversationStatusChanged, { from: 'pending', to: 'in_progress' }, about)
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
  author: KnownCustomer,
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
    { subject: { id }, conversation: ref, actor: actorOf(author) },
  )
  return { status: 'in_progress', resolvedAt: null, waitingSince: null, snoozedUntil: null, ref }
}

async function keepMessage(
  context: CommandContext,
  input: Input,
  { customer, author }: People,
  conversation: FoundConversation,
  status: 'in_progress' | undefined,
): Promise<void> {
  const { kind, text, updateId, telegramMessageId, telegramDate, byOwner, botId, file } = input
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
      whileBlocked: author.blocked || customer.blocked,
      byOwner,
    },
    {
      subject: { id },
      conversation: conversation.ref,
      ...(byOwner ? {} : { actor: actorOf(author) }),
      parts: { update: input.update, ...(text === null ? {} : { text: text.toWellFormed() }) },
    },
  )
  await addReceived(context, conversation.ref.id, {
    id,
    author: byOwner ? null : author.id,
    kind,
    entryId,
    hasText: text !== null,
    telegramMessageId,
    replyTo,
    waitingSince: input.quiet ? conversation.waitingSince : (conversation.waitingSince ?? context.now),
    status: status ?? null,
  })
  if (file) {
    const message = { conversationId: conversation.ref.id, messageId: id, version: 1, botId }
    await awaitFile(context, message, file)
  }
}
