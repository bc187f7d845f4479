import type pg from 'pg'
import type { Databases } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { unseal } from '../../kernel/secret.ts'
import type { SubjectKeys } from '../../ledger/subject-keys.ts'
import { openRange } from './sealed-file.ts'
import { keyContext } from './state.ts'
import type { FileStore } from './store.ts'

/** A file whose key is at hand. */
export interface OpenedFile {
  readonly type: string
  readonly size: number
  readonly sha256: string
  /** Plain bytes `from` to `to` (exclusive), streamed. */
  read(from: number, to: number): AsyncGenerator<Buffer>
}

type Row = {
  state: string
  type: string | null
  size: number | null
  sha256: Buffer | null
  store_key: string | null
  sealed_key: Buffer | null
  customer_id: string
}

/** Reads files out of the store. */
export class FileReader {
  readonly #pool: pg.Pool
  readonly #databases: Databases
  readonly #keys: SubjectKeys
  readonly #store: FileStore

  constructor(databases: Databases, keys: SubjectKeys, store: FileStore) {
    this.#pool = databases.readPool
    this.#databases = databases
    this.#keys = keys
    this.#store = store
  }

  /** Throws ConsoleError `file.not_there` when it was not fetched, was removed, or its customer was erased. */
  async open(workspaceId: string, fileId: string): Promise<OpenedFile> {
    const { rows } = await this.#pool.query<Row>(
      `select f.state, f.type, f.size, f.sha256, f.store_key, f.sealed_key, c.customer_id from file f
         join conversation c using (workspace_id, conversation_id)
       where f.workspace_id = $1 and f.file_id = $2`,
      [workspaceId, fileId],
    )
    const row = rows[0]
    if (row?.state !== 'stored' || !row.sealed_key || !row.store_key || !row.type || row.size === null)
      throw new ConsoleError('file.not_there', { fileId })
    const owner = `customer:${row.customer_id}`
    const key = (await this.#keys.forOpening(this.#databases.read, workspaceId, [owner])).get(owner)
    if (key?.state !== 'alive') throw new ConsoleError('file.not_there', { fileId })
    const fileKey = unseal(key.key, row.sealed_key, keyContext(workspaceId, fileId))
    const { store_key: storeKey, size, type } = row
    const source = {
      fileId,
      key: fileKey,
      size,
      read: (from: number, to: number) => this.#store.read(storeKey, from, to),
    }
    return {
      type,
      size,
      sha256: row.sha256?.toString('hex') ?? '',
      read: (from, to) => openRange(source, from, to),
    }
  }

  /** All bytes of a file. */
  async readAll(workspaceId: string, fileId: string): Promise<Buffer> {
    const file = await this.open(workspaceId, fileId)
    const pieces: Buffer[] = []
    for await (const piece of file.read(0, file.size)) pieces.push(piece)
    return Buffer.concat(pieces)
  }

  /** Every stored file of a customer, named by its id and look, for the package they may ask for. */
  async *ofCustomer(
    workspaceId: string,
    customerId: string,
  ): AsyncGenerator<{ name: string; content: AsyncIterable<Uint8Array> }> {
    const { rows } = await this.#pool.query<{ file_id: string; type: string }>(
      `select f.file_id, f.type from file f join conversation c using (workspace_id, conversation_id)
       where f.workspace_id = $1 and c.customer_id = $2 and f.state = 'stored' order by f.created_at, f.file_id`,
      [workspaceId, customerId],
    )
    for (const { file_id, type } of rows) {
      const file = await this.open(workspaceId, file_id)
      yield { name: `${file_id}.${endingOf(type)}`, content: file.read(0, file.size) }
    }
  }
}

const endingOf = (type: string): string => {
  const ending = type.split('/')[1] ?? 'bin'
  return (
    { jpeg: 'jpg', plain: 'txt', 'octet-stream': 'bin', quicktime: 'mov', mpeg: 'mp3', gzip: 'gz' }[ending] ??
    ending
  )
}
