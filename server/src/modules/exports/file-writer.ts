import { type FileHandle, open } from 'node:fs/promises'
import type { StreamedEntry, WordsOf } from './port.ts'

/** How texts are written into a file. */
export interface ExportOptions {
  readonly bom: boolean
  readonly language?: 'en' | 'zh' | 'ru' | undefined
  /** Words of a language by key; with them events are called by name. */
  readonly words?: WordsOf
}

/** A file of entries while it is being written. */
export interface ExportWriter {
  write(batch: readonly StreamedEntry[]): Promise<void>
  /** Everything so far is on the disk; returns how many bytes. Null: this format cannot be gone on with. */
  sync(): Promise<number | null>
  /** Ends the file. `truncated`: a limit cut it off after so many rows. */
  finish(truncated: number | null): Promise<void>
  /** Lets go of the file, finished or not. */
  close(): Promise<void>
}

/** A text that is written piece by piece, and can be gone on with after a crash. */
export class TextFile {
  readonly #file: FileHandle
  #bytes: number

  private constructor(file: FileHandle, bytes: number) {
    this.#file = file
    this.#bytes = bytes
  }

  /** Opens a file that only its owner may read, and keeps its first `bytes`. */
  static async open(path: string, bytes: number): Promise<TextFile> {
    const file = await open(path, bytes === 0 ? 'w' : 'r+', 0o600)
    await file.truncate(bytes)
    return new TextFile(file, bytes)
  }

  get isEmpty(): boolean {
    return this.#bytes === 0
  }

  async append(text: string): Promise<void> {
    const bytes = Buffer.from(text, 'utf8')
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, this.#bytes)
      done += bytesWritten
      this.#bytes += bytesWritten
    }
  }

  /** Writes over what stands at a place; it must be as long. */
  async replace(at: number, text: string): Promise<void> {
    await this.#file.write(Buffer.from(text, 'utf8'), 0, undefined, at)
  }

  async sync(): Promise<number> {
    await this.#file.datasync()
    return this.#bytes
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}
