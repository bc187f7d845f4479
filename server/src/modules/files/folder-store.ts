import { createReadStream } from 'node:fs'
import { copyFile, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { FileGone, type FileStore } from './store.ts'

const KEY = /^[0-9a-f-]{1,80}(\/[0-9A-Za-z_-][0-9A-Za-z._-]{0,79})+$/

/** Files in a folder of this machine (or one that all nodes mount). */
export class FolderStore implements FileStore {
  readonly #root: string

  constructor(root: string) {
    this.#root = root
  }

  async put(key: string, path: string): Promise<void> {
    const target = this.#pathOf(key)
    await mkdir(dirname(target), { recursive: true, mode: 0o700 })
    await sync(path)
    await rename(path, target).catch(async error => {
      if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
      // another file system: complete under a passing name first, so that a crash leaves no half file under the key
      await copyFile(path, `${target}.part`)
      await sync(`${target}.part`)
      await rename(`${target}.part`, target)
      await rm(path, { force: true })
    })
    await sync(dirname(target))
  }

  async read(key: string, from: number, to: number): Promise<AsyncIterable<Uint8Array>> {
    const path = this.#pathOf(key)
    const found = await stat(path).catch(() => null) // not there, or not ours to read: gone for the caller either way
    if (!found || found.size < to) throw new FileGone(key)
    return createReadStream(path, { start: from, end: to - 1 })
  }

  async remove(key: string): Promise<void> {
    await rm(this.#pathOf(key), { force: true })
  }

  #pathOf(key: string): string {
    if (!KEY.test(key)) throw new Error(`${key} is no key of the file store`)
    return join(this.#root, ...key.split('/'))
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
