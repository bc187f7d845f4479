import { z } from 'zod'
import { defineQuery } from '../command.ts'
import { Entry, Part } from '../entry.ts'
import { ConversationStatus } from '../events/conversation.ts'
import { Priority } from '../events/desk.ts'
import { MessageKind, MessageOperation } from '../events/message.ts'
import {
  AgentId,
  BotId,
  ConversationId,
  CustomerId,
  DepartmentId,
  LabelId,
  MessageId,
  NoteId,
} from '../ids.ts'
import { InstantInput } from '../text.ts'
import { MessageContent, MessageFile, ShownEntity, Writer } from './media.ts'

/** Query parameters arrive as text: `limit` 1 to 200, and an opaque `cursor` from the page before. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(400).optional(),
}
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() })

const Label = z.strictObject({ id: LabelId, name: z.string(), colour: z.string() })
export const Conversation = z.strictObject({
  id: ConversationId,
  status: ConversationStatus,
  customer: z.strictObject({
    id: CustomerId,
    /** `null`: withheld from this reader. */
    name: z.string().nullable(),
    username: z.string().nullable(),
    language: z.string().nullable(),
    blockedBot: z.boolean(),
    /** The desk has blocked the customer. */
    blocked: z.boolean(),
  }),
  bot: z.strictObject({ id: BotId, username: z.string(), name: z.string() }),
  /** The topic of a forum by its number at Telegram; null: there are none in this chat. */
  topicId: z.int().nullable(),
  /** The customer wrote to a business account the bot answers for, not to the bot. */
  business: z.boolean(),
  /** The customer is a group the bot is in, and many may write. */
  inGroup: z.boolean(),
  assignee: z.strictObject({ id: AgentId, name: z.string() }).nullable(),
  department: z.strictObject({ id: DepartmentId, name: z.string() }).nullable(),
  labels: z.array(Label),
  /** `preview`: at most 140 characters of the last message, `null` when it has no words. */
  lastMessage: z
    .strictObject({
      id: MessageId,
      at: z.string(),
      direction: z.enum(['in', 'out']),
      kind: MessageKind,
      preview: Part.nullable(),
    })
    .nullable(),
  openedAt: z.string(),
  /** Since when the customer waits for an answer; `null` when it is our turn no longer. */
  waitingSince: z.string().nullable(),
  snoozedUntil: z.string().nullable(),
  priority: Priority,
  /** `own`: by the caller for themselves; `shared`: for everybody who sees it. */
  pinned: z.strictObject({ own: z.boolean(), shared: z.boolean() }),
  /** Handed over, but not yet accepted. `forMe`: the caller may accept. */
  offer: z
    .strictObject({
      agent: z.strictObject({ id: AgentId, name: z.string() }).nullable(),
      department: z.strictObject({ id: DepartmentId, name: z.string() }).nullable(),
      forMe: z.boolean(),
    })
    .nullable(),
  mergedInto: ConversationId.nullable(),
  /** What the customer wrote that the caller has not been shown, 100 at most. */
  unread: z.int(),
})
export type Conversation = z.infer<typeof Conversation>

export const MessageState = z.enum(['received', 'queued', 'delivered', 'refused', 'unreachable'])
export const Message = z.strictObject({
  id: MessageId,
  conversationId: ConversationId,
  at: z.string(),
  direction: z.enum(['in', 'out']),
  author: z.strictObject({ kind: z.string(), id: z.string().nullable(), name: z.string().nullable() }),
  writtenBy: Writer.nullable(),
  kind: MessageKind,
  text: Part.nullable(),
  state: MessageState,
  /** Why it was refused or not reached; Telegram's own error code where there is one. */
  problem: z
    .strictObject({ code: z.string(), errorCode: z.int().nullable(), description: z.string().nullable() })
    .nullable(),
  deliveredAt: z.string().nullable(),
  telegramMessageId: z.int().nullable(),
  replyTo: MessageId.nullable(),
  /** 1 for the original; each edit adds one. */
  version: z.int(),
  deletedByCustomer: z.boolean(),
  entities: z.array(ShownEntity),
  content: MessageContent.nullable(),
  files: z.array(MessageFile),
  /** Messages that came as one album share it. */
  album: z.string().nullable(),
  /** Who wrote it first, when it was forwarded. */
  forwardedFrom: z.string().nullable(),
  /** The stretch of the earlier message that is answered. */
  quote: z.string().nullable(),
  reactions: z.strictObject({ own: z.string().nullable(), customer: z.array(z.string()) }),
  /** The last change an agent asked Telegram for, until Telegram has it. */
  change: z
    .strictObject({
      operation: MessageOperation,
      state: z.enum(['queued', 'refused', 'unreachable']),
      errorCode: z.int().nullable(),
      description: z.string().nullable(),
    })
    .nullable(),
  /** When Telegram took it back. */
  recalledAt: z.string().nullable(),
  entryId: z.string(),
})
export type Message = z.infer<typeof Message>

export const Note = z.strictObject({
  id: NoteId,
  at: z.string(),
  scope: z.enum(['private', 'team']),
  author: z.strictObject({ id: AgentId, name: z.string() }),
  writtenBy: Writer.nullable(),
  text: Part,
  /** 1 for the original; each edit adds one. */
  version: z.int(),
  mentions: z.array(AgentId),
})
export type Note = z.infer<typeof Note>

export const listConversations = defineQuery({
  name: 'conversation.list',
  permission: 'conversation.view',
  summary: 'Conversations the caller may see',
  input: z.strictObject({
    ...paging,
    status: ConversationStatus.optional(),
    /** an agent's id, `me`, or `none` for the queue */
    assignee: z.union([AgentId, z.enum(['me', 'none'])]).optional(),
    /** a department's id, or `mine` for those the caller belongs to */
    department: z.union([DepartmentId, z.enum(['mine'])]).optional(),
    bot: BotId.optional(),
    label: LabelId.optional(),
    customer: CustomerId.optional(),
    q: z.string().max(200).optional(),
    /** `waiting`: who waits longest comes first, then those who do not wait; `recent`: the newest message first. */
    order: z.enum(['recent', 'waiting']).default('recent'),
    /** `own` or `shared` pins or `any` */
    pinned: z.enum(['own', 'shared', 'any']).optional(),
    snoozed: z.enum(['true', 'false']).optional(),
    /** handed to the caller or their departments, and not accepted yet */
    offered: z.enum(['me']).optional(),
    /** with something the caller has not been shown */
    unread: z.enum(['true']).optional(),
  }),
  output: pageOf(Conversation),
})
export const getConversation = defineQuery({
  name: 'conversation.get',
  permission: 'conversation.view',
  summary: 'One conversation with its notes',
  input: z.strictObject({ id: ConversationId }),
  output: z.strictObject({ conversation: Conversation, notes: z.array(Note) }),
})
export const listMessages = defineQuery({
  name: 'conversation.messages',
  permission: 'conversation.view',
  summary:
    'Messages of a conversation, newest page first (or those around one of them or around a moment, or from the first one on with direction newer), oldest first within a page; from a page on to older ones by nextCursor, to newer ones by prevCursor',
  input: z.strictObject({
    id: ConversationId,
    around: MessageId.optional(),
    /** Those around this moment; beside `around`, where that message is not there any more. */
    at: InstantInput.optional(),
    direction: z.enum(['older', 'newer']).default('older'),
    ...paging,
  }),
  output: pageOf(Message).extend({ prevCursor: z.string().nullable() }),
})
export const TimelineItem = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('message'), at: z.string(), message: Message }),
  z.strictObject({ type: z.literal('entry'), at: z.string(), entry: Entry }),
])
export type TimelineItem = z.infer<typeof TimelineItem>
export const getTimeline = defineQuery({
  name: 'conversation.timeline',
  permission: 'log.view',
  summary:
    'Messages and entries of a conversation in one order, oldest first, as far as the caller’s scope reaches',
  input: z.strictObject({ id: ConversationId, ...paging }),
  output: pageOf(TimelineItem),
})
export const listLabels = defineQuery({
  name: 'label.list',
  permission: 'label.view',
  summary: 'All labels',
  input: z.strictObject({}),
  output: z.strictObject({ items: z.array(Label) }),
})
