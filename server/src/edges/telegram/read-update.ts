import type { MessageKind } from '@tracedesk/contracts'
import {
  integerAt,
  isObject,
  type Json,
  objectAt,
  readFile,
  type Sender,
  type TelegramFile,
  textAt,
} from '../../modules/conversations/index.ts'

/** Every kind of update there is: without the list Telegram leaves some out (Bot API, getUpdates). */
export const UPDATE_KINDS = [
  'message',
  'edited_message',
  'channel_post',
  'edited_channel_post',
  'business_connection',
  'business_message',
  'edited_business_message',
  'deleted_business_messages',
  'guest_message',
  'message_reaction',
  'message_reaction_count',
  'inline_query',
  'chosen_inline_result',
  'callback_query',
  'shipping_query',
  'pre_checkout_query',
  'purchased_paid_media',
  'poll',
  'poll_answer',
  'my_chat_member',
  'chat_member',
  'chat_join_request',
  'chat_boost',
  'removed_chat_boost',
  'managed_bot',
] as const

/** What an update means to the desk. */
export type UpdateFacts =
  | ({
      readonly to: 'message'
      readonly kind: MessageKind
      readonly replyTo: number | null
      readonly quiet: boolean
      readonly telegramMessageId: number | null
    } & Omit<Written, 'telegramMessageId'>)
  | ({ readonly to: 'edit' } & Written)
  | {
      readonly to: 'reaction'
      readonly chatId: number
      readonly sender: Sender
      readonly telegramMessageId: number
      readonly emoji: string[]
    }
  | {
      readonly to: 'deletion'
      readonly chatId: number
      readonly business: string
      readonly telegramMessageIds: number[]
    }
  | { readonly to: 'block'; readonly telegramId: number; readonly blocked: boolean }
  | { readonly to: 'other'; readonly cause: 'unknown_kind' | 'no_conversation' | 'not_understood' }

interface Written {
  readonly chatId: number
  readonly topicId: number
  readonly business: string
  readonly sender: Sender
  readonly telegramMessageId: number
  readonly telegramDate: number | null
  readonly text: string | null
  readonly file: Pick<TelegramFile, 'telegramFileId' | 'kind' | 'size'> | null
  /** The group it was said in; null in a chat with one person. */
  readonly group: { readonly title: string } | null
  /** The owner of a business account wrote it themselves. */
  readonly byOwner: boolean
}

const other = (cause: Extract<UpdateFacts, { to: 'other' }>['cause']): UpdateFacts => ({ to: 'other', cause })

/** The kind of an update: the name of the member beside `update_id`. */
export const kindOf = (update: Json): string => Object.keys(update).find(key => key !== 'update_id') ?? ''

/** The id to answer the press of a button by; null when the update is none. */
export function pressOf(update: Json): string | null {
  const query = objectAt(update, 'callback_query')
  return query && textAt(query, 'id')
}

/** The chat (or else the person) an update is about: updates of one chat are dealt with one after the other. */
export function chatOf(update: Json): number | null {
  const payload = objectAt(update, kindOf(update))
  if (!payload) return null
  const parties = [payload.chat, objectAt(payload, 'message')?.chat, payload.from, payload.user]
  for (const party of parties) {
    const id = isObject(party) ? integerAt(party, 'id') : null
    if (id !== null) return id
  }
  return null
}

/** Reads an update of any age or shape; never throws. What it cannot make sense of is `other`. */
export function readUpdate(update: Json): UpdateFacts {
  const kind = kindOf(update)
  const payload = objectAt(update, kind)
  if (!payload) return other(isKnown(kind) ? 'not_understood' : 'unknown_kind')
  switch (kind) {
    case 'message':
    case 'business_message':
      return readMessage(payload)
    case 'edited_message':
    case 'edited_business_message':
      return readEdit(payload)
    case 'callback_query':
      return readPress(payload)
    case 'message_reaction':
      return readReaction(payload)
    case 'deleted_business_messages':
      return readDeletion(payload)
    case 'my_chat_member':
      return readMembership(payload)
    case 'channel_post':
    case 'edited_channel_post':
      return other('no_conversation')
    default:
      return other('unknown_kind')
  }
}

const isKnown = (kind: string): boolean => (UPDATE_KINDS as readonly string[]).includes(kind)

function readMessage(message: Json): UpdateFacts {
  const written = readWritten(message, integerAt(message, 'date'))
  if ('to' in written) return written
  const kind = messageKindOf(message)
  const repliedTo = objectAt(message, 'reply_to_message')
  return {
    to: 'message',
    ...written,
    kind,
    replyTo: repliedTo ? integerAt(repliedTo, 'message_id') : null,
    quiet: kind === 'service' && !SPEAKING.some(name => name in message),
  }
}

function readEdit(message: Json): UpdateFacts {
  const written = readWritten(message, integerAt(message, 'edit_date'))
  return 'to' in written ? written : { to: 'edit', ...written }
}

/** What somebody wrote in the bot's own chat, a business chat or a group; channels belong to no conversation. */
function readWritten(message: Json, telegramDate: number | null): Written | UpdateFacts {
  const chat = objectAt(message, 'chat')
  const chatId = chat && integerAt(chat, 'id')
  const telegramMessageId = integerAt(message, 'message_id')
  if (!chat || chatId === null || telegramMessageId === null) return other('not_understood')
  const business = textAt(message, 'business_connection_id') ?? ''
  const who = readWriter(message, chat, chatId, business)
  if (!who) return other('no_conversation')
  const topic = message.is_topic_message === true ? integerAt(message, 'message_thread_id') : null
  const file = readFile(message)
  return {
    chatId,
    topicId: topic !== null && topic >= 0 && topic <= 0x7fffffff ? topic : 0,
    business,
    ...who,
    telegramMessageId,
    telegramDate,
    // not the contents' reader, which mends lone surrogates: these bytes are told as they came
    text: rawTextAt(message, 'text') ?? rawTextAt(message, 'caption'),
    file: file && { telegramFileId: file.telegramFileId, kind: file.kind, size: file.size },
  }
}

const rawTextAt = (json: Json, key: string): string | null => {
  const value = json[key]
  return typeof value === 'string' ? value : null
}

function readWriter(
  message: Json,
  chat: Json,
  chatId: number,
  business: string,
): Pick<Written, 'sender' | 'group' | 'byOwner'> | null {
  const from = objectAt(message, 'from') ?? chat
  const fromId = integerAt(from, 'id')
  if (chat.type === 'private') {
    // In a private chat the chat has the customer's id; the owner of a business account and bots have another.
    const byOwner = fromId !== chatId
    if (byOwner && (business === '' || from.is_bot === true)) return null
    return { sender: readSender(chatId, byOwner ? chat : from), group: null, byOwner }
  }
  if ((chat.type !== 'group' && chat.type !== 'supergroup') || fromId === null) return null
  // an anonymous administrator or a linked channel writes as the chat it speaks for
  const writer = objectAt(message, 'sender_chat') ?? from
  const writerId = integerAt(writer, 'id') ?? fromId
  if (writer === from && from.is_bot === true) return null
  const title = cleanName(textAt(chat, 'title') ?? '', 200) || String(chatId)
  return { sender: readSender(writerId, writer), group: { title }, byOwner: false }
}

/** The press of a button under a message: what it said is the customer's word. */
function readPress(query: Json): UpdateFacts {
  const message = objectAt(query, 'message')
  const from = objectAt(query, 'from')
  if (!from) return other('not_understood')
  const chat = message && objectAt(message, 'chat')
  const chatId = chat && integerAt(chat, 'id')
  if (!message || !chat || chatId === null) return other('no_conversation')
  const who = readWriter({ from, chat }, chat, chatId, '')
  if (!who) return other('no_conversation')
  const topic = message.is_topic_message === true ? integerAt(message, 'message_thread_id') : null
  return {
    to: 'message',
    kind: 'button',
    chatId,
    topicId: topic ?? 0,
    business: textAt(message, 'business_connection_id') ?? '',
    ...who,
    telegramMessageId: null,
    telegramDate: null,
    text: labelOf(message, query.data),
    replyTo: integerAt(message, 'message_id'),
    quiet: false,
    file: null,
  }
}

/** The words on the button with these data; the data themselves when the message does not tell. */
function labelOf(message: Json, data: unknown): string | null {
  const rows = objectAt(message, 'reply_markup')?.inline_keyboard
  const buttons = Array.isArray(rows) ? rows.flat().filter(isObject) : []
  const pressed = buttons.find(button => button.callback_data === data)
  return (pressed && textAt(pressed, 'text')) ?? (typeof data === 'string' ? data.toWellFormed() : null)
}

function readReaction(payload: Json): UpdateFacts {
  const chat = objectAt(payload, 'chat')
  const user = objectAt(payload, 'user') ?? objectAt(payload, 'actor_chat')
  const chatId = chat && integerAt(chat, 'id')
  const telegramId = user && integerAt(user, 'id')
  const telegramMessageId = integerAt(payload, 'message_id')
  if (chatId === null || !user || telegramId === null || telegramMessageId === null)
    return other('not_understood')
  const list = Array.isArray(payload.new_reaction) ? payload.new_reaction.filter(isObject) : []
  const emoji = list
    .slice(0, 20)
    .map(one => (textAt(one, 'emoji') ?? textAt(one, 'type') ?? '?').slice(0, 32))
  return { to: 'reaction', chatId, sender: readSender(telegramId, user), telegramMessageId, emoji }
}

function readDeletion(payload: Json): UpdateFacts {
  const chat = objectAt(payload, 'chat')
  const chatId = chat && integerAt(chat, 'id')
  const ids = payload.message_ids
  if (chatId === null || chatId === undefined || !Array.isArray(ids) || !ids.every(Number.isSafeInteger))
    return other('not_understood')
  return {
    to: 'deletion',
    chatId,
    business: textAt(payload, 'business_connection_id') ?? '',
    telegramMessageIds: ids as number[],
  }
}

function readMembership(payload: Json): UpdateFacts {
  const chat = objectAt(payload, 'chat')
  const telegramId = chat && integerAt(chat, 'id')
  const status = textAt(objectAt(payload, 'new_chat_member') ?? {}, 'status')
  if (!chat || telegramId === null || telegramId === undefined || status === null)
    return other('not_understood')
  if (chat.type !== 'private') return other('no_conversation')
  return { to: 'block', telegramId, blocked: status === 'kicked' }
}

function readSender(telegramId: number, user: Json): Sender {
  const full =
    textAt(user, 'title') ?? [textAt(user, 'first_name'), textAt(user, 'last_name')].filter(Boolean).join(' ')
  const username = cleanName(textAt(user, 'username') ?? '', 64)
  return {
    telegramId,
    name: cleanName(full, 200) || username || String(telegramId),
    username: username || null,
    language: cleanName(textAt(user, 'language_code') ?? '', 64) || null,
  }
}

/** One line of well-formed text: names stand in lists, and in columns that cannot hold NUL. */
const cleanName = (text: string, max: number): string =>
  text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()
    .slice(0, max)
    .toWellFormed()

// The order matters: an animation carries a document as well, a venue a location.
const CONTENT = [
  'text',
  'photo',
  'animation',
  'document',
  'voice',
  'audio',
  'video_note',
  'video',
  'sticker',
  'venue',
  'location',
  'contact',
  'poll',
  'dice',
] as const satisfies readonly MessageKind[]

/** Service messages in which a customer tells us something. */
const SPEAKING = [
  'successful_payment',
  'users_shared',
  'user_shared',
  'chat_shared',
  'web_app_data',
  'passport_data',
]
const SERVICE = new Set([
  ...SPEAKING,
  'new_chat_members',
  'left_chat_member',
  'chat_owner_left',
  'chat_owner_changed',
  'new_chat_title',
  'new_chat_photo',
  'delete_chat_photo',
  'group_chat_created',
  'supergroup_chat_created',
  'channel_chat_created',
  'message_auto_delete_timer_changed',
  'migrate_to_chat_id',
  'migrate_from_chat_id',
  'pinned_message',
  'refunded_payment',
  'gift',
  'unique_gift',
  'gift_upgrade_sent',
  'connected_website',
  'write_access_allowed',
  'proximity_alert_triggered',
  'boost_added',
  'chat_background_set',
  'checklist_tasks_done',
  'checklist_tasks_added',
  'direct_message_price_changed',
  'forum_topic_created',
  'forum_topic_edited',
  'forum_topic_closed',
  'forum_topic_reopened',
  'general_forum_topic_hidden',
  'general_forum_topic_unhidden',
  'giveaway_created',
  'giveaway_completed',
  'managed_bot_created',
  'paid_message_price_changed',
  'poll_option_added',
  'poll_option_deleted',
  'suggested_post_approved',
  'suggested_post_approval_failed',
  'suggested_post_declined',
  'suggested_post_paid',
  'suggested_post_refunded',
  'video_chat_scheduled',
  'video_chat_started',
  'video_chat_ended',
  'video_chat_participants_invited',
  'community_chat_added',
  'community_chat_removed',
])

function messageKindOf(message: Json): MessageKind {
  const content = CONTENT.find(kind => message[kind] !== undefined)
  if (content) return content
  return Object.keys(message).some(key => SERVICE.has(key)) ? 'service' : 'other'
}
