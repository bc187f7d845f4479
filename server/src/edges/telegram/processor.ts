import { customerCaller } from '../../command/caller.ts'
import type { CommandDoor } from '../../command/execute.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import type { Logger } from '../../kernel/log.ts'
import {
  AlreadyReceived,
  receiveBlockCommand,
  receiveDeletionCommand,
  receiveEditCommand,
  receiveMessageCommand,
  receiveOtherCommand,
  receiveReactionCommand,
} from '../../modules/conversations/index.ts'
import { acceptLinkCommand, LINK_CODE, leaveInTelegramCommand, NotOurs } from '../../modules/notices/index.ts'
import type { TelegramClient } from './client.ts'
import type { BotRef, Inbox, WaitingUpdate } from './inbox.ts'
import { chatOf, kindOf, pressOf, readUpdate, type UpdateFacts } from './read-update.ts'
import type { GatewayTiming } from './timing.ts'
import { backOff, Pause, type Slots } from './waiting.ts'

/** An update that failed so often is kept as not understood, so that it does not block its chat for ever. */
const ATTEMPTS_MAX = 5
/** So many messages, each of another chat, are dealt with in one transaction when more wait than there are slots. */
const TOGETHER_MAX = 16
/** More of them wait in the database only. */
const MEMORY_MAX = 2_000

/**
 * Deals with the updates of one bot: those of one chat in their order, chats beside each other. Every update is one
 * command; dying anywhere leaves it in the inbox, and dealing with it twice does nothing the second time.
 */
export class Processor {
  readonly #bot: BotRef
  readonly #client: TelegramClient | null
  readonly #door: CommandDoor
  readonly #inbox: Inbox
  readonly #slots: Slots
  readonly #log: Logger
  readonly #timing: GatewayTiming
  readonly #lanes = new Map<string, WaitingUpdate[]>()
  readonly #known = new Set<number>()
  readonly #running = new Set<Promise<void>>()
  readonly #pauses = new Set<Pause>()
  readonly #gathered: Gathered[] = []
  #room: (() => void)[] = []
  #stopped = false

  constructor(parts: {
    bot: BotRef
    client: TelegramClient | null
    door: CommandDoor
    inbox: Inbox
    slots: Slots
    log: Logger
    timing: GatewayTiming
  }) {
    this.#bot = parts.bot
    this.#client = parts.client
    this.#door = parts.door
    this.#inbox = parts.inbox
    this.#slots = parts.slots
    this.#log = parts.log
    this.#timing = parts.timing
  }

  /** Takes stored updates in their order. Those it has already are passed over. */
  add(updates: readonly WaitingUpdate[]): void {
    for (const update of updates) {
      if (this.#stopped || this.#known.has(update.updateId)) continue
      this.#known.add(update.updateId)
      const lane = String(chatOf(update.json))
      const waiting = this.#lanes.get(lane)
      if (waiting) waiting.push(update)
      else {
        this.#lanes.set(lane, [update])
        const run = this.#run(lane).finally(() => this.#running.delete(run))
        this.#running.add(run)
      }
    }
  }

  /** Takes what waits in the database and is not in memory. Call before new updates are added, or order is lost. */
  async sweep(): Promise<void> {
    while (!this.#stopped) {
      const room = MEMORY_MAX - this.#known.size
      if (room <= 0) return
      const found = await this.#inbox.waiting(this.#bot, this.#known, Math.min(room, 500))
      this.add(found)
      if (found.length < 500) return
    }
  }

  /** Resolves when there is room for more updates in memory. */
  async hasRoom(): Promise<void> {
    while (!this.#stopped && this.#known.size >= MEMORY_MAX)
      await new Promise<void>(resolve => this.#room.push(resolve))
  }

  /** Ends after the updates under way; the others stay in the inbox. */
  async stop(): Promise<void> {
    this.#stopped = true
    for (const pause of this.#pauses) pause.stop()
    this.#makeRoom()
    await Promise.all(this.#running)
  }

  async #run(lane: string): Promise<void> {
    const waiting = this.#lanes.get(lane) ?? []
    for (let update = waiting[0]; update && !this.#stopped; update = waiting[0]) {
      if (!(await this.#deal(update))) return
      waiting.shift()
      this.#known.delete(update.updateId)
      if (this.#known.size < MEMORY_MAX) this.#makeRoom()
    }
    this.#lanes.delete(lane)
  }

  /** False when we are to stop before the update could be dealt with. */
  async #deal(update: WaitingUpdate): Promise<boolean> {
    let facts = update.attempts >= ATTEMPTS_MAX ? NOT_UNDERSTOOD : readUpdate(update.json)
    for (let failures = 1; !this.#stopped; failures++) {
      const error = await (failures === 1 && mayGoTogether(facts)
        ? this.#gather(update, facts)
        : this.#slots.run(() => this.#attempt(update, facts)))
      if (error === null) {
        this.#answerPress(update)
        return true
      }
      const attempts = await this.#countFailure(update, error)
      if (attempts >= ATTEMPTS_MAX || isHopeless(error)) facts = NOT_UNDERSTOOD
      else await this.#pause(backOff(failures, this.#timing))
      // even keeping it fails: the database is in trouble
      if (attempts > ATTEMPTS_MAX) await this.#pause(this.#timing.retryMaxMs)
    }
    return false
  }

  /** A message waits for a free slot together with those of other chats; the slot takes several of them at once. */
  #gather(update: WaitingUpdate, facts: MessageFacts): Promise<unknown> {
    const dealt = new Promise<unknown>(resolve => this.#gathered.push({ update, facts, resolve }))
    void this.#slots.run(() => this.#dealTogether(this.#gathered.splice(0, TOGETHER_MAX)))
    return dealt
  }

  /** One transaction for messages of several chats; should anything be wrong with one, each for itself. Never throws. */
  async #dealTogether(some: readonly Gathered[]): Promise<void> {
    const [first] = some
    if (!first) return // an earlier slot took it along
    if (some.length > 1 && (await this.#commitTogether(some))) for (const { resolve } of some) resolve(null)
    else for (const { update, facts, resolve } of some) resolve(await this.#attempt(update, facts))
  }

  async #commitTogether(some: readonly Gathered[]): Promise<boolean> {
    // in one order for all, so that two nodes that have the same chats before them do not wait for each other
    const inOrder = some.toSorted((a, b) => a.facts.chatId - b.facts.chatId)
    const inputs = inOrder.map(({ update, facts: { to: _, ...facts } }) => ({
      ...refOf(this.#bot, update),
      ...facts,
    }))
    const caller = customerCaller(this.#bot.workspaceId, null)
    try {
      await this.#door.executeTogether(receiveMessageCommand, caller, inputs)
      return true
    } catch (error) {
      this.#log.debug({ err: error as Error, ...this.#bot }, 'messages are dealt with one by one')
      return false
    }
  }

  async #attempt(update: WaitingUpdate, facts: UpdateFacts): Promise<unknown> {
    try {
      await execute(this.#door, this.#bot, update, facts)
      return null
    } catch (error) {
      return error instanceof AlreadyReceived ? null : error
    }
  }

  /**
   * Tells Telegram that the press of a button was taken in. It changes nothing at either end but the picture of the
   * button, so nothing is recorded, and nobody is told when it comes too late.
   */
  #answerPress({ json, updateId }: WaitingUpdate): void {
    const queryId = pressOf(json)
    if (queryId === null || !this.#client) return
    const answer = this.#client
      .answerPress(queryId)
      .catch(error => this.#log.debug({ err: error, ...this.#bot, updateId }, 'a press was not answered'))
      .finally(() => this.#running.delete(answer))
    this.#running.add(answer)
  }

  /** How often the update itself has failed; trouble of the database is not its fault and counts nothing. */
  async #countFailure({ updateId }: WaitingUpdate, error: unknown): Promise<number> {
    this.#log.error(
      { err: error as Error, botId: this.#bot.botId, updateId },
      'an update could not be dealt with',
    )
    if (error instanceof ConsoleError && error.code.startsWith('database.')) return 0
    return this.#inbox.countFailure(this.#bot, updateId).catch(() => 0) // the same trouble again
  }

  async #pause(ms: number): Promise<void> {
    const pause = new Pause()
    this.#pauses.add(pause)
    if (!this.#stopped) await pause.sleep(ms)
    this.#pauses.delete(pause)
  }

  #makeRoom(): void {
    const waiting = this.#room
    this.#room = []
    for (const resolve of waiting) resolve()
  }
}

type MessageFacts = Extract<UpdateFacts, { to: 'message' }>

interface Gathered {
  readonly update: WaitingUpdate
  readonly facts: MessageFacts
  /** Told null when it was dealt with, or what went wrong. */
  readonly resolve: (error: unknown) => void
}

/** What an agent says to the bot for themselves is another command. */
const mayGoTogether = (facts: UpdateFacts): facts is MessageFacts =>
  facts.to === 'message' && (facts.text === null || !/^\/(start|stop)/.test(facts.text))

const refOf = ({ botId }: BotRef, { updateId, bytes }: WaitingUpdate) => ({ botId, updateId, update: bytes })

const NOT_UNDERSTOOD: UpdateFacts = { to: 'other', cause: 'not_understood' }

const isHopeless = (error: unknown): boolean =>
  error instanceof ConsoleError && ['input.invalid', 'entry.too_large'].includes(error.code)

async function execute(
  door: CommandDoor,
  bot: BotRef,
  update: WaitingUpdate,
  facts: UpdateFacts,
): Promise<void> {
  const caller = customerCaller(bot.workspaceId, null)
  const ref = refOf(bot, update)
  const { to, ...input } = facts
  switch (to) {
    case 'message':
      if (await linked(door, bot, ref, facts)) return
      await door.execute(receiveMessageCommand, caller, { ...ref, ...input })
      return
    case 'edit':
      await door.execute(receiveEditCommand, caller, { ...ref, ...input })
      return
    case 'reaction':
      await door.execute(receiveReactionCommand, caller, { ...ref, ...input })
      return
    case 'deletion':
      await door.execute(receiveDeletionCommand, caller, { ...ref, ...input })
      return
    case 'block':
      await door.execute(receiveBlockCommand, caller, { ...ref, ...input })
      return
    case 'other':
      await door.execute(receiveOtherCommand, caller, { ...ref, ...input, kind: kindOf(update.json) })
      return
    default:
      to satisfies never
  }
}

/**
 * Was it an agent of the house linking their own account, or ending that? False: a message like any other. Only what
 * somebody writes to the bot alone is looked at.
 */
async function linked(
  door: CommandDoor,
  bot: BotRef,
  ref: { botId: string; updateId: number; update: Uint8Array },
  facts: Extract<UpdateFacts, { to: 'message' }>,
): Promise<boolean> {
  const { text, chatId, business, sender } = facts
  if (text === null || business !== '' || chatId !== sender.telegramId) return false
  const caller = customerCaller(bot.workspaceId, null)
  const code = LINK_CODE.exec(text)?.[1]
  try {
    if (code) await door.execute(acceptLinkCommand, caller, { ...ref, chatId, sender, code })
    else if (text === '/stop') await door.execute(leaveInTelegramCommand, caller, { ...ref, chatId, sender })
    else return false
    return true
  } catch (error) {
    if (error instanceof NotOurs) return false
    throw error
  }
}
