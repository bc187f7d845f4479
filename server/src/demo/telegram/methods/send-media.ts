import type { Call } from '../call.ts'
import { type FileKind, MAX_UPLOAD_BYTES, type StoredFile } from '../files.ts'
import { defined, isObject, type Json, type JsonObject } from '../json.ts'
import { describeMedia, type MediaDetails, storeMedia } from '../media.ts'
import { postFromBot } from '../post.ts'
import { badRequest, TelegramRefusal } from '../refusal.ts'
import { formatText, MAX_CAPTION } from '../text.ts'
import { Upload } from '../upload.ts'
import { describeCaption, readCaptionContent } from './send-text.ts'
import { readTarget, send } from './target.ts'

/** A method that sends one file of the given kind from the parameter of the same name. */
export function sendFile(kind: FileKind): (call: Call) => JsonObject {
  return call => {
    const details: MediaDetails = {
      width: call.integer('width') ?? call.integer('length'),
      height: call.integer('height') ?? call.integer('length'),
      duration: call.integer('duration'),
      performer: call.string('performer'),
      title: call.string('title'),
      emoji: call.string('emoji'),
    }
    const content = { ...readMedia(call, kind, call.value(kind), details), ...readCaptionContent(call) }
    return send(call, { ...content, ...(call.flag('has_spoiler') ? { has_media_spoiler: true } : {}) })
  }
}

/**
 * The members of a Message for a file that was uploaded or is known by its id.
 * Refuses addresses on the web, which a real server would fetch.
 */
export function readMedia(call: Call, kind: FileKind, source: unknown, details: MediaDetails): JsonObject {
  if (source instanceof Upload) return storeUpload(call, kind, source, details)
  const text = String(source)
  if (text.startsWith('attach://')) {
    const upload = call.files.get(text.slice('attach://'.length))
    if (!upload) throw badRequest(`there is no file "${text}" in the request`)
    return storeUpload(call, kind, upload, details)
  }
  if (/^https?:/i.test(text)) throw badRequest('failed to get HTTP URL content')
  return describeMedia(call.world, requireKind(call.world.files.find(call.bot.id, text), kind), details)
}

function storeUpload(call: Call, kind: FileKind, upload: Upload, details: MediaDetails): JsonObject {
  if (upload.bytes.length > MAX_UPLOAD_BYTES) throw new TelegramRefusal(413, 'Request Entity Too Large')
  const mimeType = upload.contentType === 'application/octet-stream' ? undefined : upload.contentType
  const full = { ...details, name: upload.name, mimeType }
  return describeMedia(
    call.world,
    storeMedia(call.world, call.bot.id, kind, upload.bytes, full, true),
    details,
  )
}

function requireKind(file: StoredFile, kind: FileKind): StoredFile {
  if (file.kind === kind) return file
  throw badRequest(`can't use file of type ${nameKind(file.kind)} as ${nameKind(kind)}`)
}

function nameKind(kind: FileKind): string {
  return kind.replace(/(?:^|_)(\w)/g, (_, letter) => letter.toUpperCase())
}

const ALBUM_KINDS: readonly FileKind[] = ['photo', 'video', 'audio', 'document']

/** sendMediaGroup: 2 to 10 files as one album. */
export function sendMediaGroup(call: Call): Json {
  const items = (call.list('media') ?? []).filter(isObject)
  if (items.length < 2 || items.length > 10)
    throw badRequest('wrong number of media in the album, 2 to 10 are allowed')
  checkAlbumKinds(items.map(item => String(item.type)))
  const contents = items.map(item => readInputMedia(call, item))
  const { room, draft } = readTarget(call, items.length)
  const albumId = `${call.world.random.integer(1, 999_999)}${call.world.now()}`
  return contents.map(content => {
    const extra = { ...draft.extra, media_group_id: albumId }
    return postFromBot(call.world, room, call.bot, { ...draft, extra, content }).body
  })
}

function checkAlbumKinds(kinds: readonly string[]): void {
  const mixes = new Set(kinds.map(kind => (kind === 'photo' || kind === 'video' ? 'visual' : kind)))
  if (mixes.size > 1)
    throw badRequest('audio and document can be mixed in an album only with files of their own type')
}

/** The members of a Message for an InputMedia object, its caption included. */
export function readInputMedia(call: Call, item: JsonObject): JsonObject {
  const kind = [...ALBUM_KINDS, 'animation' as const].find(candidate => candidate === item.type)
  if (!kind) throw new TelegramRefusal(501, `Not Implemented: media of type ${String(item.type)}`)
  const details = {
    width: numberOf(item.width),
    height: numberOf(item.height),
    duration: numberOf(item.duration),
    performer: stringOf(item.performer),
    title: stringOf(item.title),
  }
  const media = readMedia(call, kind, item.media, details)
  const spoiler = item.has_spoiler === true || undefined
  return { ...media, ...readItemCaption(item), ...defined({ has_media_spoiler: spoiler }) }
}

function readItemCaption(item: JsonObject): JsonObject {
  const text = stringOf(item.caption)
  if (text === undefined) return {}
  const entities = Array.isArray(item.caption_entities) ? item.caption_entities : undefined
  const input = { text, parseMode: stringOf(item.parse_mode), entities }
  return describeCaption(
    formatText(input, MAX_CAPTION, 'message caption is too long'),
    item.show_caption_above_media === true,
  )
}

function numberOf(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function stringOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}
