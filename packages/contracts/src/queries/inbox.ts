import { z } from 'zod'
import { defineQuery } from '../command.ts'
import { Part } from '../entry.ts'
import { ConversationStatus } from '../events/conversation.ts'
import { InboxFilter } from '../events/inbox.ts'
import { AgentId, BotId, ConversationId, InboxViewId, LabelId, LabelSetId, NoteId } from '../ids.ts'
import { Writer } from './media.ts'

const nothing = z.strictObject({})

export const countInbox = defineQuery({
  name: 'inbox.counts',
  permission: 'conversation.view',
  summary: 'How many conversations are in progress in each place of the caller’s inbox',
  input: nothing,
  output: z.strictObject({
    mine: z.int(),
    queue: z.int(),
    departments: z.int(),
    all: z.int(),
    pinned: z.int(),
    snoozed: z.int(),
    offered: z.int(),
    /** Of the caller’s own: those with something they have not been shown, 100 at most. */
    unread: z.int(),
    /** Since when the customer who waits longest for the caller waits. */
    waitingSince: z.string().nullable(),
  }),
})
export const listInboxViews = defineQuery({
  name: 'inbox_view.list',
  permission: 'conversation.view',
  summary: 'The caller’s saved views, and those of others that are for everybody',
  input: nothing,
  output: z.strictObject({
    items: z.array(
      z.strictObject({
        id: InboxViewId,
        name: z.string(),
        filter: InboxFilter,
        shared: z.boolean(),
        owner: z.strictObject({ id: AgentId, name: z.string() }),
      }),
    ),
  }),
})
export const searchConversations = defineQuery({
  name: 'conversation.search',
  permission: 'conversation.view',
  summary:
    'Messages and notes that hold all the words, in conversations on the caller’s desk; newest first, in any script',
  input: z.strictObject({
    q: z.string().trim().min(1).max(200),
    limit: z.coerce.number().int().min(1).max(100).default(30),
  }),
  output: z.strictObject({
    items: z.array(
      z.strictObject({
        kind: z.enum(['message', 'note']),
        /** The message’s or note’s id. */
        id: z.string(),
        at: z.string(),
        direction: z.enum(['in', 'out']).nullable(),
        /** The colleague who is its author; null for what customers wrote. */
        agentName: z.string().nullable(),
        writtenBy: Writer.nullable(),
        text: Part,
        conversation: z.strictObject({
          id: ConversationId,
          status: ConversationStatus,
          customerName: z.string().nullable(),
          bot: z.strictObject({ id: BotId, username: z.string() }),
          assignee: z.strictObject({ id: AgentId, name: z.string() }).nullable(),
        }),
      }),
    ),
    /** There were more matches than are looked through: another word makes the answer whole. */
    isCut: z.boolean(),
  }),
})
export const listMentions = defineQuery({
  name: 'note.mentions',
  permission: 'conversation.view',
  summary: 'Team notes in which colleagues call the caller, newest first, 50 at most',
  input: nothing,
  output: z.strictObject({
    items: z.array(
      z.strictObject({
        noteId: NoteId,
        conversationId: ConversationId,
        /** Null where the conversation is not on the caller’s desk. */
        customerName: z.string().nullable(),
        isVisible: z.boolean(),
        author: z.strictObject({ id: AgentId, name: z.string() }),
        writtenBy: Writer.nullable(),
        at: z.string(),
        text: Part,
      }),
    ),
    /** Up to when the caller has looked at them, on whatever machine; null: never. */
    seenTo: z.string().nullable(),
  }),
})
export const listLabelSets = defineQuery({
  name: 'label_set.list',
  permission: 'label.view',
  summary: 'Sets of labels of which one is required before a conversation ends',
  input: nothing,
  output: z.strictObject({
    items: z.array(z.strictObject({ id: LabelSetId, name: z.string(), labelIds: z.array(LabelId) })),
  }),
})

export const findForgotten = defineQuery({
  name: 'conversation.forgotten',
  permission: 'conversation.view',
  summary: 'Of these conversations, those of which a browser must keep no text: their customer was erased',
  input: z.strictObject({
    ids: z
      .union([ConversationId, z.array(ConversationId).max(50)])
      .transform(ids => (Array.isArray(ids) ? ids : [ids])),
  }),
  output: z.strictObject({ ids: z.array(ConversationId) }),
})
