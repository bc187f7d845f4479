import type { Entity, FileKind } from '@tracedesk/contracts'
import type { FormFile } from './multipart.ts'

/** Where a message goes. */
export interface Target {
  readonly chatId: number
  readonly topicId: number
  readonly business: string
  /** Telegram's id of the message this answers. */
  readonly replyTo: number | null
}

export interface OutgoingFile {
  readonly kind: FileKind
  readonly name: string
  readonly type: string
  readonly bytes: Buffer
}

/** A message whose words and files are at hand. */
export interface OutgoingMessage extends Target {
  readonly text: string | null
  readonly entities: readonly Entity[]
  readonly files: readonly OutgoingFile[]
  readonly content:
    | { readonly type: 'location'; readonly latitude: number; readonly longitude: number }
    | { readonly type: 'contact'; readonly phone: string; readonly name: string }
    | { readonly type: 'sticker'; readonly fileId: string }
    | null
}

/** One call of the Bot API. */
export interface Call {
  readonly method: string
  readonly fields: Record<string, unknown>
  readonly files: readonly FormFile[]
}

const METHODS: Readonly<Record<FileKind, string>> = {
  photo: 'sendPhoto',
  document: 'sendDocument',
  voice: 'sendVoice',
  audio: 'sendAudio',
  video: 'sendVideo',
  video_note: 'sendVideoNote',
  animation: 'sendAnimation',
  sticker: 'sendSticker',
}

function targetFields({ chatId, topicId, business, replyTo }: Target): Record<string, unknown> {
  return {
    chat_id: chatId,
    ...(topicId === 0 ? {} : { message_thread_id: topicId }),
    ...(business === '' ? {} : { business_connection_id: business }),
    // a customer who deleted the message shall get the answer all the same
    ...(replyTo === null
      ? {}
      : { reply_parameters: { message_id: replyTo, allow_sending_without_reply: true } }),
  }
}

const captionFields = (text: string | null, entities: readonly Entity[]): Record<string, unknown> => ({
  ...(text === null ? {} : { caption: text }),
  ...(text === null || entities.length === 0 ? {} : { caption_entities: entities }),
})

/** Which method sends a message, and with what (Bot API, "Available methods"). */
export function callFor(message: OutgoingMessage): Call {
  const { text, entities, files, content } = message
  const target = targetFields(message)
  if (content) return contentCall(content, target)
  const [file] = files
  if (!file) {
    const formatted = entities.length > 0 ? { entities } : {}
    return { method: 'sendMessage', fields: { ...target, text: text ?? '', ...formatted }, files: [] }
  }
  if (files.length > 1) return albumCall(message, target)
  const form = { field: file.kind, name: file.name, type: file.type, bytes: file.bytes }
  const caption = file.kind === 'video_note' ? {} : captionFields(text, entities)
  return { method: METHODS[file.kind], fields: { ...target, ...caption }, files: [form] }
}

function contentCall(
  content: NonNullable<OutgoingMessage['content']>,
  target: Record<string, unknown>,
): Call {
  switch (content.type) {
    case 'location': {
      const { latitude, longitude } = content
      return { method: 'sendLocation', fields: { ...target, latitude, longitude }, files: [] }
    }
    case 'contact': {
      const fields = { ...target, phone_number: content.phone, first_name: content.name }
      return { method: 'sendContact', fields, files: [] }
    }
    case 'sticker':
      return { method: 'sendSticker', fields: { ...target, sticker: content.fileId }, files: [] }
  }
}

/** The caption stands with the first file, as Telegram's own clients do it. */
function albumCall({ text, entities, files }: OutgoingMessage, target: Record<string, unknown>): Call {
  const media = files.map((file, index) => ({
    type: file.kind,
    media: `attach://file${index}`,
    ...(index === 0 ? captionFields(text, entities) : {}),
  }))
  const forms = files.map(({ name, type, bytes }, index) => ({ field: `file${index}`, name, type, bytes }))
  return { method: 'sendMediaGroup', fields: { ...target, media }, files: forms }
}
