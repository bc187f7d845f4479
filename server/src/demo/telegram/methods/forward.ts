import { type Call, chatIdOf } from '../call.ts'
import { defined, type Json, type JsonObject } from '../json.ts'
import { postFromBot } from '../post.ts'
import { badRequest } from '../refusal.ts'
import { findMessage, findRoom } from '../rooms.ts'
import type { Room, StoredMessage } from '../world.ts'
import { readIds } from './delete.ts'
import { readCaptionContent } from './send-text.ts'
import { describeOrigin, readTarget, type Target } from './target.ts'

const CONTENT = [
  'text',
  'entities',
  'link_preview_options',
  'photo',
  'document',
  'voice',
  'audio',
  'video',
  'video_note',
  'animation',
  'sticker',
  'location',
  'venue',
  'contact',
  'poll',
  'dice',
  'caption',
  'caption_entities',
  'show_caption_above_media',
  'has_media_spoiler',
]

export function forwardMessage(call: Call): JsonObject {
  const message = findSource(call, 'forward')
  return forward(call, message, readTarget(call)).body
}

export function copyMessage(call: Call): JsonObject {
  const message = findSource(call, 'copy')
  const caption =
    call.value('caption') === undefined
      ? {}
      : { caption: undefined, caption_entities: undefined, ...readCaptionContent(call) }
  const content = defined({ ...contentOf(message), ...caption })
  const { room, draft } = readTarget(call)
  return { message_id: postFromBot(call.world, room, call.bot, { ...draft, content }).id }
}

export function forwardMessages(call: Call): Json {
  return sendMany(call, (message, target) => forward(call, message, target))
}

export function copyMessages(call: Call): Json {
  return sendMany(call, (message, { room, draft }) => {
    const { caption, caption_entities, ...bare } = contentOf(message)
    const content = call.flag('remove_caption') ? bare : defined({ ...bare, caption, caption_entities })
    return postFromBot(call.world, room, call.bot, { ...draft, content })
  })
}

/** Messages that are gone or protected are passed over, as Telegram does. */
function sendMany(call: Call, sendOne: (message: StoredMessage, target: Target) => StoredMessage): Json {
  const source = findSourceRoom(call)
  const messages = readIds(call)
    .flatMap(id => source.messages.get(id) ?? [])
    .filter(isCopyable)
  if (messages.length === 0) throw badRequest('there are no messages to forward')
  const target = readTarget(call, messages.length)
  return messages.map(message => ({ message_id: sendOne(message, target).id }))
}

function forward(call: Call, message: StoredMessage, { room, draft }: Target): StoredMessage {
  const extra = { ...draft.extra, forward_origin: describeOrigin(call, message) }
  return postFromBot(call.world, room, call.bot, { ...draft, extra, content: contentOf(message) })
}

function findSource(call: Call, verb: 'forward' | 'copy'): StoredMessage {
  const message = findMessage(
    findSourceRoom(call),
    call.requiredInteger('message_id'),
    `message to ${verb} not found`,
  )
  if (!isCopyable(message)) throw badRequest(`message can't be ${verb === 'copy' ? 'copied' : 'forwarded'}`)
  return message
}

function findSourceRoom(call: Call): Room {
  return findRoom(call.world, call.bot, chatIdOf(call, 'from_chat_id'))
}

function isCopyable({ body }: StoredMessage): boolean {
  return body.has_protected_content !== true && CONTENT.some(name => body[name] !== undefined)
}

function contentOf({ body }: StoredMessage): JsonObject {
  return defined(Object.fromEntries(CONTENT.map(name => [name, body[name]])))
}
