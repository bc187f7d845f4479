import { defined, type Json, type JsonObject } from './json.ts'
import {
  type BotState,
  describeBot,
  type PersonState,
  type Room,
  type StoredMessage,
  type World,
} from './world.ts'

/** What a message says, and how it hangs together with others. */
export interface Draft {
  readonly content: JsonObject
  readonly replyTo?: StoredMessage | undefined
  readonly threadId?: number | undefined
  /** Further members of the Message object, such as `media_group_id`. */
  readonly extra?: Record<string, Json | undefined>
}

/** Puts a message into a chat and tells whoever watches it. Nobody gets an update by this alone. */
export function post(world: World, room: Room, from: JsonObject, draft: Draft): StoredMessage {
  const id = ++room.lastMessageId
  const inTopic = draft.threadId !== undefined && room.topics.has(draft.threadId)
  const body = defined({
    message_id: id,
    from,
    chat: room.chat,
    date: world.seconds,
    business_connection_id: room.connection?.id,
    message_thread_id: draft.threadId,
    is_topic_message: inTopic ? true : undefined,
    reply_to_message: draft.replyTo && withoutReply(draft.replyTo.body),
    ...draft.content,
    ...draft.extra,
  })
  const message: StoredMessage = { id, room, body, authorId: Number(from.id), reactions: new Map() }
  room.messages.set(id, message)
  for (const watcher of room.watchers) watcher(message)
  return message
}

/** A quoted message never carries what it itself replied to. */
function withoutReply(body: JsonObject): JsonObject {
  const { reply_to_message: _, ...rest } = body
  return rest
}

/** Posts in the name of a bot. */
export function postFromBot(world: World, room: Room, bot: BotState, draft: Draft): StoredMessage {
  if (!room.connection) return post(world, room, describeBot(bot), draft)
  const extra = { ...draft.extra, sender_business_bot: describeBot(bot) }
  const message = post(world, room, room.connection.owner.user, { ...draft, extra })
  return message
}

/** Posts in the name of a person and sends the update to every bot that can see it. */
export function postFromPerson(
  world: World,
  room: Room,
  bot: BotState | undefined,
  person: PersonState,
  draft: Draft,
): StoredMessage {
  const message = post(world, room, person.user, draft)
  tellBots(world, room, bot, 'message', message.body)
  return message
}

/** Sends what happened in a chat to the bots in it; business chats have their own kinds of update. */
export function tellBots(
  world: World,
  room: Room,
  bot: BotState | undefined,
  kind: 'message' | 'edited_message',
  body: JsonObject,
): void {
  const businessKind = kind === 'message' ? 'business_message' : 'edited_business_message'
  if (room.connection) {
    const owner = world.bots.get(room.connection.botId)
    if (owner && room.connection.enabled) world.deliver(owner, businessKind, body)
    return
  }
  if (bot && room.members.size === 0) world.deliver(bot, kind, body)
  for (const [id, status] of room.members) {
    const member = world.bots.get(id)
    if (member && status !== 'left' && status !== 'kicked') world.deliver(member, kind, body)
  }
}

/** Changes a message in place: undefined removes a member. Sets the time of the edit when `edited`. */
export function change(
  world: World,
  message: StoredMessage,
  members: Record<string, Json | undefined>,
  edited: boolean,
): void {
  message.body = defined({ ...message.body, ...members, ...(edited ? { edit_date: world.seconds } : {}) })
}
