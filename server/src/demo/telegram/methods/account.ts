import type { Call } from '../call.ts'
import { MAX_DOWNLOAD_BYTES } from '../files.ts'
import { defined, type JsonObject } from '../json.ts'
import { badRequest, conflict, TelegramRefusal } from '../refusal.ts'
import { findBusinessRoom, findConnection, findMessage } from '../rooms.ts'
import type { ConnectionState } from '../world.ts'

export function getMe({ bot }: Call): JsonObject {
  return bot.user
}

/** logOut: from then on the token answers 400, as the cloud server does for ten minutes. */
export function logOut({ bot }: Call): true {
  bot.webhook?.stop()
  bot.webhook = undefined
  bot.polling.interrupt(new TelegramRefusal(400, 'Logged out'))
  bot.loggedOut = true
  return true
}

export function close({ bot }: Call): true {
  bot.polling.interrupt(conflict('terminated by close request'))
  return true
}

/** getFile: files of more than 20 MB are known but cannot be downloaded. */
export function getFile(call: Call): JsonObject {
  const file = call.world.files.find(call.bot.id, call.requiredString('file_id'))
  if (file.bytes.length > MAX_DOWNLOAD_BYTES) throw badRequest('file is too big')
  return {
    file_id: file.id,
    file_unique_id: file.uniqueId,
    file_size: file.bytes.length,
    file_path: file.path,
  }
}

/** answerCallbackQuery: once for each press of a button. */
export function answerCallbackQuery(call: Call): true {
  const id = call.requiredString('callback_query_id')
  const query = call.world.callbacks.get(id)
  if (query?.botId !== call.bot.id) {
    throw badRequest('query is too old and response timeout expired or query ID is invalid')
  }
  const text = call.string('text')
  if (text !== undefined && text.length > 200) throw badRequest('MESSAGE_TOO_LONG')
  call.world.callbacks.delete(id)
  query.answer(defined({ text, show_alert: call.flag('show_alert'), url: call.string('url') }))
  return true
}

export function getBusinessConnection(call: Call): JsonObject {
  return describeConnection(
    findConnection(call.world, call.bot, call.requiredString('business_connection_id')),
  )
}

export function describeConnection({ id, owner, date, rights, enabled }: ConnectionState): JsonObject {
  return { id, user: owner.user, user_chat_id: owner.id, date, rights, is_enabled: enabled }
}

export function readBusinessMessage(call: Call): true {
  const connection = call.requiredString('business_connection_id')
  const room = findBusinessRoom(call.world, call.bot, connection, call.requiredInteger('chat_id'))
  if (room.connection?.rights.can_read_messages !== true)
    throw badRequest('not enough rights to read messages')
  findMessage(room, call.requiredInteger('message_id'), 'message to read not found')
  return true
}
