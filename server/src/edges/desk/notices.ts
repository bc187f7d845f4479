import type { Databases } from '../../db/database.ts'
import type { Logger } from '../../kernel/log.ts'
import { Turns } from '../../kernel/turns.ts'
import { queueNotices } from '../../modules/notices/index.ts'

/** Between two looks for notices of a workspace; waits are measured in minutes. */
const LOOK_MS = 1_000

/** Queues notices for agents whenever the log has grown, and every now and then for those who wait. */
export class NoticeKeeper {
  readonly #databases: Databases
  readonly #wakeSender: (workspaceId: string, botId: string) => void
  readonly #turns: Turns

  constructor(databases: Databases, log: Logger, wakeSender: (workspaceId: string, botId: string) => void) {
    this.#databases = databases
    this.#wakeSender = wakeSender
    this.#turns = new Turns({
      restMs: LOOK_MS,
      turn: workspaceId => this.lookOnce(workspaceId),
      onError: error => log.warn({ err: error }, 'notices could not be queued; the next look tries again'),
    })
  }

  /** Something happened in a workspace. Returns at once. */
  wake(workspaceId: string): void {
    this.#turns.wake(workspaceId)
  }

  /** Ends after the look under way. */
  async stop(): Promise<void> {
    await this.#turns.stop()
  }

  /** Looks once, now. */
  async lookOnce(workspaceId: string): Promise<void> {
    for (const botId of await queueNotices(this.#databases.app, workspaceId))
      this.#wakeSender(workspaceId, botId)
  }
}
