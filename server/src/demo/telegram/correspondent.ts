import type { Message, User } from 'grammy/types'
import type { FileKind } from './files.ts'
import type { Group } from './group.ts'
import { defined, type JsonObject } from './json.ts'
import { describeMedia, type MediaDetails, storeMedia } from './media.ts'
import { type Draft, postFromPerson } from './post.ts'
import { openPrivateRoom } from './rooms.ts'
import { asMessage, asUser } from './shapes.ts'
import { findEntities, formatText, MAX_CAPTION, MAX_TEXT } from './text.ts'
import type { BotState, PersonState, Room, World } from './world.ts'

/** Anything that names a bot: what createBot returns, or its id. */
export type BotReference = number | { readonly id: number }

/** How a message of a person hangs together with others. */
export interface SayOptions {
  /** Message to reply to, as an object or by its id. */
  readonly replyTo?: { readonly message_id: number } | number | undefined
  /** Entities instead of those found by themselves. */
  readonly entities?: readonly JsonObject[] | undefined
  /** Say it in this group instead of the private chat. */
  readonly in?: Group | undefined
  readonly threadId?: number | undefined
}

export type MediaOptions = SayOptions &
  MediaDetails & { readonly caption?: string | undefined; readonly albumId?: string }

/** Somebody who can write to bots, and all the ways to do so. */
export class Correspondent {
  protected readonly world: World
  protected readonly state: PersonState

  constructor(world: World, state: PersonState) {
    this.world = world
    this.state = state
  }

  get id(): number {
    return this.state.id
  }

  /** The User object bots see. */
  get user(): User {
    return asUser(this.state.user)
  }

  /** Writes a text of 1 to 4096 UTF-16 units, exactly as given. Throws RangeError beyond that. */
  say(bot: BotReference, text: string, options: SayOptions = {}): Message {
    if (text.length < 1 || text.length > MAX_TEXT)
      throw new RangeError(`a text has 1 to ${MAX_TEXT} UTF-16 units`)
    const entities = options.entities ? [...options.entities] : findEntities(text)
    return this.#post(bot, defined({ text, entities: entities.length > 0 ? entities : undefined }), options)
  }

  sendPhoto(bot: BotReference, bytes: Uint8Array, options: MediaOptions = {}): Message {
    return this.#sendFile('photo', bot, bytes, options)
  }

  sendDocument(bot: BotReference, bytes: Uint8Array, options: MediaOptions = {}): Message {
    return this.#sendFile('document', bot, bytes, options)
  }

  sendVoice(bot: BotReference, bytes: Uint8Array, options: MediaOptions = {}): Message {
    return this.#sendFile('voice', bot, bytes, options)
  }

  sendAudio(bot: BotReference, bytes: Uint8Array, options: MediaOptions = {}): Message {
    return this.#sendFile('audio', bot, bytes, options)
  }

  sendVideo(bot: BotReference, bytes: Uint8Array, options: MediaOptions = {}): Message {
    return this.#sendFile('video', bot, bytes, options)
  }

  sendVideoNote(bot: BotReference, bytes: Uint8Array, options: MediaOptions = {}): Message {
    return this.#sendFile('video_note', bot, bytes, options)
  }

  sendAnimation(bot: BotReference, bytes: Uint8Array, options: MediaOptions = {}): Message {
    return this.#sendFile('animation', bot, bytes, options)
  }

  sendSticker(bot: BotReference, bytes: Uint8Array, options: MediaOptions = {}): Message {
    return this.#sendFile('sticker', bot, bytes, options)
  }

  /** Sends several photos as one album. */
  sendAlbum(bot: BotReference, photos: readonly Uint8Array[], options: MediaOptions = {}): Message[] {
    const albumId = String(this.world.random.integer(1e9, 9e12))
    return photos.map((bytes, index) =>
      this.#sendFile('photo', bot, bytes, {
        ...options,
        albumId,
        caption: index === 0 ? options.caption : undefined,
      }),
    )
  }

  sendLocation(bot: BotReference, latitude: number, longitude: number, options: SayOptions = {}): Message {
    return this.#post(bot, { location: { latitude, longitude } }, options)
  }

  /** Sends a contact card; without one, the person's own. */
  sendContact(bot: BotReference, phoneNumber: string, firstName?: string, options: SayOptions = {}): Message {
    const own = firstName === undefined
    const name = own ? (this.state.user.first_name ?? '') : firstName
    const contact = defined({
      phone_number: phoneNumber,
      first_name: name,
      user_id: own ? this.id : undefined,
    })
    return this.#post(bot, { contact }, options)
  }

  protected findBot(reference: BotReference): BotState {
    const id = typeof reference === 'number' ? reference : reference.id
    const bot = this.world.bots.get(id)
    if (!bot) throw new Error(`there is no bot ${id}`)
    return bot
  }

  protected findRoom(bot: BotReference, options: SayOptions): Room {
    return options.in ? options.in.room : openPrivateRoom(this.world, this.findBot(bot), this.state)
  }

  #post(bot: BotReference, content: JsonObject, options: SayOptions & { albumId?: string }): Message {
    const room = this.findRoom(bot, options)
    const state = this.findBot(bot)
    if (!options.in && state.blockedBy.has(this.id))
      throw new Error('a person cannot write to a bot they have blocked')
    const replyId = typeof options.replyTo === 'number' ? options.replyTo : options.replyTo?.message_id
    const replyTo = replyId === undefined ? undefined : room.messages.get(replyId)
    if (replyId !== undefined && !replyTo) throw new Error(`there is no message ${replyId} to reply to`)
    const draft: Draft = {
      content,
      replyTo,
      threadId: options.threadId,
      extra: { media_group_id: options.albumId },
    }
    return asMessage(postFromPerson(this.world, room, state, this.state, draft).body)
  }

  #sendFile(kind: FileKind, bot: BotReference, bytes: Uint8Array, options: MediaOptions): Message {
    const file = storeMedia(this.world, this.findBot(bot).id, kind, Buffer.from(bytes), options, false)
    return this.#post(
      bot,
      { ...describeMedia(this.world, file, options), ...describeOwnCaption(options.caption) },
      options,
    )
  }
}

function describeOwnCaption(caption: string | undefined): JsonObject {
  if (caption === undefined || caption === '') return {}
  const { text, entities } = formatText(
    { text: caption, parseMode: undefined, entities: undefined },
    MAX_CAPTION,
    'caption is too long',
  )
  return defined({ caption: text, caption_entities: entities.length > 0 ? entities : undefined })
}
