import type { Call } from '../call.ts'
import { isObject, type Json, type JsonObject } from '../json.ts'
import { readInlineKeyboard } from '../keyboard.ts'
import { change } from '../post.ts'
import { badRequest, TelegramRefusal } from '../refusal.ts'
import { findMessage } from '../rooms.ts'
import type { StoredMessage } from '../world.ts'
import { readInputMedia } from './send-media.ts'
import { readCaptionContent, readTextContent } from './send-text.ts'
import { roomOf } from './target.ts'

const MEDIA = ['photo', 'video', 'animation', 'audio', 'document', 'voice']
const NO_MEDIA = Object.fromEntries(
  [...MEDIA, 'caption', 'caption_entities', 'has_media_spoiler'].map(key => [key, undefined]),
)

/** editMessageText: only messages of the bot that consist of text. */
export function editMessageText(call: Call): JsonObject {
  if (call.value('rich_message') !== undefined)
    throw new TelegramRefusal(501, 'Not Implemented: rich messages')
  const message = findOwn(call)
  if (message.body.text === undefined) throw badRequest('there is no text in the message to edit')
  return apply(call, message, {
    entities: undefined,
    link_preview_options: undefined,
    ...readTextContent(call),
  })
}

/** editMessageCaption: an absent caption removes it. */
export function editMessageCaption(call: Call): JsonObject {
  const message = findOwn(call)
  if (!MEDIA.some(kind => message.body[kind] !== undefined))
    throw badRequest('there is no caption in the message to edit')
  const empty = { caption: undefined, caption_entities: undefined, show_caption_above_media: undefined }
  return apply(call, message, { ...empty, ...readCaptionContent(call) })
}

export function editMessageMedia(call: Call): JsonObject {
  const message = findOwn(call)
  if (!MEDIA.some(kind => message.body[kind] !== undefined)) throw badRequest("message can't be edited")
  return apply(call, message, { ...NO_MEDIA, ...readInputMedia(call, call.object('media') ?? {}) })
}

export function editMessageReplyMarkup(call: Call): JsonObject {
  return apply(call, findOwn(call), {})
}

function findOwn(call: Call): StoredMessage {
  if (call.string('inline_message_id') !== undefined)
    throw new TelegramRefusal(501, 'Not Implemented: inline messages')
  if (call.value('chat_id') === undefined) throw badRequest('chat_id is empty')
  const id = call.integer('message_id')
  if (id === undefined) throw badRequest('message identifier is not specified')
  const message = findMessage(roomOf(call), id, 'message to edit not found')
  const own = message.authorId === call.bot.id || senderBusinessBot(message) === call.bot.id
  if (!own || message.body.forward_origin !== undefined) throw badRequest("message can't be edited")
  return message
}

function senderBusinessBot(message: StoredMessage): Json | undefined {
  const bot = message.body.sender_business_bot
  return isObject(bot) ? bot.id : undefined
}

/** Every edit also replaces the keyboard: an absent one removes it. */
function apply(call: Call, message: StoredMessage, members: Record<string, Json | undefined>): JsonObject {
  const before = message.body
  const changed = { ...members, reply_markup: readInlineKeyboard(call.object('reply_markup')) }
  if (!differs(before, changed)) {
    throw badRequest(
      'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
    )
  }
  change(call.world, message, changed, true)
  for (const watcher of message.room.watchers) watcher(message)
  return message.body
}

function differs(before: JsonObject, changed: Record<string, Json | undefined>): boolean {
  return Object.entries(changed).some(
    ([name, value]) => JSON.stringify(before[name]) !== JSON.stringify(value),
  )
}
