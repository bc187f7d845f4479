import { ChatScope } from '@tracedesk/contracts'
import type { z } from 'zod'
import {
  type BotCommandText,
  type ClaimedChange,
  claimChange,
  postponeChange,
  settleBotChangeCommand,
} from '../../modules/bots/index.ts'
import type { TelegramClient } from './client.ts'
import type { LineParts } from './line-parts.ts'
import { Passes } from './passes.ts'
import { recordOnce } from './record-once.ts'
import { judge } from './verdict.ts'
import { backOff } from './waiting.ts'

type Outcome = z.input<typeof settleBotChangeCommand.contract.input>['outcome']

/**
 * Tells Telegram what was set for a bot, commands and profile, one after the other in the order it was set. Setting the
 * same twice does no harm, so whatever got no answer is told again, for an hour.
 */
export class ChangeSender {
  readonly #parts: LineParts
  readonly #passes: Passes

  constructor(parts: LineParts) {
    const { bot, log, timing } = parts
    this.#parts = parts
    this.#passes = new Passes({
      pass: () => this.#pass(),
      onError: error =>
        log.error({ err: error as Error, botId: bot.botId }, 'what was set for a bot could not be told'),
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

  /** Ends after the change under way. */
  stop(): Promise<void> {
    return this.#passes.stop()
  }

  async #pass(): Promise<number> {
    const { bot, databases, lease, timing } = this.#parts
    const change = await claimChange(databases.app, bot, lease)
    if (change) await this.#tell(change)
    return change ? 0 : timing.sweepMs
  }

  async #tell(change: ClaimedChange): Promise<void> {
    if (isLost(change)) return this.#settle(change, { state: 'unreachable' })
    try {
      await call(this.#parts.client, change)
    } catch (error) {
      return this.#failed(change, error)
    }
    await this.#settle(change, { state: 'accepted' })
  }

  /** What passes is told again; but who is told to come again after we would give up has been refused. */
  async #failed(change: ClaimedChange, error: unknown): Promise<void> {
    const { bot, databases, health, timing } = this.#parts
    const verdict = await judge(error, health, { twiceIsHarmless: true })
    const asked = verdict.next === 'retry' ? verdict.askedMs : null
    const ms = asked ?? backOff(change.attempts, timing)
    if (verdict.next === 'retry' && change.ageMs + ms < timing.giveUpMs)
      await postponeChange(databases.app, bot.workspaceId, change.changeId, ms)
    else
      await this.#settle(
        change,
        verdict.said ? { state: 'refused', ...verdict.said } : { state: 'unreachable' },
      )
  }

  #settle({ changeId, attempts }: ClaimedChange, outcome: Outcome): Promise<void> {
    const { bot, door } = this.#parts
    return recordOnce(door, bot.workspaceId, settleBotChangeCommand, { changeId, attempts, outcome })
  }
}

/** A scope whose chat nobody knows any more (its customer was erased) leads to nobody. */
const isLost = ({ scope, chatId, userId }: ClaimedChange): boolean =>
  ChatScope.safeParse(scope).success && (chatId === null || (scope === 'chat_member' && userId === null))

function call(client: TelegramClient, change: ClaimedChange): Promise<void> {
  const { kind, scope, chatId, userId, language, value } = change
  if (kind === 'photo') return client.setPhoto(value === '' ? null : Buffer.from(value, 'base64'))
  if (kind !== 'commands') return client.setText(kind, language, value)
  const place = {
    type: scope ?? 'default',
    ...(chatId === null ? {} : { chat_id: Number(chatId) }),
    ...(userId === null ? {} : { user_id: Number(userId) }),
  }
  // the command checked its shape before it was kept
  return client.setCommands(place, language, JSON.parse(value) as BotCommandText[])
}
