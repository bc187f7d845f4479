import { type Call, chatIdOf } from '../call.ts'
import { defined, type JsonObject } from '../json.ts'
import { postFromBot } from '../post.ts'
import { badRequest } from '../refusal.ts'
import { findRoom } from '../rooms.ts'
import type { Room, Topic } from '../world.ts'

const COLORS = [7322096, 16766590, 13338331, 9367192, 16749490, 16478047]

/** createForumTopic: the id of a topic is the id of the service message that opens it. */
export function createForumTopic(call: Call): JsonObject {
  const room = requireForum(call)
  const name = call.requiredString('name')
  if (name === '' || name.length > 128) throw badRequest('TOPIC_TITLE_INVALID')
  const icon_color = call.integer('icon_color') ?? COLORS[0] ?? 0
  if (!COLORS.includes(icon_color)) throw badRequest('wrong icon color')
  const look = defined({ name, icon_color, icon_custom_emoji_id: call.string('icon_custom_emoji_id') })
  const message_thread_id = room.lastMessageId + 1
  room.topics.set(message_thread_id, { id: message_thread_id, name, closed: false })
  announce(call, room, message_thread_id, { forum_topic_created: look })
  return { message_thread_id, ...look }
}

export function editForumTopic(call: Call): true {
  const { room, topic } = findTopic(call)
  topic.name = call.string('name') || topic.name
  announce(call, room, topic.id, { forum_topic_edited: { name: topic.name } })
  return true
}

export function closeForumTopic(call: Call): true {
  const { room, topic } = findTopic(call)
  if (topic.closed) throw badRequest('TOPIC_NOT_MODIFIED')
  topic.closed = true
  announce(call, room, topic.id, { forum_topic_closed: {} })
  return true
}

export function reopenForumTopic(call: Call): true {
  const { room, topic } = findTopic(call)
  if (!topic.closed) throw badRequest('TOPIC_NOT_MODIFIED')
  topic.closed = false
  announce(call, room, topic.id, { forum_topic_reopened: {} })
  return true
}

/** deleteForumTopic: takes the messages of the topic with it. */
export function deleteForumTopic(call: Call): true {
  const { room, topic } = findTopic(call)
  room.topics.delete(topic.id)
  for (const message of room.messages.values()) {
    if (message.body.message_thread_id === topic.id) room.messages.delete(message.id)
  }
  return true
}

function announce(call: Call, room: Room, threadId: number, content: JsonObject): void {
  postFromBot(call.world, room, call.bot, { content, threadId })
}

function requireForum(call: Call): Room {
  const room = findRoom(call.world, call.bot, chatIdOf(call))
  if (room.chat.is_forum !== true) throw badRequest('the chat is not a forum')
  const status = room.members.get(call.bot.id)
  if (status !== 'administrator') throw badRequest('not enough rights to create a topic')
  return room
}

function findTopic(call: Call): { room: Room; topic: Topic } {
  const room = requireForum(call)
  const topic = room.topics.get(call.requiredInteger('message_thread_id'))
  if (!topic) throw badRequest('message thread not found')
  return { room, topic }
}
