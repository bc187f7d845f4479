import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ConsoleError } from '../../kernel/console-error.ts'
import { FileSealer } from './sealed-file.ts'
import { SNIFF_BYTES, sniffType } from './sniff.ts'
import type { FileStore } from './store.ts'

/** A file that lies sealed in the store and that no row knows yet. */
export interface KeptFile {
  readonly size: number
  /** Lower-case hex. */
  readonly sha256: string
  readonly type: string
  readonly storeKey: string
  /** 32 bytes: what its content is sealed by. */
  readonly key: Buffer
}

/** Takes bytes in: sealed on their way, hashed, counted and looked at; nothing plain ever touches the disk. */
export class Spool {
  readonly #store: FileStore
  readonly #folder: string

  constructor(store: FileStore, dataDir: string) {
    this.#store = store
    this.#folder = join(dataDir, 'files', 'incoming')
  }

  /**
   * Puts a stream into the store. Throws ConsoleError `file.too_large` beyond `max` bytes and `file.empty` for none; then,
   * and when the stream breaks, nothing is left behind.
   */
  async keep(
    workspaceId: string,
    fileId: string,
    bytes: AsyncIterable<Uint8Array>,
    max: number,
  ): Promise<KeptFile> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const unique = randomBytes(9).toString('base64url')
    const path = join(this.#folder, `${fileId}.${unique}`)
    try {
      const found = await write(path, fileId, bytes, max)
      const storeKey = `${workspaceId}/${fileId.slice(-2)}/${fileId}-${unique}`
      await this.#store.put(storeKey, path)
      return { ...found, storeKey }
    } catch (error) {
      await rm(path, { force: true })
      throw error
    }
  }
}

async function write(
  path: string,
  fileId: string,
  bytes: AsyncIterable<Uint8Array>,
  max: number,
): Promise<Omit<KeptFile, 'storeKey'>> {
  const key = randomBytes(32)
  const hash = createHash('sha256')
  let head = Buffer.alloc(0)
  let size = 0
  const handle = await open(path, 'wx', 0o600)
  try {
    const sealer = new FileSealer(key, fileId, async chunk => void (await handle.writeFile(chunk)))
    for await (const piece of bytes) {
      size += piece.length
      if (size > max) throw new ConsoleError('file.too_large', { max })
      if (head.length < SNIFF_BYTES) head = Buffer.concat([head, piece]).subarray(0, SNIFF_BYTES)
      hash.update(piece)
      await sealer.add(piece)
    }
    if (size === 0) throw new ConsoleError('file.empty')
    await sealer.end()
  } finally {
    await handle.close()
  }
  return { size, sha256: hash.digest('hex'), type: sniffType(head), key }
}
