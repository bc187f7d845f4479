import { createHash } from 'node:crypto'
import { badRequest } from './refusal.ts'

export type FileKind =
  | 'photo'
  | 'document'
  | 'voice'
  | 'audio'
  | 'video'
  | 'video_note'
  | 'animation'
  | 'sticker'

/** A file as one bot knows it: ids are worthless to any other bot. */
export interface StoredFile {
  readonly id: string
  /** The same for the same bytes, whatever the bot. */
  readonly uniqueId: string
  readonly botId: number
  readonly kind: FileKind
  readonly name: string | undefined
  readonly mimeType: string
  readonly bytes: Buffer
  readonly path: string
  readonly width: number
  readonly height: number
  /** Seconds. */
  readonly duration: number
}

export type NewFile = Omit<StoredFile, 'id' | 'uniqueId' | 'path'>

export const MAX_UPLOAD_BYTES = 50 * 1024 * 1024
export const MAX_PHOTO_BYTES = 10 * 1024 * 1024
export const MAX_DOWNLOAD_BYTES = 20 * 1024 * 1024

const EXTENSIONS: Readonly<Record<FileKind, string>> = {
  photo: 'jpg',
  document: 'bin',
  voice: 'oga',
  audio: 'mp3',
  video: 'mp4',
  video_note: 'mp4',
  animation: 'mp4',
  sticker: 'webp',
}

/** All files, in memory. */
export class FileStore {
  readonly #byId = new Map<string, StoredFile>()
  readonly #byPath = new Map<string, StoredFile>()
  #count = 0

  /** Keeps a file and gives it its ids. */
  add(file: NewFile): StoredFile {
    const number = this.#count++
    const digest = createHash('sha256').update(file.bytes).digest('base64url')
    const id = createHash('sha256')
      .update(`${file.botId}/${file.kind}/${number}/${digest}`)
      .digest('base64url')
    const extension = /\.([A-Za-z0-9]{1,8})$/.exec(file.name ?? '')?.[1] ?? EXTENSIONS[file.kind]
    const path = `${file.kind}s/file_${number}.${extension}`
    const stored = { ...file, id: `AgAC${id}`, uniqueId: `AQAD${digest.slice(0, 12)}`, path }
    this.#byId.set(stored.id, stored)
    this.#byPath.set(`${file.botId}/${path}`, stored)
    return stored
  }

  /** The file behind an id. Refuses ids that are unknown or belong to another bot. */
  find(botId: number, id: string): StoredFile {
    const file = this.#byId.get(id)
    if (file?.botId !== botId) throw badRequest('wrong file_id or the file is temporarily unavailable')
    return file
  }

  /** The file to download under `/file/bot<token>/<path>`. */
  findByPath(botId: number, path: string): StoredFile | undefined {
    return this.#byPath.get(`${botId}/${path}`)
  }

  clear(): void {
    this.#byId.clear()
    this.#byPath.clear()
  }
}
