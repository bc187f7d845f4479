/** The bytes a key stands for are not in the store. */
export class FileGone extends Error {
  constructor(key: string) {
    super(`the file store does not have ${key}`)
    this.name = 'FileGone'
  }
}

/** `sha256` (hex): a bucket refuses what arrives otherwise. `lockUntil`: nobody may change or remove it before then. */
export interface PutOptions {
  readonly sha256?: string
  readonly lockUntil?: string
}

/**
 * Where sealed files lie. It learns neither names nor contents: keys are random, bytes are ciphertext. A key is written
 * once and never again.
 */
export interface FileStore {
  /** Takes the file at `path` into the store; afterwards it is no longer at `path`. Durable once it returns. */
  put(key: string, path: string, options?: PutOptions): Promise<void>
  /** Bytes `from` (inclusive) to `to` (exclusive). Throws FileGone. */
  read(key: string, from: number, to: number): Promise<AsyncIterable<Uint8Array>>
  /** Removing what is not there is no error. */
  remove(key: string): Promise<void>
  /** Whether `lockUntil` means anything here: S3 Object Lock. */
  offersLock?(): Promise<boolean>
}
