import { UPLOAD_MAX_BYTES } from '@tracedesk/contracts'
import type { CommandContext } from '../../command/define.ts'
import type { Databases } from '../../db/database.ts'
import { newId } from '../../kernel/id.ts'
import type { NamedFile } from './commands.ts'
import { openRange } from './sealed-file.ts'
import type { Spool } from './spool.ts'
import type { FileStore } from './store.ts'

/** A file in the store whose own key is at hand. */
export interface SealedFile {
  readonly fileId: string
  readonly name: string
  readonly key: Buffer
  readonly size: number
  readonly storeKey: string
}

/** Copies that no command has taken by then are cleared away. */
const TAKEN_WITHIN_MINUTES = 60

/** Makes copies of stored files, each under a new key of its own. */
export class FileCopier {
  readonly #databases: Databases
  readonly #spool: Spool
  readonly #store: FileStore

  constructor(databases: Databases, spool: Spool, store: FileStore) {
    this.#databases = databases
    this.#spool = spool
    this.#store = store
  }

  /**
   * Copies of files, for the command that is about to make rows of them. Until it has (`taken`), they are on the list of
   * what is to be removed: a command that is refused, or a crash, leaves nothing behind.
   */
  async copy(workspaceId: string, sources: readonly SealedFile[]): Promise<NamedFile[]> {
    const copies: NamedFile[] = []
    for (const { fileId: sourceId, name, key, size, storeKey } of sources) {
      const fileId = newId()
      const read = (from: number, to: number) => this.#store.read(storeKey, from, to)
      const bytes = openRange({ fileId: sourceId, key, size, read }, 0, size)
      const kept = await this.#spool.keep(workspaceId, fileId, bytes, UPLOAD_MAX_BYTES)
      await this.#databases.app.query(
        'insert into file_removal (workspace_id, store_key, queued_at) values ($1, $2, clock_timestamp() + make_interval(mins => $3))',
        [workspaceId, kept.storeKey, TAKEN_WITHIN_MINUTES],
      )
      copies.push({ fileId, name, ...kept })
    }
    return copies
  }

  /** In the transaction that makes rows of them: copies stay. */
  async taken({ tx, workspaceId }: CommandContext, copies: readonly NamedFile[]): Promise<void> {
    if (copies.length === 0) return
    await tx
      .deleteFrom('file_removal')
      .where('workspace_id', '=', workspaceId)
      .where(
        'store_key',
        'in',
        copies.map(({ storeKey }) => storeKey),
      )
      .execute()
  }
}
