import type { Message, User } from 'grammy/types'
import { BusinessAccount } from './business-account.ts'
import type { FileKind } from './files.ts'
import type { Group } from './group.ts'
import { defined, isObject, type Json, type JsonObject } from './json.ts'
import { describeMedia, type MediaDetails, storeMedia } from './media.ts'
import { describeMember } from './methods/chats.ts'
import { change, type Draft, postFromPerson, tellBots } from './post.ts'
import { openPrivateRoom } from './rooms.ts'
import { asMessage, asUser } from './shapes.ts'
import { findEntities, formatText, MAX_CAPTION, MAX_TEXT } from './text.ts'
import { type WaitOptions, waitForMessage } from './waiting.ts'
import { type BotState, describeBot, type PersonState, type Room, type World } from './world.ts'

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

/** What became of the press of a button. */
export interface Press {
  readonly id: string
  /** Resolves when the bot answers the query: `{ text?, show_alert, url? }`. */
  readonly answered: Promise<JsonObject>
}

/** A simulated person with a Telegram account. All of it happens at once and in memory. */
export class Person {
  readonly #world: World
  readonly #state: PersonState
  readonly #read = new Map<Room, number>()

  constructor(world: World, state: PersonState) {
    this.#world = world
    this.#state = state
  }

  get id(): number {
    return this.#state.id
  }

  /** The User object bots see. */
  get user(): User {
    return asUser(this.#state.user)
  }

  /** Opens the chat as the button "Start" does: `/start`, with the payload of a deep link. */
  startBot(bot: BotReference, payload?: string): Message {
    if (this.#bot(bot).blockedBy.has(this.id)) this.unblock(bot)
    return this.say(bot, payload === undefined ? '/start' : `/start ${payload}`)
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
    const albumId = String(this.#world.random.integer(1e9, 9e12))
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
    const name = own ? (this.#state.user.first_name ?? '') : firstName
    const contact = defined({
      phone_number: phoneNumber,
      first_name: name,
      user_id: own ? this.id : undefined,
    })
    return this.#post(bot, { contact }, options)
  }

  /** Changes the text, or the caption, of one's own message. */
  edit(
    bot: BotReference,
    message: { readonly message_id: number },
    text: string,
    options: SayOptions = {},
  ): Message {
    const room = this.#room(bot, options)
    const stored = room.messages.get(message.message_id)
    if (stored?.authorId !== this.id) throw new Error('only an own message can be edited')
    const entities = findEntities(text)
    const found = entities.length > 0 ? entities : undefined
    const isText = stored.body.text !== undefined
    change(
      this.#world,
      stored,
      isText ? { text, entities: found } : { caption: text, caption_entities: found },
      true,
    )
    tellBots(this.#world, room, this.#bot(bot), 'edited_message', stored.body)
    return asMessage(stored.body)
  }

  /** Replaces the person's reactions to a message by these emoji; none takes them away. */
  react(
    bot: BotReference,
    message: { readonly message_id: number },
    emoji: readonly string[],
    options: SayOptions = {},
  ): void {
    const room = this.#room(bot, options)
    const stored = room.messages.get(message.message_id)
    if (!stored) throw new Error('there is no such message to react to')
    const before = stored.reactions.get(this.id) ?? []
    const after = emoji.map(one => ({ type: 'emoji', emoji: one }))
    stored.reactions.set(this.id, after)
    this.#world.deliver(this.#bot(bot), 'message_reaction', {
      chat: room.chat,
      message_id: stored.id,
      user: this.#state.user,
      date: this.#world.seconds,
      old_reaction: before,
      new_reaction: after,
    })
  }

  /** Presses an inline button, named by its text or its callback data. Throws when the message has none such. */
  press(
    bot: BotReference,
    message: { readonly message_id: number },
    button: string,
    options: SayOptions = {},
  ): Press {
    const room = this.#room(bot, options)
    const stored = room.messages.get(message.message_id)
    const pressed = stored && findButton(stored.body, button)
    if (!stored || !pressed) throw new Error(`the message has no button "${button}" to press`)
    const id = String(this.#world.random.integer(1e12, 9e15))
    const state = this.#bot(bot)
    const answered = new Promise<JsonObject>(answer =>
      this.#world.callbacks.set(id, { botId: state.id, answer }),
    )
    const data = pressed.callback_data
    const from = this.#state.user
    this.#world.deliver(
      state,
      'callback_query',
      defined({ id, from, message: stored.body, chat_instance: String(room.id), data }),
    )
    return { id, answered }
  }

  /** Stops the bot: it gets 403 from now on. */
  block(bot: BotReference): void {
    this.#changeMembership(bot, true)
  }

  unblock(bot: BotReference): void {
    this.#changeMembership(bot, false)
  }

  /** Deletes the account: every bot gets 403 "user is deactivated". */
  deactivate(): void {
    this.#state.deactivated = true
  }

  /** Everything a bot has written to this person that is still there, as it stands now, oldest first. */
  received(bot: BotReference, options: SayOptions = {}): Message[] {
    const { id } = this.#bot(bot)
    return [...this.#room(bot, options).messages.values()]
      .filter(message => message.authorId === id)
      .map(message => asMessage(message.body))
  }

  /** Every message of the chat that is still there, from both sides. */
  conversation(bot: BotReference, options: SayOptions = {}): Message[] {
    return [...this.#room(bot, options).messages.values()].map(message => asMessage(message.body))
  }

  /**
   * The next message from the bot that this person has not waited for yet; it may be there already.
   * Rejects after `timeoutMs` (5 s unless told). With `matching`, messages that do not match are passed over.
   */
  async waitForReply(bot: BotReference, options: WaitOptions & SayOptions = {}): Promise<Message> {
    const room = this.#room(bot, options)
    const fromBot = this.#bot(bot).id
    const message = await waitForMessage(room, {
      ...options,
      authorId: fromBot,
      after: this.#read.get(room) ?? 0,
    })
    this.#read.set(room, message.id)
    return asMessage(message.body)
  }

  /** Opens this person's business account to a bot. */
  connectBusiness(bot: BotReference, rights?: JsonObject): BusinessAccount {
    openPrivateRoom(this.#world, this.#bot(bot), this.#state)
    return BusinessAccount.open(this.#world, this.#bot(bot), this.#state, rights)
  }

  #bot(reference: BotReference): BotState {
    const id = typeof reference === 'number' ? reference : reference.id
    const bot = this.#world.bots.get(id)
    if (!bot) throw new Error(`there is no bot ${id}`)
    return bot
  }

  #room(bot: BotReference, options: SayOptions): Room {
    return options.in ? options.in.room : openPrivateRoom(this.#world, this.#bot(bot), this.#state)
  }

  #post(bot: BotReference, content: JsonObject, options: SayOptions & { albumId?: string }): Message {
    const room = this.#room(bot, options)
    const state = this.#bot(bot)
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
    return asMessage(postFromPerson(this.#world, room, state, this.#state, draft).body)
  }

  #sendFile(kind: FileKind, bot: BotReference, bytes: Uint8Array, options: MediaOptions): Message {
    const file = storeMedia(this.#world, this.#bot(bot).id, kind, Buffer.from(bytes), options, false)
    return this.#post(
      bot,
      { ...describeMedia(this.#world, file, options), ...describeOwnCaption(options.caption) },
      options,
    )
  }

  #changeMembership(reference: BotReference, blocked: boolean): void {
    const bot = this.#bot(reference)
    if (bot.blockedBy.has(this.id) === blocked) return
    if (blocked) bot.blockedBy.add(this.id)
    else bot.blockedBy.delete(this.id)
    const user = describeBot(bot)
    const [left, stayed] = [describeMember('kicked', user), describeMember('member', user)]
    this.#world.deliver(bot, 'my_chat_member', {
      chat: openPrivateRoom(this.#world, bot, this.#state).chat,
      from: this.#state.user,
      date: this.#world.seconds,
      old_chat_member: blocked ? stayed : left,
      new_chat_member: blocked ? left : stayed,
    })
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

function findButton(body: JsonObject, name: string): JsonObject | undefined {
  const markup = body.reply_markup
  const rows: Json = isObject(markup) ? (markup.inline_keyboard ?? []) : []
  const buttons = (Array.isArray(rows) ? rows : []).flat().filter(isObject)
  return buttons.find(
    button => button.callback_data !== undefined && (button.text === name || button.callback_data === name),
  )
}
