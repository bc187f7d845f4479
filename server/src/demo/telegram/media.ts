import { type FileKind, MAX_PHOTO_BYTES, type NewFile, type StoredFile } from './files.ts'
import { readImageSize } from './image.ts'
import { defined, type Json, type JsonObject } from './json.ts'
import { badRequest } from './refusal.ts'
import type { World } from './world.ts'

/** What is known about a file that is sent, beside its bytes. Sizes in pixels, duration in seconds. */
export interface MediaDetails {
  readonly name?: string | undefined
  readonly mimeType?: string | undefined
  readonly width?: number | undefined
  readonly height?: number | undefined
  readonly duration?: number | undefined
  readonly performer?: string | undefined
  readonly title?: string | undefined
  readonly emoji?: string | undefined
}

const MIME_TYPES: Readonly<Record<FileKind, string>> = {
  photo: 'image/jpeg',
  document: 'application/octet-stream',
  voice: 'audio/ogg',
  audio: 'audio/mpeg',
  video: 'video/mp4',
  video_note: 'video/mp4',
  animation: 'video/mp4',
  sticker: 'image/webp',
}

const DEFAULT_SIDE = 320

/** Keeps the bytes of a file of the given kind for a bot. A photo must be an image when `strict`. */
export function storeMedia(
  world: World,
  botId: number,
  kind: FileKind,
  bytes: Buffer,
  details: MediaDetails,
  strict: boolean,
): StoredFile {
  if (bytes.length === 0) throw badRequest('file must be non-empty')
  const image = kind === 'photo' || kind === 'sticker' ? readImageSize(bytes) : undefined
  if (kind === 'photo' && strict && (!image || bytes.length > MAX_PHOTO_BYTES))
    throw badRequest('IMAGE_PROCESS_FAILED')
  const file: NewFile = {
    botId,
    kind,
    bytes,
    name: details.name,
    mimeType: details.mimeType ?? MIME_TYPES[kind],
    width: details.width ?? image?.width ?? DEFAULT_SIDE,
    height: details.height ?? image?.height ?? DEFAULT_SIDE,
    duration: details.duration ?? 0,
  }
  return world.files.add(file)
}

/** The members of a Message that show this file. */
export function describeMedia(world: World, file: StoredFile, details: MediaDetails = {}): JsonObject {
  const ids = { file_id: file.id, file_unique_id: file.uniqueId, file_size: file.bytes.length }
  const named = { file_name: file.name, mime_type: file.mimeType }
  const { width, height, duration } = file
  switch (file.kind) {
    case 'photo':
      return { photo: describeSizes(world, file) }
    case 'document':
      return { document: defined({ ...ids, ...named }) }
    case 'voice':
      return { voice: { ...ids, duration, mime_type: file.mimeType } }
    case 'audio':
      return {
        audio: defined({ ...ids, ...named, duration, performer: details.performer, title: details.title }),
      }
    case 'video':
      return { video: defined({ ...ids, ...named, width, height, duration }) }
    case 'video_note':
      return { video_note: { ...ids, length: width, duration } }
    case 'animation':
      // Telegram repeats an animation as a document for clients that know no animations.
      return {
        animation: defined({ ...ids, ...named, width, height, duration }),
        document: defined({ ...ids, ...named }),
      }
    case 'sticker':
      return { sticker: describeSticker(file, ids, details.emoji) }
  }
}

function describeSticker(file: StoredFile, ids: JsonObject, emoji: string | undefined): JsonObject {
  const { width, height } = file
  const isVideo = file.mimeType === 'video/webm'
  const isAnimated = file.mimeType === 'application/x-tgsticker'
  return defined({
    ...ids,
    type: 'regular',
    width,
    height,
    is_animated: isAnimated,
    is_video: isVideo,
    emoji,
  })
}

/** A photo comes in several sizes, smallest first. The small one here has the same bytes under another id. */
function describeSizes(world: World, file: StoredFile): Json[] {
  const scale = Math.min(1, 90 / Math.max(file.width, file.height))
  const width = Math.max(1, Math.round(file.width * scale))
  const height = Math.max(1, Math.round(file.height * scale))
  const { id: _, uniqueId: __, path: ___, ...copy } = file
  const small = scale < 1 ? [world.files.add({ ...copy, width, height })] : []
  return [...small, file].map(size => ({
    file_id: size.id,
    file_unique_id: size === file ? size.uniqueId : `${size.uniqueId}s`,
    width: size.width,
    height: size.height,
    file_size: size.bytes.length,
  }))
}
