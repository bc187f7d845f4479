import type { Message } from 'grammy/types'
import { BusinessAccount } from './business-account.ts'
import { type BotReference, Correspondent, type SayOptions } from './correspondent.ts'
import { defined, isObject, type Json, type JsonObject } from './json.ts'
import { describeMember } from './methods/chats.ts'
import { change, tellBots } from './post.ts'
import { openPrivateRoom } from './rooms.ts'
import { asMessage } from './shapes.ts'
import { findEntities } from './text.ts'
import { type WaitOptions, waitForMessage } from './waiting.ts'
import { describeBot, type Room } from './world.ts'

/** What became of the press of a button. */
export interface Press {
  readonly id: string
  /** Resolves when the bot answers the query: `{ text?, show_alert, url? }`. */
  readonly answered: Promise<JsonObject>
}

/** A simulated person with a Telegram account. All of it happens at once and in memory. */
export class Person extends Correspondent {
  readonly #read = new Map<Room, number>()

  /** Opens the chat as the button "Start" does: `/start`, with the payload of a deep link. */
  startBot(bot: BotReference, payload?: string): Message {
    if (this.findBot(bot).blockedBy.has(this.id)) this.unblock(bot)
    return this.say(bot, payload === undefined ? '/start' : `/start ${payload}`)
  }

  /** Changes the text, or the caption, of one's own message. */
  edit(
    bot: BotReference,
    message: { readonly message_id: number },
    text: string,
    options: SayOptions = {},
  ): Message {
    const room = this.findRoom(bot, options)
    const stored = room.messages.get(message.message_id)
    if (stored?.authorId !== this.id) throw new Error('only an own message can be edited')
    const entities = findEntities(text)
    const found = entities.length > 0 ? entities : undefined
    const isText = stored.body.text !== undefined
    change(
      this.world,
      stored,
      isText ? { text, entities: found } : { caption: text, caption_entities: found },
      true,
    )
    tellBots(this.world, room, this.findBot(bot), 'edited_message', stored.body)
    return asMessage(stored.body)
  }

  /** Replaces the person's reactions to a message by these emoji; none takes them away. */
  react(
    bot: BotReference,
    message: { readonly message_id: number },
    emoji: readonly string[],
    options: SayOptions = {},
  ): void {
    const room = this.findRoom(bot, options)
    const stored = room.messages.get(message.message_id)
    if (!stored) throw new Error('there is no such message to react to')
    const before = stored.reactions.get(this.id) ?? []
    const after = emoji.map(one => ({ type: 'emoji', emoji: one }))
    stored.reactions.set(this.id, after)
    this.world.deliver(this.findBot(bot), 'message_reaction', {
      chat: room.chat,
      message_id: stored.id,
      user: this.state.user,
      date: this.world.seconds,
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
    const room = this.findRoom(bot, options)
    const stored = room.messages.get(message.message_id)
    const pressed = stored && findButton(stored.body, button)
    if (!stored || !pressed) throw new Error(`the message has no button "${button}" to press`)
    const id = String(this.world.random.integer(1e12, 9e15))
    const state = this.findBot(bot)
    const answered = new Promise<JsonObject>(answer =>
      this.world.callbacks.set(id, { botId: state.id, answer }),
    )
    const data = pressed.callback_data
    const from = this.state.user
    this.world.deliver(
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
    this.state.deactivated = true
  }

  /** Everything a bot has written to this person that is still there, as it stands now, oldest first. */
  received(bot: BotReference, options: SayOptions = {}): Message[] {
    const { id } = this.findBot(bot)
    return [...this.findRoom(bot, options).messages.values()]
      .filter(message => message.authorId === id)
      .map(message => asMessage(message.body))
  }

  /** Every message of the chat that is still there, from both sides. */
  conversation(bot: BotReference, options: SayOptions = {}): Message[] {
    return [...this.findRoom(bot, options).messages.values()].map(message => asMessage(message.body))
  }

  /**
   * The next message from the bot that this person has not waited for yet; it may be there already.
   * Rejects after `timeoutMs` (5 s unless told). With `matching`, messages that do not match are passed over.
   */
  async waitForReply(bot: BotReference, options: WaitOptions & SayOptions = {}): Promise<Message> {
    const room = this.findRoom(bot, options)
    const fromBot = this.findBot(bot).id
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
    openPrivateRoom(this.world, this.findBot(bot), this.state)
    return BusinessAccount.open(this.world, this.findBot(bot), this.state, rights)
  }

  #changeMembership(reference: BotReference, blocked: boolean): void {
    const bot = this.findBot(reference)
    if (bot.blockedBy.has(this.id) === blocked) return
    if (blocked) bot.blockedBy.add(this.id)
    else bot.blockedBy.delete(this.id)
    const user = describeBot(bot)
    const [left, stayed] = [describeMember('kicked', user), describeMember('member', user)]
    this.world.deliver(bot, 'my_chat_member', {
      chat: openPrivateRoom(this.world, bot, this.state).chat,
      from: this.state.user,
      date: this.world.seconds,
      old_chat_member: blocked ? stayed : left,
      new_chat_member: blocked ? left : stayed,
    })
  }
}

function findButton(body: JsonObject, name: string): JsonObject | undefined {
  const markup = body.reply_markup
  const rows: Json = isObject(markup) ? (markup.inline_keyboard ?? []) : []
  const buttons = (Array.isArray(rows) ? rows : []).flat().filter(isObject)
  return buttons.find(
    button => button.callback_data !== undefined && (button.text === name || button.callback_data === name),
  )
}
