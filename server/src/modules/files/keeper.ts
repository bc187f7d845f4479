import { systemCaller } from '../../command/caller.ts'
import type { CommandDoor } from '../../command/execute.ts'
import type { Databases } from '../../db/database.ts'
import type { Logger } from '../../kernel/log.ts'
import { Rounds } from '../../kernel/rounds.ts'
import { expireFileCommand } from './commands.ts'
import type { FileStore } from './store.ts'

const EVERY_MS = 60_000
/** Uploads nobody sent are kept for so long. */
const UNSENT_HOURS = 24
const BATCH = 100

/** Takes out of the store what is to go, and uploads that nobody sent. Every node runs one; doing it twice does no harm. */
export class FileKeeper {
  readonly #databases: Databases
  readonly #store: FileStore
  readonly #door: CommandDoor
  readonly #rounds: Rounds

  constructor(parts: { databases: Databases; store: FileStore; door: CommandDoor; log: Logger }) {
    this.#databases = parts.databases
    this.#store = parts.store
    this.#door = parts.door
    this.#rounds = new Rounds({
      everyMs: EVERY_MS,
      work: () => this.sweep(),
      onError: error => parts.log.warn({ err: error }, 'files could not be cleared away'),
    })
  }

  start(): void {
    this.#rounds.start()
  }

  async stop(): Promise<void> {
    await this.#rounds.stop()
  }

  /** One round: removals first, then what is too old. */
  async sweep(): Promise<void> {
    const { app } = this.#databases
    const gone = await app.query<{ workspace_id: string; store_key: string }>(
      'select workspace_id, store_key from file_removal where queued_at <= clock_timestamp() order by queued_at limit $1',
      [BATCH],
    )
    for (const { workspace_id, store_key } of gone.rows) {
      await this.#store.remove(store_key)
      // after the bytes: dying in between removes them a second time
      await app.query('delete from file_removal where workspace_id = $1 and store_key = $2', [
        workspace_id,
        store_key,
      ])
    }
    const old = await app.query<{ workspace_id: string; file_id: string }>(
      `select workspace_id, file_id from file where message_id is null and state = 'stored'
         and created_at < clock_timestamp() - make_interval(hours => $1) limit $2`,
      [UNSENT_HOURS, BATCH],
    )
    for (const { workspace_id, file_id } of old.rows)
      await this.#door.execute(expireFileCommand, systemCaller(workspace_id), { fileId: file_id })
  }
}
