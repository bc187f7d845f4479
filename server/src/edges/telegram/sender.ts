import type { CommandContract } from '@tracedesk/contracts'
import { systemCaller } from '../../command/caller.ts'
import { explainDatabaseError } from '../../command/database-errors.ts'
import type { Command } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
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
import type { LineParts } from './line-parts.ts'
import type { Addressed, ClaimedMessage, Head, Outbox } from './outbox.ts'
import { Passes } from './passes.ts'
import type { RateLimiter } from './rates.ts'
import { judge, type Said } from './verdict.ts'
import { backOff, Slots } from './waiting.ts'

const IN_FLIGHT_MAX = 30
/** So many messages with files are in memory at a time. */
const FILES_IN_FLIGHT_MAX = 3

interface SenderParts extends Omit<LineParts, 'client' | 'databases'> {
  /** Null when the bot is disconnected: what waits can only be given up. */
  readonly client: TelegramClient | null
  readonly outbox: Outbox
  readonly files: FileReader
  readonly limiter: RateLimiter
}

/**
 * Tells Telegram what waits in the outbox of one bot. In a chat one message after the other; a message that is tried
 * again holds up those behind it. Before a call the message is marked as being sent, so nobody who comes after us
 * can take it for unsent; after the call its outcome is recorded. What may have reached the customer is never sent
 * again by itself.
 */
export class Sender {
  readonly #parts: SenderParts
  readonly #passes: Passes
  readonly #fileSlots = new Slots(FILES_IN_FLIGHT_MAX)
  readonly #busy = new Set<number>()
  readonly #work = new Set<Promise<void>>()
  #settled = false
  #resumeAt = 0
  #probes = 0

  constructor(parts: SenderParts) {
    const { bot, log, timing } = parts
    this.#parts = parts
    this.#passes = new Passes({
      pass: () => this.#pass(),
      onError: error =>
        log.error({ err: error as Error, botId: bot.botId }, 'the outbox could not be worked on'),
      timing,
    })
  }

  start(): void {
    this.#passes.start()
  }

  /** Says that something may wait. Returns at once. */
  wake(): void {
    this.#passes.wake()
  }

  /** Starts nothing more and waits for the answers of what is under way. */
  async stop(): Promise<void> {
    await this.#passes.stop()
    await Promise.all(this.#work)
  }

  /**
   * Whoever held the bot before us died over these: nobody knows whether they reached Telegram. A change may be told
   * twice without harm; a message may not.
   */
  async #settleAbandoned(): Promise<void> {
    for (const row of await this.#parts.outbox.abandoned(this.#parts.bot)) {
      if (row.operation === 'send') await this.#record(giveUpMessageCommand, row, { cause: 'unknown' })
      else await this.#release(row.operationId, 0)
    }
  }

  /** Starts whatever may go now; returns the milliseconds after which to look again. */
  async #pass(): Promise<number> {
    const { bot, client, health, outbox, timing } = this.#parts
    if (!this.#settled) await this.#settleAbandoned()
    this.#settled = true
    const heads = await outbox.heads(bot, this.#busy, client ? timing.giveUpMs : 0)
    for (const head of heads.filter(one => one.expired)) this.#begin(head.chatId, () => this.#giveUp(head))
    const waiting = heads.filter(one => !one.expired)
    if (waiting.length === 0 || !client) return timing.sweepMs
    if (!health.open) return this.#probe(client)
    const pausedFor = this.#resumeAt - Date.now()
    if (pausedFor > 0) return pausedFor
    const { chosen, again } = this.#choose(waiting)
    if (chosen.length > 0) await this.#send(client, chosen)
    return again
  }

  #choose(heads: readonly Head[]): { chosen: Head[]; again: number } {
    const chosen: Head[] = []
    let again = this.#parts.timing.sweepMs
    for (const head of heads) {
      if (this.#busy.size + chosen.length >= IN_FLIGHT_MAX) break // the end of one of them wakes us
      const wait = head.dueIn > 0 ? head.dueIn : this.#parts.limiter.take(head.chatId)
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
      await this.#parts.health.worked()
      return 0
    } catch (error) {
      await this.#parts.health.failed(error)
      return backOff(++this.#probes, this.#parts.timing)
    }
  }

  async #send(client: TelegramClient, chosen: readonly Head[]): Promise<void> {
    const ids = chosen.map(head => head.operationId)
    const { outbox, bot, lease } = this.#parts
    for (const message of await outbox.claim(bot, lease, ids))
      this.#begin(message.chatId, () => this.#sendOne(client, message))
  }

  #begin(chatId: number, work: () => Promise<void>): void {
    const { log, bot } = this.#parts
    this.#busy.add(chatId)
    const done = work()
      .catch(error => log.error({ err: error, botId: bot.botId }, 'a message was left in the outbox'))
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
      if (isFileGone(error)) await this.#giveUpClaimed(message)
      else await this.#failed(message, error)
    }
  }

  async #sendFiles(client: TelegramClient, message: ClaimedMessage) {
    const { files: reader, bot } = this.#parts
    const files = []
    for (const { fileId, kind, name, type } of message.files)
      files.push({ kind, name, type, bytes: await reader.readAll(bot.workspaceId, fileId) })
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

  async #failed(message: ClaimedMessage, error: unknown): Promise<void> {
    const { health, timing } = this.#parts
    if (error instanceof TelegramRefusal && error.migrateTo !== undefined)
      return this.#moveChat(message, error.migrateTo)
    if (error instanceof TelegramRefusal && error.isAboutToken) {
      await health.failed(error)
      return this.#release(message.operationId, 0)
    }
    const verdict = await judge(error, health, { twiceIsHarmless: message.operation !== 'send' })
    if (verdict.next === 'unknown') return this.#record(giveUpMessageCommand, message, { cause: 'unknown' })
    if (verdict.next === 'refused') return this.#refuse(message, verdict.said)
    if (verdict.askedMs !== null) this.#resumeAt = Math.max(this.#resumeAt, Date.now() + verdict.askedMs)
    await this.#release(message.operationId, verdict.askedMs ?? backOff(message.attempts, timing))
  }

  /** A group has become a supergroup: from now on it goes there. */
  async #moveChat(message: ClaimedMessage, to: number): Promise<void> {
    const { bot, door } = this.#parts
    const { conversationId, chatId, entryId, operationId } = message
    const move = { conversationId, from: chatId, to }
    const caller = systemCaller(bot.workspaceId)
    await this.#insist(() => door.execute(moveChatCommand, caller, move, { causedBy: entryId }))
    return this.#release(operationId, 0)
  }

  #refuse(message: ClaimedMessage, said: Said): Promise<void> {
    const refusal = {
      ...said,
      blocked: said.errorCode === 403 && /blocked by the user/i.test(said.description),
    }
    return message.operation === 'send'
      ? this.#record(refuseMessageCommand, message, refusal)
      : this.#settleChange(message, { state: 'refused', ...refusal })
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
    const { bot, door } = this.#parts
    const caller = systemCaller(bot.workspaceId)
    const full = { messageId, conversationId, attempts, ...input }
    return this.#insist(() => door.execute(command, caller, full, { causedBy: entryId }))
  }

  /** Certainly not sent: back into the queue. */
  #release(operationId: string, ms: number): Promise<void> {
    return this.#insist(() => this.#parts.outbox.release(this.#parts.bot, operationId, ms))
  }

  /**
   * What Telegram said is known to this process alone until it is committed, so a database in trouble is asked again
   * until it takes it, or until we must stop: then the next holder will say that nobody knows.
   */
  async #insist(work: () => Promise<unknown>): Promise<void> {
    const { log, timing } = this.#parts
    for (let failures = 1; ; failures++) {
      try {
        await work()
        return
      } catch (error) {
        if (error instanceof AlreadySettled) return
        const known = explainDatabaseError(error)
        const passing = known instanceof ConsoleError && known.code.startsWith('database.')
        if (!passing || this.#passes.stopped) throw error
        log.warn({ err: known }, 'what became of a message waits to be stored')
        await new Promise(resolve =>
          setTimeout(resolve, backOff(failures, { retryMs: timing.retryMs, retryMaxMs: 5_000 })),
        )
      }
    }
  }
}

const isFileGone = (error: unknown): boolean =>
  error instanceof FileGone || (error instanceof ConsoleError && error.code === 'file.not_there')

const SO_ALREADY = /message is not modified|message to delete not found|REACTION_EMPTY/i
const isSoAlready = ({ errorCode, description }: TelegramRefusal): boolean =>
  errorCode === 400 && SO_ALREADY.test(description)
