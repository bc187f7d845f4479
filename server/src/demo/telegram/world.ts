import { checkValue } from './check.ts'
import { FileStore } from './files.ts'
import type { JsonObject } from './json.ts'
import { Polling } from './polling.ts'
import { createRandom, type Random } from './random.ts'
import { TelegramRefusal } from './refusal.ts'
import { UpdateQueue } from './update-queue.ts'
import type { WebhookSender } from './webhook.ts'

export type MemberStatus = 'creator' | 'administrator' | 'member' | 'left' | 'kicked'

/** A message as it stands now. `body` is the Message object of the Bot API. */
export interface StoredMessage {
  readonly id: number
  readonly room: Room
  body: JsonObject
  /** The bot or person who wrote it. */
  readonly authorId: number
  /** What each bot or person put under it. */
  readonly reactions: Map<number, JsonObject[]>
}

export interface Topic {
  readonly id: number
  name: string
  closed: boolean
}

/** One chat: of a bot with a person, of a business account with a customer, or a group shared by all its members. */
export interface Room {
  readonly id: number
  chat: JsonObject
  readonly messages: Map<number, StoredMessage>
  lastMessageId: number
  /** People and bots by id. Empty in private chats. */
  readonly members: Map<number, MemberStatus>
  readonly topics: Map<number, Topic>
  /** Set once the group has become a supergroup. */
  migratedTo: number | undefined
  readonly connection: ConnectionState | undefined
  /** Called with every message that is posted here. */
  readonly watchers: Set<(message: StoredMessage) => void>
}

export interface PersonState {
  readonly id: number
  user: JsonObject
  deactivated: boolean
}

/** A person's business account opened to a bot. */
export interface ConnectionState {
  readonly id: string
  readonly botId: number
  readonly owner: PersonState
  readonly date: number
  enabled: boolean
  rights: JsonObject
  readonly rooms: Map<number, Room>
}

export interface CallbackState {
  readonly botId: number
  readonly answer: (answer: JsonObject) => void
}

export interface BotState {
  readonly id: number
  token: string
  /** The answer to getMe. */
  user: JsonObject
  readonly updates: UpdateQueue
  readonly polling: Polling
  webhook: WebhookSender | undefined
  /** Private chats by the person's id. */
  readonly rooms: Map<number, Room>
  readonly blockedBy: Set<number>
  /** Commands, names, descriptions … by scope and language. */
  readonly profile: Map<string, JsonObject | JsonObject[]>
  loggedOut: boolean
}

export interface WorldOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly seed: string | number
  /** First update id of each bot and first message id of each chat. */
  readonly firstId: number
}

// Beyond 32 bits, as many real ids are.
const FIRST_PERSON_ID = 5_100_000_000
const FIRST_BOT_ID = 7_200_000_000

/** Everything the simulated Telegram remembers. */
export class World {
  readonly now: () => number
  readonly files = new FileStore()
  readonly bots = new Map<number, BotState>()
  readonly botsByToken = new Map<string, BotState>()
  readonly people = new Map<number, PersonState>()
  readonly groups = new Map<number, Room>()
  readonly connections = new Map<string, ConnectionState>()
  readonly callbacks = new Map<string, CallbackState>()
  readonly #options: WorldOptions
  random: Random
  #created = 0

  constructor(options: WorldOptions) {
    this.#options = options
    this.now = options.now
    this.random = createRandom(options.seed)
  }

  /** The time of the simulation in seconds since 1970, as Telegram writes it. */
  get seconds(): number {
    return Math.floor(this.now() / 1000)
  }

  addBot(given: { name?: string; username?: string }): BotState {
    const id = FIRST_BOT_ID + this.#step()
    const username = given.username ?? `desk_${id % 100_000}_bot`
    const updates = new UpdateQueue(this.#options.firstId, this.now)
    const bot: BotState = {
      id,
      token: `${id}:${this.random.characters(35)}`,
      user: { ...BOT_ABILITIES, id, is_bot: true, first_name: given.name ?? 'Desk', username },
      updates,
      polling: new Polling(updates),
      webhook: undefined,
      rooms: new Map(),
      blockedBy: new Set(),
      profile: new Map(),
      loggedOut: false,
    }
    this.bots.set(id, bot)
    this.botsByToken.set(bot.token, bot)
    return bot
  }

  /** Gives a bot another token; the old one is worthless from now on. */
  renewToken(bot: BotState): { id: number; token: string; username: string } {
    this.botsByToken.delete(bot.token)
    bot.token = `${bot.id}:${this.random.characters(35)}`
    this.botsByToken.set(bot.token, bot)
    return { id: bot.id, token: bot.token, username: String(bot.user.username) }
  }

  addPerson(user: JsonObject): PersonState {
    const id = FIRST_PERSON_ID + this.#step()
    const person = { id, user: { id, is_bot: false, ...user }, deactivated: false }
    this.people.set(id, person)
    return person
  }

  addGroup(chat: JsonObject): Room {
    const isPlain = chat.type === 'group'
    const id = isPlain ? -(4_000_000_000 + this.#step()) : -(1_002_000_000_000 + this.#step())
    const room = this.createRoom(id, { id, ...chat })
    this.groups.set(id, room)
    return room
  }

  /** An empty chat; the caller decides where it is kept. */
  createRoom(id: number, chat: JsonObject, connection?: ConnectionState): Room {
    return {
      id,
      chat,
      connection,
      messages: new Map(),
      lastMessageId: this.#options.firstId - 1,
      members: new Map(),
      topics: new Map(),
      migratedTo: undefined,
      watchers: new Set(),
    }
  }

  /** Queues an update for a bot if it wants that kind. Throws when the update departs from the specification. */
  deliver(bot: BotState, kind: string, payload: JsonObject): void {
    const problem = checkValue({ update_id: 0, [kind]: payload }, { kind: 'named', name: 'Update' }, 'update')
    if (problem) throw new Error(`the simulation made a wrong update: ${problem.path} ${problem.message}`)
    if (bot.updates.wants(kind)) bot.updates.push(kind, payload)
  }

  /** Forgets everything and starts again from the seed. */
  clear(): void {
    for (const bot of this.bots.values()) {
      bot.polling.interrupt(new TelegramRefusal(401, 'Unauthorized'))
      bot.webhook?.stop()
    }
    const kept = [this.bots, this.botsByToken, this.people, this.groups, this.connections, this.callbacks]
    for (const map of kept) map.clear()
    this.files.clear()
    this.random = createRandom(this.#options.seed)
    this.#created = 0
  }

  #step(): number {
    return ++this.#created * 1009
  }
}

const BOT_ABILITIES: JsonObject = {
  can_join_groups: true,
  can_read_all_group_messages: true,
  supports_guest_queries: false,
  supports_inline_queries: false,
  can_connect_to_business: true,
  has_main_web_app: false,
  has_topics_enabled: false,
  allows_users_to_create_topics: false,
  can_manage_bots: false,
  supports_join_request_queries: false,
}

/** The bot as it appears in messages: without what only getMe tells. */
export function describeBot(bot: BotState): JsonObject {
  const { id, is_bot, first_name, username } = bot.user
  return { id: id ?? 0, is_bot: is_bot ?? true, first_name: first_name ?? '', username: username ?? '' }
}
