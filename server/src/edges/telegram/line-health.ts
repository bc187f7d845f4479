import type { botConnectionLost } from '@tracedesk/contracts'
import type { z } from 'zod'
import { systemCaller } from '../../command/caller.ts'
import type { CommandDoor } from '../../command/execute.ts'
import type { Databases } from '../../db/database.ts'
import type { Logger } from '../../kernel/log.ts'
import { LineUnchanged, loseConnectionCommand, restoreConnectionCommand } from '../../modules/bots/index.ts'
import { TelegramRefusal } from './client.ts'
import type { BotRef } from './inbox.ts'

type Loss = z.infer<typeof botConnectionLost.data>

/** One torn poll is nothing to report; the second in a row is. */
const TOLERATED = 1

/**
 * Whether Telegram can be reached for a bot. `open` is what this node believes right now and lets the sender hold
 * back; what stands in the database and the log changes more slowly: once at each real loss and recovery.
 */
export class LineHealth {
  open = true
  readonly #bot: BotRef
  readonly #tokenFingerprint: string
  readonly #door: CommandDoor
  readonly #databases: Databases
  readonly #log: Logger
  readonly #conflictQuietMs: number
  #failures = 0
  #conflictAt = 0
  /** What the database says, as far as this node knows; null: must be asked. */
  #recorded: { health: string; cause: string | null } | null = null
  /** Called when Telegram answers again after it had not. */
  onOpen: () => void = () => {}

  constructor(
    bot: BotRef,
    tokenFingerprint: string,
    door: CommandDoor,
    databases: Databases,
    log: Logger,
    conflictQuietMs: number,
  ) {
    this.#bot = bot
    this.#tokenFingerprint = tokenFingerprint
    this.#door = door
    this.#databases = databases
    this.#log = log
    this.#conflictQuietMs = conflictQuietMs
  }

  /** Telegram answered. */
  async worked(): Promise<void> {
    this.#failures = 0
    if (!this.open) {
      this.open = true
      this.onOpen()
    }
    // Two programs that poll with one token drive each other out in turn: that is one conflict, not many recoveries.
    if (this.#recorded?.health === 'fine' || Date.now() - this.#conflictAt < this.#conflictQuietMs) return
    await this.#record(async () => {
      const { health } = await this.#read()
      if (health === 'lost')
        await this.#door.execute(restoreConnectionCommand, systemCaller(this.#bot.workspaceId), {
          botId: this.#bot.botId,
          tokenFingerprint: this.#tokenFingerprint,
        })
      else if (health === 'starting')
        await this.#databases.app.query(
          `update bot_line set health = 'fine', cause = null, since = clock_timestamp()
           where workspace_id = $1 and bot_id = $2 and health = 'starting'`,
          [this.#bot.workspaceId, this.#bot.botId],
        )
      return { health: 'fine', cause: null }
    })
  }

  /** Telegram did not answer, or said no to a call that must work. Returns how often in a row that was. */
  async failed(error: unknown): Promise<number> {
    this.#failures++
    this.open = false
    const loss = describeLoss(error)
    if (loss.cause === 'conflict') this.#conflictAt = Date.now()
    this.#log.warn(
      { botId: this.#bot.botId, ...loss, failures: this.#failures, err: error as Error },
      'Telegram cannot be reached for a bot',
    )
    const tolerated = loss.cause === 'network' || loss.cause === 'server_error' ? TOLERATED : 0
    if (this.#failures > tolerated && !this.#knows(loss))
      await this.#record(async () => {
        const recorded = await this.#read()
        if (recorded.health !== 'lost' || recorded.cause !== loss.cause)
          await this.#door.execute(loseConnectionCommand, systemCaller(this.#bot.workspaceId), {
            botId: this.#bot.botId,
            tokenFingerprint: this.#tokenFingerprint,
            ...loss,
          })
        return { health: 'lost', cause: loss.cause }
      })
    return this.#failures
  }

  #knows({ cause }: Loss): boolean {
    return this.#recorded?.health === 'lost' && this.#recorded.cause === cause
  }

  /** A change that cannot be recorded now (the database is away as well) is recorded at the next occasion. */
  async #record(change: () => Promise<{ health: string; cause: string | null }>): Promise<void> {
    try {
      this.#recorded = await change()
    } catch (error) {
      this.#recorded = null
      if (!(error instanceof LineUnchanged))
        this.#log.warn(
          { err: error as Error, botId: this.#bot.botId },
          'the state of a line could not be recorded',
        )
    }
  }

  async #read(): Promise<{ health: string; cause: string | null }> {
    const { rows } = await this.#databases.app.query<{ health: string; cause: string | null }>(
      'select health, cause from bot_line where workspace_id = $1 and bot_id = $2',
      [this.#bot.workspaceId, this.#bot.botId],
    )
    return rows[0] ?? { health: 'starting', cause: null }
  }
}

function describeLoss(error: unknown): Loss {
  if (!(error instanceof TelegramRefusal))
    return {
      cause: error instanceof Error && error.name === 'NoAnswer' ? 'network' : 'other',
      errorCode: null,
    }
  const { errorCode } = error
  if (error.isAboutToken) return { cause: 'unauthorized', errorCode }
  if (errorCode === 409) return { cause: 'conflict', errorCode }
  return { cause: errorCode >= 500 ? 'server_error' : 'other', errorCode }
}
