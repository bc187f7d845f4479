import { type Call, chatIdOf } from '../call.ts'
import { defined, type Json, type JsonObject } from '../json.ts'
import { readInlineKeyboard } from '../keyboard.ts'
import { type Draft, postFromBot } from '../post.ts'
import { badRequest } from '../refusal.ts'
import { findBusinessRoom, findRoom, isGroup, requireReachable } from '../rooms.ts'
import type { Room, StoredMessage } from '../world.ts'

/** The chat a call is about, whether the bot's own or that of a business account. */
export function roomOf(call: Call): Room {
  const connection = call.string('business_connection_id')
  if (connection === undefined) return findRoom(call.world, call.bot, chatIdOf(call))
  return findBusinessRoom(call.world, call.bot, connection, Number(chatIdOf(call)))
}

/** A chat the bot may write to, with everything but the content of the message to come. */
export interface Target {
  readonly room: Room
  readonly draft: Omit<Draft, 'content'>
}

/**
 * Reads where and how to send. Takes `count` messages from the limits.
 * Refuses what cannot be sent to: unknown chats, blocked bots, closed topics, vanished messages.
 */
export function readTarget(call: Call, count = 1): Target {
  const room = roomOf(call)
  requireReachable(call.world, call.bot, room)
  if (room.connection && room.connection.rights.can_reply !== true)
    throw badRequest('not enough rights to reply')
  const threadId = readThread(call, room)
  const reply = readReply(call, room)
  const extra = defined({
    ...reply.extra,
    reply_markup: readInlineKeyboard(call.object('reply_markup')),
    has_protected_content: call.flag('protect_content') || undefined,
    effect_id: call.string('message_effect_id'),
  })
  call.context.limiter.take(call.bot.id, room.id, isGroup(room), count)
  return { room, draft: { replyTo: reply.message, threadId, extra } }
}

/** Sends one message and returns it as the method answers it. */
export function send(call: Call, content: JsonObject, target: Target = readTarget(call)): JsonObject {
  return postFromBot(call.world, target.room, call.bot, { ...target.draft, content }).body
}

function readThread(call: Call, room: Room): number | undefined {
  const id = call.integer('message_thread_id')
  if (id === undefined) return undefined
  const topic = room.topics.get(id)
  if (!topic) throw badRequest('message thread not found')
  if (topic.closed) throw badRequest('TOPIC_CLOSED')
  return id
}

interface Reply {
  readonly message?: StoredMessage
  readonly extra: Record<string, Json | undefined>
}

function readReply(call: Call, room: Room): Reply {
  const parameters = call.object('reply_parameters')
  if (!parameters) return { extra: {} }
  const otherChat = parameters.chat_id
  const source =
    typeof otherChat === 'number' || typeof otherChat === 'string'
      ? findRoom(call.world, call.bot, otherChat)
      : room
  const message = source.messages.get(Number(parameters.message_id))
  if (!message) {
    if (parameters.allow_sending_without_reply === true) return { extra: {} }
    throw badRequest('message to be replied not found')
  }
  const quote = readQuote(parameters, message)
  if (source === room) return { message, extra: { quote } }
  return {
    extra: {
      quote,
      external_reply: { origin: describeOrigin(call, message), chat: source.chat, message_id: message.id },
    },
  }
}

function readQuote(parameters: JsonObject, message: StoredMessage): JsonObject | undefined {
  const quote = parameters.quote
  if (typeof quote !== 'string' || quote === '') return undefined
  const position = String(message.body.text ?? message.body.caption ?? '').indexOf(quote)
  if (position < 0) throw badRequest('QUOTE_TEXT_INVALID')
  return { text: quote, position, is_manual: true }
}

/** Who wrote a message that is now shown elsewhere. */
export function describeOrigin(call: Call, message: StoredMessage): JsonObject {
  const from = message.body.from ?? null
  const earlier = message.body.forward_origin
  return earlier !== undefined && earlier !== null && typeof earlier === 'object' && !Array.isArray(earlier)
    ? earlier
    : { type: 'user', date: message.body.date ?? call.world.seconds, sender_user: from }
}
