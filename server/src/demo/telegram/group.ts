import { defined, type JsonObject } from './json.ts'
import { describeMember } from './methods/chats.ts'
import { post } from './post.ts'
import { describeBot, type MemberStatus, type Room, type World } from './world.ts'

export interface GroupOptions {
  readonly title: string
  /** `supergroup` unless told. */
  readonly type?: 'group' | 'supergroup'
  readonly username?: string
  /** With topics; supergroups only. */
  readonly isForum?: boolean
  readonly members: readonly { readonly id: number }[]
  /** Those of the members who administer; the first person among the members owns the group. */
  readonly administrators?: readonly { readonly id: number }[]
}

/** A group of people and bots. */
export class Group {
  readonly #world: World
  #room: Room

  private constructor(world: World, room: Room) {
    this.#world = world
    this.#room = room
  }

  static create(world: World, options: GroupOptions): Group {
    const type = options.type ?? 'supergroup'
    const chat = defined({
      title: options.title,
      username: options.username,
      is_forum: options.isForum,
      type,
    })
    const group = new Group(world, world.addGroup(chat))
    const administrators = new Set(options.administrators?.map(({ id }) => id))
    for (const { id } of options.members)
      group.#room.members.set(id, administrators.has(id) ? 'administrator' : 'member')
    const owner = options.members.find(({ id }) => world.people.has(id))
    if (owner) group.#room.members.set(owner.id, 'creator')
    return group
  }

  get id(): number {
    return this.#room.id
  }

  /** For the parts of the simulation. */
  get room(): Room {
    return this.#room
  }

  /** Changes what a bot is in the group and tells it, as when an administrator removes it. */
  setMembership(bot: { readonly id: number }, status: MemberStatus): void {
    const state = this.#world.bots.get(bot.id)
    const [by] = this.#room.members.keys()
    const from = by === undefined ? undefined : this.#world.people.get(by)?.user
    if (!state || !from) throw new Error('membership changes need a bot and a person who owns the group')
    const user = describeBot(state)
    const before = this.#room.members.get(bot.id) ?? 'left'
    this.#room.members.set(bot.id, status)
    this.#world.deliver(state, 'my_chat_member', {
      chat: this.#room.chat,
      from,
      date: this.#world.seconds,
      old_chat_member: describeMember(before, user),
      new_chat_member: describeMember(status, user),
    })
  }

  /**
   * Turns a plain group into a supergroup with another id. Sending to the old id is refused with
   * `migrate_to_chat_id`; this object then stands for the new one.
   */
  migrate(): number {
    const old = this.#room
    const created = this.#world.addGroup({ title: old.chat.title ?? '', type: 'supergroup' })
    for (const [id, status] of old.members) created.members.set(id, status)
    this.#announce(old, { migrate_to_chat_id: created.id })
    this.#announce(created, { migrate_from_chat_id: old.id })
    old.migratedTo = created.id
    this.#room = created
    return created.id
  }

  #announce(room: Room, content: JsonObject): void {
    const [by] = [...room.members.keys()].filter(id => this.#world.people.has(id))
    const from = by === undefined ? undefined : this.#world.people.get(by)?.user
    if (!from) throw new Error('a group without people cannot change')
    const { body } = post(this.#world, room, from, { content })
    for (const id of room.members.keys()) {
      const bot = this.#world.bots.get(id)
      if (bot) this.#world.deliver(bot, 'message', body)
    }
  }
}
