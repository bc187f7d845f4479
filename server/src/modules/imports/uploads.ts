import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'

/** A file larger than this is taken in by the command line. */
export const UPLOAD_MAX = 4 * 1024 ** 3
const KEPT_MS = 24 * 3_600_000

/** Files given in the console, until they are imported. They lie on the node that took them. */
export class Uploads {
  readonly #folder: string
  readonly #names = new Map<string, string>()
  constructor(folder: string) {
    this.#folder = join(folder, 'uploads')
  }

  path = (workspaceId: string, id: string): string => join(this.#folder, workspaceId, id)

  /** Keeps a file; its id. Throws ConsoleError `input.too_large`. */
  async keep(workspaceId: string, name: string, bytes: Readable): Promise<string> {
    await this.#tidy(workspaceId)
    const id = newId()
    const path = this.path(workspaceId, id)
    try {
      await pipeline(bytes, limitTo(UPLOAD_MAX), createWriteStream(path, { mode: 0o600, flags: 'wx' }))
    } catch (error) {
      await rm(path, { force: true })
      throw error
    }
    this.#names.set(id, name)
    return id
  }

  /** What the file was called where it came from; after a restart nobody knows. */
  nameOf = (id: string): string => this.#names.get(id) ?? id

  /** Where an upload lies here. Throws `import.upload_not_found`. */
  async find(workspaceId: string, id: string): Promise<string> {
    const path = this.path(workspaceId, id)
    if (!(await this.has(workspaceId, id))) throw new ConsoleError('import.upload_not_found', { id })
    return path
  }

  has(workspaceId: string, id: string): Promise<boolean> {
    return stat(this.path(workspaceId, id)).then(
      found => found.isFile(),
      () => false, // not on this node
    )
  }

  /** Says that an upload is still needed. */
  async touch(workspaceId: string, id: string): Promise<void> {
    const now = new Date()
    await utimes(this.path(workspaceId, id), now, now).catch(() => {}) // gone: the import is at its end
  }

  /**
   * Removes what was given on this node and is under no import: nobody knows whom it names. Whoever gave it gives it
   * again. Returns how many files went.
   */
  async removeWaiting(workspaceId: string, isNeeded: (id: string) => boolean): Promise<number> {
    const folder = join(this.#folder, workspaceId)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const gone = (await readdir(folder)).filter(id => !isNeeded(id))
    for (const id of gone) await this.remove(workspaceId, id)
    return gone.length
  }

  remove(workspaceId: string, id: string): Promise<void> {
    return rm(this.path(workspaceId, id), { force: true })
  }

  /** What was given and never imported goes after a day. An import under way touches its file. */
  async #tidy(workspaceId: string): Promise<void> {
    const folder = join(this.#folder, workspaceId)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    for (const name of await readdir(folder)) {
      const { mtimeMs } = await stat(join(folder, name))
      if (Date.now() - mtimeMs > KEPT_MS) await rm(join(folder, name), { force: true })
    }
  }
}

function limitTo(most: number): Transform {
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length
      if (bytes > most) done(new ConsoleError('input.too_large', { max: most }))
      else done(null, chunk)
    },
  })
}
