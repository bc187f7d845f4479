import type { Databases } from '../../db/database.ts'
import type { Logger } from '../../kernel/log.ts'
import { queueNotices } from '../../modules/notices/index.ts'

/** Between two looks for notices of a workspace; waits are measured in minutes. */
const LOOK_MS = 1_000

/** Queues notices for agents whenever the log has grown, and every now and then for those who wait. */
export class NoticeKeeper {
  readonly #databases: Databases
  readonly #log: Logger
  readonly #wakeSender: (workspaceId: string, botId: string) => void
  readonly #looking = new Map<string, Promise<void>>()
  readonly #again = new Set<string>()
  #stopped = false

  constructor(databases: Databases, log: Logger, wakeSender: (workspaceId: string, botId: string) => void) {
    this.#databases = databases
    this.#log = log
    this.#wakeSender = wakeSender
  }

  /** Something happened in a workspace. Returns at once. */
  wake(workspaceId: string): void {
    if (this.#stopped) return
    if (this.#looking.has(workspaceId)) this.#again.add(workspaceId)
    else this.#looking.set(workspaceId, this.#look(workspaceId))
  }

  /** Ends after the look under way. */
  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all(this.#looking.values())
  }

  /** Looks once, now. */
  async lookOnce(workspaceId: string): Promise<void> {
    for (const botId of await queueNotices(this.#databases.app, workspaceId))
      this.#wakeSender(workspaceId, botId)
  }

  async #look(workspaceId: string): Promise<void> {
    try {
      do {
        this.#again.delete(workspaceId)
        await this.lookOnce(workspaceId)
        await new Promise(resolve => setTimeout(resolve, LOOK_MS).unref())
      } while (this.#again.has(workspaceId) && !this.#stopped)
    } catch (error) {
      this.#log.warn({ err: error as Error }, 'notices could not be queued; the next look tries again')
    } finally {
      this.#looking.delete(workspaceId)
    }
  }
}
