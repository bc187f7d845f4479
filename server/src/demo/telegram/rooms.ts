import { defined, type JsonObject } from './json.ts'
import { badRequest, forbidden } from './refusal.ts'
import type { BotState, ConnectionState, PersonState, Room, StoredMessage, World } from './world.ts'

/** The private chat of a bot with a person, created when it is first needed. */
export function openPrivateRoom(world: World, bot: BotState, person: PersonState): Room {
  const known = bot.rooms.get(person.id)
  if (known) return known
  const room = world.createRoom(person.id, describePrivateChat(person))
  bot.rooms.set(person.id, room)
  return room
}

/** The chat of a business account with one of its customers. */
export function openBusinessRoom(world: World, connection: ConnectionState, customer: PersonState): Room {
  const known = connection.rooms.get(customer.id)
  if (known) return known
  const room = world.createRoom(customer.id, describePrivateChat(customer), connection)
  connection.rooms.set(customer.id, room)
  return room
}

function describePrivateChat({ id, user }: PersonState): JsonObject {
  const { first_name, last_name, username } = user
  return defined({ id, first_name, last_name, username, type: 'private' })
}

/**
 * The chat a bot means. Refuses what Telegram refuses: unknown chats, people it has never met,
 * groups it is not in, groups that have become supergroups.
 */
export function findRoom(world: World, bot: BotState, chatId: number | string): Room {
  const id = Number(chatId)
  const room = Number.isNaN(id) ? findByUsername(world, String(chatId)) : world.groups.get(id)
  if (room) return requireMembership(room, bot)
  const known = bot.rooms.get(id)
  if (known) return known
  if (world.bots.has(id)) throw forbidden("bots can't send messages to bots")
  const shared = [...world.groups.values()].some(group => group.members.has(id) && group.members.has(bot.id))
  if (world.people.has(id) && shared) throw forbidden("bot can't initiate conversation with a user")
  throw badRequest('chat not found')
}

function findByUsername(world: World, name: string): Room | undefined {
  const username = name.replace(/^@/, '').toLowerCase()
  return [...world.groups.values()].find(
    ({ chat }) => typeof chat.username === 'string' && chat.username.toLowerCase() === username,
  )
}

function requireMembership(room: Room, bot: BotState): Room {
  if (room.migratedTo !== undefined) {
    const parameters = { migrate_to_chat_id: room.migratedTo }
    throw badRequest('group chat was upgraded to a supergroup chat', parameters)
  }
  const status = room.members.get(bot.id)
  const kind = room.chat.type === 'group' ? 'group' : String(room.chat.type)
  if (status === undefined) throw badRequest('chat not found')
  if (status === 'kicked') throw forbidden(`bot was kicked from the ${kind} chat`)
  if (status === 'left') throw forbidden(`bot is not a member of the ${kind} chat`)
  return room
}

/** Refuses a private chat whose person does not want to hear from the bot, or is gone. */
export function requireReachable(world: World, bot: BotState, room: Room): void {
  if (room.chat.type !== 'private') return
  if (world.people.get(room.id)?.deactivated) throw forbidden('user is deactivated')
  if (!room.connection && bot.blockedBy.has(room.id)) throw forbidden('bot was blocked by the user')
}

/** The business chat a bot means. Refuses unknown, foreign and disabled connections. */
export function findBusinessRoom(world: World, bot: BotState, connectionId: string, chatId: number): Room {
  const connection = findConnection(world, bot, connectionId)
  if (!connection.enabled) throw badRequest('business connection is disabled')
  const room = connection.rooms.get(chatId)
  if (!room) throw badRequest('chat not found')
  return room
}

export function findConnection(world: World, bot: BotState, connectionId: string): ConnectionState {
  const connection = world.connections.get(connectionId)
  if (connection?.botId !== bot.id) throw badRequest('business connection not found')
  return connection
}

/** The message of a chat, or 400 with the given words. */
export function findMessage(room: Room, id: number, missing: string): StoredMessage {
  const message = room.messages.get(id)
  if (!message) throw badRequest(missing)
  return message
}

export function isGroup(room: Room): boolean {
  return room.chat.type === 'group' || room.chat.type === 'supergroup'
}
