import type { z } from 'zod'
import { systemCaller } from '../../command/caller.ts'
import { type CommandDoor, RecordedRefusal } from '../../command/execute.ts'
import type { Databases } from '../../db/database.ts'
import type { Logger } from '../../kernel/log.ts'
import {
  type BotCommandText,
  type ClaimedChange,
  claimChange,
  postponeChange,
  settleBotChangeCommand,
} from '../../modules/bots/index.ts'
import { type TelegramClient, TelegramRefusal } from './client.ts'
import type { BotRef } from './inbox.ts'
import type { Lease } from './leases.ts'
import type { LineHealth } from './line-health.ts'
import type { GatewayTiming } from './timing.ts'
import { NoAnswer } from './transport.ts'
import { backOff, Pause } from './waiting.ts'

type Outcome = z.input<typeof settleBotChangeCommand.contract.input>['outcome']

interface ChangeParts {
  readonly bot: BotRef
  readonly lease: Lease
  readonly client: TelegramClient
  readonly health: LineHealth
  readonly door: CommandDoor
  readonly databases: Databases
  readonly log: Logger
  readonly timing: GatewayTiming
}

/**
 * Tells Telegram what was set for a bot, commands and profile, one after the other in the order it was set. Setting the
 * same twice does no harm, so whatever got no answer is told again, for an hour.
 */
export class ChangeSender {
  readonly #parts: ChangeParts
  readonly #pause = new Pause()
  #stopped = false
  #running: Promise<void> | undefined

  constructor(parts: ChangeParts) {
    this.#parts = parts
  }

  start(): void {
    this.#running = this.#run()
  }

  /** Says that something may wait. Returns at once. */
  wake(): void {
    this.#pause.wake()
  }

  /** Ends after the change under way. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#pause.stop()
    await this.#running
  }

  async #run(): Promise<void> {
    const { bot, databases, lease, log, timing } = this.#parts
    let failures = 0
    while (!this.#stopped) {
      try {
        const change = await claimChange(databases.app, bot, lease)
        if (change) await this.#tell(change)
        failures = 0
        await this.#pause.sleep(change ? 0 : timing.sweepMs)
      } catch (error) {
        log.error({ err: error as Error, botId: bot.botId }, 'what was set for a bot could not be told')
        await this.#pause.sleep(backOff(++failures, timing.retryMs, timing.retryMaxMs))
      }
    }
  }

  async #tell(change: ClaimedChange): Promise<void> {
    try {
      await call(this.#parts.client, change)
      await this.#settle(change, { state: 'accepted' })
    } catch (error) {
      if (error instanceof TelegramRefusal) await this.#refused(change, error)
      else if (error instanceof NoAnswer) await this.#unanswered(change, error)
      else throw error
    }
  }

  /** 429 and Telegram's own trouble pass; but who is told to come again after we would give up has been refused. */
  async #refused(
    change: ClaimedChange,
    { errorCode, description, retryAfter }: TelegramRefusal,
  ): Promise<void> {
    const waits = retryAfter !== undefined || errorCode === 429
    const ms = waits ? (retryAfter ?? 1) * 1000 : this.#later(change)
    const passes = (waits || errorCode >= 500) && change.ageMs + ms < this.#parts.timing.giveUpMs
    if (passes) await this.#postpone(change, ms)
    else await this.#settle(change, { state: 'refused', errorCode, description })
  }

  async #unanswered(change: ClaimedChange, error: NoAnswer): Promise<void> {
    await this.#parts.health.failed(error)
    const ms = this.#later(change)
    if (change.ageMs + ms < this.#parts.timing.giveUpMs) await this.#postpone(change, ms)
    else await this.#settle(change, { state: 'unreachable' })
  }

  #later({ attempts }: ClaimedChange): number {
    return backOff(attempts, this.#parts.timing.retryMs, this.#parts.timing.retryMaxMs)
  }

  #postpone({ changeId }: ClaimedChange, ms: number): Promise<void> {
    return postponeChange(this.#parts.databases.app, this.#parts.bot.workspaceId, changeId, ms)
  }

  async #settle({ changeId, attempts }: ClaimedChange, outcome: Outcome): Promise<void> {
    const caller = systemCaller(this.#parts.bot.workspaceId)
    try {
      await this.#parts.door.execute(settleBotChangeCommand, caller, { changeId, attempts, outcome })
    } catch (error) {
      if (!(error instanceof RecordedRefusal)) throw error // somebody else recorded it before
    }
  }
}

function call(client: TelegramClient, { kind, scope, language, value }: ClaimedChange): Promise<void> {
  if (kind !== 'commands') return client.setText(kind, language, value)
  // the command checked its shape before it was kept
  return client.setCommands(scope ?? 'default', language, JSON.parse(value) as BotCommandText[])
}
