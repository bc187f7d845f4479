import { type Call, chatIdOf } from '../call.ts'
import { badRequest } from '../refusal.ts'
import { findConnection, findMessage, findRoom } from '../rooms.ts'
import type { Room, StoredMessage } from '../world.ts'

const DELETABLE_SECONDS = 48 * 60 * 60

/** deleteMessage: within 48 hours; messages of others in groups only as an administrator. */
export function deleteMessage(call: Call): true {
  const room = findRoom(call.world, call.bot, chatIdOf(call))
  const message = findMessage(room, call.requiredInteger('message_id'), 'message to delete not found')
  if (!mayDelete(call, room, message)) throw badRequest("message can't be deleted for everyone")
  room.messages.delete(message.id)
  return true
}

/** deleteMessages: up to 100 at once; what is missing or too old is passed over. */
export function deleteMessages(call: Call): true {
  const room = findRoom(call.world, call.bot, chatIdOf(call))
  for (const id of readIds(call)) {
    const message = room.messages.get(id)
    if (message && mayDelete(call, room, message)) room.messages.delete(id)
  }
  return true
}

/** deleteBusinessMessages: in the name of the account that is connected. */
export function deleteBusinessMessages(call: Call): true {
  const connection = findConnection(call.world, call.bot, call.requiredString('business_connection_id'))
  const ids = readIds(call)
  const room = [...connection.rooms.values()].find(candidate => ids.every(id => candidate.messages.has(id)))
  if (!room) throw badRequest('message to delete not found')
  const own = ids.every(id => room.messages.get(id)?.authorId === connection.owner.id)
  const { can_delete_all_messages: all, can_delete_sent_messages: sent } = connection.rights
  if (all !== true && !(own && sent === true)) throw badRequest('not enough rights to delete messages')
  for (const id of ids) room.messages.delete(id)
  return true
}

export function readIds(call: Call): number[] {
  const ids = (call.list('message_ids') ?? []).map(Number)
  if (ids.length < 1 || ids.length > 100)
    throw badRequest('message identifiers must be a list of 1-100 items')
  return ids
}

function mayDelete(call: Call, room: Room, message: StoredMessage): boolean {
  if (call.world.seconds - Number(message.body.date) > DELETABLE_SECONDS) return false
  const status = room.members.get(call.bot.id)
  return room.chat.type === 'private' || message.authorId === call.bot.id || status === 'administrator'
}
