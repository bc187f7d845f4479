import type { CommandDoor } from '../../command/execute.ts'
import type { Databases } from '../../db/database.ts'
import type { Logger } from '../../kernel/log.ts'
import type { TelegramClient } from './client.ts'
import type { BotRef } from './inbox.ts'
import type { Lease } from './leases.ts'
import type { LineHealth } from './line-health.ts'
import type { GatewayTiming } from './timing.ts'

/** What whoever tells Telegram something for one bot works with: the bot, the right to speak for it, and the way there. */
export interface LineParts {
  readonly bot: BotRef
  readonly lease: Lease
  readonly client: TelegramClient
  readonly health: LineHealth
  readonly door: CommandDoor
  readonly databases: Databases
  readonly log: Logger
  readonly timing: GatewayTiming
}
