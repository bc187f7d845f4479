import type { CommandContract } from '@tracedesk/contracts'
import { systemCaller } from '../../command/caller.ts'
import { explainDatabaseError } from '../../command/database-errors.ts'
import type { Command } from '../../command/define.ts'
import type { CommandDoor } from '../../command/execute.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import type { Logger } from '../../kernel/log.ts'
import {
  AlreadySettled,
  deliverMessageCommand,
  giveUpMessageCommand,
  moveChatCommand,
  refuseMessageCommand,
  settleChangeCommand,
} from '../../modules/conversations/index.ts'
import { FileGone, type FileReader } from '../../modules/files/index.ts'
import { type TelegramClient, TelegramRefusal } from './client.ts'
import type { BotRef } from './inbox.ts'
import type { Lease } from './leases.ts'
import type { LineHealth } from './line-health.ts'
import type { Addressed, ClaimedMessage, Head, Outbox } from './outbox.ts'
import type { RateLimiter } from './rates.ts'
import type { GatewayTiming } from './timing.ts'
import { NoAnswer } from './transport.ts'
import { backOff, Pause, Slots } from './waiting.ts'

const IN_FLIGHT_MAX = 30
/** So many messages with files are in memory at a time. */
const FILES_IN_FLIGHT_MAX = 3

/**
 * Tells Telegram what waits in the outbox of one bot. In a chat one message after the other; a message that is tried
 * again holds up those behind it. Before a call the message is marked as being sent, so nobody who comes after us
 * can take it for unsent; after the call its outcome is recorded. What may have reached the customer is never sent
 * again by itself.
 */
export class Sender {
  readonly #bot: BotRef
  readonly #lease: Lease
  /** Null when the bot is disconnected: what waits can only be given up. */
  readonly #client: TelegramClient | null
  readonly #outbox: Outbox
  readonly #files: FileReader
  readonly #fileSlots = new Slots(FILES_IN_FLIGHT_MAX)
  readonly #health: LineHealth
  readonly #door: CommandDoor
  readonly #log: Logger
  readonly #timing: GatewayTiming
  readonly #rates: RateLimiter
  readonly #pause = new Pause()
  readonly #busy = new Set<number>()
  readonly #work = new Set<Promise<void>>()
  #resumeAt = 0
  #probes = 0
  #stopped = false
  #running: Promise<void> | undefined

  constructor(parts: {
    bot: BotRef
    lease: Lease
    client: TelegramClient | null
    outbox: Outbox
    files: FileReader
    health: LineHealth
    door: CommandDoor
    log: Logger
    timing: GatewayTiming
    limiter: RateLimiter
  }) {
    this.#bot = parts.bot
    this.#lease = parts.lease
    this.#client = parts.client
    this.#outbox = parts.outbox
    this.#files = parts.files
    this.#health = parts.health
    this.#door = parts.door
    this.#log = parts.log
    this.#timing = parts.timing
    this.#rates = parts.limiter
  }

  start(): void {
    this.#running = this.#run()
  }

  /** Says that something may wait. Returns at once. */
  wake(): void {
    this.#pause.wake()
  }

  /** Starts nothing more and waits for the answers of what is under way. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#pause.stop()
    await this.#running
    await Promise.all(this.#work)
  }

  async #run(): Promise<void> {
    let [settled, failures] = [false, 0]
    while (!this.#stopped) {
      try {
        if (!settled) await this.#settleAbandoned()
        settled = true
        const ms = await this.#pass()
        failures = 0
        await this.#pause.sleep(ms)
      } catch (error) {
        this.#log.error({ err: error as Error, botId: this.#bot.botId }, 'the outbox could not be worked on')
        await this.#pause.sleep(backOff(++failures, this.#timing.retryMs, this.#timing.retryMaxMs))
      }
    }
  }

  /**
   * Whoever held the bot before us died over these: nobody knows whether they reached Telegram. A change may be told
   * twice without harm; a message may not.
   */
  async #settleAbandoned(): Promise<void> {
    for (const row of await this.#outbox.abandoned(this.#bot)) {
      if (row.operation === 'send') await this.#record(giveUpMessageCommand, row, { cause: 'unknown' })
      else await this.#release(row.operationId, 0)
    }
  }

  /** Starts whatever may go now; returns the milliseconds after which to look again. */
  async #pass(): Promise<number> {
    const heads = await this.#outbox.heads(this.#bot, this.#busy, this.#client ? this.#timing.giveUpMs : 0)
    for (const head of heads.filter(one => one.expired)) this.#begin(head.chatId, () => this.#giveUp(head))
    const waiting = heads.filter(one => !one.expired)
    if (waiting.length === 0 || !this.#client) return this.#timing.sweepMs
    if (!this.#health.open) return this.#probe(this.#client)
    const pausedFor = this.#resumeAt - Date.now()
    if (pausedFor > 0) return pausedFor
    const { chosen, again } = this.#choose(waiting)
    if (chosen.length > 0) await this.#send(this.#client, chosen)
    return again
  }

  #choose(heads: readonly Head[]): { chosen: Head[]; again: number } {
    const chosen: Head[] = []
    let again = this.#timing.sweepMs
    for (const head of heads) {
      if (this.#busy.size + chosen.length >= IN_FLIGHT_MAX) break // the end of one of them wakes us
      const wait = head.dueIn > 0 ? head.dueIn : this.#rates.take(head.chatId)
      if (wait > 0) again = Math.min(again, wait)
      else chosen.push(head)
    }
    return { chosen, again }
  }

  /** Asks Telegram something harmless before a message is risked on a line that was just dead. */
  async #probe(client: TelegramClient): Promise<number> {
    try {
      await client.getMe()
      this.#probes = 0
      await this.#health.worked()
      return 0
    } catch (error) {
      await this.#health.failed(error)
      return backOff(++this.#probes, this.#timing.retryMs, this.#timing.retryMaxMs)
    }
  }

  async #send(client: TelegramClient, chosen: readonly Head[]): Promise<void> {
    const ids = chosen.map(head => head.operationId)
    for (const message of await this.#outbox.claim(this.#bot, this.#lease, ids))
      this.#begin(message.chatId, () => this.#sendOne(client, message))
  }

  #begin(chatId: number, work: () => Promise<void>): void {
    this.#busy.add(chatId)
    const done = work()
      .catch(error =>
        this.#log.error({ err: error as Error, botId: this.#bot.botId }, 'a message was left in the outbox'),
      )
      .finally(() => {
        this.#busy.delete(chatId)
        this.#work.delete(done)
        this.wake()
      })
    this.#work.add(done)
  }

  async #sendOne(client: TelegramClient, message: ClaimedMessage): Promise<void> {
    try {
      if (message.isGone) return await this.#giveUpClaimed(message)
      if (message.operation !== 'send') return await this.#changeOne(client, message, message.operation)
      const { messageId, date, more } =
        message.files.length > 0
          ? await this.#fileSlots.run(() => this.#sendFiles(client, message))
          : await client.send({ ...message, files: [] })
      await this.#record(deliverMessageCommand, message, {
        telegramMessageId: messageId,
        telegramDate: date,
        more,
      })
    } catch (error) {
      if (error instanceof TelegramRefusal) await this.#refused(message, error)
      else if (isFileGone(error)) await this.#giveUpClaimed(message)
      else await this.#unanswered(message, error)
    }
  }

  async #sendFiles(client: TelegramClient, message: ClaimedMessage) {
    const files = []
    for (const { fileId, kind, name, type } of message.files)
      files.push({ kind, name, type, bytes: await this.#files.readAll(this.#bot.workspaceId, fileId) })
    return client.send({ ...message, files })
  }

  async #changeOne(
    client: TelegramClient,
    message: ClaimedMessage,
    operation: 'edit' | 'recall' | 'react',
  ): Promise<void> {
    const { chatId, business, telegramIds, text, entities, kind, ownReaction } = message
    const place = { chatId, business, messageId: telegramIds[0] ?? 0 }
    try {
      if (operation === 'edit')
        await client.edit(place, { text: text ?? '', entities, isCaption: kind !== 'text' })
      else if (operation === 'recall') await client.recall(place, telegramIds)
      else await client.react(place, ownReaction)
    } catch (error) {
      // told before, by us or somebody who died over it: what was wanted is so
      if (!(error instanceof TelegramRefusal) || !isSoAlready(error)) throw error
    }
    await this.#settleChange(message, { state: 'delivered' })
  }

  #settleChange(message: Addressed, outcome: Record<string, unknown>): Promise<void> {
    const { operation, operationId } = message
    return this.#record(settleChangeCommand, message, { operation, operationId, outcome })
  }

  /** Certainly not told, and never will be: the words or the file are gone. */
  async #giveUpClaimed(message: ClaimedMessage): Promise<void> {
    await this.#release(message.operationId, 0)
    return this.#giveUp(message)
  }

  async #refused(message: ClaimedMessage, error: TelegramRefusal): Promise<void> {
    const { errorCode, description, retryAfter, migrateTo } = error
    if (retryAfter !== undefined || errorCode === 429) {
      const ms = (retryAfter ?? 1) * 1000
      this.#resumeAt = Math.max(this.#resumeAt, Date.now() + ms)
      return this.#release(message.operationId, ms)
    }
    if (migrateTo !== undefined) {
      const { conversationId, chatId, entryId } = message
      const move = { conversationId, from: chatId, to: migrateTo }
      const caller = systemCaller(this.#bot.workspaceId)
      await this.#insist(() => this.#door.execute(moveChatCommand, caller, move, { causedBy: entryId }))
      return this.#release(message.operationId, 0)
    }
    if (error.isAboutToken) {
      await this.#health.failed(error)
      return this.#release(message.operationId, 0)
    }
    // A gateway's time-out says that Telegram was told and did not get round to an answer.
    if (errorCode === 504 && message.operation === 'send')
      return this.#record(giveUpMessageCommand, message, { cause: 'unknown' })
    if (errorCode >= 500) return this.#retryLater(message)
    const blocked = errorCode === 403 && /blocked by the user/i.test(description)
    if (message.operation !== 'send')
      return this.#settleChange(message, { state: 'refused', errorCode, description, blocked })
    return this.#record(refuseMessageCommand, message, { errorCode, description, blocked })
  }

  async #unanswered(message: ClaimedMessage, error: unknown): Promise<void> {
    if (!(error instanceof NoAnswer)) throw error
    await this.#health.failed(error)
    if (error.sent && message.operation === 'send')
      await this.#record(giveUpMessageCommand, message, { cause: 'unknown' })
    else await this.#retryLater(message)
  }

  #retryLater({ operationId, attempts }: ClaimedMessage): Promise<void> {
    const { retryMs, retryMaxMs } = this.#timing
    return this.#release(operationId, backOff(attempts, retryMs, retryMaxMs))
  }

  #giveUp(row: Addressed): Promise<void> {
    return row.operation === 'send'
      ? this.#record(giveUpMessageCommand, row, { cause: 'not_sent' })
      : this.#settleChange(row, { state: 'unreachable' })
  }

  #record<C extends CommandContract>(
    command: Command<C>,
    { messageId, conversationId, attempts, entryId }: Addressed,
    input: Record<string, unknown>,
  ): Promise<void> {
    const caller = systemCaller(this.#bot.workspaceId)
    const full = { messageId, conversationId, attempts, ...input }
    return this.#insist(() => this.#door.execute(command, caller, full, { causedBy: entryId }))
  }

  /** Certainly not sent: back into the queue. */
  #release(operationId: string, ms: number): Promise<void> {
    return this.#insist(() => this.#outbox.release(this.#bot, operationId, ms))
  }

  /**
   * What Telegram said is known to this process alone until it is committed, so a database in trouble is asked again
   * until it takes it, or until we must stop: then the next holder will say that nobody knows.
   */
  async #insist(work: () => Promise<unknown>): Promise<void> {
    for (let failures = 1; ; failures++) {
      try {
        await work()
        return
      } catch (error) {
        if (error instanceof AlreadySettled) return
        const known = explainDatabaseError(error)
        const passing = known instanceof ConsoleError && known.code.startsWith('database.')
        if (!passing || this.#stopped) throw error
        this.#log.warn({ err: known }, 'what became of a message waits to be stored')
        await new Promise(resolve => setTimeout(resolve, backOff(failures, this.#timing.retryMs, 5_000)))
      }
    }
  }
}

const isFileGone = (error: unknown): boolean =>
  error instanceof FileGone || (error instanceof ConsoleError && error.code === 'file.not_there')

const SO_ALREADY = /message is not modified|message to delete not found|REACTION_EMPTY/i
const isSoAlready = ({ errorCode, description }: TelegramRefusal): boolean =>
  errorCode === 400 && SO_ALREADY.test(description)
