import { type Call, chatIdOf } from '../call.ts'
import type { Json, RawJson } from '../json.ts'
import { TelegramRefusal } from '../refusal.ts'
import { findRoom } from '../rooms.ts'
import { METHODS, type SpecMethod } from '../spec.ts'
import * as account from './account.ts'
import * as chats from './chats.ts'
import * as deleting from './delete.ts'
import * as edit from './edit.ts'
import * as forum from './forum.ts'
import * as forward from './forward.ts'
import * as profile from './profile.ts'
import * as media from './send-media.ts'
import * as other from './send-other.ts'
import { sendMessage } from './send-text.ts'
import * as updates from './updates.ts'

export type Handler = (call: Call) => Json | RawJson | Promise<RawJson>

const name = profile.profileText('name', 64)
const description = profile.profileText('description', 512)
const shortDescription = profile.profileText('short_description', 120)

const HANDLERS: Readonly<Record<string, Handler>> = {
  ...updates,
  getMe: account.getMe,
  logOut: account.logOut,
  close: account.close,
  getFile: account.getFile,
  answerCallbackQuery: account.answerCallbackQuery,
  getBusinessConnection: account.getBusinessConnection,
  readBusinessMessage: account.readBusinessMessage,
  sendMessage,
  sendPhoto: media.sendFile('photo'),
  sendDocument: media.sendFile('document'),
  sendVoice: media.sendFile('voice'),
  sendAudio: media.sendFile('audio'),
  sendVideo: media.sendFile('video'),
  sendVideoNote: media.sendFile('video_note'),
  sendAnimation: media.sendFile('animation'),
  sendSticker: media.sendFile('sticker'),
  sendMediaGroup: media.sendMediaGroup,
  ...other,
  editMessageText: edit.editMessageText,
  editMessageCaption: edit.editMessageCaption,
  editMessageMedia: edit.editMessageMedia,
  editMessageReplyMarkup: edit.editMessageReplyMarkup,
  deleteMessage: deleting.deleteMessage,
  deleteMessages: deleting.deleteMessages,
  deleteBusinessMessages: deleting.deleteBusinessMessages,
  forwardMessage: forward.forwardMessage,
  forwardMessages: forward.forwardMessages,
  copyMessage: forward.copyMessage,
  copyMessages: forward.copyMessages,
  getChat: chats.getChat,
  getChatMember: chats.getChatMember,
  getChatAdministrators: chats.getChatAdministrators,
  getChatMemberCount: chats.getChatMemberCount,
  leaveChat: chats.leaveChat,
  getUserProfilePhotos: chats.getUserProfilePhotos,
  sendChatAction: chats.sendChatAction,
  setMessageReaction: chats.setMessageReaction,
  ...forum,
  setMyCommands: profile.setMyCommands,
  getMyCommands: profile.getMyCommands,
  deleteMyCommands: profile.deleteMyCommands,
  setMyProfilePhoto: profile.setMyProfilePhoto,
  removeMyProfilePhoto: profile.removeMyProfilePhoto,
  setMyName: name.set,
  getMyName: name.get,
  setMyDescription: description.set,
  getMyDescription: description.get,
  setMyShortDescription: shortDescription.set,
  getMyShortDescription: shortDescription.get,
  setChatMenuButton: profile.setChatMenuButton,
  getChatMenuButton: profile.getChatMenuButton,
}

/** Answers True without doing anything, after it has seen that the chat exists. */
function acknowledge(call: Call): true {
  if (call.method.required.includes('chat_id')) findRoom(call.world, call.bot, chatIdOf(call))
  return true
}

function refuse(call: Call): never {
  throw new TelegramRefusal(
    501,
    `Not Implemented: the simulation does not know how to do ${call.method.name}`,
  )
}

function returnsTrue(method: SpecMethod): boolean {
  return method.returns.kind === 'boolean'
}

/** What runs a method: the simulation of it, or a plain True, or a refusal with 501. */
export function findHandler(method: SpecMethod): Handler {
  return HANDLERS[method.name] ?? (returnsTrue(method) ? acknowledge : refuse)
}

function listMethods(filter: (method: SpecMethod) => boolean): readonly string[] {
  return [...METHODS.values()].filter(filter).map(method => method.name)
}

/** Methods with a behaviour of their own. */
export const SIMULATED_METHODS = listMethods(method => method.name in HANDLERS)

/** Methods that are checked and then only answered with True. */
export const ACKNOWLEDGED_METHODS = listMethods(method => !(method.name in HANDLERS) && returnsTrue(method))

/** Methods that are checked and then refused with 501. */
export const UNIMPLEMENTED_METHODS = listMethods(method => !(method.name in HANDLERS) && !returnsTrue(method))
