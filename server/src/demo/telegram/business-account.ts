import type { Message } from 'grammy/types'
import { defined, type JsonObject } from './json.ts'
import { describeConnection } from './methods/account.ts'
import { change, post, tellBots } from './post.ts'
import { openBusinessRoom } from './rooms.ts'
import { asMessage } from './shapes.ts'
import { findEntities } from './text.ts'
import type { BotState, ConnectionState, PersonState, Room, StoredMessage, World } from './world.ts'

const USUAL_RIGHTS: JsonObject = { can_reply: true, can_read_messages: true, can_delete_sent_messages: true }

type PersonReference = { readonly id: number }

/** A person's business account that a bot answers for. Its customers write to the person, not to the bot. */
export class BusinessAccount {
  readonly #world: World
  readonly #bot: BotState
  readonly #state: ConnectionState

  private constructor(world: World, bot: BotState, state: ConnectionState) {
    this.#world = world
    this.#bot = bot
    this.#state = state
  }

  /** Connects a bot to an account and tells it so. */
  static open(
    world: World,
    bot: BotState,
    owner: PersonState,
    rights: JsonObject = USUAL_RIGHTS,
  ): BusinessAccount {
    const id = world.random.characters(16)
    const state = { id, botId: bot.id, owner, date: world.seconds, enabled: true, rights, rooms: new Map() }
    world.connections.set(id, state)
    const account = new BusinessAccount(world, bot, state)
    account.#announce()
    return account
  }

  /** The id bots pass as `business_connection_id`. */
  get id(): string {
    return this.#state.id
  }

  /** A customer writes to the account. */
  receive(customer: PersonReference, text: string): Message {
    return this.#write(customer, this.#person(customer), text)
  }

  /** The owner answers a customer personally; the bot sees that as well. */
  answer(customer: PersonReference, text: string): Message {
    return this.#write(customer, this.#state.owner, text)
  }

  /** Either side changes the text of a message. */
  edit(customer: PersonReference, message: { readonly message_id: number }, text: string): Message {
    const room = this.#room(customer)
    const stored = room.messages.get(message.message_id)
    if (!stored) throw new Error('there is no such message to edit')
    const entities = findEntities(text)
    change(this.#world, stored, { text, entities: entities.length > 0 ? entities : undefined }, true)
    tellBots(this.#world, room, undefined, 'edited_message', stored.body)
    return asMessage(stored.body)
  }

  /** Either side deletes messages; of business chats, unlike others, bots are told. */
  delete(customer: PersonReference, messages: readonly { readonly message_id: number }[]): void {
    const room = this.#room(customer)
    const ids = messages.map(message => message.message_id)
    for (const id of ids) room.messages.delete(id)
    const payload = { business_connection_id: this.id, chat: room.chat, message_ids: ids }
    this.#world.deliver(this.#bot, 'deleted_business_messages', payload)
  }

  /** Every message of the chat with a customer that is still there. */
  conversation(customer: PersonReference): Message[] {
    return [...this.#room(customer).messages.values()].map(message => asMessage(message.body))
  }

  /** Takes the account away from the bot, or gives it back. */
  setEnabled(enabled: boolean): void {
    this.#state.enabled = enabled
    this.#announce()
  }

  #announce(): void {
    this.#world.deliver(this.#bot, 'business_connection', describeConnection(this.#state))
  }

  #write(customer: PersonReference, author: PersonState, text: string): Message {
    const room = this.#room(customer)
    const entities = findEntities(text)
    const content = defined({ text, entities: entities.length > 0 ? entities : undefined })
    const stored: StoredMessage = post(this.#world, room, author.user, { content })
    tellBots(this.#world, room, undefined, 'message', stored.body)
    return asMessage(stored.body)
  }

  #room(customer: PersonReference): Room {
    return openBusinessRoom(this.#world, this.#state, this.#person(customer))
  }

  #person({ id }: PersonReference): PersonState {
    const person = this.#world.people.get(id)
    if (!person) throw new Error(`there is no person ${id}`)
    return person
  }
}
