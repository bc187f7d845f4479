import type { Call } from '../call.ts'
import { isObject, type Json, type JsonObject } from '../json.ts'
import { describeMedia, storeMedia } from '../media.ts'
import { badRequest } from '../refusal.ts'

/** setMyCommands: up to 100 commands for one scope and language. */
export function setMyCommands(call: Call): true {
  const commands = (call.list('commands') ?? []).filter(isObject)
  if (commands.length > 100) throw badRequest('BOT_COMMANDS_TOO_MUCH')
  for (const { command, description } of commands) {
    if (!/^[a-z0-9_]{1,32}$/.test(String(command).replace(/^\//, ''))) throw badRequest('BOT_COMMAND_INVALID')
    if (!/^.{1,256}$/su.test(String(description))) throw badRequest('BOT_COMMAND_DESCRIPTION_INVALID')
  }
  const plain = commands.map(command => ({
    ...command,
    command: String(command.command).replace(/^\//, ''),
  }))
  call.bot.profile.set(commandsKey(call), plain)
  return true
}

export function getMyCommands(call: Call): Json {
  return call.bot.profile.get(commandsKey(call)) ?? []
}

export function deleteMyCommands(call: Call): true {
  call.bot.profile.delete(commandsKey(call))
  return true
}

function commandsKey(call: Call): string {
  return `commands/${JSON.stringify(call.object('scope') ?? { type: 'default' })}/${call.string('language_code') ?? ''}`
}

/** setMyProfilePhoto: a new JPEG every time (a photo cannot be used again); what moves is only taken note of. */
export function setMyProfilePhoto(call: Call): true {
  const given = call.object('photo')
  const source = String(given?.photo ?? given?.animation ?? '')
  const file = call.files.get(source.replace(/^attach:\/\//, ''))
  if (!source.startsWith('attach://') || !file) throw badRequest('PHOTO_FILE_MISSING')
  if (given?.type === 'static' && file.bytes.readUInt16BE(0) !== 0xffd8) throw badRequest('PHOTO_EXT_INVALID')
  const stored = storeMedia(call.world, call.bot.id, 'photo', file.bytes, {}, false)
  // its sizes, in an object because that is what a profile's members are
  call.bot.profile.set('photo', describeMedia(call.world, stored))
  return true
}

export function removeMyProfilePhoto(call: Call): true {
  call.bot.profile.delete('photo')
  return true
}

/** The pair of methods that set and get one text of the bot per language. */
export function profileText(
  member: string,
  limit: number,
): { set: (call: Call) => true; get: (call: Call) => JsonObject } {
  const keyOf = (call: Call) => `${member}/${call.string('language_code') ?? ''}`
  return {
    set(call) {
      const text = call.string(member) ?? ''
      if (text.length > limit) throw badRequest(`${member.replaceAll('_', ' ')} is too long`)
      call.bot.profile.set(keyOf(call), { [member]: text })
      if (member === 'name' && keyOf(call) === 'name/' && text !== '')
        call.bot.user = { ...call.bot.user, first_name: text }
      return true
    },
    get(call) {
      const fallback = member === 'name' ? (call.bot.user.first_name ?? '') : ''
      const found = call.bot.profile.get(keyOf(call)) ?? call.bot.profile.get(`${member}/`)
      return isObject(found) ? found : { [member]: fallback }
    },
  }
}

export function setChatMenuButton(call: Call): true {
  call.bot.profile.set(menuKey(call), call.object('menu_button') ?? { type: 'default' })
  return true
}

export function getChatMenuButton(call: Call): Json {
  return call.bot.profile.get(menuKey(call)) ?? call.bot.profile.get('menu/') ?? { type: 'default' }
}

function menuKey(call: Call): string {
  return `menu/${call.integer('chat_id') ?? ''}`
}
