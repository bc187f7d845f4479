import { type Call, chatIdOf } from '../call.ts'
import { isObject, type Json, type JsonObject } from '../json.ts'
import { badRequest } from '../refusal.ts'
import { findMessage, findRoom, requireReachable } from '../rooms.ts'
import type { MemberStatus, Room } from '../world.ts'
import { describeBot } from '../world.ts'
import { roomOf } from './target.ts'

export function getChat(call: Call): JsonObject {
  const room = findRoom(call.world, call.bot, chatIdOf(call))
  const gifts = { unlimited_gifts: false, limited_gifts: false, unique_gifts: false }
  return {
    ...room.chat,
    accent_color_id: Math.abs(room.id) % 7,
    max_reaction_count: 11,
    accepted_gift_types: { ...gifts, premium_subscription: false, gifts_from_channels: false },
  }
}

export function getChatMember(call: Call): JsonObject {
  const room = findRoom(call.world, call.bot, chatIdOf(call))
  const userId = call.requiredInteger('user_id')
  const user = describeUser(call, userId)
  if (!user) throw badRequest('PARTICIPANT_ID_INVALID')
  const inPrivate = userId === room.id || userId === call.bot.id
  const status = room.chat.type === 'private' && inPrivate ? 'member' : (room.members.get(userId) ?? 'left')
  return describeMember(status, user)
}

export function getChatAdministrators(call: Call): Json {
  const room = requireGroup(call)
  return [...room.members].flatMap(([id, status]) => {
    const user = describeUser(call, id)
    return user && (status === 'creator' || status === 'administrator') ? [describeMember(status, user)] : []
  })
}

export function getChatMemberCount(call: Call): number {
  const room = findRoom(call.world, call.bot, chatIdOf(call))
  const present = [...room.members.values()].filter(status => status !== 'left' && status !== 'kicked')
  return room.chat.type === 'private' ? 2 : present.length
}

export function leaveChat(call: Call): true {
  requireGroup(call).members.set(call.bot.id, 'left')
  return true
}

export function getUserProfilePhotos(call: Call): JsonObject {
  const user = call.requiredInteger('user_id')
  if (user === call.bot.id) {
    const own = call.bot.profile.get('photo')
    const photos = isObject(own) && own.photo ? [own.photo] : []
    return { total_count: photos.length, photos }
  }
  if (!call.world.people.has(user)) throw badRequest('user not found')
  return { total_count: 0, photos: [] }
}

const ACTIONS = new Set([
  'typing',
  'upload_photo',
  'record_video',
  'upload_video',
  'record_voice',
  'upload_voice',
  'upload_document',
  'choose_sticker',
  'find_location',
  'record_video_note',
  'upload_video_note',
])

export function sendChatAction(call: Call): true {
  requireReachable(call.world, call.bot, roomOf(call))
  if (!ACTIONS.has(call.requiredString('action'))) throw badRequest('wrong parameter action in request')
  return true
}

/** setMessageReaction: at most one reaction of the bot per message; an absent list removes it. */
export function setMessageReaction(call: Call): true {
  const room = findRoom(call.world, call.bot, chatIdOf(call))
  const message = findMessage(room, call.requiredInteger('message_id'), 'message to react not found')
  const reaction = (call.list('reaction') ?? []).filter(isObject)
  if (reaction.length > 1) throw badRequest('REACTIONS_TOO_MANY')
  message.reactions.set(call.bot.id, reaction)
  return true
}

function requireGroup(call: Call): Room {
  const room = findRoom(call.world, call.bot, chatIdOf(call))
  if (room.chat.type === 'private') throw badRequest('there are no administrators in the private chat')
  return room
}

function describeUser(call: Call, id: number): JsonObject | undefined {
  const bot = call.world.bots.get(id)
  return bot ? describeBot(bot) : call.world.people.get(id)?.user
}

const ADMINISTRATOR: JsonObject = {
  can_be_edited: false,
  is_anonymous: false,
  can_manage_chat: true,
  can_delete_messages: true,
  can_manage_video_chats: true,
  can_restrict_members: true,
  can_promote_members: false,
  can_change_info: true,
  can_invite_users: true,
  can_post_stories: false,
  can_edit_stories: false,
  can_delete_stories: false,
  can_pin_messages: true,
  can_manage_topics: true,
}

/** A ChatMember object. */
export function describeMember(status: MemberStatus, user: JsonObject): JsonObject {
  switch (status) {
    case 'creator':
      return { status, user, is_anonymous: false }
    case 'administrator':
      return { status, user, ...ADMINISTRATOR }
    case 'kicked':
      return { status, user, until_date: 0 }
    default:
      return { status, user }
  }
}
